/**
 * Kits: what changes of trees work with. They are the same for all trees of one draft, one after
 * the other, as a command changes little and would take longer to make them than to use them.
 *
 * @module
 */

import { hashBytes } from "../compact/scan.ts";
import { type ListDraft, ListTools } from "./list.ts";
import { Members } from "./members.ts";
import { Place } from "./place.ts";
import { ItemTools } from "./sorted_items.ts";
import { SortedSets } from "./sorted_set.ts";

/** The kit of one draft. */
export class TreeKit {
  readonly draft: ListDraft;
  /** For one look at a time. */
  readonly place: Place = new Place();
  #lists: ListTools | undefined;
  #members: Members | undefined;
  #sortedSets: SortedSets | undefined;
  #items: ItemTools | undefined;

  constructor(draft: ListDraft) {
    this.draft = draft;
  }

  get lists(): ListTools {
    return this.#lists ??= new ListTools(this.draft);
  }

  get members(): Members {
    return this.#members ??= new Members(this.draft, hashBytes);
  }

  get sortedSets(): SortedSets {
    return this.#sortedSets ??= new SortedSets(this.draft, hashBytes);
  }

  get items(): ItemTools {
    return this.#items ??= new ItemTools(this.draft);
  }
}

const kits = new WeakMap<ListDraft, TreeKit>();

/** The kit of a draft, which is kept as long as the draft is. */
export function kitOf(draft: ListDraft): TreeKit {
  let kit = kits.get(draft);
  if (kit === undefined) kits.set(draft, kit = new TreeKit(draft));
  return kit;
}
