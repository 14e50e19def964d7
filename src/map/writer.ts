/**
 * The writer: commits, and reclaims memory where there is too little, until the write is done or
 * there is nothing left to try.
 *
 * @module
 */

import * as fastPath from "../table/fast_path.ts";
import type { Participant } from "../reclamation/participant.ts";
import type { Attachment } from "./attachment.ts";
import { Committer, type Decide, LEAVE, type Outcome } from "./commit.ts";
import { type FastCommitter, NOT_TAKEN } from "./fast_commit.ts";
import { evictAhead } from "./eviction.ts";
import { Reclaimer } from "./reclaim.ts";
import type { Progress } from "./reclaim_strategies.ts";
import { StructureMaker } from "./structure_maker.ts";
import type { Prepared, VersionMaker } from "./version_maker.ts";

// Constants of its own: `layout.ts` says why.
const { ABSENT, DONE } = fastPath;

/** Writes to one key after the other: to the one that is packed into the attachment's scratch. */
export class Writer {
  readonly #participant: Participant;
  readonly #committer: Committer;
  /** Whole commits in one call of the kernel. */
  readonly fast: FastCommitter;
  readonly #reclaimer: Reclaimer;
  /** Makes the versions that are decided on. */
  readonly maker: VersionMaker;
  /** Makes those that trees hang from. */
  readonly structures: StructureMaker;
  readonly #attachment: Attachment;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#participant = attachment.participant;
    this.#committer = new Committer(attachment);
    this.fast = this.#committer.fast;
    this.#reclaimer = new Reclaimer(attachment);
    this.maker = this.#committer.maker;
    this.structures = new StructureMaker(attachment, this.maker);
  }

  /** As `Committer.tryCommit`; returns whether a version was published. Throws `MapFullError`. */
  commit(toInsert: boolean, decide: Decide, mayBeFast?: boolean): boolean {
    let progress: Progress | undefined;
    let most = 0;
    for (;;) {
      const outcome = this.#committer.tryCommit(toInsert, decide, mayBeFast);
      if (outcome !== "full") {
        this.#participant.collectSometimes();
        return outcome === "done";
      }
      const { before = 0 } = this.maker.shortage;
      if (before > most) progress = undefined; // what was tried has helped
      most = Math.max(most, before);
      progress = this.reclaim(progress);
      if (before > 0) this.#evictAhead(before);
    }
  }

  /** What takes many blocks is not to evict for one after the other. */
  #evictAhead(bytes: number): void {
    if (this.#attachment.segment.evicts) evictAhead(this.#attachment, bytes);
  }

  /** The same without reclaiming: for callers that are pinned. */
  tryCommit(toInsert: boolean, decide: Decide): Outcome {
    return this.#committer.tryCommit(toInsert, decide);
  }

  /** Publishes a version with a prepared value, whatever is there now. Throws `MapFullError`. */
  put(values: Prepared, expiry: number): void {
    if (this.#committer.tryPut(values, expiry)) {
      this.#participant.collectSometimes();
    } else this.putAtLength(values, expiry, this.reclaim());
  }

  /** The same, where the fast path did not do it. */
  putAtLength(values: Prepared, expiry: number, progress?: Progress): void {
    while (!this.#committer.tryPutAtLength(values, expiry)) {
      progress = this.reclaim(progress);
    }
    this.#participant.collectSometimes();
  }

  /**
   * Deletes the entry of the packed key; returns whether there was one. Works when the map is full.
   */
  delete(): boolean {
    switch (this.fast.remove()) {
      case DONE:
        return true;
      case ABSENT:
        return false;
      default:
        return this.deleteAtLength();
    }
  }

  /** The same, where the fast path did not do it. */
  deleteAtLength(): boolean {
    return this.takeAtLength(() => true) ?? false;
  }

  /** The same, and reads what is deleted: as `FastCommitter.take`. */
  take<T>(read: (ref: number) => T, isSafe: boolean): T | undefined {
    const taken = this.fast.take(read, isSafe);
    return taken === NOT_TAKEN ? this.takeAtLength(read) : taken;
  }

  /** The same, where the fast path did not do it. */
  takeAtLength<T>(read: (ref: number) => T): T | undefined {
    let result: T | undefined;
    const isRemoved = this.commit(false, (current, live) => {
      if (!live) return LEAVE;
      result = read(current);
      return this.maker.tombstone();
    });
    return isRemoved ? result : undefined;
  }

  /** As `Reclaimer.reclaimFor`, for the write at hand. Called between pins. */
  reclaim(progress?: Progress): Progress {
    return this.#reclaimer.reclaimFor(this.maker.shortage, progress);
  }
}
