/**
 * How replies of the store's commands are sent: the store replies as Redis does to RESP2 clients,
 * but for arrays that are not there; RESP3 has kinds of its own for maps, sets and floats.
 *
 * @module
 */

import type { Reply } from "../../store/commands/reply.ts";
import type { Protocol } from "../protocol/reply_writer.ts";
import {
  DoubleReply,
  MapReply,
  NULL_ARRAY,
  type ServerReply,
  SetReply,
} from "../protocol/reply.ts";

/** The reply as it is sent, of a command with these arguments. */
export type Shape = (
  reply: Reply,
  words: readonly string[],
  protocol: Protocol,
) => ServerReply;

type List = readonly Reply[];

function pairsIn(list: List): [Reply, Reply][] {
  return Array.from(
    { length: list.length / 2 },
    (_, i) => [list[2 * i], list[2 * i + 1]],
  );
}

function double(reply: Reply): ServerReply {
  return typeof reply === "string" ? new DoubleReply(reply) : reply;
}

function has(words: readonly string[], word: string): boolean {
  return words.some((one) => one.toUpperCase() === word);
}

/** A shape for RESP3 only, of what there is. */
function inResp3(
  shape: (reply: Reply, words: readonly string[]) => ServerReply,
): Shape {
  return (reply, words, protocol) =>
    protocol === 2 || reply === null ? reply : shape(reply, words);
}

const map = inResp3((reply) => new MapReply(pairsIn(reply as List)));
const set = inResp3((reply) =>
  Array.isArray(reply) ? new SetReply(reply) : reply as ServerReply
);
const aDouble = inResp3(double);
const doubles = inResp3((reply) => (reply as List).map(double));

/** Members, each with its score if there is this word. */
function scored(word: string): Shape {
  return inResp3((reply, words) =>
    has(words, word) ? scoredPairs(reply as List) : reply
  );
}

function scoredPairs(list: List): ServerReply {
  return pairsIn(list).map(([member, score]) => [member, double(score)]);
}

/** One member and its score, or several if there is a count. */
const popped = inResp3((reply, words) => {
  const list = reply as List;
  if (words.length > 1) return scoredPairs(list);
  return list.length === 0 ? list : [list[0], double(list[1])];
});

const fieldsAtRandom = inResp3((reply, words) =>
  has(words, "WITHVALUES") ? pairsIn(reply as List) : reply
);

const longest = inResp3((reply, words) =>
  has(words, "IDX") ? new MapReply(pairsIn(reply as List)) : reply
);

const places: Shape = (reply, _, protocol) =>
  (reply as List).map((place) => {
    if (place === null) return NULL_ARRAY;
    return protocol === 2 ? place : (place as List).map(double);
  });

/** The coordinates come last. */
const placesFound = inResp3((reply, words) =>
  has(words, "WITHCOORD")
    ? (reply as List).map((found) => {
      const parts = found as List;
      return [...parts.slice(0, -1), (parts.at(-1) as List).map(double)];
    })
    : reply
);

/** An array that is not there. */
const maybeArray: Shape = (reply) => reply ?? NULL_ARRAY;

/** A value, or if there is a count an array. */
const poppedElements: Shape = (reply, words) =>
  reply === null && words.length > 1 ? NULL_ARRAY : reply;

const poppedFromFirst: Shape = (reply, _, protocol) => {
  if (reply === null) return NULL_ARRAY;
  if (protocol === 2) return reply;
  const [key, pairs] = reply as readonly [string, readonly List[]];
  return [key, pairs.map(([member, score]) => [member, double(score)])];
};

const poppedOne: Shape = (reply, _, protocol) => {
  if (reply === null) return NULL_ARRAY;
  if (protocol === 2) return reply;
  const [key, member, score] = reply as List;
  return [key, member, double(score)];
};

const WITH_SCORES = scored("WITHSCORES");

/** Of commands whose replies are not sent as they are. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  BLMPOP: maybeArray,
  BLPOP: maybeArray,
  BRPOP: maybeArray,
  BZMPOP: poppedFromFirst,
  BZPOPMAX: poppedOne,
  BZPOPMIN: poppedOne,
  GEOPOS: places,
  GEOSEARCH: placesFound,
  HGETALL: map,
  HRANDFIELD: fieldsAtRandom,
  LCS: longest,
  LMPOP: maybeArray,
  LPOP: poppedElements,
  RPOP: poppedElements,
  SDIFF: set,
  SINTER: set,
  SMEMBERS: set,
  SPOP: set,
  SUNION: set,
  ZADD: inResp3((reply, words) => has(words, "INCR") ? double(reply) : reply),
  ZDIFF: WITH_SCORES,
  ZINCRBY: aDouble,
  ZINTER: WITH_SCORES,
  ZMPOP: poppedFromFirst,
  ZMSCORE: doubles,
  ZPOPMAX: popped,
  ZPOPMIN: popped,
  ZRANDMEMBER: WITH_SCORES,
  ZRANGE: WITH_SCORES,
  ZRANGEBYSCORE: WITH_SCORES,
  ZREVRANGE: WITH_SCORES,
  ZREVRANGEBYSCORE: WITH_SCORES,
  ZSCORE: aDouble,
  ZUNION: WITH_SCORES,
};
