/**
 * Streams in trees: one of entries and one of groups, and a head in the version that names them;
 * and what a transaction has changed of them, which lies over the trees.
 *
 * @module
 */

import type { Body } from "../../map/version_maker.ts";
import type { Item, ItemKey, SortedItems, Stream } from "../collections.ts";
import { compareKeys } from "../compact/stream.ts";
import { STREAM } from "../stored.ts";
import {
  HEAD_BYTES,
  readHead,
  type StreamHead,
  writeHead,
} from "../stream/head.ts";
import { kitOf } from "./kit.ts";
import type { ListDraft } from "./list.ts";
import { Overlay } from "./overlays.ts";
import { Pieces } from "./pieces.ts";
import { plantItems, TreeItems } from "./sorted_items.ts";
import type { TreeParts, TreeView } from "./views.ts";

/** What a version says of a stream besides its trees. */
export function headBody(head: StreamHead): Body {
  return {
    length: HEAD_BYTES,
    writeTo: (target, at) => writeHead(target, at, head),
  };
}

/** The two trees of a stream. Throws `NO_ROOM`. */
export function plantStream(
  draft: ListDraft,
  { entries, groups }: Stream,
): [entries: number, groups: number] {
  return [
    plantItems(draft, entries.slice(0, entries.length)),
    plantItems(draft, groups.slice(0, groups.length)),
  ];
}

/** A stream in two trees. */
export class StreamView implements Stream, TreeView {
  readonly kind: typeof STREAM = STREAM;
  head: StreamHead;
  readonly entries: TreeItems;
  readonly groups: TreeItems;

  constructor(
    draft: ListDraft,
    { body: { at, memory }, roots: [entries = 0, groups = 0] }: TreeParts,
  ) {
    const { items } = kitOf(draft);
    this.head = readHead(memory, at);
    this.entries = new TreeItems(draft, entries, items);
    this.groups = new TreeItems(draft, groups, items);
  }

  get roots(): readonly number[] {
    return [this.entries.root, this.groups.root];
  }

  get body(): Body {
    return headBody(this.head);
  }

  get length(): number {
    return this.entries.length;
  }
}

/** Changes something of a stream. */
type Step = (stream: Stream) => void;

/** Items that lie over those of a tree. */
class ItemsOverlay implements SortedItems {
  readonly #pieces: Pieces<Item>;
  readonly #note: (change: (items: SortedItems) => void) => void;

  /**
   * @param items Those of the tree.
   * @param note Notes a change, as it is done to any items.
   */
  constructor(
    items: SortedItems,
    note: (change: (items: SortedItems) => void) => void,
  ) {
    this.#pieces = new Pieces(items);
    this.#note = note;
  }

  get length(): number {
    return this.#pieces.length;
  }

  countBefore(key: ItemKey): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#pieces.at(middle), key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The item with a key, which may be at an index only. */
  #at(index: number, key: ItemKey): Item | undefined {
    const item = index < this.length ? this.#pieces.at(index) : undefined;
    return item && compareKeys(item, key) === 0 ? item : undefined;
  }

  get(key: ItemKey): Uint8Array | undefined {
    return this.#at(this.countBefore(key), key)?.value;
  }

  slice(from: number, to: number): Item[] {
    return this.#pieces.slice(from, to);
  }

  put(item: Item): void {
    const index = this.countBefore(item);
    const isThere = this.#at(index, item) !== undefined;
    this.#pieces.splice(index, index + (isThere ? 1 : 0), [item]);
    this.#note((items) => items.put(item));
  }

  removeRange(from: number, to: number): void {
    if (from >= to) return;
    this.#pieces.splice(from, to, []);
    this.#note((items) => items.removeRange(from, to));
  }
}

/** A stream as a transaction has changed it. */
export class StreamOverlay extends Overlay<Stream> implements Stream {
  readonly kind: typeof STREAM = STREAM;
  readonly entries: SortedItems;
  readonly groups: SortedItems;
  readonly #view: StreamView;
  #head: StreamHead;

  constructor(view: StreamView) {
    super();
    const note = (step: Step) => this.note(step);
    this.#view = view;
    this.#head = view.head;
    this.entries = new ItemsOverlay(
      view.entries,
      (change) => note(({ entries }) => change(entries)),
    );
    this.groups = new ItemsOverlay(
      view.groups,
      (change) => note(({ groups }) => change(groups)),
    );
  }

  protected override anew(): this {
    return new StreamOverlay(this.#view) as this;
  }

  get head(): StreamHead {
    return this.#head;
  }

  set head(head: StreamHead) {
    this.#head = head;
    this.note((stream) => void (stream.head = head));
  }

  get length(): number {
    return this.entries.length;
  }
}
