/**
 * Committing: the one way by which versions come into the table.
 *
 * A write seeks the newest version of its key, decides, makes a version, which is then in hand,
 * links it in one step, and notes the change; if another worker was faster, it begins anew.
 * `tryCommit` is all of that, whatever is decided. What programs do most has short cuts:
 * `tryPut`, and those of `fast_commit.ts`. (Bulk loads have one of their own,
 * `persist/bulk_load.ts`.)
 *
 * No step runs the caller's code: what is decided on is read, and prepared, by codecs of this
 * module, or before.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import type { Segment } from "../segment/segment.ts";
import * as optimistic from "../table/optimistic_read.ts";
import type { EncodedKey } from "../table/key.ts";
import * as leases from "../table/leases.ts";
import * as fastPath from "../table/fast_path.ts";
import type { FastPath } from "../table/fast_path_fallback.ts";
import type { Insert, Table } from "../table/table.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { judged } from "./liveness.ts";
import { ChangeNotes } from "./change_notes.ts";
import { FastCommitter } from "./fast_commit.ts";
import { NO_MEMORY, type Prepared, VersionMaker } from "./version_maker.ts";

// Constants of its own: `layout.ts` says why.
const { ANY_VERSION, DONE, touchHome } = fastPath;
const { cameTooLate, isStructure, isTombstone } = versions;
const { revoke } = leases;
const { UNDECIDED } = optimistic;

/** A decision: everything stays as it is. */
export const LEAVE = 0;

/** From the newest version of a key, and whether it is live, to what takes its place. */
export type Decide = (current: number, live: boolean) => number;

/** What came of a commit: "full" if there was no memory for it, or no slot. */
export type Outcome = "done" | "left" | "full";

/** Commits to one key after the other: to the one that is packed. */
export class Committer {
  /** Makes the versions that are decided on. */
  readonly maker: VersionMaker;
  /** Whole commits in one call of the kernel. */
  readonly fast: FastCommitter;
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #fastPath: FastPath;
  readonly #key: EncodedKey;
  readonly #isCallers: boolean;
  readonly #changes: ChangeNotes;

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
    this.#changes = new ChangeNotes(attachment, key);
    this.fast = new FastCommitter(attachment, key, this.#changes);
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
   * @param mayBeFast Whether the fast path may be tried first: not if trees are likely.
   * @returns What came of it; if that is "full", the maker's `shortage` says of what there was too
   * little.
   */
  tryCommit(
    toInsert: boolean,
    decide: Decide,
    mayBeFast: boolean = this.#isCallers,
  ): Outcome {
    const participant = this.#participant;
    participant.pin();
    try {
      this.#table.backoff.reset();
      for (let isFirst = true;; isFirst = false) {
        // First by an optimistic read. If that is not enough, the table seeks, and keeps the place.
        const isFast = isFirst && mayBeFast;
        let found = isFast ? this.fast.find() : UNDECIDED;
        const isSought = found === UNDECIDED;
        if (isSought) {
          this.#revokeLeases();
          found = this.#seek(toInsert);
        }
        const live = found > 0;
        const current = live ? found : 0 - found;
        const version = decide(current, live);
        if (version === LEAVE) return "left";
        if (version === NO_MEMORY) return "full";
        const outcome = this.#linkOrFree(current, version, isSought);
        if (outcome === "full") return "full";
        if (outcome === "done") {
          this.#changes.note();
          if (!cameTooLate(this.#segment.words, version)) return "done";
        } else if (isSought) this.#table.backoff.wait();
      }
    } finally {
      participant.unpin();
    }
  }

  /**
   * What is being loaded for the packed key is not to be kept: before it is looked at in order to
   * write it. What the map removes by itself is not newer than that.
   */
  #revokeLeases(): void {
    if (!this.#isCallers) return;
    revoke(this.#segment.words, this.#key.hash);
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
    if (outcome !== "done") {
      this.#participant.allocator.free(version);
      this.#table.trees.giveUp();
    }
    this.#participant.leaveSection();
    return outcome;
  }

  /**
   * Links a version whose place was not sought: "lost" if the fast path does not do it, as it does
   * not where trees hang from the version.
   */
  #linkFast(current: number, version: number): Insert {
    const { base } = this.#participant;
    if (isStructure(this.#segment.words, version)) return "lost";
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
    if (outcome === "full") this.maker.noteNoSlot(version);
    return outcome;
  }

  /**
   * Publishes a version with a prepared value under the packed key, whatever is there now; false if
   * there is no memory for it, or no slot.
   */
  tryPut(values: Prepared, expiry: number): boolean {
    return this.fast.put(values, expiry) ||
      this.tryPutAtLength(values, expiry);
  }

  /** The same, where the fast path did not do it. */
  tryPutAtLength(values: Prepared, expiry: number): boolean {
    const { base } = this.#participant;
    this.#revokeLeases();
    touchHome(this.#segment.words, base, this.#key.hash);
    const version = this.maker.make(values, expiry);
    if (version === NO_MEMORY || !this.#publish(version)) return false;
    this.#changes.note();
    return true;
  }

  /**
   * Links a version, however often others are faster; false, and the version is freed, if the table
   * has no place. Ends the section that it was made in.
   */
  #publish(version: number): boolean {
    const participant = this.#participant;
    const { base } = participant;
    const { hash } = this.#key;
    if (this.#fastPath.publish(base, hash, version, ANY_VERSION) === DONE) {
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
    this.maker.noteNoSlot(version);
    this.#participant.allocator.free(version);
    return false;
  }
}
