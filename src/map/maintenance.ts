/**
 * Maintenance: the rounds in which an attachment does its jobs, and when it may rest.
 *
 * @module
 */

import { activityOf } from "./counters.ts";
import type { Attachment } from "./attachment.ts";
import type { Resident } from "./background.ts";
import { DeathWatch } from "./death_watch.ts";
import { type Job, type Round, sooner, type Urgency } from "./job.ts";

/** Rounds without work before a rest: by then a look for the dead is due, if somebody wrote. */
const ROUNDS_BEFORE_REST = 3;
/** Of so many rounds at rest one is a round at work all the same. */
const RESTS_PER_ROUND = 10;

/** The background work for one attachment. */
export class Maintenance implements Resident {
  readonly #attachment: Attachment;
  readonly #jobs: readonly Job[];
  readonly #watch: DeathWatch;
  /** Whether the last round found that an operation was stopped. */
  #wasStopped = false;
  /** What this participant had written by the last round. */
  #ownActivity = -1;
  /** Rounds since it last had something to do. */
  #rests = 0;

  /**
   * @param attachment The worker's hold on the map.
   * @param jobs What is done in each round, in this order, before it looks for the dead.
   */
  constructor(attachment: Attachment, jobs: readonly Job[]) {
    this.#attachment = attachment;
    this.#watch = new DeathWatch(attachment);
    this.#jobs = [...jobs, this.#watch];
  }

  /**
   * One round. Where nothing was written since the last one, and nothing is left to do, it is a
   * round at rest, but now and then.
   */
  tick(): Urgency {
    if (this.#isStopped()) return "soon";
    const round = this.#nextRound();
    let urgency: Urgency = "when something happens";
    for (const job of this.#jobs) urgency = sooner(urgency, job.run(round));
    return this.#rests < ROUNDS_BEFORE_REST ? "soon" : urgency;
  }

  /**
   * Whether this worker is being stopped: then a timer that is due is still called once, and must
   * do nothing. If an operation is still pinned in the round after that, the worker lives, and an
   * exception came out of a place where none should.
   */
  #isStopped(): boolean {
    const { participant } = this.#attachment;
    const isFirst = participant.isStopped && !this.#wasStopped;
    if (participant.isStopped && !isFirst) participant.dropStalePins();
    this.#wasStopped = isFirst;
    return isFirst;
  }

  /** The last round of work is followed by one more: what is at hand is given away then. */
  #nextRound(): Round {
    const { participant, segment, table: { migration } } = this.#attachment;
    const activity = activityOf(segment, participant.slot);
    const isActive = activity !== this.#ownActivity ||
      participant.hasRetired || migration.isMoving;
    this.#ownActivity = activity;
    this.#rests = isActive ? 0 : this.#rests + 1;
    return this.#rests % RESTS_PER_ROUND > 1 ? "at rest" : "at work";
  }

  takesLook(): boolean {
    return this.#watch.takesLook();
  }

  recover(living: ReadonlySet<string>): Promise<void> {
    return this.#watch.recover(living);
  }
}
