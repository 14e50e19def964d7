/**
 * Arguments and replies of the commands that scan.
 *
 * @module
 */

import type { ScanStep } from "../collections.ts";
import { fail, SYNTAX } from "../errors.ts";
import { globMatcher } from "../glob.ts";
import type { Args } from "./args.ts";
import type { Reply } from "./reply.ts";

/** What is asked of a step of a scan. */
export interface Scanning {
  readonly cursor: number;
  readonly count: number;
  readonly matches: (name: string) => boolean;
  readonly type: string | undefined;
}

const DEFAULT_COUNT = 10;

/** Takes a cursor. */
export function takeCursor(args: Args): number {
  const text = args.next();
  return /^\d{1,20}$/.test(text) ? Number(text) : fail("ERR invalid cursor");
}

/** Takes the options that follow a cursor. */
export function takeScanning(
  args: Args,
  cursor: number,
  hasType: boolean,
): Scanning {
  let count = DEFAULT_COUNT;
  let matches = (_name: string) => true;
  let type: string | undefined;
  while (args.left > 0) {
    if (args.takes("COUNT")) {
      count = args.number();
      if (count < 1) fail(SYNTAX);
    } else if (args.takes("MATCH")) matches = globMatcher(args.next());
    else if (hasType && args.takes("TYPE")) type = args.next().toLowerCase();
    else fail(SYNTAX);
  }
  return { cursor, count, matches, type };
}

/** The reply of a step: the next cursor, and what was found that matches. */
export function scanReply<T>(
  { matches }: Scanning,
  step: ScanStep<T>,
  nameOf: (item: T) => string,
  wordsOf: (item: T) => readonly string[],
): Reply {
  const wanted = step.items.filter((item) => matches(nameOf(item)));
  return [String(step.cursor), wanted.flatMap(wordsOf)];
}
