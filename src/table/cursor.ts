/**
 * The cursor: a scan in the order of hashes that no move disturbs.
 *
 * Its position is a hash, not a slot. For a range [from, to) of hashes it visits the slots from
 * home(from) on, past home(to - 1) to the end of that run of claimed slots, round the end of the
 * table if need be. It reports the keys whose hash is in the range, in the order of their hashes.
 * In a table that is being moved, it first moves those slots and then scans the next table; a range
 * in which a move began is scanned again. So a key that is there throughout is reported exactly
 * once, and a key that comes or goes meanwhile at most once.
 *
 * The caller pins per range, never for a whole scan.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import type { Participant } from "../reclamation/participant.ts";
import type { Kernel } from "../segment/kernel.ts";
import { afterGap } from "./gap.ts";
import type { Migration } from "./migration.ts";
import * as slots from "./slot.ts";
import * as commits from "./commit_record.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ROOT,
  HAS_EXPIRY,
  T_CAPACITY,
  T_NEXT,
  T_SHIFT,
  V_KEY,
  V_STAMP,
} = layout;
const { hint, load, fixed } = access;
const {
  homePlace,
  isClosed,
  isEmpty,
  isGone,
  isMoved,
  isUnclaimed,
  isUnlinked,
  readLink,
  refOf,
  slotAt,
} = slots;
const { effective } = commits;
const { touchVersion } = versions;

const HASHES = 2 ** 32;
/** Slots of the current table that one range covers. */
const RANGE_SLOTS = 128;

/** A scan over all keys, or over those from one hash on to another. */
export class Cursor {
  readonly #words: Words;
  readonly #migration: Migration;
  readonly #afterGap: Kernel["afterGap"];
  #position: number;
  readonly #end: number;
  /** The hashes of what the range at hand holds, in step with the refs. */
  readonly #hashes: number[] = [];
  /**
   * What was read only to bring it into the cache: kept, so that the reads are not optimized away.
   */
  seen = 0;

  /**
   * @param segment The segment.
   * @param migration Helps with tables that are being moved.
   * @param position The hash to begin with, as an unsigned number.
   * @param end The hash to end before.
   */
  constructor(
    segment: Segment,
    migration: Migration,
    position = 0,
    end: number = HASHES,
  ) {
    this.#words = segment.words;
    this.#migration = migration;
    this.#afterGap = segment.kernel?.afterGap ??
      ((table, from, to) => afterGap(segment.words, table, from, to));
    this.#position = position;
    this.#end = end;
  }

  /** The hash that the next range begins with; at the end, the one to end before. */
  get position(): number {
    return this.#position;
  }

  /** The hash of the key whose version the last range put at this index. */
  hashAt(index: number): number {
    return this.#hashes[index] | 0;
  }

  /** Whether all ranges were visited. */
  get done(): boolean {
    return this.#position >= this.#end;
  }

  /**
   * Puts the newest versions of the next range's keys (settled, tombstones too) into `refs`, in the
   * order of their hashes as unsigned numbers. The caller is pinned.
   */
  next(refs: number[]): void {
    const words = this.#words;
    const from = this.#position;
    const width = 2 ** words[load(words, H_ROOT) * 4 + T_SHIFT];
    const to = Math.min(
      this.#end,
      (Math.floor(from / width) + RANGE_SLOTS) * width,
    );
    for (;;) {
      refs.length = 0;
      this.#hashes.length = 0;
      let table = load(words, H_ROOT) * 4;
      const next = load(words, table + T_NEXT);
      if (next !== 0) {
        this.#move(table, from, to);
        table = next * 4;
      }
      if (this.#collect(table, from, to, refs)) break;
    }
    // A short loop of its own: memory is slow, and these reads do not wait for each other.
    let seen = 0;
    for (let i = 0; i < refs.length; i++) seen |= touchVersion(words, refs[i]);
    this.seen = seen;
    for (let i = 0; i < refs.length; i++) {
      refs[i] = settledOf(words, refs[i]);
    }
    this.#position = to;
  }

  /**
   * Moves every slot that a key of the range may stand in: from home(from) to the end of the run
   * behind home(to - 1), which is closed then.
   */
  #move(table: number, from: number, to: number): void {
    const words = this.#words;
    const capacity = words[table + T_CAPACITY];
    const first = home(words, table, from);
    const last = home(words, table, to - 1);
    for (let n = 0; n < capacity; n++) {
      const slot = slotAt(table, (first + n) & (capacity - 1));
      this.#migration.moveSlot(table, slot);
      if (isClosed(fixed(words, slot)) && first + n >= last) return;
    }
  }

  /** Collects the range, from the same slots; false when a move came in between. */
  #collect(table: number, from: number, to: number, refs: number[]): boolean {
    const words = this.#words;
    const mask = words[table + T_CAPACITY] - 1;
    const first = home(words, table, from);
    const last = home(words, table, to - 1);
    for (let i = first; i - first <= mask; i++) {
      let slot = slotAt(table, i & mask);
      let hash = hint(words, slot);
      if (isUnclaimed(hash)) {
        if (i < last) i = this.#afterGap(table, i, last);
        slot = slotAt(table, i & mask);
        hash = load(words, slot);
      }
      if (isEmpty(hash)) break; // at `last`, or behind it: no slot becomes empty again
      if (isClosed(hash)) return false;
      const link = readLink(words, slot);
      if (isMoved(link)) return false;
      if (isUnlinked(link) || isGone(link)) continue;
      const unsigned = hash >>> 0;
      if (unsigned >= from && unsigned < to) {
        this.#insert(refs, refOf(link), unsigned);
      }
    }
    return true;
  }

  /** A slot is seldom far from its home, so the place is found within a step or two. */
  #insert(refs: number[], ref: number, hash: number): void {
    const hashes = this.#hashes;
    let i = hashes.length;
    for (; i > 0 && hashes[i - 1] > hash; i--) {
      hashes[i] = hashes[i - 1];
      refs[i] = refs[i - 1];
    }
    hashes[i] = hash;
    refs[i] = ref;
  }
}

/**
 * The version that is in effect, from what a scan met on, and settled. Its stamp is read in order
 * where its expiry may be read after it; a caller that judges snapshots by the stamp settles it
 * again.
 */
function settledOf(words: Words, ref: number): number {
  const at = ref * 4;
  const isPlain = hint(words, at + V_STAMP) > 0 &&
    (words[at + V_KEY] & HAS_EXPIRY) === 0;
  return isPlain ? ref : effective(words, ref);
}

/** The place where the probes for a hash, an unsigned number, begin. */
function home(words: Words, table: number, hash: number): number {
  return homePlace(hash, words[table + T_SHIFT]);
}

/**
 * Visits the newest versions of all keys (settled, tombstones too), range by range, pinned for
 * each.
 */
export function forEachRange(
  participant: Participant,
  migration: Migration,
  visit: (refs: readonly number[], cursor: Cursor) => void,
): void {
  const cursor = new Cursor(participant.segment, migration);
  const refs: number[] = [];
  while (!cursor.done) {
    participant.pin();
    try {
      cursor.next(refs);
      visit(refs, cursor);
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
  }
}
