/**
 * Ranges of sorted sets: by index, by score, and by member.
 *
 * @module
 */

import type { Scored, SortedSet } from "../collections.ts";
import { fail, NOT_AN_INTEGER, SYNTAX } from "../errors.ts";
import { parseDouble } from "../numbers.ts";
import { type Args, toInteger } from "./args.ts";
import { rangeOf } from "./ranges.ts";

/** Finds the indices of a range: from one on up to, but not, another. */
export type Range = (set: SortedSet) => readonly [from: number, to: number];

/** What a range goes by. */
export type By = "RANK" | "BYSCORE" | "BYLEX";

const NO_SCORE = "ERR min or max is not a float";
const NO_MEMBER = "ERR min or max not valid string range item";

/** The range between two arguments; those by index may count from the end. */
export function toRange(by: By, min: string, max: string): Range {
  switch (by) {
    case "RANK": {
      const start = Number(toInteger(min, NOT_AN_INTEGER));
      const end = Number(toInteger(max, NOT_AN_INTEGER));
      return ({ length }) => rangeOf(start, end, length);
    }
    case "BYSCORE": {
      const [from, isAfter] = scoreBound(min);
      const [to, isBefore] = scoreBound(max);
      return (set) =>
        ordered(set.countBelow(from, isAfter), set.countBelow(to, !isBefore));
    }
    case "BYLEX": {
      const from = memberBound(min);
      const to = memberBound(max);
      return (set) => ordered(from(set, true), to(set, false));
    }
  }
}

function ordered(from: number, to: number): [number, number] {
  return [from, Math.max(from, to)];
}

/** A score, and whether it is not in the range itself. */
function scoreBound(text: string): [score: number, isOut: boolean] {
  const isOut = text.startsWith("(");
  const score = parseDouble(isOut ? text.slice(1) : text) ?? fail(NO_SCORE);
  return [score, isOut];
}

/** From a set to the number of members before a bound, which begins or ends a range. */
type MemberBound = (set: SortedSet, begins: boolean) => number;

function memberBound(text: string): MemberBound {
  if (text === "-") return () => 0;
  if (text === "+") return ({ length }) => length;
  const member = text.slice(1);
  const isOut = text.startsWith("(");
  if (!isOut && !text.startsWith("[")) fail(NO_MEMBER);
  return (set, begins) => set.countBefore(member, isOut === begins);
}

/** A range, its direction, and how much of it is wanted. */
export interface Selection {
  readonly range: Range;
  readonly isReversed: boolean;
  readonly offset: number;
  /** Below 0: all. */
  readonly count: number;
  readonly withScores: boolean;
}

/** What a command says by its name. */
export interface Fixed {
  readonly by?: By;
  readonly isReversed?: boolean;
  readonly withoutScores?: boolean;
}

/** Takes a range and its options. */
export function takeSelection(args: Args, fixed: Fixed): Selection {
  const [first, second] = args.many(2);
  let { by, isReversed } = fixed;
  let withScores = false;
  let limit: [number, number] | undefined;
  while (args.left > 0) {
    if (!fixed.withoutScores && args.takes("WITHSCORES")) withScores = true;
    else if (args.left > 2 && args.takes("LIMIT")) {
      limit = [args.number(), args.number()];
    } else if (fixed.isReversed === undefined && args.takes("REV")) {
      isReversed = true;
    } else if (fixed.by === undefined && args.takes("BYSCORE")) by = "BYSCORE";
    else if (fixed.by === undefined && args.takes("BYLEX")) by = "BYLEX";
    else fail(SYNTAX);
  }
  by ??= "RANK";
  if (by === "RANK" && limit !== undefined) {
    // Redis takes a count of -1, which is all, for no LIMIT.
    if (limit[1] === -1) limit = undefined;
    else {fail(
        "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
      );}
  }
  if (withScores && by === "BYLEX") {
    fail(
      "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
    );
  }
  const swaps = isReversed === true && by !== "RANK";
  const range = swaps ? toRange(by, second, first) : toRange(by, first, second);
  const [offset, count] = limit ?? [0, -1];
  return {
    range: by === "RANK" && isReversed ? mirrored(range) : range,
    isReversed: isReversed === true,
    offset,
    count,
    withScores,
  };
}

/** A range whose indices count from the other end. */
function mirrored(range: Range): Range {
  return (set) => {
    const [from, to] = range(set);
    return [set.length - to, set.length - from];
  };
}

/** The members of a selection. */
export function select(
  set: SortedSet | undefined,
  { count, isReversed, offset, range }: Selection,
): Scored[] {
  if (set === undefined || offset < 0) return [];
  const [from, to] = range(set);
  const wanted = Math.min(
    Math.max(0, to - from - offset),
    count < 0 ? Infinity : count,
  );
  if (!isReversed) return set.slice(from + offset, from + offset + wanted);
  const end = to - offset;
  return set.slice(end - wanted, end).reverse();
}
