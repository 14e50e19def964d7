/**
 * Methods for sorted sets.
 *
 * @module
 */

import { type Key, toScore, type Value } from "./caller.ts";
import { HashMethods } from "./hashes.ts";
import {
  type CombineOptions,
  type RangeOptions,
  type RangeScoreOptions,
  rangeWordsOf,
  type Scanned,
  type ScanOptions,
  type ScoreOptions,
  wordsOf,
} from "./options.ts";

/** A bound of a range of scores: a number, or `"(1.5"`, `"-inf"`, `"+inf"`. */
export type ScoreBound = number | string;

/** What was taken from the first sorted set that had a member. */
export interface PoppedMembers<T> {
  /** The sorted set. */
  readonly key: T;
  /** Its members with their scores, in the order in which they were taken. */
  readonly members: [T, number][];
}

/** Options of {@linkcode SortedSetMethods.prototype.zrangebyscore}. */
export type ScoreRangeOptions = Pick<
  RangeScoreOptions,
  "limit" | "withScores"
>;

/**
 * The commands on sorted sets: members in the order of their scores, which are floats, and with one
 * score in the order of their bytes. Of n members, what is about one of them, its rank or the
 * number of those between two scores, is O(log n), or O(log² n) where it goes by the bytes of
 * members; k members of a range O(log n + k), and their removal O(k log n). What makes one of
 * several is O(n log n). One that has become empty is not there any more. They throw a `StoreError`
 * with the code `"WRONGTYPE"` if a key holds something else.
 *
 * @typeParam T What values come back as.
 */
export abstract class SortedSetMethods<T> extends HashMethods<T> {
  /**
   * Sets the scores of members, which are added if they are not there, all at one moment.
   *
   * @param key The sorted set.
   * @param members The members with their scores. None may be NaN.
   * @param options Of which members, and what is counted.
   * @returns How many members are new; with `ch: true`, also those whose score is changed.
   * @throws {StoreError} If options contradict each other.
   *
   * @example A table of scores
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.zadd("scores", [["ada", 120], ["bob", 80], ["cat", 100]]);
   * store.zadd("scores", [["bob", 130]], { gt: true });
   * const best = store.zrange("scores", 0, 1, { rev: true, withScores: true });
   * assertEquals(best, [["bob", 130], ["ada", 120]]);
   * assertEquals(store.zrevrank("scores", "cat"), 2);
   * ```
   */
  zadd(
    key: Key,
    members: Iterable<readonly [Value, number]>,
    options?: ScoreOptions,
  ): number {
    const pairs = [...members].flatMap(([member, score]) => [
      scoreWord(score),
      member,
    ]);
    if (pairs.length === 0) return 0;
    const words = wordsOf(options, "add members");
    return this.count("ZADD", key, ...words, ...pairs);
  }

  /** How many members a sorted set has. */
  zcard(key: Key): number {
    return this.count("ZCARD", key);
  }

  /** How many members have a score from `min` up to, and with, `max`. */
  zcount(key: Key, min: ScoreBound, max: ScoreBound): number {
    return this.count("ZCOUNT", key, boundWord(min), boundWord(max));
  }

  /** The members of the first sorted set that no other one has, at one moment. */
  zdiff(...keys: Key[]): T[] {
    return this.values("ZDIFF", keys.length, ...keys);
  }

  /** Stores what `zdiff` returns, if that is anything; returns how many members it has. */
  zdiffstore(target: Key, ...keys: Key[]): number {
    return this.count("ZDIFFSTORE", target, keys.length, ...keys);
  }

  /**
   * Adds to the score of a member, which is 0 if it is not there.
   *
   * @returns The sum.
   * @throws {StoreError} If that is not a number, as both are infinite.
   */
  zincrby(key: Key, by: number, member: Value): number {
    return toScore(this.send("ZINCRBY", key, scoreWord(by), member) as string);
  }

  /** The members that all sorted sets, or sets, have, at one moment, by what their scores make. */
  zinter(keys: readonly Key[], options?: CombineOptions): T[] {
    return this.valuesOf(this.#combine("ZINTER", keys, options));
  }

  /** The same with the scores. */
  zinterWithScores(
    keys: readonly Key[],
    options?: CombineOptions,
  ): [T, number][] {
    return this.scoredOf(this.#combine("ZINTER", keys, options, "WITHSCORES"));
  }

  #combine(
    name: string,
    keys: readonly Key[],
    options: CombineOptions | undefined,
    ...more: Value[]
  ) {
    const words = wordsOf(options, "combine sorted sets");
    return this.send(name, keys.length, ...keys, ...words, ...more);
  }

  /** How many members all have, counted up to `limit`, unless that is 0. */
  zintercard(keys: readonly Key[], limit = 0): number {
    return this.count("ZINTERCARD", keys.length, ...keys, "LIMIT", limit);
  }

  /** Stores what `zinter` returns, if that is anything; returns how many members it has. */
  zinterstore(
    target: Key,
    keys: readonly Key[],
    options?: CombineOptions,
  ): number {
    const words = wordsOf(options, "combine sorted sets");
    return this.count("ZINTERSTORE", target, keys.length, ...keys, ...words);
  }

  /** How many members are in a range of members: see {@linkcode RangeOptions}. */
  zlexcount(key: Key, min: Value, max: Value): number {
    return this.count("ZLEXCOUNT", key, min, max);
  }

  /** Takes members from the first of several sorted sets that is there; undefined: none is. */
  zmpop(
    keys: readonly Key[],
    end: "min" | "max",
    count = 1,
  ): PoppedMembers<T> | undefined {
    const words = [keys.length, ...keys, end, "COUNT", count];
    return this.poppedMembersOf(this.send("ZMPOP", ...words));
  }

  /** What ZMPOP replies. */
  protected poppedMembersOf(reply: unknown): PoppedMembers<T> | undefined {
    if (reply === null) return undefined;
    const [key, pairs] = reply as [string, [string, string][]];
    const { decode } = this.decoding;
    return { key: decode(key), members: this.scoredOf(pairs.flat()) };
  }

  /** The scores of several members. */
  zmscore(key: Key, ...members: Value[]): (number | undefined)[] {
    const reply = this.send("ZMSCORE", key, ...members) as (string | null)[];
    return reply.map((score) => score === null ? undefined : toScore(score));
  }

  /** Takes the members with the highest scores, the highest first. */
  zpopmax(key: Key, count = 1): [T, number][] {
    return this.scoredOf(this.send("ZPOPMAX", key, count));
  }

  /** Takes the members with the lowest scores, the lowest first. */
  zpopmin(key: Key, count = 1): [T, number][] {
    return this.scoredOf(this.send("ZPOPMIN", key, count));
  }

  /** A member by chance; undefined: there is no sorted set. */
  zrandmember(key: Key): T | undefined;
  /** So many different members; or, if `count` is below 0, -count, which may be equal. */
  zrandmember(key: Key, count: number): T[];
  zrandmember(key: Key, count?: number): T | undefined | T[] {
    return count === undefined
      ? this.value("ZRANDMEMBER", key)
      : this.values("ZRANDMEMBER", key, count);
  }

  /**
   * The members in a range of indices, scores or members; the range has both its ends.
   *
   * @param key The sorted set.
   * @param start Where it begins.
   * @param stop Where it ends.
   * @param options What these are, and what is returned.
   * @throws {StoreError} If they are not what the options say, or `limit` is given for indices.
   *
   * @example Usage
   * ```ts
   * import { SharedStore } from "@epochmap/epochmap/store";
   * import { assertEquals } from "@std/assert";
   *
   * using store = SharedStore.create();
   * store.zadd("due", [["a", 10], ["b", 20], ["c", 30]]);
   * assertEquals(store.zrange("due", "-inf", 20, { by: "score" }), ["a", "b"]);
   * assertEquals(store.zrange("due", 0, -1, { rev: true }), ["c", "b", "a"]);
   * ```
   */
  zrange(
    key: Key,
    start: Value,
    stop: Value,
    options: RangeScoreOptions & { withScores: true },
  ): [T, number][];
  /** The same without the scores. */
  zrange(
    key: Key,
    start: Value,
    stop: Value,
    options?: RangeScoreOptions & { withScores?: false | undefined },
  ): T[];
  zrange(
    key: Key,
    start: Value,
    stop: Value,
    options: RangeScoreOptions = {},
  ): T[] | [T, number][] {
    const words = rangeWordsOf(options);
    const reply = this.send(
      "ZRANGE",
      key,
      boundWord(start),
      boundWord(stop),
      ...words,
    );
    return options.withScores === true
      ? this.scoredOf(reply)
      : this.valuesOf(reply);
  }

  /** The members in a range of members, which have one score. */
  zrangebylex(
    key: Key,
    min: Value,
    max: Value,
    options?: Pick<RangeOptions, "limit">,
  ): T[] {
    return this.zrange(key, min, max, { ...options, by: "lex" });
  }

  /** The members in a range of scores. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options: ScoreRangeOptions & { withScores: true },
  ): [T, number][];
  /** The same without the scores. */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ScoreRangeOptions & { withScores?: false | undefined },
  ): T[];
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ScoreRangeOptions,
  ): T[] | [T, number][] {
    const all = { ...options, by: "score" } as const;
    return this.zrange(key, min, max, all as RangeScoreOptions as never);
  }

  /** Stores what `zrange` returns, if that is anything; returns how many members it has. */
  zrangestore(
    target: Key,
    key: Key,
    start: Value,
    stop: Value,
    options: RangeOptions = {},
  ): number {
    const words = rangeWordsOf(options);
    const range = [boundWord(start), boundWord(stop)];
    return this.count("ZRANGESTORE", target, key, ...range, ...words);
  }

  /** How many members come before a member; undefined: it is not there. */
  zrank(key: Key, member: Value): number | undefined {
    return (this.send("ZRANK", key, member) ?? undefined) as number | undefined;
  }

  /** Removes members; returns how many were there. */
  zrem(key: Key, ...members: Value[]): number {
    return this.count("ZREM", key, ...members);
  }

  /** Removes the members in a range of members; returns how many that were. */
  zremrangebylex(key: Key, min: Value, max: Value): number {
    return this.count("ZREMRANGEBYLEX", key, min, max);
  }

  /** Removes the members from one index up to, and with, another; -1 is the last one. */
  zremrangebyrank(key: Key, start: number, stop: number): number {
    return this.count("ZREMRANGEBYRANK", key, start, stop);
  }

  /** Removes the members in a range of scores; returns how many that were. */
  zremrangebyscore(key: Key, min: ScoreBound, max: ScoreBound): number {
    return this.count("ZREMRANGEBYSCORE", key, boundWord(min), boundWord(max));
  }

  /** The members from one index up to another, which count from the highest score. */
  zrevrange(key: Key, start: number, stop: number): T[] {
    return this.zrange(key, start, stop, { rev: true });
  }

  /** The members in a range of members, from the last on. */
  zrevrangebylex(
    key: Key,
    max: Value,
    min: Value,
    options?: Pick<RangeOptions, "limit">,
  ): T[] {
    return this.zrange(key, max, min, { ...options, by: "lex", rev: true });
  }

  /** The members in a range of scores, from the highest on. */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: Pick<RangeOptions, "limit">,
  ): T[] {
    return this.zrange(key, max, min, { ...options, by: "score", rev: true });
  }

  /** How many members come after a member; undefined: it is not there. */
  zrevrank(key: Key, member: Value): number | undefined {
    return (this.send("ZREVRANK", key, member) ?? undefined) as
      | number
      | undefined;
  }

  /**
   * Some of the members with their scores, and a cursor to go on with. A member that is there
   * throughout the scan is returned exactly once.
   *
   * @param key The sorted set.
   * @param cursor 0 to begin with, then what the last step returned.
   * @param options What is wanted.
   */
  zscan(
    key: Key,
    cursor: number,
    options?: ScanOptions,
  ): Scanned<[T, number]> {
    const words = wordsOf(options, "scan a sorted set");
    const [next, members] = this.send("ZSCAN", key, cursor, ...words) as [
      string,
      string[],
    ];
    return { cursor: Number(next), items: this.scoredOf(members) };
  }

  /** The score of a member; undefined: it is not there. */
  zscore(key: Key, member: Value): number | undefined {
    const score = this.send("ZSCORE", key, member) as string | null;
    return score === null ? undefined : toScore(score);
  }

  /** The members that any of the sorted sets, or sets, has, at one moment. */
  zunion(keys: readonly Key[], options?: CombineOptions): T[] {
    return this.valuesOf(this.#combine("ZUNION", keys, options));
  }

  /** The same with the scores. */
  zunionWithScores(
    keys: readonly Key[],
    options?: CombineOptions,
  ): [T, number][] {
    return this.scoredOf(this.#combine("ZUNION", keys, options, "WITHSCORES"));
  }

  /** Stores what `zunion` returns, if that is anything; returns how many members it has. */
  zunionstore(
    target: Key,
    keys: readonly Key[],
    options?: CombineOptions,
  ): number {
    const words = wordsOf(options, "combine sorted sets");
    return this.count("ZUNIONSTORE", target, keys.length, ...keys, ...words);
  }
}

/** A score as a word. */
function scoreWord(score: number): Value {
  return score === Infinity ? "inf" : score === -Infinity ? "-inf" : score;
}

/** A bound of a range as a word. */
function boundWord(bound: Value): Value {
  return typeof bound === "number" ? scoreWord(bound) : bound;
}
