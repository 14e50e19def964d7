/**
 * Chains: taking versions out of the middle.
 *
 * A version that was replaced is *held* if some snapshot needs it. When no snapshot is left that is
 * older than its death, it is retired: a `prev` that still names it may be copied, but is never
 * followed. While an older snapshot is open, the chain of that one runs through it. If none shows
 * it any more, it is *taken out*. First its `prev` is frozen (`GOING`), so that it goes on to name
 * what it names while that is written to the version in front of it. (Harris, "A pragmatic
 * implementation of non-blocking linked-lists", DISC 2001. That versions go as soon as no snapshot
 * shows them, and not only when the oldest snapshot is closed, is what Ben-David, Blelloch,
 * Fatourou, Ruppert, Sun and Wei ask for in "Space and time bounded multiversion garbage
 * collection", DISC 2021.)
 *
 * A version is retired by the participant in whose queue it is held, and by no other; but any that
 * passes one that is going takes it out. So it is retired once, and after it was out: a version
 * that was taken out is never linked again.
 *
 * A worker may follow the chain from a version on if it saw that an older snapshot is open, was
 * pinned before, and had seen before, under the same pin, that no snapshot shows the version that
 * it wants to take out. What the older snapshot shows was still in the chain then, and what was in
 * the chain was not retired; or if the key is absent to it, all that was there is younger, and was
 * not retired either. If that snapshot is closed meanwhile, that does no harm to a pinned worker.
 * In the other order it would: a snapshot that was closed in between may have been all that kept
 * what is named now. (`tests/model/versions.pml` finds it.)
 *
 * @module
 */

import type { Chains } from "../reclamation/held_versions.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import type { Participant } from "../reclamation/participant.ts";
import * as registry from "../reclamation/registry.ts";
import * as hashing from "./hash.ts";
import { EncodedKey } from "./key.ts";
import * as pruning from "./prune.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  FINAL,
  GOING,
  H_SEED,
  KEY_MASK,
  REF_MASK,
  V_HEADER_WORDS,
  V_KEY,
  V_PREV,
  V_STAMP,
} = layout;
const { compareAndSet, load, fixed } = access;
const { hashWords } = hashing;
const { isOlderOpen, isShown } = registry;
const { freeze, prune } = pruning;
const { keyWords } = versions;

/**
 * How often a search begins again because others changed the chain, before it is left for later.
 */
const TRIES = 4;

/** The chains of one table, as one participant works on them. */
export class TableChains implements Chains {
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #find: (key: EncodedKey) => number;
  /** Its own scratch: the operation that this is part of still needs the attachment's. */
  readonly #key: EncodedKey;
  passed = 0;

  /**
   * @param participant Who works.
   * @param find From a key to its newest version, settled; 0: none.
   */
  constructor(participant: Participant, find: (key: EncodedKey) => number) {
    this.#participant = participant;
    this.#words = participant.segment.words;
    this.#find = find;
    this.#key = new EncodedKey(participant.segment.seed);
  }

  releaseHeld(ref: number, death: number): "needed" | "out" | "later" {
    const words = this.#words;
    const hash = hashOf(words, ref);
    const birth = fixed(words, ref * 4 + V_STAMP);
    if (isShown(words, birth, death, hash)) return "needed";
    // Only then: what an older snapshot shows was there when it was seen to be open, and so is all
    // that leads to it while this pin lasts.
    // No snapshot comes by, open or yet to be opened.
    if (!isOlderOpen(words, birth, hash)) return "out";
    return this.#takeOut(ref) ? "out" : "later";
  }

  /**
   * Takes a version that no snapshot shows out of its chain, although an older one may come by;
   * false: it may still be there.
   */
  #takeOut(ref: number): boolean {
    const words = this.#words;
    freeze(words, ref);
    this.#key.copyFrom(words, ref);
    for (let tries = 0; tries < TRIES; tries++) {
      const newest = this.#find(this.#key);
      if (newest === 0) return true; // the key is gone, with its chain
      // Ends what another worker may have begun: to take out the version that this one replaced.
      this.#participant.enterSection();
      prune(words, this.#participant.base, newest, this.#key.hash);
      this.#participant.leaveSection();
      if (this.#takeOutBehind(newest, ref)) return true;
    }
    return false;
  }

  /**
   * Takes out what is going, from the newest version to this one; false: the chain changed, and it
   * may still be there.
   */
  #takeOutBehind(newest: number, wanted: number): boolean {
    const words = this.#words;
    const birth = fixed(words, wanted * 4 + V_STAMP);
    let front = newest;
    let prev = load(words, front * 4 + V_PREV);
    for (;;) {
      this.passed++;
      if ((prev & GOING) !== 0) return false; // the one in front must go first
      const ref = prev & REF_MASK;
      // What is older stands behind where it stood, and may be retired: it is read, but not
      // followed.
      if (ref === 0 || fixed(words, ref * 4 + V_STAMP) < birth) return true;
      const older = load(words, ref * 4 + V_PREV);
      if (ref === wanted || (older & GOING) !== 0) {
        const next = older & REF_MASK | FINAL;
        if (!compareAndSet(words, front * 4 + V_PREV, prev, next)) return false;
        if (ref === wanted) return true;
        prev = next;
      } else {
        front = ref;
        prev = older;
      }
    }
  }
}

/** The hash of a version's key. */
function hashOf(words: Words, ref: number): number {
  const info = words[ref * 4 + V_KEY] & KEY_MASK;
  const key = ref * 4 + V_HEADER_WORDS;
  const [k0, k1] = [words[H_SEED], words[H_SEED + 1]];
  return hashWords(words, keyWords(info), info, k0, k1, key);
}
