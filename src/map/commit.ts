/**
 * Committing: the one way by which versions come into the table.
 *
 * A write seeks the newest version of its key, decides, makes a version, which is then in hand,
 * links it in one step, and notes the change; if another worker was faster, it begins anew.
 * `tryCommit` is all of that, whatever is decided. The other methods are short cuts for what
 * programs do most, where a decision would take longer than the work; each says what it leaves out.
 * (Bulk loads have a short cut of their own, `persist/bulk_load.ts`.)
 *
 * No step runs the caller's code: what is decided on is read, and prepared, by codecs of this
 * module, or before.
 *
 * @module
 */

import * as codec from "../codec/codec.ts";
import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as optimistic from "../table/optimistic_read.ts";
import type { EncodedKey } from "../table/key.ts";
import * as lookups from "../table/fast_lookup.ts";
import * as fastPath from "../table/fast_path.ts";
import type { FastPath } from "../table/fast_path_fallback.ts";
import type { Insert, Table } from "../table/table.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { judged } from "./liveness.ts";
import * as background from "./background.ts";
import type { EvictionPolicy } from "./eviction_policy.ts";
import * as ownChanges from "./own_changes.ts";
import { NO_MEMORY, type Prepared, VersionMaker } from "./version_maker.ts";

// Constants of its own: `layout.ts` says why.
const { P_DELETED, P_RESULT } = layout;
const { TAG_NUMBER } = codec;
const { NUMBER_INFO } = lookups;
const { ABSENT, ANY_VERSION, DONE, touchHome, UNDONE } = fastPath;
const { bytesOf, cameTooLate, endOf, isTombstone } = versions;
const { UNDECIDED } = optimistic;
const { ticker } = background;
const { underway } = ownChanges;

/** A decision: everything stays as it is. */
export const LEAVE = 0;

/** The fast path did not take the entry: that is left to `tryCommit`. */
export const NOT_TAKEN: unique symbol = Symbol("not taken");

/** From the newest version of a key, and whether it is live, to what takes its place. */
export type Decide = (current: number, live: boolean) => number;

/** What came of a commit: "full" if there was no memory for it, or no slot. */
export type Outcome = "done" | "left" | "full";

/** Commits to one key after the other: to the one that is packed. */
export class Committer {
  /** Makes the versions that are decided on. */
  readonly maker: VersionMaker;
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #fastPath: FastPath;
  readonly #key: EncodedKey;
  readonly #isCallers: boolean;
  /** The policy of eviction that hears of changes; undefined: none does. */
  readonly #listener: EvictionPolicy | undefined;
  // The kernel returns one number. What else it has to say stands in the participant's record, and
  // is read right after the call.
  readonly #deleted: number;
  readonly #result: number;

  /**
   * @param attachment The worker's hold on the map.
   * @param key Where keys are packed: the attachment's own, which the fast path knows, for what the
   * caller of the map writes; another one for what the map does by itself, perhaps in the middle of
   * that.
   */
  constructor(attachment: Attachment, key: EncodedKey = attachment.key) {
    const { participant, segment } = attachment;
    this.maker = new VersionMaker(attachment, key);
    this.#participant = participant;
    this.#segment = segment;
    this.#table = attachment.table;
    this.#fastPath = attachment.fastPath;
    this.#key = key;
    this.#isCallers = key === attachment.key;
    const { evictionPolicy } = attachment;
    const isHeard = segment.evicts && evictionPolicy.changed !== undefined;
    this.#listener = isHeard ? evictionPolicy : undefined;
    this.#deleted = participant.base + P_DELETED;
    this.#result = (participant.base + P_RESULT) / 2;
  }

  /**
   * Decides about the newest version of the packed key, again and again until no one comes between
   * decision and change.
   *
   * Has fast paths, table/fast_path.ts and persist/bulk_load.ts. Kept alike by
   * tests/map/model_test.ts, tests/schedule/schedule_test.ts and tests/persist/load_test.ts.
   *
   * @param toInsert Whether the decision may be a version for a key that has none.
   * @param decide From the newest version (0: none; perhaps a tombstone, perhaps expired), and
   * whether it is live, to the version to publish, or to `LEAVE` or `NO_MEMORY`. Called while
   * pinned: none of the caller's code may run. A renewal that came too late was published in the
   * place of nothing, and renewed nothing: then it decides anew.
   * @returns What came of it; if that is "full", the maker's `shortage` says of what there was too
   * little.
   */
  tryCommit(toInsert: boolean, decide: Decide): Outcome {
    const participant = this.#participant;
    participant.pin();
    try {
      this.#table.backoff.reset();
      for (let isFirst = true;; isFirst = false) {
        // First by an optimistic read. If that is not enough, the table seeks, and keeps the place.
        let found = isFirst && this.#isCallers ? this.#findFast() : UNDECIDED;
        const isSought = found === UNDECIDED;
        if (isSought) found = this.#seek(toInsert);
        const live = found > 0;
        const current = live ? found : 0 - found;
        const version = decide(current, live);
        if (version === LEAVE) return "left";
        if (version === NO_MEMORY) return "full";
        const outcome = this.#linkOrFree(current, version, isSought);
        if (outcome === "full") return "full";
        if (outcome === "done") {
          this.#noteChange();
          if (!cameTooLate(this.#segment.words, version)) return "done";
        } else if (isSought) this.#table.backoff.wait();
      }
    } finally {
      participant.unpin();
    }
  }

  /**
   * As the table's `seek`, but negated if it is not live. The table remembers the place, for
   * `#link`: to pass it on would take an object for each write.
   */
  #seek(toInsert: boolean): number {
    const seek = () => this.#table.seek(this.#key, toInsert);
    return judged(this.#segment, seek(), seek);
  }

  /**
   * The same by an optimistic read, which takes no place in the table; `UNDECIDED` also if it
   * expires, as the clock would have to be asked. The map is pinned.
   */
  #findFast(): number {
    const found = this.#newest();
    if (found <= 0) return found; // none, or undecided
    const end = endOf(this.#segment, found);
    if (end === Infinity) return found;
    return end === -Infinity ? -found : UNDECIDED;
  }

  /** The newest version of the packed key, 0 for none, or `UNDECIDED`. The map is pinned. */
  #newest(): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDECIDED;
    return this.#fastPath.findOptimistically(
      this.#participant.base,
      key.hash,
      key.info,
    );
  }

  /**
   * Links a version, or frees it; ends the section that it was made in.
   *
   * @param current The version that it replaces; 0: none.
   * @param version The version.
   * @param isSought Whether the table has sought the key, and knows its place: see `Table.seek`.
   */
  #linkOrFree(current: number, version: number, isSought: boolean): Insert {
    const outcome = isSought
      ? this.#link(current, version)
      : this.#linkFast(current, version);
    if (outcome !== "done") this.#participant.allocator.free(version);
    this.#participant.leaveSection();
    return outcome;
  }

  /**
   * Links a version whose place was not sought: "lost" if the fast path does not do it.
   */
  #linkFast(current: number, version: number): Insert {
    const { base } = this.#participant;
    const outcome = this.#fastPath.publish(
      base,
      this.#key.hash,
      version,
      current,
    );
    if (outcome !== DONE) return "lost";
    if (isTombstone(this.#segment.words, version)) this.#table.countTombstone();
    return "done";
  }

  #link(current: number, version: number): Insert {
    if (current !== 0) {
      return this.#table.replace(current, version) ? "done" : "lost";
    }
    const outcome = this.#table.insert(this.#key, version);
    if (outcome === "full") this.#noteFull(version);
    return outcome;
  }

  /** The table has no slot for a version. */
  #noteFull(version: number): void {
    const bytes = bytesOf(this.#segment.words, version);
    this.maker.shortage = { of: "slot", bytes };
  }

  /** After a change of the packed key's entry. */
  #noteChange(): void {
    if (!this.#isCallers) return;
    if (ticker.isResting) ticker.wake();
    this.#listener?.changed?.(this.#key.hash);
    underway.innermost?.note(this.#segment, this.#key);
  }

  /**
   * Publishes a version with a prepared value under the packed key, whatever is there now; false if
   * there is no memory for it, or no slot.
   */
  tryPut(values: Prepared, expiry: number): boolean {
    if (!this.#putFast(values, expiry)) {
      const { base } = this.#participant;
      touchHome(this.#segment.words, base, this.#key.hash);
      const version = this.maker.make(values, expiry);
      if (version === NO_MEMORY || !this.#publish(version)) return false;
    }
    this.#noteChange();
    return true;
  }

  /**
   * Links a version, however often others are faster; false, and the version is freed, if the table
   * has no place. Ends the section that it was made in.
   */
  #publish(version: number): boolean {
    const participant = this.#participant;
    const { base } = participant;
    if (
      this.#fastPath.publish(base, this.#key.hash, version, ANY_VERSION) ===
        DONE
    ) {
      participant.leaveSection();
      return true;
    }
    participant.pinInSection();
    try {
      const isLinked = this.#linkAnyway(version);
      participant.leaveSection();
      return isLinked;
    } finally {
      participant.unpin();
    }
  }

  #linkAnyway(version: number): boolean {
    if (this.#table.put(this.#key, version)) return true;
    this.#noteFull(version);
    this.#participant.allocator.free(version);
    return false;
  }

  // ---- the fast path ----------------------------------------------------------------------------

  // Whole operations in one call of the kernel, with steps of their own: those of
  // `table/fast_path.ts`, which are searched as the others are, and take the same words through the
  // same states. They give up where anything is out of the ordinary.

  #putFast(
    { tag, number }: Prepared,
    expiry: number,
  ): boolean {
    const key = this.#key;
    return tag === TAG_NUMBER && expiry === Infinity && key.fitsScratch &&
      this.#fastPath.putNumber(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          number,
        ) === DONE;
  }

  /**
   * Exchanges one number for another, neither NaN, if there is that one, and it does not expire.
   */
  exchangeFast(expected: unknown, next: unknown): boolean {
    const key = this.#key;
    const isDone = key.fitsScratch &&
      typeof expected === "number" && typeof next === "number" &&
      next === next &&
      this.#fastPath.exchange(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          expected,
          next,
        ) === DONE;
    if (!isDone) return false;
    this.#noteChange();
    return true;
  }

  /**
   * Deletes the entry of the packed key, if its version is the one that is expected: `DONE`,
   * `ABSENT` or `UNDONE`.
   */
  removeFast(expected: number = ANY_VERSION): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDONE;
    const { base } = this.#participant;
    const outcome = this.#fastPath.remove(base, key.hash, key.info, expected);
    if (outcome === DONE) {
      this.#table.countTombstone();
      this.#noteChange();
    }
    return outcome;
  }

  /**
   * The same, and reads what is deleted: returns what `read` makes of its version, undefined if
   * there is none, or `NOT_TAKEN`.
   *
   * @param read Reads the version, while pinned.
   * @param isSafe Whether that cannot fail: then it may come after, and the entry is found and
   * deleted in one call.
   */
  takeFast<T>(
    read: (ref: number) => T,
    isSafe: boolean,
  ): T | undefined | typeof NOT_TAKEN {
    const participant = this.#participant;
    participant.pin();
    try {
      return isSafe ? this.#deleteThenRead(read) : this.#readThenDelete(read);
    } finally {
      participant.unpin();
    }
  }

  #deleteThenRead<T>(
    read: (ref: number) => T,
  ): T | undefined | typeof NOT_TAKEN {
    const outcome = this.removeFast();
    if (outcome === DONE) return read(this.#segment.words[this.#deleted]);
    return outcome === ABSENT ? undefined : NOT_TAKEN;
  }

  #readThenDelete<T>(
    read: (ref: number) => T,
  ): T | undefined | typeof NOT_TAKEN {
    const found = this.#findFast();
    if (found === UNDECIDED) return NOT_TAKEN;
    if (found <= 0) return undefined;
    const value = read(found);
    return this.removeFast(found) === DONE ? value : NOT_TAKEN;
  }

  /**
   * Adds to a number, or to 0 if there is none. Returns the sum; NaN if nothing was done, or the
   * number is NaN.
   */
  incrementFast(by: number): number {
    const key = this.#key;
    const isDone = key.fitsScratch &&
      this.#fastPath.increment(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          by,
        ) === DONE;
    if (!isDone) return NaN;
    const sum = this.#segment.floats[this.#result];
    this.#noteChange();
    return sum;
  }
}
