/**
 * Commands that make one sorted set of several, or of sets, whose members have the score 1.
 *
 * @module
 */

import type { Scored } from "../collections.ts";
import { type Entry, newSortedSet } from "../entry.ts";
import { fail, SYNTAX } from "../errors.ts";
import type { Open } from "../space.ts";
import type { Args } from "./args.ts";
import {
  type Command,
  commandsOf,
  joins,
  type KeyPlaces,
  NO_KEYS,
} from "./command.ts";
import type { Reply } from "./reply.ts";
import { flat } from "./sorted_sets.ts";

/** Members and their scores. */
type Scores = Map<string, number>;
/** Makes one of two scores. */
type Aggregate = (a: number, b: number) => number;

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  SUM: (a, b) => notNaN(a + b),
  MIN: Math.min,
  MAX: Math.max,
};

/** Of infinities with different signs the sum is 0, as is the infinite part of nothing. */
function notNaN(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

/** Makes one sorted set of several. */
type Combine = (sets: readonly Scores[], aggregate: Aggregate) => Scores;

/** The smallest first: in this order Redis adds scores, of which a sum of floats depends on it. */
function bySize(sets: readonly Scores[]): readonly Scores[] {
  return sets.toSorted((a, b) => a.size - b.size);
}

const union: Combine = (sets, aggregate) => {
  const made: Scores = new Map();
  for (const set of bySize(sets)) {
    for (const [member, score] of set) {
      const before = made.get(member);
      made.set(
        member,
        before === undefined ? score : aggregate(before, score),
      );
    }
  }
  return made;
};

const intersect: Combine = (sets, aggregate) => {
  const [first, ...others] = bySize(sets);
  const made: Scores = new Map();
  for (const [member, score] of first) {
    if (!others.every((set) => set.has(member))) continue;
    made.set(
      member,
      others.reduce((sum, set) => aggregate(sum, set.get(member)!), score),
    );
  }
  return made;
};

const subtract: Combine = ([first, ...others]) =>
  new Map(
    [...first].filter(([member]) => !others.some((set) => set.has(member))),
  );

function scoresOf(entry: Entry): Scores {
  if (entry.type === "set") {
    return new Map(entry.members!.all().map((member) => [member, 1]));
  }
  const set = entry.sortedSet;
  return new Map(set?.slice(0, set.length));
}

/** What is to be combined, and how. */
interface Combining {
  readonly keys: readonly string[];
  readonly weights: readonly number[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** What the arguments of a command may say. */
interface Allowed {
  readonly name: string;
  readonly weights: boolean;
  readonly scores: boolean;
}

function takeCombining(args: Args, allowed: Allowed): Combining {
  const keys = takeKeys(args, allowed.name);
  let weights = keys.map(() => 1);
  let aggregate = AGGREGATES.SUM;
  let withScores = false;
  while (args.left > 0) {
    if (allowed.weights && args.left > keys.length && args.takes("WEIGHTS")) {
      weights = keys.map(() => args.float("ERR weight value is not a float"));
    } else if (allowed.weights && args.takes("AGGREGATE")) {
      const name = args.takesOne(Object.keys(AGGREGATES)) ?? fail(SYNTAX);
      aggregate = AGGREGATES[name];
    } else if (allowed.scores && args.takes("WITHSCORES")) withScores = true;
    else fail(SYNTAX);
  }
  return { keys, weights, aggregate, withScores };
}

function takeKeys(args: Args, name: string): string[] {
  const count = args.number();
  if (count < 1) {
    fail(`ERR at least 1 input key is needed for '${name}' command`);
  }
  return args.many(count);
}

function combined(
  combine: Combine,
  open: Open,
  { aggregate, keys, weights }: Combining,
): Scored[] {
  const sets = keys.map((key, i) => {
    const scores = scoresOf(open(key));
    scores.forEach((score, member) =>
      scores.set(member, notNaN(score * weights[i]))
    );
    return scores;
  });
  return [...combine(sets, aggregate)];
}

/** Sorted members. */
function sorted(members: readonly Scored[]): Scored[] {
  const set = newSortedSet();
  set.set(members);
  return set.slice(0, set.length);
}

function parseCombine(name: string, combine: Combine, weights: boolean) {
  return joins((args) => {
    const combining = takeCombining(args, { name, weights, scores: true });
    return (open) =>
      flat(sorted(combined(combine, open, combining)), combining.withScores);
  });
}

function parseStore(name: string, combine: Combine, weights: boolean) {
  return joins((args) => {
    const target = args.next();
    const combining = takeCombining(args, { name, weights, scores: false });
    return (open) => {
      const made = newSortedSet();
      made.set(combined(combine, open, combining));
      open(target).putCollection(made, Infinity);
      return made.length;
    };
  });
}

function parseIntercard(args: Args): (open: Open) => Reply {
  const keys = takeKeys(args, "zintercard");
  const limit = args.limit();
  return (open) => {
    const sets = keys.map((key) => scoresOf(open(key)));
    const { size } = intersect(sets, AGGREGATES.SUM);
    return Math.min(limit, size);
  };
}

const STORED: KeyPlaces = [1, 1, 1];
const command = commandsOf("sorted-set");

/** These commands. */
export const SCORE_ALGEBRA: readonly Command[] = [
  command(
    "ZDIFF",
    -3,
    "readonly movablekeys",
    NO_KEYS,
    "The members of the first sorted set that no other one has",
    parseCombine("zdiff", subtract, false),
  ),
  command(
    "ZDIFFSTORE",
    -4,
    "write movablekeys",
    STORED,
    "Stores what ZDIFF returns",
    parseStore("zdiffstore", subtract, false),
  ),
  command(
    "ZINTER",
    -3,
    "readonly movablekeys",
    NO_KEYS,
    "The members that all sorted sets have, and what their scores make",
    parseCombine("zinter", intersect, true),
  ),
  command(
    "ZINTERCARD",
    -3,
    "readonly movablekeys",
    NO_KEYS,
    "How many members all sorted sets have",
    joins(parseIntercard),
  ),
  command(
    "ZINTERSTORE",
    -4,
    "write movablekeys",
    STORED,
    "Stores what ZINTER returns",
    parseStore("zinterstore", intersect, true),
  ),
  command(
    "ZUNION",
    -3,
    "readonly movablekeys",
    NO_KEYS,
    "The members that any of the sorted sets has, and what their scores make",
    parseCombine("zunion", union, true),
  ),
  command(
    "ZUNIONSTORE",
    -4,
    "write movablekeys",
    STORED,
    "Stores what ZUNION returns",
    parseStore("zunionstore", union, true),
  ),
];
