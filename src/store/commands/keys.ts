/**
 * Commands on keys, whatever is under them.
 *
 * @module
 */

import type { Entry } from "../entry.ts";
import { fail, NO_SUCH_KEY } from "../errors.ts";
import { globMatcher } from "../glob.ts";
import type { Open, Space } from "../space.ts";
import { TYPES } from "../stored.ts";
import type { Args } from "./args.ts";
import {
  ALL_KEYS,
  changes,
  type Command,
  commandsOf,
  joins,
  NO_KEYS,
  ONE_KEY,
  reads,
  type Run,
  TWO_KEYS,
} from "./command.ts";
import { encodingOf } from "./encoding.ts";
import { anyEndingOf, TIME_FORMS } from "./expiry.ts";
import { flag, OK, type Reply, Status } from "./reply.ts";
import { scanReply, takeCursor, takeScanning } from "./scanning.ts";

const NONE: Status = new Status("none");

function parseExists(args: Args): Run {
  const keys = args.rest();
  const count = ({ exists }: Entry) => flag(exists);
  if (keys.length === 1) return (space) => space.read(keys[0], count);
  return (space) => space.all((open) => sumOf(keys, (key) => count(open(key))));
}

function parseDelete(args: Args): Run {
  const keys = args.rest();
  const remove = (entry: Entry) => {
    const isThere = entry.exists;
    if (isThere) entry.delete();
    return flag(isThere);
  };
  if (keys.length === 1) return (space) => space.change(keys[0], remove);
  return (space) =>
    space.all((open) => sumOf(keys, (key) => remove(open(key))));
}

function sumOf(keys: readonly string[], count: (key: string) => number) {
  return keys.reduce((sum, key) => sum + count(key), 0);
}

/** When an expiry is set: always, or as a condition says. */
const CONDITIONS = ["NX", "XX", "GT", "LT"] as const;

function takeConditions(args: Args): Set<string> {
  const found = new Set<string>();
  while (args.left > 0) {
    const condition = args.takesOne(CONDITIONS) ??
      fail(`ERR Unsupported option ${args.next()}`);
    found.add(condition);
  }
  if (found.has("NX") && found.size > 1) {
    fail(
      "ERR NX and XX, GT or LT options at the same time are not compatible",
    );
  }
  if (found.has("GT") && found.has("LT")) {
    fail("ERR GT and LT options at the same time are not compatible");
  }
  return found;
}

function isDue(conditions: Set<string>, before: number, end: number): boolean {
  if (conditions.has("NX") && before !== Infinity) return false;
  if (conditions.has("XX") && before === Infinity) return false;
  if (conditions.has("GT") && end <= before) return false;
  return !(conditions.has("LT") && end >= before);
}

function parseExpire(name: string, form: string) {
  return changes((args) => {
    const amount = args.integer();
    const conditions = takeConditions(args);
    const ending = anyEndingOf(amount, TIME_FORMS[form], name);
    return (entry) => {
      if (!entry.exists) return 0;
      const end = ending();
      if (!isDue(conditions, entry.end, end)) return 0;
      entry.end = end;
      return 1;
    };
  });
}

/** A time left to an entry, or of its end, in a unit; -1: it does not expire, -2: there is none. */
function timeOf(unit: number, isLeft: boolean) {
  return reads(() => (entry) => {
    if (!entry.exists) return -2;
    if (entry.end === Infinity) return -1;
    const ms = isLeft ? Math.max(0, entry.end - Date.now()) : entry.end;
    return unit === 1 ? Math.ceil(ms) : Math.floor((ms + unit / 2) / unit);
  });
}

/** Moves an entry with its expiry. */
function move(from: Entry, to: Entry): void {
  to.putSame(from);
  from.delete();
}

function parseRename(args: Args): (open: Open) => Reply {
  const [from, to] = args.many(2);
  return (open) => {
    const source = open(from);
    if (!source.exists) fail(NO_SUCH_KEY);
    if (from !== to) move(source, open(to));
    return OK;
  };
}

function parseRenamenx(args: Args): (open: Open) => Reply {
  const [from, to] = args.many(2);
  return (open) => {
    const source = open(from);
    if (!source.exists) fail(NO_SUCH_KEY);
    const target = open(to);
    if (target.exists) return 0;
    move(source, target);
    return 1;
  };
}

function parseCopy(args: Args): (open: Open) => Reply {
  const [from, to] = args.many(2);
  const replaces = args.takes("REPLACE");
  args.end();
  if (from === to) fail("ERR source and destination objects are the same");
  return (open) => {
    const source = open(from);
    const target = open(to);
    if (!source.exists || (target.exists && !replaces)) return 0;
    target.putSame(source);
    return 1;
  };
}

function parseScan(args: Args): Run {
  const scanning = takeScanning(args, takeCursor(args), true);
  const { cursor, count, type } = scanning;
  const known = TYPES.find((name) => name === type);
  const matches = type !== undefined && known === undefined
    ? () => false
    : scanning.matches;
  return ({ keyspace }) => {
    const step = keyspace.scan(cursor, count, { matches, type: known });
    return scanReply(scanning, step, (key) => key, (key) => [key]);
  };
}

function parseKeys(args: Args): Run {
  const matches = globMatcher(args.next());
  return ({ keyspace }) => keyspace.keys({ matches, type: undefined });
}

const SWITCHED =
  "Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.";

/** What OBJECT tells of a key; null: there is no entry. */
const TOLD = {
  ENCODING: (space: Space, key: string) =>
    space.read(key, (entry) => entry.exists ? encodingOf(entry) : null),
  FREQ(space: Space, key: string) {
    const use = space.use(key);
    return use && (use.frequency ?? fail(
      `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHED}`,
    ));
  },
  IDLETIME(space: Space, key: string) {
    const use = space.use(key);
    return use && (use.idle ?? fail(
      `ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHED}`,
    ));
  },
};
const TELLABLE = Object.keys(TOLD) as (keyof typeof TOLD)[];

function parseObject(args: Args): Run {
  const subcommand = args.takesOne(TELLABLE) ??
    fail(`ERR unknown subcommand '${args.next()}'. Try OBJECT HELP.`);
  const key = args.next();
  args.end();
  return (space) => TOLD[subcommand](space, key);
}

function parseFlush(args: Args): Run {
  args.takesOne(["ASYNC", "SYNC"]);
  args.end();
  return ({ keyspace }) => {
    keyspace.clear();
    return OK;
  };
}

const command = commandsOf("generic");

/** The commands on keys, but for SORT. */
export const KEYS: readonly Command[] = [
  command(
    "COPY",
    -3,
    "write",
    TWO_KEYS,
    "Copies what is under a key to another one, with its expiry",
    joins(parseCopy),
  ),
  command(
    "DBSIZE",
    1,
    "readonly fast",
    NO_KEYS,
    "How many keys there are",
    () => ({ keyspace }) => keyspace.size,
  ),
  command(
    "DEL",
    -2,
    "write",
    ALL_KEYS,
    "Deletes keys; returns how many were there",
    parseDelete,
  ),
  command(
    "EXISTS",
    -2,
    "readonly fast",
    ALL_KEYS,
    "How many of the keys are there",
    parseExists,
  ),
  command(
    "EXPIRE",
    -3,
    "write fast",
    ONE_KEY,
    "Has a key expire after some seconds",
    parseExpire("expire", "EX"),
  ),
  command(
    "EXPIREAT",
    -3,
    "write fast",
    ONE_KEY,
    "Has a key expire at a time in seconds since 1970",
    parseExpire("expireat", "EXAT"),
  ),
  command(
    "EXPIRETIME",
    2,
    "readonly fast",
    ONE_KEY,
    "When a key expires, in seconds since 1970",
    timeOf(1000, false),
  ),
  command(
    "FLUSHALL",
    -1,
    "write",
    NO_KEYS,
    "Deletes all keys, one after the other",
    parseFlush,
  ),
  command(
    "FLUSHDB",
    -1,
    "write",
    NO_KEYS,
    "The same as FLUSHALL",
    parseFlush,
  ),
  command(
    "KEYS",
    2,
    "readonly",
    NO_KEYS,
    "All keys that match a pattern",
    parseKeys,
  ),
  command(
    "OBJECT",
    -3,
    "readonly",
    [2, 2, 1],
    "ENCODING: how Redis would encode what is under a key; FREQ: how often it is used, from 0 to 255, and IDLETIME: how many seconds it was not, by whole minutes, in a store that tracks uses",
    parseObject,
  ),
  command(
    "PERSIST",
    2,
    "write fast",
    ONE_KEY,
    "Takes the expiry of a key away",
    changes(() => (entry) => {
      const expires = entry.exists && entry.end !== Infinity;
      if (expires) entry.end = Infinity;
      return flag(expires);
    }),
  ),
  command(
    "PEXPIRE",
    -3,
    "write fast",
    ONE_KEY,
    "Has a key expire after some milliseconds",
    parseExpire("pexpire", "PX"),
  ),
  command(
    "PEXPIREAT",
    -3,
    "write fast",
    ONE_KEY,
    "Has a key expire at a time in milliseconds since 1970",
    parseExpire("pexpireat", "PXAT"),
  ),
  command(
    "PEXPIRETIME",
    2,
    "readonly fast",
    ONE_KEY,
    "When a key expires, in milliseconds since 1970",
    timeOf(1, false),
  ),
  command(
    "PTTL",
    2,
    "readonly fast",
    ONE_KEY,
    "How many milliseconds a key still lives",
    timeOf(1, true),
  ),
  command(
    "RANDOMKEY",
    1,
    "readonly",
    NO_KEYS,
    "A key by chance",
    () => ({ keyspace }) => keyspace.random() ?? null,
  ),
  command(
    "RENAME",
    3,
    "write",
    TWO_KEYS,
    "Gives a key another name, which may be in use",
    joins(parseRename),
  ),
  command(
    "RENAMENX",
    3,
    "write fast",
    TWO_KEYS,
    "Gives a key another name, if that is not in use",
    joins(parseRenamenx),
  ),
  command(
    "SCAN",
    -2,
    "readonly",
    NO_KEYS,
    "Some of the keys, and a cursor to go on with",
    parseScan,
  ),
  command(
    "TOUCH",
    -2,
    "readonly fast",
    ALL_KEYS,
    "The same as EXISTS",
    parseExists,
  ),
  command(
    "TTL",
    2,
    "readonly fast",
    ONE_KEY,
    "How many seconds a key still lives",
    timeOf(1000, true),
  ),
  command(
    "TYPE",
    2,
    "readonly fast",
    ONE_KEY,
    "The type of what is under a key",
    reads(() => ({ type }) => type === undefined ? NONE : new Status(type)),
  ),
  command(
    "UNLINK",
    -2,
    "write fast",
    ALL_KEYS,
    "The same as DEL",
    parseDelete,
  ),
];
