/**
 * Commands on lists.
 *
 * @module
 */

import type { List } from "../collections.ts";
import { type Entry, newList } from "../entry.ts";
import { fail, NO_SUCH_KEY, SYNTAX } from "../errors.ts";
import type { Open } from "../space.ts";
import { type Args, toInteger } from "./args.ts";
import { takeTimeout, waiting } from "./blocking.ts";
import {
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
import {
  parseBlockingManyPop,
  parseBlockingPop,
  parseManyPop,
} from "./popping.ts";
import { rangeOf } from "./ranges.ts";
import { OK, type Reply } from "./reply.ts";

const ENDS = ["LEFT", "RIGHT"] as const;
/** An end of a list. */
type End = (typeof ENDS)[number];

function takeEnd(args: Args): End {
  return args.takesOne(ENDS) ?? fail(SYNTAX);
}

/** Puts elements in at an end, one after the other. */
function push(list: List, end: End, elements: readonly string[]): void {
  if (end === "LEFT") {
    list.insert(0, elements.length === 1 ? elements : elements.toReversed());
  } else list.insert(list.length, elements);
}

/** Takes elements from an end, one after the other. */
function pop(list: List, end: End, count: number): string[] {
  const { length } = list;
  const taken = Math.min(length, count);
  if (taken === 1) return [list.take(end === "LEFT" ? 0 : length - 1)];
  const from = end === "LEFT" ? 0 : length - taken;
  const elements = list.slice(from, from + taken);
  list.removeRange(from, from + taken);
  return end === "LEFT" ? elements : elements.reverse();
}

function parsePush(end: End, onlyIfThere: boolean) {
  return changes((args) => {
    const elements = args.rest();
    return (entry) => {
      const list = entry.list ?? (onlyIfThere ? undefined : newList());
      if (list === undefined) return 0;
      push(list, end, elements);
      entry.putCollection(list);
      return list.length;
    };
  });
}

const NOT_POSITIVE = "ERR value is out of range, must be positive";

function parsePop(end: End, name: string) {
  return changes((args) => {
    const hasCount = args.left > 0;
    if (args.left > 1) {
      fail(`ERR wrong number of arguments for '${name}' command`);
    }
    const count = hasCount ? args.number(NOT_POSITIVE) : 1;
    if (count < 0) fail(NOT_POSITIVE);
    return (entry) => {
      const popped = popFrom(entry, end, count);
      return hasCount ? popped : popped?.[0] ?? null;
    };
  });
}

/** Takes elements from the list of an entry; null: there is no list. */
function popFrom(entry: Entry, end: End, count: number): string[] | null {
  const { list } = entry;
  if (list === undefined) return null;
  const popped = pop(list, end, count);
  if (popped.length > 0) entry.putCollection(list);
  return popped;
}

/** The index in a list, which may count from the end; undefined: there is no such element. */
function indexIn(list: List, index: number): number | undefined {
  const at = index < 0 ? index + list.length : index;
  return at >= 0 && at < list.length ? at : undefined;
}

function parseIndex(args: Args): (entry: Entry) => Reply {
  const index = args.next();
  return ({ list }) => {
    if (list === undefined) return null;
    const at = indexIn(list, Number(toInteger(index)));
    return at === undefined ? null : list.at(at);
  };
}

function parseSet(args: Args): (entry: Entry) => Reply {
  const [index, element] = args.many(2);
  return (entry) => {
    const list = entry.list ?? fail(NO_SUCH_KEY);
    const at = indexIn(list, Number(toInteger(index))) ??
      fail("ERR index out of range");
    list.replace(at, element);
    entry.putCollection(list);
    return OK;
  };
}

function parseInsert(args: Args): (entry: Entry) => Reply {
  const place = args.takesOne(["BEFORE", "AFTER"]) ?? fail(SYNTAX);
  const [pivot, element] = args.many(2);
  return (entry) => {
    const { list } = entry;
    if (list === undefined) return 0;
    const at = list.slice(0, list.length).indexOf(pivot);
    if (at < 0) return -1;
    list.insert(place === "BEFORE" ? at : at + 1, [element]);
    entry.putCollection(list);
    return list.length;
  };
}

function parseRange(args: Args): (entry: Entry) => Reply {
  const start = args.number();
  const end = args.number();
  return ({ list }) => list?.slice(...rangeOf(start, end, list.length)) ?? [];
}

function parseTrim(args: Args): (entry: Entry) => Reply {
  const start = args.number();
  const end = args.number();
  return (entry) => {
    const { list } = entry;
    if (list === undefined) return OK;
    const [from, to] = rangeOf(start, end, list.length);
    if (to - from === list.length) return OK;
    list.removeRange(to, list.length);
    list.removeRange(0, from);
    entry.putCollection(list);
    return OK;
  };
}

function parseRemove(args: Args): (entry: Entry) => Reply {
  const count = args.number();
  const element = args.next();
  return (entry) => {
    const { list } = entry;
    if (list === undefined) return 0;
    const found = indicesOf(list.slice(0, list.length), element);
    const most = count === 0 ? found.length : Math.abs(count);
    const removed = count < 0 ? found.slice(-most) : found.slice(0, most);
    if (removed.length > 0) {
      list.remove(removed);
      entry.putCollection(list);
    }
    return removed.length;
  };
}

function indicesOf(elements: readonly string[], element: string): number[] {
  const indices: number[] = [];
  elements.forEach((one, i) => {
    if (one === element) indices.push(i);
  });
  return indices;
}

function takeNotNegative(args: Args, name: string): number {
  const message = `ERR ${name} can't be negative`;
  const number = args.number(message);
  return number < 0 ? fail(message) : number;
}

function parsePos(args: Args): (entry: Entry) => Reply {
  const element = args.next();
  let rank = 1;
  let count: number | undefined;
  let most = Infinity;
  while (args.left > 0) {
    if (args.takes("RANK")) {
      rank = args.number();
      if (rank === 0) {
        fail(
          "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
        );
      }
    } else if (args.takes("COUNT")) count = takeNotNegative(args, "COUNT");
    else if (args.takes("MAXLEN")) {
      most = takeNotNegative(args, "MAXLEN") || Infinity;
    } else fail(SYNTAX);
  }
  return ({ list }) => {
    const elements = list?.slice(0, list.length) ?? [];
    const found = placesOf(elements, element, rank, most);
    if (count === undefined) return found[0] ?? null;
    return count === 0 ? found : found.slice(0, count);
  };
}

/** Where an element is, from the match with a rank on, if so many elements are looked at. */
function placesOf(
  elements: readonly string[],
  element: string,
  rank: number,
  most: number,
): number[] {
  const { length } = elements;
  if (rank > 0) {
    return indicesOf(elements.slice(0, most), element).slice(rank - 1);
  }
  const fromEnd = indicesOf(elements.toReversed().slice(0, most), element);
  return fromEnd.slice(-rank - 1).map((index) => length - 1 - index);
}

/** Moves an element from the end of one list to an end of another, or of the same. */
function move(open: Open, from: string, to: string, ends: [End, End]): Reply {
  const source = open(from);
  const { list } = source;
  if (list === undefined) return null;
  const target = open(to);
  const other = from === to ? list : target.list ?? newList();
  const popped = pop(list, ends[0], 1);
  push(other, ends[1], popped);
  source.putCollection(list);
  if (from !== to) target.putCollection(other);
  return popped[0];
}

function parseMove(args: Args): (open: Open) => Reply {
  const [from, to] = args.many(2);
  const ends: [End, End] = [takeEnd(args), takeEnd(args)];
  return (open) => move(open, from, to, ends);
}

function parseRpoplpush(args: Args): (open: Open) => Reply {
  const [from, to] = args.many(2);
  return (open) => move(open, from, to, ["RIGHT", "LEFT"]);
}

function parseBlockingMove(args: Args): Run {
  const [from, to] = args.many(2);
  const ends: [End, End] = [takeEnd(args), takeEnd(args)];
  return blockingMove(from, to, ends, args.next());
}

function blockingMove(
  from: string,
  to: string,
  ends: [End, End],
  timeout: string,
): Run {
  return waiting({
    keys: [from],
    timeout: takeTimeout(timeout),
    type: "list",
    take: (open) => move(open, from, to, ends),
  });
}

function parseBrpoplpush(args: Args): Run {
  const [from, to, timeout] = args.many(3);
  return blockingMove(from, to, ["RIGHT", "LEFT"], timeout);
}

const command = commandsOf("list");

/** The commands on lists. */
export const LISTS: readonly Command[] = [
  command(
    "BLMOVE",
    6,
    "write blocking",
    TWO_KEYS,
    "LMOVE that waits for an element",
    parseBlockingMove,
  ),
  command(
    "BLMPOP",
    -5,
    "write blocking movablekeys",
    NO_KEYS,
    "LMPOP that waits for an element",
    parseBlockingManyPop("list", ENDS, popFrom),
  ),
  command(
    "BLPOP",
    -3,
    "write blocking",
    [1, -2, 1],
    "Takes the first element of the first list that has one, and waits for it",
    parseBlockingPop("list", (entry) => popFrom(entry, "LEFT", 1)),
  ),
  command(
    "BRPOP",
    -3,
    "write blocking",
    [1, -2, 1],
    "Takes the last element of the first list that has one, and waits for it",
    parseBlockingPop("list", (entry) => popFrom(entry, "RIGHT", 1)),
  ),
  command(
    "BRPOPLPUSH",
    4,
    "write blocking",
    TWO_KEYS,
    "RPOPLPUSH that waits for an element",
    parseBrpoplpush,
  ),
  command(
    "LINDEX",
    3,
    "readonly",
    ONE_KEY,
    "The element at an index",
    reads(parseIndex),
  ),
  command(
    "LINSERT",
    5,
    "write",
    ONE_KEY,
    "Puts an element in before or after another one",
    changes(parseInsert),
  ),
  command(
    "LLEN",
    2,
    "readonly fast",
    ONE_KEY,
    "How many elements a list has",
    reads(() => ({ list }) => list?.length ?? 0),
  ),
  command(
    "LMOVE",
    5,
    "write",
    TWO_KEYS,
    "Moves an element from an end of one list to an end of another",
    joins(parseMove),
  ),
  command(
    "LMPOP",
    -4,
    "write movablekeys",
    NO_KEYS,
    "Takes elements from the first list that has any",
    joins(parseManyPop(ENDS, popFrom)),
  ),
  command(
    "LPOP",
    -2,
    "write fast",
    ONE_KEY,
    "Takes the first elements",
    parsePop("LEFT", "lpop"),
  ),
  command(
    "LPOS",
    -3,
    "readonly",
    ONE_KEY,
    "The indices of an element",
    reads(parsePos),
  ),
  command(
    "LPUSH",
    -3,
    "write fast",
    ONE_KEY,
    "Puts elements in at the beginning, one after the other",
    parsePush("LEFT", false),
  ),
  command(
    "LPUSHX",
    -3,
    "write fast",
    ONE_KEY,
    "LPUSH, if the list is there",
    parsePush("LEFT", true),
  ),
  command(
    "LRANGE",
    4,
    "readonly",
    ONE_KEY,
    "The elements of a range",
    reads(parseRange),
  ),
  command(
    "LREM",
    4,
    "write",
    ONE_KEY,
    "Removes elements that are equal to another one",
    changes(parseRemove),
  ),
  command(
    "LSET",
    4,
    "write",
    ONE_KEY,
    "Replaces the element at an index",
    changes(parseSet),
  ),
  command(
    "LTRIM",
    4,
    "write",
    ONE_KEY,
    "Removes what is not in a range",
    changes(parseTrim),
  ),
  command(
    "RPOP",
    -2,
    "write fast",
    ONE_KEY,
    "Takes the last elements",
    parsePop("RIGHT", "rpop"),
  ),
  command(
    "RPOPLPUSH",
    3,
    "write",
    TWO_KEYS,
    "Moves the last element of one list to the beginning of another",
    joins(parseRpoplpush),
  ),
  command(
    "RPUSH",
    -3,
    "write fast",
    ONE_KEY,
    "Puts elements in at the end",
    parsePush("RIGHT", false),
  ),
  command(
    "RPUSHX",
    -3,
    "write fast",
    ONE_KEY,
    "RPUSH, if the list is there",
    parsePush("RIGHT", true),
  ),
];
