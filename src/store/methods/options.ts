/**
 * Options of methods, and the words that they stand for.
 *
 * @module
 */

import { received } from "../../errors.ts";
import type { TypeName } from "../stored.ts";
import type { Value } from "./caller.ts";

/** When an entry expires: at most one of these. */
export interface ExpiryOptions {
  /** After so many seconds, a whole number above 0. */
  ex?: number | undefined;
  /** After so many milliseconds, a whole number above 0. */
  px?: number | undefined;
  /** At a time in seconds since 1970. */
  exat?: number | undefined;
  /** At a time in milliseconds since 1970. */
  pxat?: number | undefined;
}

/** Options of {@linkcode StringMethods.prototype.set}. */
export interface StringSetOptions extends ExpiryOptions {
  /** Only if the key is not there. */
  nx?: boolean | undefined;
  /** Only if the key is there. */
  xx?: boolean | undefined;
  /** Whether an expiry that is there stays. */
  keepttl?: boolean | undefined;
  /** Whether to return the string that was there, and not whether the new one was set. */
  get?: boolean | undefined;
}

/** Options of {@linkcode StringMethods.prototype.getex}: at most one of them. */
export interface GetexOptions extends ExpiryOptions {
  /** Whether to take the expiry away. */
  persist?: boolean | undefined;
}

/** When an expiry is set; without one of these, always. */
export interface ExpireOptions {
  /** Only if the key does not expire. */
  nx?: boolean | undefined;
  /** Only if the key expires. */
  xx?: boolean | undefined;
  /** Only if it is later than the present one; never, if there is none. */
  gt?: boolean | undefined;
  /** Only if it is earlier than the present one, or there is none. */
  lt?: boolean | undefined;
}

/** Options of a step of a scan. */
export interface ScanOptions {
  /**
   * A glob pattern for what is returned: `*`, `?`, `[abc]`, `[^a-z]`, and `\` before a character
   * that stands for itself.
   */
  match?: string | Uint8Array | undefined;
  /**
   * How many are looked at, about.
   *
   * @default {10}
   */
  count?: number | undefined;
}

/** Options of {@linkcode KeyMethods.prototype.scan}. */
export interface KeyScanOptions extends ScanOptions {
  /** Only keys of this type: `"string"`, `"list"`, `"set"`, `"hash"`, `"zset"` or `"stream"`. */
  type?: TypeName | undefined;
}

/** A step of a scan. */
export interface Scanned<T> {
  /** What to go on with; 0: that was all. */
  readonly cursor: number;
  /** What was found. */
  readonly items: T[];
}

/** Options of {@linkcode ListMethods.prototype.lpos}. */
export interface PositionOptions {
  /** From which match on: 1 is the first one, -1 the last one, and then it goes backwards. */
  rank?: number | undefined;
  /** How many indices, 0 for all: then an array is returned. */
  count?: number | undefined;
  /** How many elements are looked at, 0 for all. */
  maxlen?: number | undefined;
}

/** Options of {@linkcode SortedSetMethods.prototype.zadd}. */
export interface ScoreOptions {
  /** Only members that are not there. */
  nx?: boolean | undefined;
  /** Only members that are there. */
  xx?: boolean | undefined;
  /** Of members that are there: only if the score is higher than the present one. */
  gt?: boolean | undefined;
  /** Of members that are there: only if the score is lower than the present one. */
  lt?: boolean | undefined;
  /** Whether those count whose score is changed, and not only those that are new. */
  ch?: boolean | undefined;
}

/** Options of {@linkcode SortedSetMethods.prototype.zrangestore}. */
export interface RangeOptions {
  /**
   * What `start` and `stop` are: indices, scores, or members.
   *
   * - indices count from 0, and from the end if they are below 0;
   * - scores are numbers, or strings as Redis has them: `"(1.5"` is not in the range itself,
   *   `"-inf"` and `"+inf"` are its ends;
   * - members are `"[a"`, which is in the range, `"(a"`, which is not, `"-"` and `"+"`. All members
   *   must have the same score.
   *
   * @default {"index"}
   */
  by?: "index" | "score" | "lex" | undefined;
  /** Whether it goes from the highest to the lowest: then `start` is the highest. */
  rev?: boolean | undefined;
  /** Which of the range are wanted, by score or member: how many not, and how many then. */
  limit?: readonly [offset: number, count: number] | undefined;
}

/** Options of {@linkcode SortedSetMethods.prototype.zrange}. */
export interface RangeScoreOptions extends RangeOptions {
  /** Whether to return each member with its score. */
  withScores?: boolean | undefined;
}

/** Options of {@linkcode SortedSetMethods.prototype.zunion} and its like. */
export interface CombineOptions {
  /** What the scores of each set are multiplied by. */
  weights?: readonly number[] | undefined;
  /**
   * What is made of the scores of a member.
   *
   * @default {"sum"}
   */
  aggregate?: "sum" | "min" | "max" | undefined;
}

/** The words of options: each is a name, and perhaps a value. */
export function wordsOf(
  options: object | undefined,
  what: string,
): Value[] {
  if (options === undefined) return [];
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${what}: the options must be an object: ${received(options)}`,
    );
  }
  const words: Value[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false) continue;
    words.push(name.toUpperCase());
    if (Array.isArray(value)) words.push(...value);
    else if (value !== true) words.push(value);
  }
  return words;
}

/** The words of a range's options. */
export function rangeWordsOf(
  { by = "index", limit, rev, ...rest }: RangeScoreOptions,
): Value[] {
  const kind = { index: [], score: ["BYSCORE"], lex: ["BYLEX"] }[by];
  if (kind === undefined) {
    throw new TypeError(
      `Cannot read a range: by must be "index", "score" or "lex": ${
        received(by)
      }`,
    );
  }
  return [...kind, ...wordsOf({ rev, limit, ...rest }, "read a range")];
}

/** Options of {@linkcode KeyMethods.prototype.sort}. */
export interface SortOptions {
  /**
   * What the elements are sorted by: the string of the key that this pattern makes of each of them,
   * the element taking the place of the first `*`; `"hash:*->field"` is a field of a hash. Without
   * a `*` they are not sorted.
   */
  by?: string | Uint8Array | undefined;
  /** What is returned of each element: patterns as in `by`; `"#"` is the element itself. */
  get?: readonly (string | Uint8Array)[] | undefined;
  /** Which are wanted: how many not, and how many then. */
  limit?: readonly [offset: number, count: number] | undefined;
  /** Whether it goes from the highest to the lowest. */
  desc?: boolean | undefined;
  /** Whether they are compared as bytes, and not as numbers. */
  alpha?: boolean | undefined;
}

/** The words of these options. */
export function sortWordsOf(
  { get = [], ...rest }: SortOptions = {},
): Value[] {
  return [...wordsOf(rest, "sort"), ...get.flatMap((one) => ["GET", one])];
}
