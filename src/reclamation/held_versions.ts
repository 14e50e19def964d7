/**
 * Held versions: those that were replaced while an open snapshot needs them, in a queue of the
 * participant that replaced them (`limbo.ts`). Now and then it looks which are needed no more, and
 * retires them. Nodes and trees that versions left out are held with them.
 *
 * The versions that died before the oldest snapshot was opened come first in the queue, and go at
 * once. Of the others it looks at a few at a time, wherever they stand: the first may have to stay
 * for long. A version that an older snapshot might still come by on its way along a chain must be
 * taken out of that chain first, which those do who know tables (`Chains`).
 *
 * @module
 */

import { deathOf, heldAfter, isHeldTree, releaseHeld } from "./limbo.ts";
import * as layout from "../segment/layout.ts";
import { enter, leave } from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { ANY_HASH, isShown, oldestSnapshot } from "./registry.ts";
import { beginTreeMove, birthOf, endTreeMove, isNode } from "./tree.ts";

// Constants of its own: `layout.ts` says why.
const { H_SNAPSHOT_CHANGES, R_STAMP } = layout;
const { load, own } = access;

/** What to do with the chains that held versions are in: the layer above knows. */
export interface Chains {
  /**
   * Whether a held version, which died at `death`, is "needed"; or it is "out" of where anybody may
   * come by, and can be retired; or others were faster too often, and it is to be tried once more,
   * "later". The caller is pinned.
   */
  releaseHeld(ref: number, death: number): "needed" | "out" | "later";
  /** How many versions were passed on the way, ever. */
  passed: number;
}

/** The participant that holds them. */
export interface VersionHolder {
  readonly base: number;
  pin(): void;
  unpin(): void;
  retire(ref: number): void;
  retireTree(root: number, refs: number): void;
}

/** The versions that one participant holds. */
export class HeldVersions {
  /** Set when there is a table: until then, what an older snapshot is open for stays. */
  chains: Chains | undefined;
  readonly #words: Words;
  readonly #holder: VersionHolder;
  /** The version after which the next look is due; 0: at the first. */
  #lookedAt = 0;
  /** What `H_SNAPSHOT_CHANGES` said when this round of looks began. */
  #changes: number;

  constructor(words: Words, holder: VersionHolder) {
    this.#words = words;
    this.#holder = holder;
    this.#changes = (load(words, H_SNAPSHOT_CHANGES) - 1) | 0; // a round is due
  }

  /**
   * Retires versions that no snapshot needs, open or yet to be opened: `most` of those that died
   * before all of them, and what it finds in so many `looks` at others, or at what is passed in
   * their chains.
   */
  release(most: number, looks: number): void {
    const words = this.#words;
    const holder = this.#holder;
    if (heldAfter(words, holder.base, 0) === 0) return;
    holder.pin(); // before it looks at the registry: see `Chains`
    try {
      const oldest = oldestSnapshot(words);
      for (let released = 0; released < most; released++) {
        const ref = heldAfter(words, holder.base, 0);
        if (ref === 0 || this.#deathOf(ref) > oldest) break;
        this.#retire(0, ref);
      }
      this.#lookThrough(oldest, looks);
    } finally {
      holder.unpin();
    }
  }

  /**
   * Looks at the next held versions. A round through all of them begins when a snapshot was opened
   * or closed since the last one began: else nothing is needed less.
   */
  #lookThrough(oldest: number, looks: number): void {
    const words = this.#words;
    const chains = this.chains;
    if (chains === undefined) return;
    if (this.#lookedAt === 0) {
      const changes = load(words, H_SNAPSHOT_CHANGES);
      if (changes === this.#changes) return;
      this.#changes = changes;
    }
    const start = chains.passed;
    for (let looked = 0; looked + chains.passed - start < looks; looked++) {
      const ref = heldAfter(words, this.#holder.base, this.#lookedAt);
      if (ref === 0) {
        this.#lookedAt = 0;
        return;
      }
      if (this.#mayGo(chains, ref, oldest)) this.#retire(this.#lookedAt, ref);
      else this.#lookedAt = ref;
    }
  }

  /** Whether nobody needs a version: an older snapshot cannot come by any more, either. */
  #mayGo(chains: Chains, ref: number, oldest: number): boolean {
    const death = this.#deathOf(ref);
    if (death <= oldest) return true;
    if (isNode(this.#words, ref)) return !this.#isNodeShown(ref, death);
    const outcome = chains.releaseHeld(ref, death);
    if (outcome === "later") this.#changes = (this.#changes - 1) | 0; // so that another round follows
    return outcome === "out";
  }

  #deathOf(ref: number): number {
    return deathOf(own(this.#words, ref * 4 + R_STAMP));
  }

  /**
   * Whether a snapshot may show a node that died at `death`; of a tree the nodes may be of any age.
   * Nobody comes by it on the way to something older.
   */
  #isNodeShown(node: number, death: number): boolean {
    const words = this.#words;
    const isTree = isHeldTree(own(words, node * 4 + R_STAMP));
    const birth = isTree ? 0 : birthOf(words, node);
    return isShown(words, birth, death, ANY_HASH);
  }

  /** Retires the version that is held behind another one, or first if that is 0. */
  #retire(before: number, ref: number): void {
    const words = this.#words;
    const { base } = this.#holder;
    if (this.#lookedAt === ref) this.#lookedAt = 0;
    const isTree = isHeldTree(own(words, ref * 4 + R_STAMP));
    enter(words, base);
    if (isTree) beginTreeMove(words, base, ref);
    releaseHeld(words, base, before);
    if (isTree) {
      this.#holder.retireTree(ref, 0);
      endTreeMove(words, base);
    } else this.#holder.retire(ref);
    leave(words, base);
  }
}
