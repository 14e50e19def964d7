/**
 * A part of a scenario, as the worker plays it that has its seat.
 *
 * @module
 */
import type { Segment } from "../../src/segment/segment.ts";
import { Actor } from "./actor.ts";
import { EVENTS, MOST_OPERATIONS } from "./board.ts";
import { tellTime } from "./clock.ts";
import { believeGlance, dropGlance } from "./freed.ts";
import type { Scenario } from "./scenario.ts";
import { slotOf } from "./participants.ts";
import { trace } from "./trace.ts";
import { myBoard, pauseForOthers, play } from "./scheduler.ts";

/** What stands for `undefined` among results. */
export const NO_RESULT = -(2 ** 53);

/** Plays a part from its first operation to its last. */
export function playPart(
  segment: Segment,
  scenario: Scenario,
  part: number,
): void {
  tellTime(segment);
  const me = new Actor(segment, slotOf(part));
  const { results, times, words } = myBoard();
  const operations = scenario.parts[part];
  play(() => {
    for (let i = 0; i < operations.length; i++) {
      if (i > 0) pauseForOthers();
      const row = part * MOST_OPERATIONS + i;
      trace("begin", i, 0);
      times[2 * row] = words[EVENTS]++;
      dropGlance(); // of a run that was ended
      const result = operations[i].run(me) ?? NO_RESULT;
      believeGlance();
      results[row] = result;
      times[2 * row + 1] = words[EVENTS]++;
      trace("end", i, result);
    }
  });
}
