/**
 * Commands on groups of consumers of streams.
 *
 * @module
 */

import type { Stream } from "../collections.ts";
import { type Entry, newStream } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import { type Integer, parseInteger } from "../numbers.ts";
import type { Open, Space } from "../space.ts";
import {
  entriesAfter,
  findEntry,
  hasEntry,
  idsIn,
  lastIdOf,
} from "../stream/entries.ts";
import { type Consumer, Group, type Pending } from "../stream/groups.ts";
import {
  compareIds,
  formatId,
  idAfter,
  LEAST_ID,
  parseId,
  type StreamId,
  toId,
  toIdOrEnd,
  toRangeEnd,
  toRangeStart,
} from "../stream/id.ts";
import { readOneMore } from "../stream/progress.ts";
import { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  NO_KEYS,
  ONE_KEY,
  type Run,
} from "./command.ts";
import { flag, OK, type Reply } from "./reply.ts";
import { type Reading, takeReading } from "./streams.ts";
import { parseSubcommands } from "./subcommands.ts";

function failNoGroup(key: string, group: string): never {
  fail(`NOGROUP No such key '${key}' or consumer group '${group}'`);
}

/** The stream of an entry, and a group of it; fails if one is not there. */
function streamAndGroup(
  entry: Entry,
  key: string,
  name: string,
): [Stream, Group] {
  const { stream } = entry;
  const group = stream && Group.find(stream, name);
  if (stream === undefined || group === undefined) failNoGroup(key, name);
  return [stream, group];
}

// ---- XGROUP -------------------------------------------------------------------------------------

/** What XGROUP is about, besides the arguments of its subcommand. */
interface GroupCall {
  /** The subcommand, as it was called. */
  readonly given: string;
  readonly key: string;
  /** The name of the group. */
  readonly name: string;
}

/** Parses a subcommand of XGROUP. */
function ofGroup(
  parse: (args: Args, call: GroupCall) => (entry: Entry) => Reply,
) {
  return (args: Args, given: string): Run => {
    const [key, name] = args.many(2);
    const command = parse(args, { given, key, name });
    return (space) => space.change(key, command);
  };
}

/** The stream that XGROUP is about; fails if it is not there. */
function neededStream({ stream }: Entry): Stream {
  return stream ?? fail(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.",
  );
}

function neededGroup(stream: Stream, key: string, name: string): Group {
  return Group.find(stream, name) ??
    fail(`NOGROUP No such consumer group '${name}' for key name '${key}'`);
}

interface GroupOptions {
  readonly makesStream: boolean;
  readonly entriesRead: bigint | undefined;
}

function takeGroupOptions(args: Args, given: string): GroupOptions {
  const isCreate = given.toUpperCase() === "CREATE";
  let makesStream = false;
  let entriesRead: bigint | undefined;
  while (args.left > 0) {
    if (isCreate && args.takes("MKSTREAM")) makesStream = true;
    else if (args.left > 1 && args.takes("ENTRIESREAD")) {
      const read = BigInt(args.integer());
      if (read < -1n) fail("ERR value for ENTRIESREAD must be positive or -1");
      entriesRead = read < 0n ? undefined : read;
    } else {
      fail(
        `ERR unknown subcommand or wrong number of arguments for '${given}'. Try XGROUP HELP.`,
      );
    }
  }
  return { makesStream, entriesRead };
}

const createGroup = ofGroup((args, { given, name }) => {
  const word = args.next();
  const { entriesRead, makesStream } = takeGroupOptions(args, given);
  return (entry) => {
    const stream = makesStream
      ? entry.stream ?? newStream()
      : neededStream(entry);
    const lastId = word === "$" ? stream.head.lastId : toId(word);
    if (Group.find(stream, name) !== undefined) {
      fail("BUSYGROUP Consumer Group name already exists");
    }
    Group.create(stream, name, { lastId, entriesRead });
    entry.putStream(stream);
    return OK;
  };
});

const setGroupId = ofGroup((args, { given, key, name }) => {
  const word = args.next();
  const { entriesRead } = takeGroupOptions(args, given);
  return (entry) => {
    const stream = neededStream(entry);
    const group = neededGroup(stream, key, name);
    const lastId = word === "$" ? stream.head.lastId : toIdOrEnd(word);
    group.progress = { lastId, entriesRead };
    entry.putStream(stream);
    return OK;
  };
});

const destroyGroup = ofGroup((_args, { name }) => (entry) => {
  const stream = neededStream(entry);
  const group = Group.find(stream, name);
  if (group === undefined) return 0;
  group.destroy();
  entry.putStream(stream);
  return 1;
});

const createConsumer = ofGroup((args, { key, name }) => {
  const consumer = args.next();
  return (entry) => {
    const stream = neededStream(entry);
    const group = neededGroup(stream, key, name);
    const isNew = group.consumer(consumer) === undefined;
    if (isNew) {
      group.createConsumer(consumer, Date.now());
      entry.putStream(stream);
    }
    return flag(isNew);
  };
});

const deleteConsumer = ofGroup((args, { key, name }) => {
  const consumerName = args.next();
  return (entry) => {
    const stream = neededStream(entry);
    const group = neededGroup(stream, key, name);
    const consumer = group.consumer(consumerName);
    if (consumer === undefined) return 0;
    const pending = group.removeConsumer(consumer);
    entry.putStream(stream);
    return pending;
  };
});

const GROUP_HELP = [
  "XGROUP <subcommand> [<arg> ...]. Subcommands:",
  "CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <n>]",
  "    Makes a group that reads what comes behind an ID.",
  "CREATECONSUMER <key> <group> <consumer>",
  "    Makes a consumer, if it is not there.",
  "DELCONSUMER <key> <group> <consumer>",
  "    Removes a consumer, with what is pending to it.",
  "DESTROY <key> <group>",
  "    Removes a group.",
  "SETID <key> <group> <id|$> [ENTRIESREAD <n>]",
  "    Sets the ID behind which a group reads.",
  "HELP",
  "    These lines.",
];

const parseGroup = parseSubcommands("xgroup", {
  CREATE: { arity: -5, parse: createGroup },
  SETID: { arity: -5, parse: setGroupId },
  DESTROY: { arity: 4, parse: destroyGroup },
  CREATECONSUMER: { arity: 5, parse: createConsumer },
  DELCONSUMER: { arity: 5, parse: deleteConsumer },
}, GROUP_HELP);

// ---- reading ------------------------------------------------------------------------------------

/** What is there for any consumer of a group: what has come since. Undefined: nothing has. */
function readNew(
  stream: Stream,
  group: Group,
  consumerName: string,
  { count, isNotKept }: Reading,
): Reply | undefined {
  const [from, end] = entriesAfter(stream, group.progress.lastId);
  if (from === end) return undefined;
  const now = Date.now();
  const { number } = group.seeConsumer(consumerName, now);
  let { progress } = group;
  const entries: Reply[] = [];
  for (
    const [id, entry] of idsIn(stream, [from, Math.min(end, from + count)])
  ) {
    progress = readOneMore(stream, progress, id);
    if (!isNotKept) {
      group.setPending({ id, consumer: number, time: now, count: 1 });
    }
    entries.push(entry);
  }
  group.progress = progress;
  return entries;
}

/** What is pending to a consumer, behind an ID: it is delivered again. */
function readAgain(
  stream: Stream,
  group: Group,
  consumerName: string,
  after: StreamId,
  count: number,
): Reply {
  const now = Date.now();
  const consumer = group.seeConsumer(consumerName, now);
  const first = idAfter(after);
  const entries: Reply[] = [];
  if (first === undefined) return entries;
  for (const pending of group.pendingFrom(first, consumer)) {
    if (entries.length >= count) break;
    const { id } = pending;
    const entry = findEntry(stream, id);
    entries.push(entry ?? [formatId(id), null]);
    if (entry === undefined) continue;
    const delivered = oneMore(pending.count);
    group.setPending({ ...pending, time: now, count: delivered });
  }
  return entries;
}

/** Counts a delivery. */
function oneMore(count: Integer): Integer {
  return typeof count === "number" && Number.isSafeInteger(count + 1)
    ? count + 1
    : BigInt.asIntN(64, BigInt(count) + 1n);
}

/** XREADGROUP of some streams. */
class GroupRead {
  readonly #reading: Reading;
  readonly #group: string;
  readonly #consumer: string;

  constructor(reading: Reading) {
    this.#reading = reading;
    [this.#group, this.#consumer] = reading.group!; // it is needed
  }

  run(space: Space): Reply {
    const { keys } = this.#reading;
    return keys.length === 1
      ? space.change(keys[0], (entry) => this.#readAll(() => entry))
      : space.all((open) => this.#readAll(open));
  }

  #readAll(open: Open): Reply {
    const { from, keys } = this.#reading;
    const after = keys.map((key, i) => this.#checked(open(key), key, from[i]));
    const found: Reply[] = [];
    keys.forEach((key, i) => {
      const entries = this.#read(open(key), key, after[i]);
      if (entries !== undefined) found.push([key, entries]);
    });
    return found.length === 0 ? null : found;
  }

  /** The ID behind which something is read again; undefined: what is new is read. */
  #checked(
    { stream }: Entry,
    key: string,
    word: string,
  ): StreamId | undefined {
    if (stream === undefined || Group.find(stream, this.#group) === undefined) {
      fail(
        `NOGROUP No such key '${key}' or consumer group '${this.#group}' in XREADGROUP with GROUP option`,
      );
    }
    if (word === "$") {
      fail(
        "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.",
      );
    }
    return word === ">" ? undefined : toId(word);
  }

  #read(
    entry: Entry,
    key: string,
    after: StreamId | undefined,
  ): Reply | undefined {
    const [stream, group] = streamAndGroup(entry, key, this.#group);
    const reading = this.#reading;
    const entries = after === undefined
      ? readNew(stream, group, this.#consumer, reading)
      : readAgain(stream, group, this.#consumer, after, reading.count);
    if (entries !== undefined) entry.putStream(stream);
    return entries;
  }

  /** Whether there is something new under a key; or no group to read it. */
  isReady(entry: Entry): boolean {
    if (entry.type !== "stream") return true;
    const stream = entry.stream!;
    const group = Group.find(stream, this.#group);
    return group === undefined ||
      compareIds(lastIdOf(stream), group.progress.lastId) > 0;
  }

  take(open: Open, key: string): Reply {
    const entry = open(key);
    const { stream } = entry;
    if (stream === undefined) {
      fail("UNBLOCKED the stream key no longer exists");
    }
    if (Group.find(stream, this.#group) === undefined) {
      fail(
        "NOGROUP the consumer group this client was blocked on no longer exists",
      );
    }
    const entries = this.#read(entry, key, undefined);
    return entries === undefined ? null : [[key, entries]];
  }
}

function parseReadGroup(args: Args): Run {
  const reading = takeReading(args, true);
  const { from, group, keys, timeout } = reading;
  const read = new GroupRead(reading);
  const run: Run = (space) => read.run(space);
  const waits = timeout !== undefined && from.every((word) => word === ">");
  if (!waits) return run; // what is read again is there at once
  return Object.assign(run, {
    waits: {
      keys,
      timeout,
      line: `group ${group![0]}`,
      isReady: (entry: Entry) => read.isReady(entry),
      take: (open: Open, key: string) => read.take(open, key),
    },
  });
}

function parseAcknowledge(args: Args): (entry: Entry) => Reply {
  const name = args.next();
  const words = args.rest();
  return (entry) => {
    const { stream } = entry;
    const group = stream && Group.find(stream, name);
    if (group === undefined) return 0;
    const ids = words.map(toId);
    const { length } = ids.filter((id) => group.acknowledge(id));
    if (length > 0) entry.putStream(stream!);
    return length;
  };
}

// ---- what is pending ----------------------------------------------------------------------------

/** Which of what is pending is wanted. */
interface PendingRange {
  readonly least: number;
  readonly first: StreamId;
  readonly last: StreamId;
  readonly count: number;
  readonly consumer: string | undefined;
}

/** Takes that, if anything is left. */
function takePendingRange(args: Args): PendingRange | undefined {
  const { left } = args;
  if (left === 0) return undefined;
  if (left < 3 || left > 6) fail(SYNTAX);
  const least = args.takes("IDLE") ? args.number() : 0;
  if (args.left < 3) fail(SYNTAX);
  const [start, end] = args.many(2);
  const count = args.number();
  const first = toRangeStart(start);
  const last = toRangeEnd(end);
  const consumer = args.left > 0 ? args.next() : undefined;
  return { least, first, last, count, consumer };
}

/** How long something is pending, in milliseconds. */
function idleOf({ time }: Pending, now: number): number {
  return now - time;
}

function parsePending(key: string, args: Args): (entry: Entry) => Reply {
  const name = args.next();
  const range = takePendingRange(args);
  return (entry) => {
    const [, group] = streamAndGroup(entry, key, name);
    return range === undefined ? summaryOf(group) : pendingIn(group, range);
  };
}

function summaryOf(group: Group): Reply {
  const { pendingCount } = group;
  if (pendingCount === 0) return [0, null, null, null];
  const [first] = group.pendingFrom(LEAST_ID);
  const consumers = group.consumers()
    .map((consumer): [string, number] => [
      consumer.name,
      group.pendingCountOf(consumer),
    ])
    .filter(([, count]) => count > 0)
    .map(([name, count]) => [name, String(count)]);
  const last = group.lastPending;
  return [pendingCount, formatId(first.id), formatId(last.id), consumers];
}

function pendingIn(group: Group, range: PendingRange): Reply {
  const { count, first, last, least } = range;
  const found: Reply[] = [];
  const consumer = range.consumer === undefined
    ? undefined
    : group.consumer(range.consumer);
  if (range.consumer !== undefined && consumer === undefined) return found;
  const now = Date.now();
  const names = new Names(group);
  for (const pending of group.pendingFrom(first, consumer)) {
    if (found.length >= count || compareIds(pending.id, last) > 0) break;
    const idle = idleOf(pending, now);
    if (least !== 0 && idle < least) continue;
    found.push([
      formatId(pending.id),
      names.of(pending.consumer),
      Math.max(0, idle),
      pending.count,
    ]);
  }
  return found;
}

/** The names of consumers by their numbers. */
export class Names {
  readonly #group: Group;
  readonly #names = new Map<number, string>();

  constructor(group: Group) {
    this.#group = group;
  }

  of(number: number): string {
    let name = this.#names.get(number);
    if (name === undefined) {
      name = this.#group.consumerWith(number).name;
      this.#names.set(number, name);
    }
    return name;
  }
}

// ---- claiming -----------------------------------------------------------------------------------

/** The options of XCLAIM. */
interface Claiming {
  readonly ids: readonly StreamId[];
  readonly least: number;
  /** When they are said to be delivered; undefined: now. */
  readonly time: number | undefined;
  readonly count: Integer | undefined;
  readonly isForced: boolean;
  readonly onlyIds: boolean;
  readonly lastId: StreamId;
}

function takeClaiming(args: Args, now: number): Claiming {
  const least = args.number("ERR Invalid min-idle-time argument for XCLAIM");
  const words = args.rest();
  const parsed = words.map((word) => parseId(word));
  const place = parsed.indexOf(undefined);
  const end = place < 0 ? words.length : place;
  const ids = parsed.slice(0, end) as StreamId[];
  return { least, ids, ...takeClaimOptions(new Args(words.slice(end)), now) };
}

function takeClaimOptions(
  args: Args,
  now: number,
): Omit<Claiming, "ids" | "least"> {
  let time: number | undefined;
  let count: Integer | undefined;
  let isForced = false;
  let onlyIds = false;
  let lastId = LEAST_ID;
  const number = (option: string) =>
    args.integer(`ERR Invalid ${option} option argument for XCLAIM`);
  while (args.left > 0) {
    const hasValue = args.left > 1;
    if (args.takes("FORCE")) isForced = true;
    else if (args.takes("JUSTID")) onlyIds = true;
    else if (hasValue && args.takes("IDLE")) {
      time = now - Number(number("IDLE"));
    } else if (hasValue && args.takes("TIME")) time = Number(number("TIME"));
    else if (hasValue && args.takes("RETRYCOUNT")) count = number("RETRYCOUNT");
    else if (hasValue && args.takes("LASTID")) lastId = toId(args.next());
    else fail(`ERR Unrecognized XCLAIM option '${args.next()}'`);
  }
  const isTime = time !== undefined && time >= 0 && time <= now;
  if (!isTime) time = undefined;
  if (count !== undefined && count < 0) count = undefined;
  return { time, count, isForced, onlyIds, lastId };
}

/** Gives what is pending to a consumer, which is made when it gets something. */
class Claim {
  readonly #stream: Stream;
  readonly #group: Group;
  readonly #name: string;
  readonly #now: number;
  #consumer: Consumer | undefined;

  constructor(stream: Stream, group: Group, name: string, now: number) {
    this.#stream = stream;
    this.#group = group;
    this.#name = name;
    this.#now = now;
  }

  /** Gives one; returns its entry, or its ID. The entry is there. */
  give(pending: Omit<Pending, "consumer">, onlyId: boolean): Reply {
    this.#consumer ??= this.#group.seeConsumer(this.#name, this.#now);
    this.#group.setPending({ ...pending, consumer: this.#consumer.number });
    return onlyId ? formatId(pending.id) : findEntry(this.#stream, pending.id)!;
  }
}

function parseClaim(key: string, args: Args): (entry: Entry) => Reply {
  const [name, consumer] = args.many(2);
  const words = args.rest();
  return (entry) => {
    const [stream, group] = streamAndGroup(entry, key, name);
    const now = Date.now();
    const claiming = takeClaiming(new Args(words), now);
    if (compareIds(claiming.lastId, group.progress.lastId) > 0) {
      group.progress = { ...group.progress, lastId: claiming.lastId };
    }
    const claim = new Claim(stream, group, consumer, now);
    const claimed = claiming.ids
      .map((id) => claimOne(stream, group, claim, claiming, id, now))
      .filter((one) => one !== undefined);
    entry.putStream(stream);
    return claimed;
  };
}

/** Claims one entry, if that is possible; undefined: it is not. */
function claimOne(
  stream: Stream,
  group: Group,
  claim: Claim,
  claiming: Claiming,
  id: StreamId,
  now: number,
): Reply | undefined {
  const { count, isForced, least, onlyIds, time = now } = claiming;
  if (!hasEntry(stream, id)) {
    group.acknowledge(id); // nobody can get it any more
    return undefined;
  }
  const pending = group.pending(id);
  if (pending === undefined && !isForced) return undefined;
  const isTooNew = pending !== undefined && least > 0 &&
    idleOf(pending, now) < least;
  if (isTooNew) return undefined;
  const before = pending?.count ?? 1;
  const given = {
    id,
    time,
    count: count ?? (onlyIds ? before : oneMore(before)),
  };
  return claim.give(given, onlyIds);
}

/** How many of what is pending are looked at for each that is wanted. */
const LOOKS = 10;
/** What is wanted unless something else is said. */
const MOST_CLAIMED = 100;
/** The most that can be: 2 ** 63 / 16, as Redis has it. */
const MOST_COUNT = 2n ** 59n - 1n;

function takeAutoclaiming(args: Args) {
  const least = args.number(
    "ERR Invalid min-idle-time argument for XAUTOCLAIM",
  );
  const start = toRangeStart(args.next());
  let count = MOST_CLAIMED;
  let onlyIds = false;
  while (args.left > 0) {
    if (args.left > 1 && args.takes("COUNT")) {
      const message = "ERR COUNT must be > 0";
      const given = parseInteger(args.next()) ?? fail(message);
      if (given < 1 || given > MOST_COUNT) fail(message);
      count = Number(given);
    } else if (args.takes("JUSTID")) onlyIds = true;
    else fail(SYNTAX);
  }
  return { least, start, count, onlyIds };
}

function parseAutoclaim(key: string, args: Args): (entry: Entry) => Reply {
  const [name, consumer] = args.many(2);
  const { count, least, onlyIds, start } = takeAutoclaiming(args);
  return (entry) => {
    const [stream, group] = streamAndGroup(entry, key, name);
    const now = Date.now();
    const claim = new Claim(stream, group, consumer, now);
    const claimed: Reply[] = [];
    const deleted: string[] = [];
    let looks = count * LOOKS;
    let next = LEAST_ID;
    for (const pending of group.pendingFrom(start)) {
      const { id } = pending;
      if (looks-- === 0 || claimed.length + deleted.length >= count) {
        next = id;
        break;
      }
      if (!hasEntry(stream, id)) {
        group.acknowledge(id);
        deleted.push(formatId(id));
      } else if (least <= 0 || idleOf(pending, now) >= least) {
        const delivered = onlyIds ? pending.count : oneMore(pending.count);
        const given = { id, time: now, count: delivered };
        claimed.push(claim.give(given, onlyIds));
      }
    }
    entry.putStream(stream);
    return [formatId(next), claimed, deleted];
  };
}

/** Parses a key, and what is to be done with it, which names it in errors. */
function onKey(parse: (key: string, args: Args) => (entry: Entry) => Reply) {
  return (args: Args): Run => {
    const key = args.next();
    const command = parse(key, args);
    return (space) => space.change(key, command);
  };
}

const command = commandsOf("stream");

/** These commands. */
export const STREAM_GROUPS: readonly Command[] = [
  command(
    "XACK",
    -4,
    "write fast",
    ONE_KEY,
    "Says that entries need not be delivered again; returns how many were pending",
    changes(parseAcknowledge),
  ),
  command(
    "XAUTOCLAIM",
    -6,
    "write fast",
    ONE_KEY,
    "Gives what is pending for long to a consumer, and an ID to go on with",
    onKey(parseAutoclaim),
  ),
  command(
    "XCLAIM",
    -6,
    "write fast",
    ONE_KEY,
    "Gives entries that are pending to a consumer",
    onKey(parseClaim),
  ),
  command(
    "XGROUP",
    -2,
    "write",
    [2, 2, 1],
    "CREATE, SETID, DESTROY, CREATECONSUMER, DELCONSUMER: groups, and their consumers",
    parseGroup,
  ),
  command(
    "XPENDING",
    -3,
    "readonly",
    ONE_KEY,
    "What was delivered to the consumers of a group, and not acknowledged",
    (args) => {
      const key = args.next();
      const run = parsePending(key, args);
      return (space) => space.read(key, run);
    },
  ),
  command(
    "XREADGROUP",
    -7,
    "write blocking movablekeys",
    NO_KEYS,
    "Entries that no other consumer of the group gets, or again those that are pending",
    parseReadGroup,
  ),
];
