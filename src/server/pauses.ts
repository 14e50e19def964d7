/**
 * Pauses: for a while, commands wait.
 *
 * @module
 */

import { sleep, timers } from "../timers.ts";
import type { Settings } from "./settings.ts";

/** How long it takes to see that a pause was ended early, in milliseconds. */
const LOOK_MS = 10;

/** Waits until there is no pause; forgets one that is over. */
export async function pauseEnd(settings: Settings): Promise<void> {
  for (;;) {
    const left = settings.pausedUntil - timers.now();
    if (left <= 0) break;
    await sleep(Math.min(left, LOOK_MS));
  }
  settings.pausedUntil = 0;
}
