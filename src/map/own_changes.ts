/**
 * Own changes: whether the caller's code changes the very entry that it runs for.
 *
 * A callback of `update`, or a codec, may do that, and then has to run again. If it does so each
 * time, the operation would never end: so these rounds are counted. Rounds in which only other
 * workers came in between are not counted: those workers have made progress.
 *
 * @module
 */

import type { KeyFormat } from "../codec/codec.ts";
import type { Segment } from "../segment/segment.ts";
import { EncodedKey, NO_HASH } from "../table/key.ts";

/** How many rounds may change their own entry before an operation gives up. */
const MOST_ROUNDS = 8;

/** The operations of this thread that wait for the caller's code, innermost first. */
export const underway: { innermost: Watch | undefined } = {
  innermost: undefined,
};

/** An operation whose entry is watched while the caller's code runs. */
export class Watch {
  readonly #segment: Segment;
  readonly #keys: KeyFormat<unknown>;
  #prepared: unknown;
  #hash = 0;
  #outer: Watch | undefined;
  #isChanged = false;
  #rounds = 0;

  /**
   * @param segment The segment.
   * @param keys Packs keys.
   */
  constructor(segment: Segment, keys: KeyFormat<unknown>) {
    this.#segment = segment;
    this.#keys = keys;
  }

  /**
   * Begins to watch an entry.
   *
   * @param prepared Its key, prepared.
   * @param hash Its hash, or `NO_HASH`.
   */
  begin(prepared: unknown, hash: number): void {
    this.#prepared = prepared;
    this.#hash = hash;
    this.#isChanged = false;
    this.#rounds = 0;
  }

  /** Calls the caller's code with an argument, and watches meanwhile. */
  during<A, T>(code: (argument: A) => T, argument: A): T {
    this.#outer = underway.innermost;
    underway.innermost = this;
    try {
      return code(argument);
    } finally {
      underway.innermost = this.#outer;
    }
  }

  /** Whether the caller's code changed the entry itself in this round. */
  get hasSeenChange(): boolean {
    return this.#isChanged;
  }

  /**
   * Ends a round that was in vain. Throws if the caller's code has changed the entry itself in too
   * many rounds.
   */
  endRound(what: string): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    if (++this.#rounds < MOST_ROUNDS) return;
    throw new Error(
      `Cannot ${what}: the callback or codec that it waited for changed this very entry itself, ${MOST_ROUNDS} times: return the new value, and change only other entries meanwhile`,
    );
  }

  /** Notes a change by this thread, here and in the operations around this one. */
  note(segment: Segment, key: EncodedKey): void {
    const isAlike = this.#hash === NO_HASH || key.hash === this.#hash;
    if (isAlike && segment.id === this.#segment.id) {
      this.#isChanged ||= this.#isOf(key);
    }
    this.#outer?.note(segment, key);
  }

  #isOf(key: EncodedKey): boolean {
    const own = new EncodedKey(this.#segment.seed);
    this.#keys.pack(this.#prepared, own);
    if (own.info !== key.info) return false;
    for (let i = 0; i < own.count; i++) {
      if (own.words[i] !== key.words[i]) return false;
    }
    return true;
  }
}
