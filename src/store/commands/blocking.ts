/**
 * Commands that wait: how long, and for what.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import { fail } from "../errors.ts";
import { parseDouble } from "../numbers.ts";
import type { Open } from "../space.ts";
import type { TypeName } from "../stored.ts";
import type { Run, Waits } from "./command.ts";
import type { Reply } from "./reply.ts";

/** The timeout of an argument in seconds, 0 being none, in milliseconds. */
export function takeTimeout(text: string): number {
  const seconds = parseDouble(text) ??
    fail("ERR timeout is not a float or out of range");
  if (!Number.isFinite(seconds)) fail("ERR timeout is out of range");
  if (seconds < 0) fail("ERR timeout is negative");
  return seconds === 0 ? Infinity : Math.ceil(seconds * 1000);
}

/** What is waited for: an entry of a type, and what is taken from it. */
type WaitsForType = Pick<Waits, "keys" | "timeout" | "take"> & {
  readonly type: TypeName;
};

/** A run that takes from the first key that has something, and may wait for it. */
export function waiting({ keys, take, timeout, type }: WaitsForType): Run {
  const run: Run = (space) =>
    space.all((open) => takeFirst(open, { keys, take }));
  const isReady = (entry: Entry) => entry.type === type;
  return Object.assign(run, {
    waits: { keys, timeout, line: type, isReady, take },
  });
}

/** What the first key gives that has something; null: none has. Throws at one of another type. */
export function takeFirst(
  open: Open,
  { keys, take }: Pick<Waits, "keys" | "take">,
): Reply {
  for (const key of keys) {
    const reply = take(open, key);
    if (reply !== null) return reply;
  }
  return null;
}
