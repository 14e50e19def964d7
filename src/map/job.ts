/**
 * Jobs: the parts of what an attachment does in the background. What is to be done there is a job
 * in the list of `background_jobs.ts`; the timers need not know of it.
 *
 * @module
 */

/** When the next round should be. */
export type Urgency = "soon" | "later" | "when something happens";

/**
 * What a round of background work is for. At work: something was written since the last round, or
 * is left to do. At rest: nothing was, so a job does only what may have become due by itself.
 */
export type Round = "at work" | "at rest";

/** One thing that an attachment does in the background. */
export interface Job {
  readonly name: string;
  /**
   * Does what is due, between operations, and for a few milliseconds at most.
   *
   * @returns When it should be called again, if nothing happens until then.
   */
  run(round: Round): Urgency;
}

/** The more urgent one. */
export function sooner(one: Urgency, other: Urgency): Urgency {
  if (one === "soon" || other === "soon") return "soon";
  return one === "later" || other === "later" ? "later" : one;
}
