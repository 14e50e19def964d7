/**
 * Commands on streams, but for those on groups of consumers.
 *
 * @module
 */

import { type Entry, newStream } from "../entry.ts";
import { fail, NO_SUCH_KEY, SYNTAX } from "../errors.ts";
import type { Open, Space } from "../space.ts";
import {
  addEntry,
  BLOCK_ENTRIES,
  deleteEntries,
  entriesAfter,
  entriesBetween,
  lastIdOf,
  readEntries,
  trim,
  type Trimming,
} from "../stream/entries.ts";
import {
  compareIds,
  formatId,
  LEAST_ID,
  type NewId,
  type StreamId,
  toId,
  toNewId,
  toRangeEnd,
  toRangeStart,
} from "../stream/id.ts";
import type { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  NO_KEYS,
  ONE_KEY,
  reads,
  type Run,
} from "./command.ts";
import { OK, type Reply } from "./reply.ts";

// ---- adding and trimming ------------------------------------------------------------------------

/** What is rough has this limit, unless another one is given: so many blocks. */
const ROUGH_LIMIT = 100 * BLOCK_ENTRIES;

/** Takes the options of XADD and XTRIM, one after the other. */
class TrimOptions {
  readonly #args: Args;
  #keeps: number | StreamId | undefined;
  #isRough = false;
  #limit: number | undefined;

  constructor(args: Args) {
    this.#args = args;
  }

  /** Takes one, if there is one. */
  take(): boolean {
    const args = this.#args;
    if (args.left < 2) return false; // each has a value
    if (args.takes("MAXLEN")) this.#takeMost();
    else if (args.takes("MINID")) this.#takeFirst();
    else if (args.takes("LIMIT")) {
      this.#limit = takeNotNegative(args, "LIMIT");
    } else return false;
    return true;
  }

  #takeMost(): void {
    this.#begin();
    this.#keeps = takeNotNegative(this.#args, "MAXLEN");
  }

  #takeFirst(): void {
    this.#begin();
    this.#keeps = toId(this.#args.next());
  }

  #begin(): void {
    const args = this.#args;
    if (this.#keeps !== undefined) {
      fail(
        "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
      );
    }
    if (args.left < 2) return;
    this.#isRough = args.takes("~");
    if (!this.#isRough) args.takes("=");
  }

  /** What they say; undefined: nothing is trimmed. */
  end(isNeeded: boolean): Trimming | undefined {
    const keeps = this.#keeps;
    const isRough = this.#isRough;
    const limit = this.#limit;
    if (keeps === undefined && limit !== undefined && limit > 0) {
      fail(
        "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
      );
    }
    if (keeps === undefined && isNeeded) {
      fail(
        "ERR syntax error, XTRIM must be called with a trimming strategy",
      );
    }
    if (limit !== undefined && !isRough) {
      fail(
        "ERR syntax error, LIMIT cannot be used without the special ~ option",
      );
    }
    return keeps === undefined
      ? undefined
      : { isRough, keeps, limit: limit ?? ROUGH_LIMIT };
  }
}

function takeNotNegative(args: Args, name: string): number {
  const number = args.number();
  return number < 0 ? fail(`ERR The ${name} argument must be >= 0.`) : number;
}

/** The arguments of XADD. */
interface Adding {
  readonly onlyIfThere: boolean;
  readonly trimming: Trimming | undefined;
  readonly id: NewId;
  readonly fields: readonly string[];
}

function takeAdding(args: Args): Adding {
  const options = new TrimOptions(args);
  let onlyIfThere = false;
  let id: NewId;
  while (args.left > 0 && !args.takes("*")) {
    if (options.take()) continue;
    if (args.takes("NOMKSTREAM")) onlyIfThere = true;
    else {
      id = toNewId(args.next());
      break;
    }
  }
  const trimming = options.end(false);
  const fields = args.rest();
  if (fields.length === 0 || fields.length % 2 !== 0) {
    fail("ERR wrong number of arguments for 'xadd' command");
  }
  if (id?.seq !== undefined && compareIds(id, LEAST_ID) === 0) {
    fail("ERR The ID specified in XADD must be greater than 0-0");
  }
  return { onlyIfThere, trimming, id, fields };
}

function parseAdd(args: Args): (entry: Entry) => Reply {
  const { fields, id, onlyIfThere, trimming } = takeAdding(args);
  return (entry) => {
    const stream = entry.stream ?? (onlyIfThere ? undefined : newStream());
    if (stream === undefined) return null;
    const added = addEntry(stream, id, fields);
    if (trimming !== undefined) trim(stream, trimming);
    entry.putStream(stream);
    return formatId(added);
  };
}

function parseTrim(args: Args): (entry: Entry) => Reply {
  const options = new TrimOptions(args);
  while (args.left > 0) if (!options.take()) fail(SYNTAX);
  const trimming = options.end(true)!;
  return (entry) => {
    const { stream } = entry;
    const trimmed = stream === undefined ? 0 : trim(stream, trimming);
    if (trimmed > 0) entry.putStream(stream!);
    return trimmed;
  };
}

function parseDelete(args: Args): (entry: Entry) => Reply {
  const words = args.rest();
  return (entry) => {
    const { stream } = entry;
    if (stream === undefined) return 0;
    const deleted = deleteEntries(stream, words.map(toId));
    if (deleted > 0) entry.putStream(stream);
    return deleted;
  };
}

// ---- what is last -------------------------------------------------------------------------------

/** The arguments of XSETID. */
interface SettingId {
  readonly id: StreamId;
  readonly entriesAdded: bigint | undefined;
  readonly maxDeletedId: StreamId;
}

function takeSettingId(args: Args): SettingId {
  const id = toId(args.next());
  let entriesAdded: bigint | undefined;
  let maxDeletedId = LEAST_ID;
  while (args.left > 0) {
    if (args.left < 2) fail(SYNTAX);
    if (args.takes("ENTRIESADDED")) {
      entriesAdded = BigInt(args.integer());
      if (entriesAdded < 0n) fail("ERR entries_added must be positive");
    } else if (args.takes("MAXDELETEDID")) {
      maxDeletedId = toId(args.next());
      if (compareIds(id, maxDeletedId) < 0) {
        fail(
          "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
        );
      }
    } else fail(SYNTAX);
  }
  return { id, entriesAdded, maxDeletedId };
}

function parseSetId(args: Args): (entry: Entry) => Reply {
  const { entriesAdded, id, maxDeletedId } = takeSettingId(args);
  return (entry) => {
    const stream = entry.stream ?? fail(NO_SUCH_KEY);
    const { head, length } = stream;
    if (length > 0 && compareIds(id, lastIdOf(stream)) < 0) {
      fail(
        "ERR The ID specified in XSETID is smaller than the target stream top item",
      );
    }
    if (length > 0 && entriesAdded !== undefined && length > entriesAdded) {
      fail(
        "ERR The entries_added specified in XSETID is smaller than the target stream length",
      );
    }
    const isGiven = compareIds(maxDeletedId, LEAST_ID) > 0;
    stream.head = {
      lastId: id,
      entriesAdded: entriesAdded ?? head.entriesAdded,
      maxDeletedId: isGiven ? maxDeletedId : head.maxDeletedId,
    };
    entry.putStream(stream);
    return OK;
  };
}

// ---- reading ------------------------------------------------------------------------------------

function parseRange(isReversed: boolean) {
  return reads((args) => {
    const [one, other] = args.many(2);
    const first = toRangeStart(isReversed ? other : one);
    const last = toRangeEnd(isReversed ? one : other);
    let count = Infinity;
    while (args.left > 0) {
      if (args.left < 2 || !args.takes("COUNT")) fail(SYNTAX);
      count = args.number();
    }
    return ({ stream }) => {
      if (stream === undefined) return [];
      if (count <= 0) return null;
      const range = entriesBetween(stream, first, last);
      return readEntries(stream, range, count, isReversed);
    };
  });
}

/** The options of XREAD and XREADGROUP, and for each stream the word that says from where on. */
export interface Reading {
  readonly keys: readonly string[];
  readonly from: readonly string[];
  /** The most entries of each stream. */
  readonly count: number;
  /** How long to wait, in milliseconds; undefined: not at all. */
  readonly timeout: number | undefined;
  /** The group, and the consumer. */
  readonly group: readonly [group: string, consumer: string] | undefined;
  readonly isNotKept: boolean;
}

/** Takes them, for XREADGROUP or XREAD. */
export function takeReading(args: Args, isGroup: boolean): Reading {
  let count = 0;
  let timeout: number | undefined;
  let group: readonly [string, string] | undefined;
  let isNotKept = false;
  const onlyForGroups = (option: string) => {
    if (isGroup) return;
    fail(
      `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`,
    );
  };
  while (args.left > 0) {
    const hasValue = args.left > 1;
    if (hasValue && args.takes("BLOCK")) timeout = takeMilliseconds(args);
    else if (hasValue && args.takes("COUNT")) count = args.number();
    else if (hasValue && args.takes("STREAMS")) {
      const [keys, from] = takeStreams(args);
      if (isGroup && group === undefined) {
        fail("ERR Missing GROUP option for XREADGROUP");
      }
      count = count > 0 ? count : Infinity;
      return { keys, from, count, timeout, group, isNotKept };
    } else if (args.left > 2 && args.takes("GROUP")) {
      onlyForGroups("GROUP");
      group = [args.next(), args.next()];
    } else if (args.takes("NOACK")) {
      onlyForGroups("NOACK");
      isNotKept = true;
    } else fail(SYNTAX);
  }
  return fail(SYNTAX); // STREAMS is needed
}

function takeMilliseconds(args: Args): number {
  const ms = args.number("ERR timeout is not an integer or out of range");
  if (ms < 0) fail("ERR timeout is negative");
  return ms === 0 ? Infinity : ms;
}

function takeStreams(args: Args): [string[], string[]] {
  if (args.left % 2 !== 0) {
    fail(
      "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
    );
  }
  const keys = args.many(args.left / 2);
  return [keys, args.rest()];
}

/** The ID behind which XREAD reads. */
function idToReadAfter({ stream }: Entry, word: string): StreamId {
  if (word === "$") return stream?.head.lastId ?? LEAST_ID;
  if (word === ">") {
    fail(
      "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
    );
  }
  return toId(word);
}

/** The entries behind an ID, with their key; undefined: there are none. */
function entriesOf(
  key: string,
  { stream }: Entry,
  after: StreamId,
  count: number,
): Reply | undefined {
  if (stream === undefined) return undefined;
  const entries = readEntries(stream, entriesAfter(stream, after), count);
  return entries.length === 0 ? undefined : [key, entries];
}

/** XREAD of some streams: where it waits, it is for what comes after it was run. */
class StreamRead {
  readonly #reading: Reading;
  /** The IDs behind which it reads, as they were when it was run. */
  #after: readonly StreamId[] = [];

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  run(space: Space): Reply {
    const { keys } = this.#reading;
    return keys.length === 1
      ? space.read(keys[0], (entry) => this.#readAll(() => entry))
      : space.all((open) => this.#readAll(open));
  }

  #readAll(open: Open): Reply {
    const { count, from, keys } = this.#reading;
    const after = keys.map((key, i) => idToReadAfter(open(key), from[i]));
    this.#after = after;
    const found = keys.map((key, i) =>
      entriesOf(key, open(key), after[i], count)
    ).filter((one) => one !== undefined);
    return found.length === 0 ? null : found;
  }

  /** Whether any of the keys has something behind its ID. The entry is that of one of them. */
  isReady(entry: Entry, key: string): boolean {
    if (entry.type !== "stream") return false;
    const last = lastIdOf(entry.stream!);
    return compareIds(last, this.#afterIn(key)) > 0;
  }

  take(open: Open, key: string): Reply {
    const { count } = this.#reading;
    const found = entriesOf(key, open(key), this.#afterIn(key), count);
    return found === undefined ? null : [found];
  }

  #afterIn(key: string): StreamId {
    return this.#after[this.#reading.keys.indexOf(key)];
  }
}

function parseRead(args: Args): Run {
  const reading = takeReading(args, false);
  const { keys, timeout } = reading;
  const read = new StreamRead(reading);
  const run: Run = (space) => read.run(space);
  if (timeout === undefined) return run;
  return Object.assign(run, {
    waits: {
      keys,
      timeout,
      line: undefined,
      isReady: (entry: Entry, key: string) => read.isReady(entry, key),
      take: (open: Open, key: string) => read.take(open, key),
    },
  });
}

const command = commandsOf("stream");

/** These commands. */
export const STREAMS: readonly Command[] = [
  command(
    "XADD",
    -5,
    "write fast",
    ONE_KEY,
    "Adds an entry, and perhaps trims the stream",
    changes(parseAdd),
  ),
  command(
    "XDEL",
    -3,
    "write fast",
    ONE_KEY,
    "Deletes entries; returns how many were there",
    changes(parseDelete),
  ),
  command(
    "XLEN",
    2,
    "readonly fast",
    ONE_KEY,
    "How many entries a stream has",
    reads(() => ({ stream }) => stream?.length ?? 0),
  ),
  command(
    "XRANGE",
    -4,
    "readonly",
    ONE_KEY,
    "The entries in a range of IDs",
    parseRange(false),
  ),
  command(
    "XREAD",
    -4,
    "readonly blocking movablekeys",
    NO_KEYS,
    "The entries behind an ID of each stream, and waits for them if that is wanted",
    parseRead,
  ),
  command(
    "XREVRANGE",
    -4,
    "readonly",
    ONE_KEY,
    "The entries in a range of IDs, from the last one on",
    parseRange(true),
  ),
  command(
    "XSETID",
    -3,
    "write fast",
    ONE_KEY,
    "Sets the ID behind which new entries come",
    changes(parseSetId),
  ),
  command(
    "XTRIM",
    -4,
    "write",
    ONE_KEY,
    "Removes entries at the beginning; returns how many",
    changes(parseTrim),
  ),
];
