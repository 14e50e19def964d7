/**
 * Committing: the one way by which versions come into the table.
 *
 * A write seeks the newest version of its key, decides, makes a version, which is then in hand, links it in one step, and counts it; if
 * others were faster it does so again. `tryCommit` is all of that, whatever is decided. The other methods are short cuts for what programs do most, where a decision would take longer than the work; each says what it leaves
 * out. (Restoring has one of its own, `persist/bulk_load.ts`.)
 *
 * No step runs the caller's code: what is decided on is read, and prepared, by codecs of this module, or before.
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
import * as background from "./background.ts";
import * as ownChanges from "./own_changes.ts";
import { NO_MEMORY, type Prepared, VersionMaker } from "./version_maker.ts";

// Constants of its own: `layout.ts` says why.
const { P_DELETED } = layout;
const { TAG_NUMBER } = codec;
const { NUMBER_INFO } = lookups;
const { ABSENT, ANY_VERSION, DONE, touchHome, UNDONE } = fastPath;
const { bytesOf, cameTooLate, endOf, isTombstone } = versions;
const { UNDECIDED } = optimistic;
const { ticker } = background;
const { underway } = ownChanges;

/** A decision: everything stays as it is. */
export const LEAVE = 0;

/** There was no memory for a tombstone. */
export const NO_MEMORY_LEFT: unique symbol = Symbol("no memory left");

/** From the newest version of a key, and whether it is live, to what takes its place. */
export type Decide = (current: number, live: boolean) => number;

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
  readonly #floats: Float64Array;
  readonly #deletes: number;
  readonly #deleted: number;
  /** What the last seek found, besides the version. */
  #foundLive = false;
  #hasPlace = false;

  /**
   * @param attachment The worker's hold on the map.
   * @param key Where keys are packed: the attachment's own, which the quick way knows, for what the caller of the map writes;
   * another for what the map does by itself, perhaps in the middle of that.
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
    this.#floats = segment.floats;
    this.#deletes = participant.counterIndex("deletes");
    this.#deleted = participant.base + P_DELETED;
  }

  /**
   * Decides about the newest version of the packed key, again and again until no one comes between decision and change.
   *
   * @param toInsert Whether the decision may be a version for a key that has none.
   * @param decide From the newest version (0: none; perhaps a tombstone, perhaps expired), and whether it is live, to the version to
   * publish, or to `LEAVE` or `NO_MEMORY`. Called while pinned: none of the caller's code may run. A renewal that came too late was
   * published in the place of nothing, and is nothing: then it decides anew.
   * @returns What came of it: "full" if there is no memory for it, or no slot; the maker's `shortage` says what there was too little of.
   */
  tryCommit(
    toInsert: boolean,
    decide: Decide,
  ): "done" | "left" | "full" {
    const participant = this.#participant;
    participant.pin();
    try {
      this.#table.backoff.reset();
      for (let quickly = this.#isCallers;; quickly = false) {
        const current = this.#seek(toInsert, quickly);
        const version = decide(current, this.#foundLive);
        if (version === LEAVE) return "left";
        if (version === NO_MEMORY) return "full";
        const outcome = this.#linkOrFree(current, version);
        if (outcome === "done") {
          this.#noteChange();
          if (!cameTooLate(this.#segment.words, version)) return "done";
        } else if (outcome === "full") return "full";
        else if (!quickly) this.#table.backoff.wait();
      }
    } finally {
      participant.unpin();
    }
  }

  /**
   * As the table's `seek`; and sets whether what it found is live, with a second look where `Lookup.findLive` has one. First quickly: by a
   * optimistic read, which takes no place in the table; `#linkOrFree` knows.
   */
  #seek(toInsert: boolean, quickly: boolean): number {
    const seen = quickly ? this.#newest() : UNDECIDED;
    if (seen !== UNDECIDED) {
      const end = endOf(this.#segment, seen);
      this.#foundLive = end === Infinity;
      this.#hasPlace = false;
      if (this.#foundLive || end === -Infinity) return seen;
    }
    this.#hasPlace = true;
    for (let now = -Infinity;;) {
      const current = this.#table.seek(this.#key, toInsert);
      const end = endOf(this.#segment, current);
      this.#foundLive = end > now;
      if (end <= now || end === Infinity) return current;
      now = Date.now();
      if (end > now) return current;
    }
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

  /** Links a version, or frees it; ends the section that it was made in. */
  #linkOrFree(current: number, version: number): Insert {
    const outcome = this.#hasPlace
      ? this.#link(current, version)
      : this.#linkFast(current, version);
    if (outcome !== "done") this.#participant.allocator.free(version);
    this.#participant.leaveSection();
    return outcome;
  }

  /** Links a version without a place that was sought: "lost" if it takes more than the quick way. */
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
    if (outcome === "full") {
      this.maker.shortage = {
        of: "slot",
        bytes: bytesOf(this.#segment.words, version),
      };
    }
    return outcome;
  }

  /** After a change of the packed key's entry. */
  #noteChange(): void {
    if (!this.#isCallers) return;
    if (ticker.isResting) ticker.wake();
    underway.innermost?.note(this.#segment, this.#key);
  }

  /** Publishes a version with a prepared value under the packed key, whatever is there now; false if there is no memory for it, or no slot. */
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
   * Links a version, however often others are faster; false, and the version is freed, if the table has no place. Ends the section
   * that it was made in.
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
    this.#table.backoff.reset();
    for (;;) {
      const current = this.#table.seek(this.#key, true);
      const outcome = this.#link(current, version);
      if (outcome === "done") return true;
      if (outcome === "full") break;
      this.#table.backoff.wait();
    }
    this.#participant.allocator.free(version);
    return false;
  }

  /**
   * Deletes the entry of the packed key; returns what `read` makes of its version, undefined if there was none, or `NO_MEMORY_LEFT` if there
   * is none for a tombstone.
   *
   * @param read Reads the version, before it is deleted.
   * @param isSafe Whether that cannot fail: then it may come after.
   */
  tryRemove<T>(
    read: (ref: number) => T,
    isSafe: boolean,
  ): T | undefined | typeof NO_MEMORY_LEFT {
    const participant = this.#participant;
    participant.pin();
    try {
      return isSafe
        ? this.#deleteThenRead(read)
        : this.#readThenDelete(read, true);
    } finally {
      participant.unpin();
    }
  }

  #deleteThenRead<T>(
    read: (ref: number) => T,
  ): T | undefined | typeof NO_MEMORY_LEFT {
    const outcome = this.removeFast();
    if (outcome === ABSENT) return undefined;
    if (outcome === DONE) return read(this.#segment.words[this.#deleted]);
    return this.#readThenDelete(read, false);
  }

  #readThenDelete<T>(
    read: (ref: number) => T,
    tryQuickly: boolean,
  ): T | undefined | typeof NO_MEMORY_LEFT {
    this.#table.backoff.reset();
    for (let quickly = tryQuickly;; quickly = false) {
      const current = this.#seek(false, quickly);
      if (!this.#foundLive) return undefined;
      const value = read(current);
      if (quickly) {
        if (this.removeFast(current) === DONE) return value;
        continue;
      }
      const tombstone = this.maker.tombstone();
      if (tombstone === NO_MEMORY) return NO_MEMORY_LEFT;
      if (this.#linkOrFree(current, tombstone) === "done") {
        this.#floats[this.#deletes]++;
        this.#noteChange();
        return value;
      }
      this.#table.backoff.wait();
    }
  }

  // ---- the quick way --------------------------------------------------------------------------------------------------

  // Whole operations in one call of the kernel, and so with steps of their own: those of `table/fast_path.ts`, which are searched as
  // the others are, and take the same words through the same states. False, or `UNDONE`, where they lead nowhere.

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

  /** Exchanges one number for another, neither NaN, if there is that one, and it does not expire. */
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

  /** Deletes the entry of the packed key, if its version is the one that is expected: `DONE`, `ABSENT` or `UNDONE`. */
  removeFast(expected: number = ANY_VERSION): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDONE;
    const { base } = this.#participant;
    const outcome = this.#fastPath.remove(base, key.hash, key.info, expected);
    if (outcome === DONE) {
      this.#table.countTombstone();
      this.#floats[this.#deletes]++;
      this.#noteChange();
    }
    return outcome;
  }

  /** Adds to a number, or to 0 if there is none; the sum is in the record then. */
  incrementFast(by: number): boolean {
    const key = this.#key;
    const isDone = key.fitsScratch &&
      this.#fastPath.increment(
          this.#participant.base,
          key.hash,
          key.info,
          NUMBER_INFO,
          by,
        ) === DONE;
    if (!isDone) return false;
    this.#noteChange();
    return true;
  }
}
