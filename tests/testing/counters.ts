/**
 * What the counters in a segment say, beside what is there.
 *
 * @module
 */
import {
  CLOSED,
  EMPTY,
  FROZEN,
  H_CHUNK_COUNT,
  H_PARTICIPANTS,
  H_ROOT,
  MOVED,
  P_ENTRIES,
  P_GIVEN,
  P_HELD_COUNT,
  P_PERMITS,
  P_TAKEN,
  P_USED_REFS,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  REF_MASK,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_PERMITS,
  T_SLOTS,
} from "../../src/segment/layout.ts";
import { slotLimit } from "../../src/table/slot_permits.ts";
import { isTombstone } from "../../src/table/version.ts";
import type { Findings } from "./audit.ts";

/** A counter, and the truth. */
export interface Counter {
  readonly counted: number;
  readonly real: number;
}

/** All counters that somebody relies on. */
export interface Counters {
  /** Slots of the newest table that are claimed or may be: `counted` is a bound. */
  readonly slots: Counter;
  readonly entries: Counter;
  readonly freeChunks: Counter;
  readonly usedRefs: Counter;
  readonly held: Counter;
}

/** Compares the counters of a segment at rest with what an audit found. */
export function readCounters(
  buffer: SharedArrayBuffer,
  found: Findings,
): Counters {
  const words = new Int32Array(buffer);
  return {
    slots: readSlots(words),
    entries: { counted: sum(words, P_ENTRIES), real: countEntries(words) },
    freeChunks: {
      counted: words[H_CHUNK_COUNT] -
        (sum(words, P_TAKEN) - sum(words, P_GIVEN)),
      real: found.freeChunks,
    },
    usedRefs: { counted: sum(words, P_USED_REFS), real: found.usedRefs },
    held: { counted: sum(words, P_HELD_COUNT), real: found.held },
  };
}

function sum(words: Int32Array, word: number): number {
  let sum = 0;
  for (let slot = 0; slot < words[H_PARTICIPANTS]; slot++) {
    sum = (sum + words[PARTICIPANTS + slot * PARTICIPANT_WORDS + word]) | 0;
  }
  return sum;
}

/**
 * While a table is moved, what is left of it needs a place in the next one, too;
 * but for what is frozen and has its place there already.
 */
function readSlots(words: Int32Array): Counter {
  const root = words[H_ROOT] * 4;
  const next = words[root + T_NEXT] * 4;
  const newest = next === 0 ? root : next;
  const room = words[newest + T_PERMITS];
  const counted = slotLimit(words[newest + T_CAPACITY]) -
    (room < 0 ? ~room : room);
  const claims = [...claimsOf(words, newest)];
  let real = sum(words, P_PERMITS) + claims.length;
  if (next === 0) return { counted, real };
  for (const [hash, link] of claimsOf(words, root)) {
    if (link === MOVED) continue;
    const copied = claims.some(([h, l]) =>
      (link & FROZEN) !== 0 && h === hash &&
      (l === 0 || (l & REF_MASK) === (link & REF_MASK))
    );
    if (!copied) real++;
  }
  return { counted, real };
}

function* claimsOf(words: Int32Array, table: number) {
  for (const [hash, link] of slotsOf(words, table)) {
    if (hash !== EMPTY && hash !== CLOSED) yield [hash, link] as const;
  }
}

function countEntries(words: Int32Array): number {
  const root = words[H_ROOT] * 4;
  const next = words[root + T_NEXT] * 4;
  const live = new Set<number>();
  for (const table of next === 0 ? [root] : [root, next]) {
    for (const [, link] of slotsOf(words, table)) {
      if (link === 0 || link === MOVED) continue;
      const ref = link & REF_MASK;
      if (!isTombstone(words as Int32Array<SharedArrayBuffer>, ref)) {
        live.add(ref);
      }
    }
  }
  return live.size;
}

function* slotsOf(words: Int32Array, table: number) {
  const slots = table + T_SLOTS;
  for (let i = 0; i < words[table + T_CAPACITY]; i++) {
    const slot = slots + i * SLOT_WORDS;
    yield [words[slot], words[slot + 1]] as const;
  }
}
