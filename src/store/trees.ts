/**
 * Where the trees of an entry come from, and where they go: a command that reads only looks at
 * them; one that changes its entry drafts nodes, while the map is pinned; and in a transaction,
 * whose code may do anything, changes are planned, and made when it commits.
 *
 * @module
 */

import type { NextEntry, Plan, PresentEntry } from "../map/present_entry.ts";
import type {
  NextStructure,
  NO_NODES,
  Nodes,
  StoredValue,
} from "../map/structure_maker.ts";
import type { TreeDraft } from "../map/tree_draft.ts";
import type { Prepared } from "../map/version_maker.ts";
import { TAG_BYTES } from "../codec/codec.ts";
import {
  type AnyOverlay,
  ifRoom,
  type Limits,
  nextOf,
  overlayOf,
  planted,
  type TreeCollection,
  type View,
  viewOf,
} from "./representation.ts";
import type { ListDraft } from "./tree/list.ts";
import { NoDraft } from "./tree/no_draft.ts";
import type { Overlay } from "./tree/overlays.ts";

/** The trees of one entry. */
export interface Trees {
  /** A pack of more bytes is to be planted. */
  readonly mostPacked: number;
  /** The collection that is there, if it is one of trees; a pack, if that is to be planted. */
  open(present: PresentEntry<unknown>): TreeCollection | Uint8Array | undefined;
  /** What is to be written for what was opened, and changed; `end` is when it expires. */
  next(
    collection: TreeCollection,
    end: number | undefined,
  ): NextEntry<unknown>;
  /** What is to be written for a pack that is too large to stay one. */
  plant(pack: Uint8Array, end: number | undefined): NextEntry<unknown>;
}

/** For commands that only read. */
export class ReadTrees implements Trees {
  readonly mostPacked: number = Infinity;
  readonly #nodes: ListDraft;

  constructor(nodes: Nodes) {
    this.#nodes = new NoDraft(nodes);
  }

  open({ structure }: PresentEntry<unknown>): View | undefined {
    return structure && viewOf(this.#nodes, structure);
  }

  next(): never {
    throw new Error("A command that reads changes nothing");
  }

  plant(): never {
    return this.next();
  }
}

/** For a command that changes one entry. `NO_ROOM` comes out of it. */
export class DraftedTrees implements Trees {
  readonly #draft: TreeDraft;
  readonly #limits: Limits;

  constructor(draft: TreeDraft, limits: Limits) {
    this.#draft = draft;
    this.#limits = limits;
  }

  get mostPacked(): number {
    return this.#limits.mostPacked;
  }

  open({ structure }: PresentEntry<unknown>): View | undefined {
    return structure && viewOf(this.#draft, structure);
  }

  next(
    collection: TreeCollection,
    end: number | undefined,
  ): NextEntry<unknown> {
    const view = collection as View; // as `open` returns it
    const next = nextOf(view, this.#draft.words, this.#limits);
    return next instanceof Uint8Array
      ? { value: next, end }
      : { structure: next, end };
  }

  plant(pack: Uint8Array, end: number | undefined): NextEntry<unknown> {
    return { structure: planted(this.#draft, pack), end };
  }
}

/** For the commands of transactions. */
export class PlannedTrees implements Trees {
  readonly #nodes: ListDraft;
  readonly #limits: Limits;

  constructor(nodes: Nodes, limits: Limits) {
    this.#nodes = new NoDraft(nodes);
    this.#limits = limits;
  }

  get mostPacked(): number {
    return this.#limits.mostPacked;
  }

  open(
    { plan, structure }: PresentEntry<unknown>,
  ): AnyOverlay | Uint8Array | undefined {
    if (plan instanceof PlantingPlan) return plan.pack;
    if (plan instanceof ChangePlan) return plan.overlay;
    return structure && overlayOf(viewOf(this.#nodes, structure));
  }

  next(
    collection: TreeCollection,
    end: number | undefined,
  ): NextEntry<unknown> {
    const overlay = collection as AnyOverlay; // as `open` returns it
    return { plan: new ChangePlan(overlay, this.#limits), end };
  }

  plant(pack: Uint8Array, end: number | undefined): NextEntry<unknown> {
    return { plan: new PlantingPlan(pack), end };
  }
}

/** What an overlay has gone through by now is to be done to the trees. */
class ChangePlan implements Plan {
  readonly #overlay: AnyOverlay;
  readonly #age: number;
  readonly #limits: Limits;

  constructor(overlay: AnyOverlay, limits: Limits) {
    this.#overlay = overlay;
    this.#age = overlay.age;
    this.#limits = limits;
  }

  /** The overlay as it was then. */
  get overlay(): AnyOverlay {
    return this.#overlay.asOf(this.#age);
  }

  make(
    present: StoredValue | undefined,
    draft: TreeDraft,
  ): NextStructure | Prepared | typeof NO_NODES {
    return ifRoom(() => {
      const structure = present!; // what the overlay lies over
      const view = viewOf(draft, structure);
      const steps = this.#overlay as Overlay<unknown>;
      steps.doTo(view, this.#age);
      const next = nextOf(view, draft.words, this.#limits);
      return next instanceof Uint8Array ? prepared(next) : next;
    });
  }
}

/** A pack is to become trees. */
class PlantingPlan implements Plan {
  readonly pack: Uint8Array;

  constructor(pack: Uint8Array) {
    this.pack = pack;
  }

  make(
    _present: StoredValue | undefined,
    draft: TreeDraft,
  ): NextStructure | typeof NO_NODES {
    return ifRoom(() => planted(draft, this.pack));
  }
}

/** A pack, as it is written. */
function prepared(pack: Uint8Array): Prepared {
  return {
    tag: TAG_BYTES,
    byteLength: pack.length,
    number: 0,
    weight: 0,
    write: ({ bytes }, at) => bytes.set(pack, at * 8),
  };
}
