/**
 * The writer: commits, and reclaims memory where there is too little, until a write is done or nothing is left to try.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import type { Attachment } from "./attachment.ts";
import { Committer, type Decide, NO_MEMORY_LEFT } from "./commit.ts";
import { Reclaimer } from "./reclaim.ts";
import type { Progress } from "./reclaim_strategies.ts";
import type { Prepared, VersionMaker } from "./version_maker.ts";

/** Writes to one key after the other: to the one that is packed into the attachment's scratch. */
export class Writer {
  readonly #participant: Participant;
  readonly #committer: Committer;
  readonly #reclaimer: Reclaimer;
  /** Makes the versions that are decided on. */
  readonly maker: VersionMaker;

  constructor(attachment: Attachment) {
    this.#participant = attachment.participant;
    this.#committer = new Committer(attachment);
    this.#reclaimer = new Reclaimer(attachment);
    this.maker = this.#committer.maker;
  }

  /** As `Committer.tryCommit`; returns whether a version was published. Throws `MapFullError`. */
  commit(toInsert: boolean, decide: Decide): boolean {
    let progress: Progress | undefined;
    for (;;) {
      const outcome = this.#committer.tryCommit(toInsert, decide);
      if (outcome !== "full") {
        this.#participant.collectSometimes();
        return outcome === "done";
      }
      progress = this.reclaim(progress);
    }
  }

  /** The same without reclaiming: for whoever is pinned. */
  tryCommit(toInsert: boolean, decide: Decide): "done" | "left" | "full" {
    return this.#committer.tryCommit(toInsert, decide);
  }

  /** Publishes a version with a prepared value, whatever is there now. Throws `MapFullError`. */
  put(values: Prepared, expiry: number): void {
    let progress: Progress | undefined;
    while (!this.#committer.tryPut(values, expiry)) {
      progress = this.reclaim(progress);
    }
    this.#participant.collectSometimes();
  }

  /** As `Committer.tryRemove`. Works when the map is full. */
  remove<T>(read: (ref: number) => T, isSafe: boolean): T | undefined {
    let progress: Progress | undefined;
    for (;;) {
      const outcome = this.#committer.tryRemove(read, isSafe);
      if (outcome !== NO_MEMORY_LEFT) {
        this.#participant.collectSometimes();
        return outcome;
      }
      progress = this.reclaim(progress);
    }
  }

  /** As `Committer.removeFast`, of whatever is there. */
  removeFast(): number {
    return this.#committer.removeFast();
  }

  /** As `Committer.exchangeFast`. */
  exchangeFast(expected: unknown, next: unknown): boolean {
    const isDone = this.#committer.exchangeFast(expected, next);
    if (isDone) this.#participant.collectSometimes();
    return isDone;
  }

  /** As `Committer.incrementFast`. */
  incrementFast(by: number): boolean {
    const isDone = this.#committer.incrementFast(by);
    if (isDone) this.#participant.collectSometimes();
    return isDone;
  }

  /** As `Reclaimer.reclaimFor`, for the write at hand. Called between pins. */
  reclaim(progress?: Progress): Progress {
    return this.#reclaimer.reclaimFor(this.maker.shortage, progress);
  }
}
