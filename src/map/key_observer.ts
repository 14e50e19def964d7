/**
 * Observing keys: what state a key is in, so that two looks can be compared.
 *
 * Versions cannot be compared by where they lie: between two looks the memory of one may have been
 * reused for another one of the same key. So a state is told from others by a keyed hash of 64 bits
 * of its value, under a key that each observer draws for itself. How often the key was written in
 * between, its versions say (`V_WRITES`).
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/atomics.ts";
import * as hashing from "../table/hash.ts";
import * as versions from "../table/version.ts";
import type { EntryAccess } from "./entry_access.ts";
import { judged } from "./liveness.ts";
import type { Taken } from "./version_reader.ts";

// Constants of its own: `layout.ts` says why.
const { V_VALUE, V_WRITES } = layout;
const { load } = access;
const { hashWords } = hashing;
const { endOf, valueBytes, valueIndex } = versions;

/** The number of writes of a key that has no version: the first one is number 0. */
export const NONE = -1;
/** It could not be read. */
export const UNKNOWN: number = NaN;

/** What tells the state of a key from others. */
export interface Mark {
  readonly low: number;
  readonly high: number;
}

/** That of a key that has no entry: no value has it. */
export const ABSENT: Mark = { low: 0, high: 0 };

/** In place of the mark of a state that is to be shown in any case: no state has it. */
export const UNSEEN: Mark = { low: NaN, high: NaN };

/** Whether two marks are of one state. */
export function isSame(one: Mark, other: Mark): boolean {
  return one.low === other.low && one.high === other.high;
}

/** What a watcher remembers of a key: the state that it showed last, or takes as shown. */
export interface Noted {
  readonly mark: Mark;
  readonly writes: number;
}

/** What a look at a key saw. */
export interface KeyState<V> {
  readonly mark: Mark;
  /** How often it was written since it had no version, but for the first time. */
  readonly writes: number;
  /** The value, to be finished; undefined: there is none. */
  readonly value: Taken<V> | undefined;
  /** When it expires. */
  readonly end: number;
}

/**
 * How many writes are not shown between two states of a key, given the numbers of both; at least:
 * they begin anew when a deletion leaves no version.
 *
 * @param before The number of the state that was shown; undefined: there was none.
 * @param after That of the next one.
 */
export function missedBetween(
  before: number | undefined,
  after: number,
): number {
  if (Number.isNaN(before)) return 0;
  const since = (after - (before ?? NONE)) | 0; // it wraps
  return since > 0 ? since - 1 : Math.max(0, after);
}

/** Likewise, from what was noted of a key to the state that is shown next. */
export function missedSince(noted: Noted | undefined, after: number): number {
  const isFirst = noted?.mark === UNSEEN && noted.writes === after;
  return isFirst ? 0 : missedBetween(noted?.writes, after);
}

/** Looks at keys on behalf of one watcher. */
export class KeyObserver<K, V> {
  readonly #access: EntryAccess<K, V>;
  readonly #segment: Segment;
  readonly #keys = crypto.getRandomValues(new Int32Array(4));
  /** For values whose last word is not whole. */
  #scratch = new Int32Array(16);

  constructor(access: EntryAccess<K, V>) {
    this.#access = access;
    this.#segment = access.hold.attachment.segment;
  }

  /** Looks at the packed key. */
  look(): KeyState<V> {
    const { participant } = this.#access.hold.attachment;
    participant.pin();
    try {
      return this.#look();
    } finally {
      participant.unpin();
    }
  }

  #look(): KeyState<V> {
    const { lookup, versions } = this.#access;
    const find = () => lookup.findNewest();
    for (;;) {
      const live = judged(this.#segment, find(), find);
      const ref = Math.abs(live);
      if (ref === 0) return { ...GONE, writes: NONE };
      const writes = this.writesOf(ref);
      if (Number.isNaN(writes)) continue; // replaced: the word may be a queue's by now
      if (live < 0) return { ...GONE, writes };
      const value = versions.takeValue(ref);
      const end = endOf(this.#segment, ref);
      return { mark: this.markOf(ref), writes, value, end };
    }
  }

  /** The number of the writes of the packed key, if this is its newest version. Pinned. */
  writesOf(ref: number): number {
    const writes = load(this.#segment.words, ref * 4 + V_WRITES);
    return this.#access.lookup.findNewest() === ref ? writes : UNKNOWN;
  }

  /** The mark of a version that is no tombstone. The caller is pinned. */
  markOf(ref: number): Mark {
    const { words } = this.#segment;
    const info = words[ref * 4 + V_VALUE];
    const length = valueBytes(words, ref);
    const from = valueIndex(words, ref) * 2;
    return (length & 3) === 0
      ? this.#hash(words, from, length >> 2, info)
      : this.#hash(this.#padded(from, length), 0, (length + 3) >> 2, info);
  }

  #hash(words: Int32Array, from: number, count: number, info: number): Mark {
    const [a, b, c, d] = this.#keys;
    return {
      low: hashWords(words, count, info, a, b, from),
      high: hashWords(words, count, info, c, d, from),
    };
  }

  /** A copy of a value without what lies behind it in its last word. */
  #padded(from: number, length: number): Int32Array {
    const count = (length + 3) >> 2;
    if (count > this.#scratch.length) this.#scratch = new Int32Array(2 * count);
    const scratch = this.#scratch;
    scratch.set(this.#segment.words.subarray(from, from + count));
    scratch[count - 1] &= 2 ** (8 * (length & 3)) - 1;
    return scratch;
  }
}

const GONE = { mark: ABSENT, value: undefined, end: Infinity } as const;
