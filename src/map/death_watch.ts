/**
 * The death watch: when an attachment looks for dead workers, and that it clears up after them.
 *
 * @module
 */

import { recoverDead } from "../reclamation/recovery.ts";
import { H_LOOKED } from "../segment/layout.ts";
import type { Attachment } from "./attachment.ts";
import { takeTurn } from "./background.ts";
import { sumActivity } from "./counters.ts";
import type { Job, Urgency } from "./job.ts";

/** Between two looks for the dead: while somebody writes, and while nobody does. */
const LOOK_MS = 500;
const LOOK_AT_REST_MS = 5_000;

/**
 * What had been written to each segment by the last look of this thread, which serves all
 * attachments to it.
 */
const looks = new WeakMap<SharedArrayBuffer, number>();

/** Looks for the dead on behalf of one attachment. */
export class DeathWatch implements Job {
  readonly name = "look for the dead";
  readonly #attachment: Attachment;
  /** What had been written by the last round. */
  #activity = -1;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /**
   * Notes what has been written, for the look at the end of the round. The attachment may rest once
   * a look of this thread has followed all of that. Another thread's look does not count: the
   * worker that took the last turn may be the one that died.
   */
  run(): Urgency {
    const { segment } = this.#attachment;
    this.#activity = sumActivity(segment);
    const isFollowed = this.#activity === looks.get(segment.buffer);
    return isFollowed ? "when something happens" : "later";
  }

  /** Whether it is this thread's turn to look for the dead; takes the turn. */
  takesLook(): boolean {
    const { segment } = this.#attachment;
    const isActive = this.#activity !== looks.get(segment.buffer);
    const every = isActive ? LOOK_MS : LOOK_AT_REST_MS;
    const isTaken = takeTurn(segment, H_LOOKED, every);
    if (isTaken) looks.set(segment.buffer, this.#activity);
    return isTaken;
  }

  /** Clears up after the dead: those whose locks are not among the living's. */
  async recover(living: ReadonlySet<string>): Promise<void> {
    const { isOpen, participant, tableRecovery } = this.#attachment;
    if (isOpen) await recoverDead(participant, tableRecovery, living);
  }
}
