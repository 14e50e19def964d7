/**
 * The program of one worker: it is run from its first operation to its last, and what
 * came of each is written down.
 *
 * @module
 */
import type { Segment } from "../../src/segment/segment.ts";
import { Client } from "./client.ts";
import { EVENTS, MOST_OPERATIONS } from "./shared_state.ts";
import { tellTime } from "./clock.ts";
import { discardOptimistic, endOptimistic } from "./freed.ts";
import type { Scenario } from "./scenario.ts";
import { slotOf } from "./participants.ts";
import { trace } from "./trace.ts";
import { run, sharedState, yieldNow } from "./scheduler.ts";

/** What stands for `undefined` among results. */
export const NO_RESULT = -(2 ** 53);

/** Runs the program of a worker. */
export function runProgram(
  segment: Segment,
  scenario: Scenario,
  worker: number,
): void {
  tellTime(segment);
  const me = new Client(segment, slotOf(worker));
  const { results, times, words } = sharedState();
  const operations = scenario.programs[worker];
  run(() => {
    for (let i = 0; i < operations.length; i++) {
      if (i > 0) yieldNow();
      const row = worker * MOST_OPERATIONS + i;
      trace("begin", i, 0);
      times[2 * row] = words[EVENTS]++;
      discardOptimistic(); // of a run that was ended
      const result = operations[i].run(me) ?? NO_RESULT;
      endOptimistic(true);
      results[row] = result;
      times[2 * row + 1] = words[EVENTS]++;
      trace("end", i, result);
    }
  });
}
