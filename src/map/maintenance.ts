/**
 * Maintenance: what an attachment does in the background. It gives back what it does not need, tidies the table, sweeps, and looks
 * for the dead.
 *
 * @module
 */

import { adoptEstates } from "../reclamation/estate.ts";
import { recoverDead } from "../reclamation/recovery.ts";
import { H_LOOKED, H_SWEPT, H_TTL_USED } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { activityOf, sumActivity } from "./counters.ts";
import type { Attachment } from "./attachment.ts";
import { type Resident, takeTurn, type Urgency } from "./background.ts";
import { sweep } from "./expiry_sweep.ts";

/** Between two looks for the dead: while somebody writes, and while nobody does. */
const LOOK_MS = 500;
const LOOK_AT_REST_MS = 5_000;
/** Rounds without work before a rest: so many that a look for the dead is due by then, if something was written. */
const ROUNDS_BEFORE_REST = 3;
/** Between two rounds of the background sweep. */
const SWEEP_MS = 150;
/** Of so many rounds at rest one does all the same what those do that have work. */
const RESTS_PER_ROUND = 10;
/** Background work on a migration per round: bounds how long the event loop is busy. */
const STRIDES_PER_TICK = 256;
/** Share of tombstones in the table at which the background starts a move. */
const DEAD_SHARE_AT_REST = 1 / 4;

/** What had been written to each segment by the last look of this thread, which serves all attachments to it. */
const looks = new WeakMap<SharedArrayBuffer, number>();

/** The background work for one attachment. */
export class Maintenance implements Resident {
  readonly #attachment: Attachment;
  /** Whether the last round found that an operation was stopped. */
  #wasStopped = false;
  /** What this participant had written by the last round; and how long it has had nothing to do. */
  #ownActivity = -1;
  #rests = 0;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /**
   * One round of background work. Where nothing was written since the last one, and nothing is left to do, it does not even look for
   * work, but now and then.
   */
  tick(): Urgency {
    const { participant } = this.#attachment;
    if (this.#isStopped()) return "soon";
    participant.heal();
    adoptEstates(participant); // also at rest: who left may have been the last that had something to do
    if (!this.#isAtRest()) {
      participant.collectAtRest();
      this.#attachment.lowerReserve();
      this.#tidyTable();
    } else if (participant.holdsVersions) participant.collect(); // the snapshot may be closed by now
    if (this.#rests < ROUNDS_BEFORE_REST) {
      this.#sweep();
      return "soon";
    }
    if (load(this.#attachment.segment.words, H_TTL_USED) === 0) {
      const isDone = !participant.holdsVersions && this.#wasLookedAfter;
      return isDone ? "when something happens" : "later";
    }
    return this.#sweep() ? "soon" : "later";
  }

  /**
   * Whether this worker is being stopped: then a timer that is due is still called once, and must do nothing. Where an operation left its
   * pin twice, the worker lives, and an exception came out of a place where none should.
   */
  #isStopped(): boolean {
    const { participant } = this.#attachment;
    const isFirst = participant.isStopped && !this.#wasStopped;
    if (participant.isStopped && !isFirst) participant.dropStalePins();
    this.#wasStopped = isFirst;
    return isFirst;
  }

  #isAtRest(): boolean {
    const { participant, table: { migration } } = this.#attachment;
    const activity = activityOf(this.#attachment.segment, participant.slot);
    const isActive = activity !== this.#ownActivity ||
      participant.hasRetired || migration.isMoving;
    this.#ownActivity = activity;
    this.#rests = isActive ? 0 : this.#rests + 1;
    return this.#rests % RESTS_PER_ROUND > 1; // once more after the last that was active: what it has at hand is given away then
  }

  /** Says whether something had expired. */
  #sweep(): boolean {
    return load(this.#attachment.segment.words, H_TTL_USED) !== 0 &&
      takeTurn(this.#attachment.segment, H_SWEPT, SWEEP_MS) &&
      sweep(this.#attachment);
  }

  /**
   * Whether a look of this thread followed all that was written. Another thread's does not do: whoever took the last turn may be the one
   * that died.
   */
  get #wasLookedAfter(): boolean {
    return sumActivity(this.#attachment.segment) ===
      looks.get(this.#attachment.segment.buffer);
  }

  takesLook(): boolean {
    const { segment } = this.#attachment;
    const activity = sumActivity(segment);
    const isActive = activity !== looks.get(segment.buffer);
    const every = isActive ? LOOK_MS : LOOK_AT_REST_MS;
    const isTaken = takeTurn(segment, H_LOOKED, every);
    if (isTaken) looks.set(segment.buffer, activity); // else what was written is yet to be followed by a look
    return isTaken;
  }

  #tidyTable(): void {
    const { migration, resizer } = this.#attachment.table;
    this.#attachment.pinned(() => {
      migration.keepReserve();
      resizer.considerShrinking(DEAD_SHARE_AT_REST);
      for (let i = 0; i < STRIDES_PER_TICK && migration.helpIfMoving(); i++);
    });
  }

  async recover(living: ReadonlySet<string>): Promise<void> {
    if (!this.#attachment.isOpen) return;
    await recoverDead(
      this.#attachment.participant,
      this.#attachment.tableRecovery,
      living,
    );
  }
}
