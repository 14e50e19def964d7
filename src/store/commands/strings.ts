/**
 * Commands on strings.
 *
 * @module
 */

import { formatDecimal, parseDecimal } from "../decimal.ts";
import type { Entry } from "../entry.ts";
import { fail, NOT_A_FLOAT, NOT_AN_INTEGER, SYNTAX } from "../errors.ts";
import { addIntegers, type Integer, LEAST, parseInteger } from "../numbers.ts";
import type { Args } from "./args.ts";
import {
  ALL_KEYS,
  changes,
  type Command,
  commandsOf,
  joins,
  ONE_KEY,
  reads,
} from "./command.ts";
import { type Ending, endingOf, takeEnding, TIME_FORMS } from "./expiry.ts";
import { isBackwards, stringRangeOf } from "./ranges.ts";
import { flag, OK, type Reply } from "./reply.ts";

/** The most bytes of a string. */
const MOST_BYTES = 512 * 2 ** 20;
/** A string that is longer than this does not fit. */
export const TOO_LONG =
  "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
const ODD = (name: string) =>
  `ERR wrong number of arguments for '${name}' command`;

/** Whether a SET happens: if there is no entry, if there is one. */
type Condition = "NX" | "XX" | undefined;

function parseSet(args: Args): (entry: Entry) => Reply {
  const value = args.next();
  let condition: Condition;
  let gets = false;
  let keeps = false;
  let ending: Ending | undefined;
  while (args.left > 0) {
    const found = args.takesOne(["NX", "XX"]);
    if (found !== undefined) {
      if (condition !== undefined && condition !== found) fail(SYNTAX);
      condition = found;
    } else if (args.takes("GET")) gets = true;
    else if (keeps || ending !== undefined) fail(SYNTAX);
    else if (args.takes("KEEPTTL")) keeps = true;
    else ending = takeEnding(args, "set") ?? fail(SYNTAX);
  }
  return (entry) => {
    const before = gets ? entry.string ?? null : OK;
    const isDue = condition === undefined ||
      entry.exists === (condition === "XX");
    if (!isDue) return gets ? before : null;
    entry.putString(value, keeps ? undefined : ending?.() ?? Infinity);
    return before;
  };
}

function parseSetFor(name: string, form: string) {
  return (args: Args) => {
    const ending = endingOf(args, TIME_FORMS[form], name);
    const value = args.next();
    return (entry: Entry) => {
      entry.putString(value, ending());
      return OK;
    };
  };
}

function parseGetex(args: Args): (entry: Entry) => Reply {
  const persists = args.takes("PERSIST");
  const ending = persists ? undefined : takeEnding(args, "getex");
  args.end();
  return (entry) => {
    const value = entry.string ?? null;
    if (value === null) return null;
    if (persists && entry.end !== Infinity) entry.end = Infinity;
    if (ending !== undefined) entry.end = ending();
    return value;
  };
}

/** What INCRBY does, also within a typed method. */
export function increment(entry: Entry, by: Integer): Integer {
  const sum = addIntegers(integerOf(entry.stored, entry), by);
  if (sum === undefined) fail("ERR increment or decrement would overflow");
  if (typeof sum === "number") entry.put(sum);
  else entry.putString(String(sum));
  return sum;
}

function integerOf(stored: unknown, entry: Entry): Integer {
  if (typeof stored === "number") return stored;
  return parseInteger(entry.string ?? "0") ?? fail(NOT_AN_INTEGER);
}

function incrementBy(of: (args: Args) => Integer) {
  return changes((args) => {
    const by = of(args);
    return (entry) => increment(entry, by);
  });
}

function negated(integer: Integer): Integer {
  if (BigInt(integer) === LEAST) fail("ERR decrement would overflow");
  return typeof integer === "number" ? 0 - integer : -integer;
}

/** The decimal of a text; fails with `message` if it is none. */
export function decimalOf(text: string, message: string): bigint {
  if (/^[+-]?inf/i.test(text)) {
    fail("ERR increment would produce NaN or Infinity");
  }
  return parseDecimal(text) ?? fail(message);
}

function parseGetrange(args: Args): (entry: Entry) => Reply {
  const start = args.number();
  const end = args.number();
  return (entry) => {
    const value = entry.string ?? "";
    return isBackwards(start, end)
      ? ""
      : value.slice(...stringRangeOf(start, end, value.length));
  };
}

function parseSetrange(args: Args): (entry: Entry) => Reply {
  const offset = args.number();
  const part = args.next();
  if (offset < 0) fail("ERR offset is out of range");
  return (entry) => {
    const value = entry.string ?? "";
    if (part === "") return value.length;
    if (offset + part.length > MOST_BYTES) fail(TOO_LONG);
    const made = value.slice(0, offset).padEnd(offset, "\0") + part +
      value.slice(offset + part.length);
    entry.putString(made);
    return made.length;
  };
}

function parseAppend(args: Args): (entry: Entry) => Reply {
  const part = args.next();
  return (entry) => {
    const made = (entry.string ?? "") + part;
    if (made.length > MOST_BYTES) fail(TOO_LONG);
    entry.putString(made);
    return made.length;
  };
}

function parseIncrbyfloat(args: Args): (entry: Entry) => Reply {
  const by = args.next();
  return (entry) => {
    const sum = decimalOf(entry.string ?? "0", NOT_A_FLOAT) +
      decimalOf(by, NOT_A_FLOAT);
    const text = formatDecimal(sum);
    entry.putString(text);
    return text;
  };
}

/** A string, or null for an entry of another type. */
function stringOrNull(entry: Entry): string | null {
  return entry.type === "string" ? entry.string! : null;
}

const command = commandsOf("string");

/** The commands on strings. */
export const STRINGS: readonly Command[] = [
  command(
    "APPEND",
    3,
    "write fast",
    ONE_KEY,
    "Appends to a string, which is made if it is not there",
    changes(parseAppend),
  ),
  command(
    "DECR",
    2,
    "write fast",
    ONE_KEY,
    "Subtracts 1 from an integer, which is 0 if it is not there",
    incrementBy(() => -1),
  ),
  command(
    "DECRBY",
    3,
    "write fast",
    ONE_KEY,
    "Subtracts from an integer, which is 0 if it is not there",
    incrementBy((args) => negated(args.integer())),
  ),
  command(
    "GET",
    2,
    "readonly fast",
    ONE_KEY,
    "The string of a key",
    reads(() => (entry) => entry.string ?? null),
  ),
  command(
    "GETDEL",
    2,
    "write fast",
    ONE_KEY,
    "The string of a key, which is deleted",
    changes(() => (entry) => {
      const value = entry.string ?? null;
      if (value !== null) entry.delete();
      return value;
    }),
  ),
  command(
    "GETEX",
    -2,
    "write fast",
    ONE_KEY,
    "The string of a key, whose expiry is set or taken away",
    changes(parseGetex),
  ),
  command(
    "GETRANGE",
    4,
    "readonly",
    ONE_KEY,
    "A part of a string",
    reads(parseGetrange),
  ),
  command(
    "GETSET",
    3,
    "write fast",
    ONE_KEY,
    "The string of a key, which is replaced",
    changes((args) => {
      const value = args.next();
      return (entry) => {
        const before = entry.string ?? null;
        entry.putString(value, Infinity);
        return before;
      };
    }),
  ),
  command(
    "INCR",
    2,
    "write fast",
    ONE_KEY,
    "Adds 1 to an integer, which is 0 if it is not there",
    incrementBy(() => 1),
  ),
  command(
    "INCRBY",
    3,
    "write fast",
    ONE_KEY,
    "Adds to an integer, which is 0 if it is not there",
    incrementBy((args) => args.integer()),
  ),
  command(
    "INCRBYFLOAT",
    3,
    "write fast",
    ONE_KEY,
    "Adds to a decimal, which is 0 if it is not there",
    changes(parseIncrbyfloat),
  ),
  command(
    "MGET",
    -2,
    "readonly fast",
    ALL_KEYS,
    "The strings of several keys at one moment",
    joins((args) => {
      const keys = args.rest();
      return (open) => keys.map((key) => stringOrNull(open(key)));
    }),
  ),
  command(
    "MSET",
    -3,
    "write",
    [1, -1, 2],
    "Sets the strings of several keys at one moment",
    joins((args) => {
      const pairs = args.pairs(ODD("mset"));
      return (open) => {
        for (const [key, value] of pairs) open(key).putString(value, Infinity);
        return OK;
      };
    }),
  ),
  command(
    "MSETNX",
    -3,
    "write",
    [1, -1, 2],
    "Sets the strings of several keys at one moment, if none of them is there",
    joins((args) => {
      const pairs = args.pairs(ODD("msetnx"));
      return (open) => {
        if (pairs.some(([key]) => open(key).exists)) return 0;
        for (const [key, value] of pairs) open(key).putString(value, Infinity);
        return 1;
      };
    }),
  ),
  command(
    "PSETEX",
    4,
    "write",
    ONE_KEY,
    "Sets a string that expires after some milliseconds",
    changes(parseSetFor("psetex", "PX")),
  ),
  command(
    "SET",
    -3,
    "write",
    ONE_KEY,
    "Sets the string of a key, with conditions and an expiry",
    changes(parseSet),
  ),
  command(
    "SETEX",
    4,
    "write",
    ONE_KEY,
    "Sets a string that expires after some seconds",
    changes(parseSetFor("setex", "EX")),
  ),
  command(
    "SETNX",
    3,
    "write fast",
    ONE_KEY,
    "Sets the string of a key, if that is not there",
    changes((args) => {
      const value = args.next();
      return (entry) => {
        const isNew = !entry.exists;
        if (isNew) entry.putString(value);
        return flag(isNew);
      };
    }),
  ),
  command(
    "SETRANGE",
    4,
    "write",
    ONE_KEY,
    "Overwrites a part of a string; what lies before it is filled with zeros",
    changes(parseSetrange),
  ),
  command(
    "STRLEN",
    2,
    "readonly fast",
    ONE_KEY,
    "The length of a string in bytes",
    reads(() => (entry) => (entry.string ?? "").length),
  ),
  command(
    "SUBSTR",
    4,
    "readonly",
    ONE_KEY,
    "The same as GETRANGE",
    reads(parseGetrange),
  ),
];
