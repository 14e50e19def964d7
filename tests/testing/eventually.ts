/**
 * Waits for a condition, however slow the machine is.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than anything that comes at all takes, on the slowest machine. */
const TIMEOUT_MS = 120_000;
const PAUSE_MS = 5;
/** Of this module's own, as tests fake the clock. */
const elapsed = performance.now.bind(performance);

/** Whether something has come: to throw says no, too, and why. */
type Check = () => boolean | void | Promise<boolean | void>;

/**
 * Looks again and again until a check passes: until it neither throws nor
 * gives `false`. In the end it throws what the check does.
 */
export async function eventually(check: Check): Promise<void> {
  const deadline = elapsed() + TIMEOUT_MS;
  for (;;) {
    const isLast = elapsed() > deadline;
    try {
      if (await check() !== false) return;
    } catch (error) {
      if (isLast) throw error;
    }
    if (isLast) throw new Error(`It never came to this: ${check}`);
    await sleep(PAUSE_MS);
  }
}
