/**
 * Migration: the protocol by which a table is replaced by another one, larger, smaller or just free
 * of tombstones, in small steps that everyone helps with. (`table/resize_policy.ts` says when, and
 * how large the next one is.)
 *
 * Moving a slot is a race that any worker may win or lose at any step; the slot goes
 *
 * ```text
 * empty                      -> CLOSED                 nobody may claim it any more
 * claimed, unlinked          -> MOVED                  likewise
 * tombstone nobody needs     -> MOVED                  dropped, by one CAS; its winner retires it
 * dropped before, GONE       -> MOVED                  likewise, but there is nothing to retire
 * anything else   -> FROZEN  -> copied -> MOVED        the decision to copy is that first CAS
 * ```
 *
 * and a key is written in the next table only after its old slot says MOVED. Strides of slots are
 * handed out by a counter, which is a hint (`strides.ts`): what a slow or dead helper did not
 * finish, others do again. A table starts to move only once it is the root, so there are never more
 * than two.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { moveSlots } from "./move.ts";
import { claimedSlots, closePermits } from "./slot_permits.ts";
import { doneWord, moveSome, moveStride, strideCount } from "./strides.ts";
import { slotLimit } from "./permit_batch.ts";
import { tableBytes } from "./table_record.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ROOT,
  P_REAPING,
  T_CAPACITY,
  T_NEXT,
  T_PERMITS,
  T_REAPER,
  T_SWEPT,
} = layout;
const { compareAndSet, hint, load, poke, release } = access;
const { enter, leave } = sections;

/** One participant's part in migrations. */
export class Migration {
  readonly #participant: Participant;
  readonly #words: Words;
  readonly #moveSome: (base: number, table: number) => unknown;

  constructor(participant: Participant) {
    const { kernel, words } = participant.segment;
    this.#participant = participant;
    this.#words = words;
    this.#moveSome = kernel?.moveSome ??
      ((base, table) => moveSome(words, base, table));
  }

  // ---- beginning ----------------------------------------------------------------------------

  /**
   * Makes an empty table the next one of the root, if that has none yet, and the new one turns out
   * to be large enough. Otherwise the new one is freed. The caller is in a section.
   *
   * @param table The root.
   * @param next The ref of a table that nobody else knows.
   */
  begin(table: number, next: number): void {
    const words = this.#words;
    const { allocator } = this.#participant;
    // Closed only now: as long as there is no next table, this one must take new keys.
    closePermits(words, table);
    const limit = slotLimit(words[next * 4 + T_CAPACITY]);
    const permits = limit - claimedSlots(words, table);
    // Less than none: slots were claimed meanwhile. The bound is final now, so the next try fits.
    if (permits < 0) return allocator.free(next);
    poke(words, next * 4 + T_PERMITS, permits);
    if (!compareAndSet(words, table + T_NEXT, 0, next)) {
      return allocator.free(next);
    }
    this.#participant.count("migrations");
    this.keepReserve();
  }

  /**
   * Keeps memory back from entries for a table that is as large as the current one, or the next.
   */
  keepReserve(): void {
    const root = load(this.#words, H_ROOT) * 4;
    const next = load(this.#words, root + T_NEXT) * 4;
    const capacity = this.#words[(next || root) + T_CAPACITY];
    this.#participant.allocator.tables.keep(tableBytes(capacity));
  }

  // ---- helping ----------------------------------------------------------------------------------

  /** Moves some strides of the root; the last one switches it. Lock-free. */
  help(table: number): void {
    if (!this.#moveSome(this.#participant.base, table)) this.#end(table);
  }

  /**
   * Ends the move of the root, every stride of which somebody has begun: redoes one that is not
   * finished, and switches the root after the last one.
   */
  #end(table: number): void {
    const strides = strideCount(this.#words, table);
    const unfinished = this.#firstUnfinished(table);
    if (unfinished < strides) this.#moveStride(table, unfinished);
    if (this.#firstUnfinished(table) === strides) this.#switchRoot(table);
  }

  /** Moves everything that is left of the root. */
  finish(table: number): void {
    const { base } = this.#participant;
    while (this.#moveSome(base, table)) { /* what nobody has begun */ }
    const strides = strideCount(this.#words, table);
    for (;;) {
      const stride = this.#firstUnfinished(table);
      if (stride === strides) break;
      this.#moveStride(table, stride);
    }
    this.#switchRoot(table);
  }

  /** Whether the root is being moved: a hint, for a caller that is not pinned. */
  get isMoving(): boolean {
    return hint(this.#words, hint(this.#words, H_ROOT) * 4 + T_NEXT) !== 0;
  }

  /** Moves everything that is left of the root, if it is being moved. */
  finishIfMoving(): void {
    const table = load(this.#words, H_ROOT) * 4;
    if (load(this.#words, table + T_NEXT) !== 0) this.finish(table);
  }

  /**
   * Moves one stride if the root is being moved, for a caller that has time. Says whether there is
   * more to do.
   */
  helpIfMoving(): boolean {
    const table = load(this.#words, H_ROOT) * 4;
    if (load(this.#words, table + T_NEXT) === 0) return false;
    this.help(table);
    return true;
  }

  #firstUnfinished(table: number): number {
    const words = this.#words;
    const strides = strideCount(words, table);
    let stride = load(words, table + T_SWEPT);
    while (
      stride < strides && load(words, doneWord(words, table, stride)) !== 0
    ) stride++;
    release(words, table + T_SWEPT, stride);
    return stride;
  }

  #moveStride(table: number, stride: number): void {
    const { base } = this.#participant;
    if (!moveStride(this.#words, base, table, stride)) nextIsFull();
  }

  #switchRoot(table: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    enter(words, base);
    poke(words, base + P_REAPING, table / 4);
    compareAndSet(words, H_ROOT, table / 4, load(words, table + T_NEXT));
    this.reap(table);
    poke(words, base + P_REAPING, 0);
    leave(words, base);
  }

  /** Retires a table that is not the root any more, unless another participant does. */
  reap(table: number): void {
    const { slot } = this.#participant;
    if (!compareAndSet(this.#words, table + T_REAPER, 0, slot + 1)) return;
    this.#participant.retire(table / 4);
    this.keepReserve();
  }

  // ---- one slot ---------------------------------------------------------------------------------

  /** Moves one slot, whatever state it is in and however many workers do. Lock-free. */
  moveSlot(table: number, slot: number): void {
    const { base } = this.#participant;
    if (!moveSlots(this.#words, base, table, slot, 1)) nextIsFull();
  }
}

/** Throws: what the bound on claimed slots is for has failed. */
export function nextIsFull(): never {
  throw new Error(
    "Cannot move an entry: the next table is full, which its permits rule out",
  );
}
