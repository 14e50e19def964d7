/**
 * Commands on sorted sets, but for those on several of them.
 *
 * @module
 */

import type { Scored } from "../collections.ts";
import { type Entry, newSortedSet } from "../entry.ts";
import { fail, NOT_A_FLOAT, SYNTAX } from "../errors.ts";
import { formatDouble, parseDouble } from "../numbers.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import {
  changes,
  type Command,
  commandsOf,
  joins,
  NO_KEYS,
  ONE_KEY,
  reads,
  TWO_KEYS,
} from "./command.ts";
import { pickSome, takePicking } from "./picking.ts";
import {
  parseBlockingManyPop,
  parseBlockingPop,
  parseManyPop,
} from "./popping.ts";
import type { Reply } from "./reply.ts";
import { scanReply, takeCursor, takeScanning } from "./scanning.ts";
import {
  type By,
  type Fixed,
  select,
  takeSelection,
  toRange,
} from "./score_ranges.ts";

/** Members, each followed by its score if that is wanted. */
export function flat(members: readonly Scored[], withScores: boolean): Reply {
  return withScores
    ? members.flatMap(([member, score]) => [member, formatDouble(score)])
    : members.map(([member]) => member);
}

// ---- adding -------------------------------------------------------------------------------------

/** The conditions of ZADD, and what it replies. */
interface Adding {
  readonly words: ReadonlySet<string>;
  readonly members: readonly Scored[];
}

const ADD_WORDS = ["NX", "XX", "GT", "LT", "CH", "INCR"] as const;

function takeAdding(args: Args): Adding {
  const words = new Set<string>();
  let word: string | undefined;
  while ((word = args.takesOne(ADD_WORDS)) !== undefined) words.add(word);
  const has = (...some: string[]) => some.filter((one) => words.has(one));
  if (args.left === 0) fail(SYNTAX);
  const pairs = args.pairs(SYNTAX);
  if (has("NX", "XX").length === 2) {
    fail("ERR XX and NX options at the same time are not compatible");
  }
  if (has("GT", "LT", "NX").length > 1) {
    fail(
      "ERR GT, LT, and/or NX options at the same time are not compatible",
    );
  }
  if (words.has("INCR") && pairs.length > 1) {
    fail("ERR INCR option supports a single increment-element pair");
  }
  const members = pairs.map(([score, member]): Scored => [
    member,
    parseDouble(score) ?? fail(NOT_A_FLOAT),
  ]);
  return { words, members };
}

/** The score that a member gets; undefined: it stays as it is. */
function newScore(
  words: ReadonlySet<string>,
  before: number | undefined,
  given: number,
): number | undefined {
  if (before === undefined) return words.has("XX") ? undefined : given;
  if (words.has("NX")) return undefined;
  const score = words.has("INCR") ? before + given : given;
  if (Number.isNaN(score)) {
    fail("ERR resulting score is not a number (NaN)");
  }
  if (words.has("GT") && score <= before) return undefined;
  if (words.has("LT") && score >= before) return undefined;
  return score;
}

function add(entry: Entry, { members, words }: Adding): Reply {
  const set = entry.sortedSet ?? newSortedSet();
  const scores = new Map<string, number>();
  let added = 0;
  let changed = 0;
  let last: number | undefined;
  for (const [member, given] of members) {
    const before = scores.get(member) ?? set.scoreOf(member);
    last = newScore(words, before, given);
    if (last === undefined || last === before) continue;
    if (before === undefined) added++;
    else changed++;
    scores.set(member, last);
  }
  if (scores.size > 0) {
    set.set([...scores]);
    entry.putCollection(set);
  }
  if (words.has("INCR")) return last === undefined ? null : formatDouble(last);
  return words.has("CH") ? added + changed : added;
}

function parseAdd(args: Args): (entry: Entry) => Reply {
  const adding = takeAdding(args);
  return (entry) => add(entry, adding);
}

function parseIncrby(args: Args): (entry: Entry) => Reply {
  const by = args.float();
  const members: Scored[] = [[args.next(), by]];
  const adding = { words: new Set(["INCR"]), members };
  return (entry) => add(entry, adding);
}

// ---- removing -----------------------------------------------------------------------------------

function parseRemove(args: Args): (entry: Entry) => Reply {
  const members = args.rest();
  return (entry) => {
    const set = entry.sortedSet;
    const removed = set?.remove(members) ?? 0;
    if (removed > 0) entry.putCollection(set!);
    return removed;
  };
}

function parseRemoveRange(by: By) {
  return changes((args) => {
    const [min, max] = args.many(2);
    const range = toRange(by, min, max);
    return (entry) => {
      const set = entry.sortedSet;
      if (set === undefined) return 0;
      const [from, to] = range(set);
      set.removeRange(from, to);
      if (to > from) entry.putCollection(set);
      return to - from;
    };
  });
}

const ENDS = ["MIN", "MAX"] as const;
/** An end of a sorted set. */
type End = (typeof ENDS)[number];

/** Takes the members with the lowest or highest scores; null: there is no sorted set. */
function popFrom(entry: Entry, end: End, count: number): Scored[] | null {
  const set = entry.sortedSet;
  if (set === undefined) return null;
  const { length } = set;
  const taken = Math.min(length, count);
  const from = end === "MIN" ? 0 : length - taken;
  const members = set.slice(from, from + taken);
  set.removeRange(from, from + taken);
  if (taken > 0) entry.putCollection(set);
  return end === "MIN" ? members : members.reverse();
}

function parsePop(end: End) {
  return changes((args) => {
    const message = "ERR value is out of range, must be positive";
    const count = args.left > 0 ? args.number(message) : 1;
    if (count < 0) fail(message);
    args.end();
    return (entry) => flat(popFrom(entry, end, count) ?? [], true);
  });
}

/** The same, as pairs of member and score. */
function popPairs(entry: Entry, end: End, count: number): Reply {
  return popFrom(entry, end, count)?.map(pairOf) ?? null;
}

function popOne(end: End) {
  return (entry: Entry) => {
    const popped = popFrom(entry, end, 1);
    return popped && pairOf(popped[0]);
  };
}

function pairOf([member, score]: Scored): [string, string] {
  return [member, formatDouble(score)];
}

// ---- reading ------------------------------------------------------------------------------------

function parseRange(fixed: Fixed) {
  return reads((args) => {
    const selection = takeSelection(args, fixed);
    return ({ sortedSet }) =>
      flat(select(sortedSet, selection), selection.withScores);
  });
}

function parseRangeStore(args: Args): (open: Open) => Reply {
  const [target, key] = args.many(2);
  const selection = takeSelection(args, { withoutScores: true });
  return (open) => {
    const members = select(open(key).sortedSet, selection);
    const made = newSortedSet();
    made.set(members);
    open(target).putCollection(made, Infinity);
    return members.length;
  };
}

function parseCount(by: By) {
  return reads((args) => {
    const [min, max] = args.many(2);
    const range = toRange(by, min, max);
    return ({ sortedSet }) => {
      if (sortedSet === undefined) return 0;
      const [from, to] = range(sortedSet);
      return to - from;
    };
  });
}

function parseRank(isReversed: boolean) {
  return reads((args) => {
    const member = args.next();
    return ({ sortedSet }) => {
      const index = sortedSet?.indexOf(member);
      if (index === undefined) return null;
      return isReversed ? sortedSet!.length - 1 - index : index;
    };
  });
}

function scoreOf({ sortedSet }: Entry, member: string): string | null {
  const score = sortedSet?.scoreOf(member);
  return score === undefined ? null : formatDouble(score);
}

function parseRandom(args: Args): (entry: Entry) => Reply {
  const hasCount = args.left > 0;
  const pick = hasCount ? takePicking(args) : undefined;
  const withScores = args.takes("WITHSCORES");
  args.end();
  return ({ sortedSet }) => {
    if (sortedSet === undefined) return hasCount ? [] : null;
    const at = (index: number) => sortedSet.slice(index, index + 1)[0];
    if (pick === undefined) return at(pickSome(sortedSet.length, 1)[0])[0];
    return flat(pick(sortedSet.length).map(at), withScores);
  };
}

function parseScan(args: Args): (entry: Entry) => Reply {
  const scanning = takeScanning(args, takeCursor(args), false);
  return ({ sortedSet }) => {
    const step = sortedSet?.scan(scanning.cursor, scanning.count) ??
      { cursor: 0, items: [] };
    return scanReply(
      scanning,
      step,
      ([member]) => member,
      ([member, score]) => [member, formatDouble(score)],
    );
  };
}

const command = commandsOf("sorted-set");

/** These commands. */
export const SORTED_SETS: readonly Command[] = [
  command(
    "BZMPOP",
    -5,
    "write blocking movablekeys",
    NO_KEYS,
    "ZMPOP that waits for a member",
    parseBlockingManyPop("zset", ENDS, popPairs),
  ),
  command(
    "BZPOPMAX",
    -3,
    "write blocking",
    [1, -2, 1],
    "Takes the member with the highest score of the first set, and waits for it",
    parseBlockingPop("zset", popOne("MAX")),
  ),
  command(
    "BZPOPMIN",
    -3,
    "write blocking",
    [1, -2, 1],
    "Takes the member with the lowest score of the first set, and waits for it",
    parseBlockingPop("zset", popOne("MIN")),
  ),
  command(
    "ZADD",
    -4,
    "write fast",
    ONE_KEY,
    "Sets the scores of members, which are added if they are not there",
    changes(parseAdd),
  ),
  command(
    "ZCARD",
    2,
    "readonly fast",
    ONE_KEY,
    "How many members a sorted set has",
    reads(() => ({ sortedSet }) => sortedSet?.length ?? 0),
  ),
  command(
    "ZCOUNT",
    4,
    "readonly fast",
    ONE_KEY,
    "How many members have a score in a range",
    parseCount("BYSCORE"),
  ),
  command(
    "ZINCRBY",
    4,
    "write fast",
    ONE_KEY,
    "Adds to the score of a member, which is 0 if it is not there",
    changes(parseIncrby),
  ),
  command(
    "ZLEXCOUNT",
    4,
    "readonly fast",
    ONE_KEY,
    "How many members are in a range of members",
    parseCount("BYLEX"),
  ),
  command(
    "ZMPOP",
    -4,
    "write movablekeys",
    NO_KEYS,
    "Takes members from the first sorted set that has any",
    joins(parseManyPop(ENDS, popPairs)),
  ),
  command(
    "ZMSCORE",
    -3,
    "readonly fast",
    ONE_KEY,
    "The scores of several members",
    reads((args) => {
      const members = args.rest();
      return (entry) => members.map((member) => scoreOf(entry, member));
    }),
  ),
  command(
    "ZPOPMAX",
    -2,
    "write fast",
    ONE_KEY,
    "Takes the members with the highest scores",
    parsePop("MAX"),
  ),
  command(
    "ZPOPMIN",
    -2,
    "write fast",
    ONE_KEY,
    "Takes the members with the lowest scores",
    parsePop("MIN"),
  ),
  command(
    "ZRANDMEMBER",
    -2,
    "readonly",
    ONE_KEY,
    "Members by chance",
    reads(parseRandom),
  ),
  command(
    "ZRANGE",
    -4,
    "readonly",
    ONE_KEY,
    "The members in a range of indices, scores or members",
    parseRange({}),
  ),
  command(
    "ZRANGEBYLEX",
    -4,
    "readonly",
    ONE_KEY,
    "The members in a range of members",
    parseRange({ by: "BYLEX", isReversed: false }),
  ),
  command(
    "ZRANGEBYSCORE",
    -4,
    "readonly",
    ONE_KEY,
    "The members in a range of scores",
    parseRange({ by: "BYSCORE", isReversed: false }),
  ),
  command(
    "ZRANGESTORE",
    -5,
    "write",
    TWO_KEYS,
    "Stores what ZRANGE returns",
    joins(parseRangeStore),
  ),
  command(
    "ZRANK",
    3,
    "readonly fast",
    ONE_KEY,
    "How many members come before a member",
    parseRank(false),
  ),
  command(
    "ZREM",
    -3,
    "write fast",
    ONE_KEY,
    "Removes members; returns how many were there",
    changes(parseRemove),
  ),
  command(
    "ZREMRANGEBYLEX",
    4,
    "write",
    ONE_KEY,
    "Removes the members in a range of members",
    parseRemoveRange("BYLEX"),
  ),
  command(
    "ZREMRANGEBYRANK",
    4,
    "write",
    ONE_KEY,
    "Removes the members in a range of indices",
    parseRemoveRange("RANK"),
  ),
  command(
    "ZREMRANGEBYSCORE",
    4,
    "write",
    ONE_KEY,
    "Removes the members in a range of scores",
    parseRemoveRange("BYSCORE"),
  ),
  command(
    "ZREVRANGE",
    -4,
    "readonly",
    ONE_KEY,
    "The members in a range of indices, which count from the highest score",
    parseRange({ by: "RANK", isReversed: true }),
  ),
  command(
    "ZREVRANGEBYLEX",
    -4,
    "readonly",
    ONE_KEY,
    "The members in a range of members, from the last on",
    parseRange({ by: "BYLEX", isReversed: true }),
  ),
  command(
    "ZREVRANGEBYSCORE",
    -4,
    "readonly",
    ONE_KEY,
    "The members in a range of scores, from the highest on",
    parseRange({ by: "BYSCORE", isReversed: true }),
  ),
  command(
    "ZREVRANK",
    3,
    "readonly fast",
    ONE_KEY,
    "How many members come after a member",
    parseRank(true),
  ),
  command(
    "ZSCAN",
    -3,
    "readonly",
    ONE_KEY,
    "Some of the members with their scores, and a cursor to go on with",
    reads(parseScan),
  ),
  command(
    "ZSCORE",
    3,
    "readonly fast",
    ONE_KEY,
    "The score of a member",
    reads((args) => {
      const member = args.next();
      return (entry) => scoreOf(entry, member);
    }),
  ),
];
