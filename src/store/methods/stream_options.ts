/**
 * What the methods for streams take and return, and the words that it stands for.
 *
 * @module
 */

import type { Reply } from "../commands/reply.ts";
import type { Value } from "./caller.ts";

/** An entry of a stream. */
export interface StreamEntry<T> {
  /** Its ID, such as `"1700000000000-0"`. */
  readonly id: string;
  /** Its fields and their values, in their order; none, if it was deleted while it was pending. */
  readonly fields: [field: T, value: T][];
}

/** What was read of one stream. */
export interface StreamRead<T> {
  /** The stream. */
  readonly key: T;
  /** Its entries. */
  readonly entries: StreamEntry<T>[];
}

/** Which entries at the beginning of a stream are removed: one of `maxlen` and `minid`. */
export interface TrimOptions {
  /** All but the last so many. */
  maxlen?: number | undefined;
  /** All before this ID. */
  minid?: string | undefined;
  /** Whether only whole hundreds of entries are removed, as Redis does for speed. */
  approximate?: boolean | undefined;
  /** With `approximate`: no more than so many at a time; 0: any number. */
  limit?: number | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xadd}. */
export interface XaddOptions extends TrimOptions {
  /**
   * The ID of the entry, above all that there have been: `"5-1"`; `"5-*"`, whose number is the next
   * that is free; or `"*"`, the present time with such a number.
   *
   * @default {"*"}
   */
  id?: string | undefined;
  /** Whether nothing is added if the stream is not there. */
  nomkstream?: boolean | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xrange}. */
export interface XrangeOptions {
  /** The most entries. */
  count?: number | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xread}. */
export interface XreadOptions {
  /** The most entries of each stream. */
  count?: number | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xreadgroup}. */
export interface XreadgroupOptions extends XreadOptions {
  /** Whether what is new counts as acknowledged at once. */
  noack?: boolean | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xsetid}. */
export interface XsetidOptions {
  /** How many entries were ever added. */
  entriesadded?: number | bigint | undefined;
  /** The greatest ID of those that were deleted. */
  maxdeletedid?: string | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xgroup} that make a group, or set its ID. */
export interface XgroupOptions {
  /** How many entries the group has read, of all that were ever added. */
  entriesread?: number | bigint | undefined;
}

/** The same for `"create"`. */
export interface XgroupCreateOptions extends XgroupOptions {
  /** Whether the stream is made if it is not there. */
  mkstream?: boolean | undefined;
}

/** Which of what is pending is wanted. */
export interface PendingRange {
  /**
   * The first ID, as in `xrange`.
   *
   * @default {"-"}
   */
  start?: string | undefined;
  /**
   * The last ID.
   *
   * @default {"+"}
   */
  end?: string | undefined;
  /** The most. */
  count: number;
  /** Only what is pending to this consumer. */
  consumer?: Value | undefined;
  /** Only what is pending for so many milliseconds. */
  idle?: number | undefined;
}

/** What is pending in a group, summed up. */
export interface PendingSummary<T> {
  /** How many entries are. */
  readonly count: number;
  /** The least ID of them; undefined: there are none. */
  readonly first: string | undefined;
  /** The greatest ID, likewise. */
  readonly last: string | undefined;
  /** The consumers to which any are pending, and how many. */
  readonly consumers: [consumer: T, count: number][];
}

/** An entry that was delivered to a consumer, and not acknowledged. */
export interface PendingEntry<T> {
  /** Its ID. */
  readonly id: string;
  /** To which consumer it was delivered last. */
  readonly consumer: T;
  /** How long ago it was delivered last, in milliseconds. */
  readonly idle: number;
  /** How often it was delivered. */
  readonly deliveries: number;
}

/** Options of {@linkcode StreamMethods.prototype.xclaim}. */
export interface XclaimOptions {
  /** How long ago they are said to be delivered, in milliseconds; else it was just now. */
  idle?: number | undefined;
  /** The same as a time in milliseconds since 1970. */
  time?: number | undefined;
  /** How often they are said to be delivered; else it is once more. */
  retrycount?: number | undefined;
  /** Whether also entries are claimed that are not pending. */
  force?: boolean | undefined;
  /** The last ID that was delivered, if it is above that of the group. */
  lastid?: string | undefined;
}

/** Options of {@linkcode StreamMethods.prototype.xautoclaim}. */
export interface XautoclaimOptions {
  /**
   * The most entries.
   *
   * @default {100}
   */
  count?: number | undefined;
}

/** What {@linkcode StreamMethods.prototype.xautoclaim} has claimed. */
export interface Claimed<E> {
  /** What to go on with; `"0-0"`: that was all. */
  readonly cursor: string;
  /** The entries, or their IDs. */
  readonly entries: E[];
  /** The IDs of those that were pending, and are in the stream no more. */
  readonly deleted: string[];
}

/** What {@linkcode StreamMethods.prototype.xinfo} says of a stream. */
export interface StreamInfo<T> {
  /** How many entries it has. */
  readonly length: number;
  /** The greatest ID that an entry has had. */
  readonly lastGeneratedId: string;
  /** The greatest ID of those that were deleted, and not trimmed; `"0-0"`: none was. */
  readonly maxDeletedEntryId: string;
  /** How many entries were ever added. */
  readonly entriesAdded: number;
  /** How many groups there are. */
  readonly groups: number;
  /** The entry with the least ID; undefined: there is none. */
  readonly firstEntry: StreamEntry<T> | undefined;
  /** The entry with the greatest ID; undefined: there is none. */
  readonly lastEntry: StreamEntry<T> | undefined;
}

/** What {@linkcode StreamMethods.prototype.xinfo} says of a group. */
export interface GroupInfo<T> {
  /** Its name. */
  readonly name: T;
  /** How many consumers it has. */
  readonly consumers: number;
  /** How many entries were delivered, and not acknowledged. */
  readonly pending: number;
  /** The last ID that was delivered. */
  readonly lastDeliveredId: string;
  /** How many entries it has read, of all that were ever added; undefined: it is not known. */
  readonly entriesRead: number | undefined;
  /** How many entries it has not read yet; undefined: it is not known. */
  readonly lag: number | undefined;
}

/** What {@linkcode StreamMethods.prototype.xinfo} says of a consumer. */
export interface ConsumerInfo<T> {
  /** Its name. */
  readonly name: T;
  /** How many entries were delivered to it, and not acknowledged. */
  readonly pending: number;
  /** How long ago it was seen, in milliseconds. */
  readonly idle: number;
}

/** The words of a trimming. */
export function trimWordsOf(
  { approximate, limit, maxlen, minid }: TrimOptions,
): Value[] {
  const about = approximate ? ["~"] : [];
  return [
    ...(maxlen === undefined ? [] : ["MAXLEN", ...about, maxlen]),
    ...(minid === undefined ? [] : ["MINID", ...about, minid]),
    ...(limit === undefined ? [] : ["LIMIT", limit]),
  ];
}

/** A reply of names, each followed by what it stands for. */
export function namedIn(reply: Reply): (name: string) => Reply {
  const words = reply as readonly Reply[];
  return (name) => words[words.indexOf(name) + 1];
}

/** A number that may not be known. */
export function numberIn(reply: Reply): number | undefined {
  return reply === null ? undefined : Number(reply);
}
