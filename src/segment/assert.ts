/**
 * Assertions: what must hold by the rules of the protocol, checked where that is cheap.
 *
 * They are turned off. What stands behind a constant that is false is left out by V8, and by the
 * compiler of the kernel. The searches of schedules and deaths turn them on: their import maps put
 * `tests/testing/assert.ts` in the place of this module.
 *
 * An assertion reads words plainly, and not by `atomics.ts`: it is no step of the protocol, so that
 * schedules and deaths are the same with it and without. It may only look at words that nobody else
 * writes at the moment.
 *
 * @module
 */

/** Whether assertions are checked. */
export const CHECKED: boolean = false;

/** Throws unless something holds. Called only if {@linkcode CHECKED}. */
export function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It must hold that ${what}`);
}
