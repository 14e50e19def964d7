/**
 * Times to live among the arguments of commands.
 *
 * @module
 */

import { fail } from "../errors.ts";
import { MOST } from "../numbers.ts";
import type { Args } from "./args.ts";

/** How a time to live is given: its unit in milliseconds, and whether it counts from now. */
export interface TimeForm {
  readonly unit: number;
  readonly fromNow: boolean;
}

/** The words for that. */
export const TIME_FORMS: Readonly<Record<string, TimeForm>> = {
  EX: { unit: 1000, fromNow: true },
  PX: { unit: 1, fromNow: true },
  EXAT: { unit: 1000, fromNow: false },
  PXAT: { unit: 1, fromNow: false },
};

const WORDS = Object.keys(TIME_FORMS);

/** So many seconds are less than 64 bits hold in milliseconds, also from now on. */
const SURELY_FITS = 1e12;

/** Gives the time of an expiry, in milliseconds since 1970, when a command runs. */
export type Ending = () => number;

/** Takes a time to live with its word, if that is next, for the command with a name. */
export function takeEnding(args: Args, name: string): Ending | undefined {
  const word = args.takesOne(WORDS);
  return word === undefined
    ? undefined
    : endingOf(args, TIME_FORMS[word], name);
}

/** Takes a time to live, which must be above 0. */
export function endingOf(args: Args, form: TimeForm, name: string): Ending {
  const amount = args.integer();
  if (amount <= 0) failTime(name);
  return anyEndingOf(amount, form, name);
}

/** Gives the end of a time to live, which may have passed. */
export function anyEndingOf(
  amount: number | bigint,
  { unit, fromNow }: TimeForm,
  name: string,
): Ending {
  if (typeof amount === "bigint" || Math.abs(amount) > SURELY_FITS) {
    const ms = BigInt(amount) * BigInt(unit);
    const now = fromNow ? BigInt(Date.now()) : 0n;
    if (ms > MOST - now || ms < -MOST) failTime(name);
  }
  const ms = Number(amount) * unit;
  return () => fromNow ? Date.now() + ms : ms;
}

function failTime(name: string): never {
  fail(`ERR invalid expire time in '${name.toLowerCase()}' command`);
}
