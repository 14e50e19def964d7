/**
 * Commands on hashes.
 *
 * @module
 */

import type { Field } from "../collections.ts";
import { formatDecimal } from "../decimal.ts";
import { type Entry, newFields } from "../entry.ts";
import { fail, NOT_A_FLOAT, SYNTAX } from "../errors.ts";
import { addIntegers, parseInteger } from "../numbers.ts";
import type { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  ONE_KEY,
  reads,
} from "./command.ts";
import { pickSome, takePicking } from "./picking.ts";
import { flag, OK, type Reply } from "./reply.ts";
import { scanReply, takeCursor, takeScanning } from "./scanning.ts";
import { decimalOf } from "./strings.ts";

/** Sets fields; returns how many are new. */
function setFields(entry: Entry, fields: readonly Field[]): number {
  const hash = entry.fields ?? newFields();
  const added = hash.set(fields);
  entry.putCollection(hash);
  return added;
}

function takeFields(args: Args, name: string): Field[] {
  return args.pairs(`ERR wrong number of arguments for '${name}' command`);
}

function parseSetnx(args: Args): (entry: Entry) => Reply {
  const [field, value] = args.many(2);
  return (entry) => {
    const isNew = entry.fields?.get(field) === undefined;
    if (isNew) setFields(entry, [[field, value]]);
    return flag(isNew);
  };
}

function parseRemove(args: Args): (entry: Entry) => Reply {
  const fields = args.rest();
  return (entry) => {
    const hash = entry.fields;
    const removed = hash?.remove(fields) ?? 0;
    if (removed > 0) entry.putCollection(hash!);
    return removed;
  };
}

function parseIncrby(args: Args): (entry: Entry) => Reply {
  const field = args.next();
  const by = args.integer();
  return (entry) => {
    const value = entry.fields?.get(field) ?? "0";
    const before = parseInteger(value) ??
      fail("ERR hash value is not an integer");
    const sum = addIntegers(before, by) ??
      fail("ERR increment or decrement would overflow");
    setFields(entry, [[field, String(sum)]]);
    return sum;
  };
}

function parseIncrbyfloat(args: Args): (entry: Entry) => Reply {
  const field = args.next();
  const by = decimalOf(args.next(), NOT_A_FLOAT);
  return (entry) => {
    const value = entry.fields?.get(field) ?? "0";
    const sum = decimalOf(value, "ERR hash value is not a float") + by;
    const text = formatDecimal(sum);
    setFields(entry, [[field, text]]);
    return text;
  };
}

/** Something of all fields. */
function ofAll(part: (field: Field) => readonly string[]) {
  return reads(() => (entry) => entry.fields?.all().flatMap(part) ?? []);
}

function parseRandom(args: Args): (entry: Entry) => Reply {
  const hasCount = args.left > 0;
  const pick = hasCount ? takePicking(args) : undefined;
  const withValues = args.takes("WITHVALUES");
  if (args.left > 0) fail(SYNTAX);
  return (entry) => {
    const hash = entry.fields;
    if (hash === undefined) return hasCount ? [] : null;
    if (pick === undefined) return hash.at(pickSome(hash.length, 1)[0])[0];
    const picked = pick(hash.length).map((index) => hash.at(index));
    return withValues ? picked.flat() : picked.map(([field]) => field);
  };
}

function parseScan(args: Args): (entry: Entry) => Reply {
  const scanning = takeScanning(args, takeCursor(args), false);
  return (entry) => {
    const step = entry.fields?.scan(scanning.cursor, scanning.count) ??
      { cursor: 0, items: [] };
    return scanReply(scanning, step, ([field]) => field, (field) => field);
  };
}

const command = commandsOf("hash");

/** The commands on hashes. */
export const HASHES: readonly Command[] = [
  command(
    "HDEL",
    -3,
    "write fast",
    ONE_KEY,
    "Removes fields; returns how many were there",
    changes(parseRemove),
  ),
  command(
    "HEXISTS",
    3,
    "readonly fast",
    ONE_KEY,
    "Whether a hash has a field",
    reads((args) => {
      const field = args.next();
      return ({ fields }) => flag(fields?.get(field) !== undefined);
    }),
  ),
  command(
    "HGET",
    3,
    "readonly fast",
    ONE_KEY,
    "The value of a field",
    reads((args) => {
      const field = args.next();
      return ({ fields }) => fields?.get(field) ?? null;
    }),
  ),
  command(
    "HGETALL",
    2,
    "readonly",
    ONE_KEY,
    "All fields with their values",
    ofAll((field) => field),
  ),
  command(
    "HINCRBY",
    4,
    "write fast",
    ONE_KEY,
    "Adds to the integer of a field, which is 0 if it is not there",
    changes(parseIncrby),
  ),
  command(
    "HINCRBYFLOAT",
    4,
    "write fast",
    ONE_KEY,
    "Adds to the decimal of a field, which is 0 if it is not there",
    changes(parseIncrbyfloat),
  ),
  command(
    "HKEYS",
    2,
    "readonly",
    ONE_KEY,
    "All fields of a hash",
    ofAll(([field]) => [field]),
  ),
  command(
    "HLEN",
    2,
    "readonly fast",
    ONE_KEY,
    "How many fields a hash has",
    reads(() => ({ fields }) => fields?.length ?? 0),
  ),
  command(
    "HMGET",
    -3,
    "readonly fast",
    ONE_KEY,
    "The values of several fields",
    reads((args) => {
      const wanted = args.rest();
      return ({ fields }) => wanted.map((field) => fields?.get(field) ?? null);
    }),
  ),
  command(
    "HMSET",
    -4,
    "write fast",
    ONE_KEY,
    "Sets fields",
    changes((args) => {
      const fields = takeFields(args, "hmset");
      return (entry) => {
        setFields(entry, fields);
        return OK;
      };
    }),
  ),
  command(
    "HRANDFIELD",
    -2,
    "readonly",
    ONE_KEY,
    "Fields by chance",
    reads(parseRandom),
  ),
  command(
    "HSCAN",
    -3,
    "readonly",
    ONE_KEY,
    "Some of the fields with their values, and a cursor to go on with",
    reads(parseScan),
  ),
  command(
    "HSET",
    -4,
    "write fast",
    ONE_KEY,
    "Sets fields; returns how many are new",
    changes((args) => {
      const fields = takeFields(args, "hset");
      return (entry) => setFields(entry, fields);
    }),
  ),
  command(
    "HSETNX",
    4,
    "write fast",
    ONE_KEY,
    "Sets a field, if that is not there",
    changes(parseSetnx),
  ),
  command(
    "HSTRLEN",
    3,
    "readonly fast",
    ONE_KEY,
    "The length of the value of a field in bytes",
    reads((args) => {
      const field = args.next();
      return ({ fields }) => (fields?.get(field) ?? "").length;
    }),
  ),
  command(
    "HVALS",
    2,
    "readonly",
    ONE_KEY,
    "The values of all fields",
    ofAll(([, value]) => [value]),
  ),
];
