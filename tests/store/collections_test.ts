// Commands on lists, sets, hashes and sorted sets, beside a Redis server.
import { type Random, seeded } from "../testing/random.ts";
import { type Choose, compareWithRedis, type Words } from "./redis/compare.ts";
import { HAS_REDIS } from "./redis/server.ts";
import * as some from "./words.ts";

type Shape = (random: Random) => Words;

const end = (r: Random) => r.pick(["LEFT", "RIGHT", "left", "X"]);

const LISTS: readonly Shape[] = [
  (r) => ["LPUSH", some.key(r), ...some.members(r)],
  (r) => ["RPUSH", some.key(r), ...some.members(r)],
  (r) => ["RPUSH", some.key(r), ...some.members(r), ...some.members(r)],
  (r) => ["LPUSHX", some.key(r), ...some.members(r)],
  (r) => ["RPUSHX", some.key(r), ...some.members(r)],
  (r) => ["LPOP", some.key(r), ...some.maybe(r, [some.count(r)])],
  (r) => ["RPOP", some.key(r), ...some.maybe(r, [some.index(r)])],
  (r) => ["LLEN", some.key(r)],
  (r) => ["LINDEX", some.key(r), r.pick([some.index(r), "x"])],
  (r) => ["LSET", some.key(r), some.index(r), some.member(r)],
  (r) => ["LRANGE", some.key(r), some.index(r), some.index(r)],
  (r) => ["LRANGE", some.key(r), "0", "-1"],
  (r) => ["LTRIM", some.key(r), some.index(r), some.index(r)],
  (r) => ["LREM", some.key(r), some.index(r), some.member(r)],
  (r) => [
    "LINSERT",
    some.key(r),
    r.pick(["BEFORE", "after", "X"]),
    some.member(r),
    some.member(r),
  ],
  (r) => [
    "LPOS",
    some.key(r),
    some.member(r),
    ...some.maybe(r, ["RANK", some.index(r)]),
    ...some.maybe(r, ["COUNT", some.index(r)]),
    ...some.maybe(r, ["MAXLEN", some.index(r)]),
  ],
  (r) => ["LMOVE", some.key(r), some.key(r), end(r), end(r)],
  (r) => ["RPOPLPUSH", some.key(r), some.key(r)],
  (r) => [
    "LMPOP",
    r.pick(["1", "2", "0"]),
    ...some.keys(r),
    end(r),
    ...some.maybe(r, ["COUNT", some.count(r)]),
  ],
];

const SETS: readonly Shape[] = [
  (r) => ["SADD", some.key(r), ...some.members(r)],
  (r) => ["SADD", some.key(r), ...some.members(r), ...some.members(r)],
  (r) => ["SREM", some.key(r), ...some.members(r)],
  (r) => ["SCARD", some.key(r)],
  (r) => ["SISMEMBER", some.key(r), some.member(r)],
  (r) => ["SMISMEMBER", some.key(r), ...some.members(r)],
  (r) => ["SMEMBERS", some.key(r)],
  (r) => ["SMOVE", some.key(r), some.key(r), some.member(r)],
  (r) => [r.pick(["SUNION", "SINTER", "SDIFF"]), ...some.keys(r)],
  (r) => [
    r.pick(["SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE"]),
    some.key(r),
    ...some.keys(r),
  ],
  (r) => [
    "SINTERCARD",
    r.pick(["1", "2", "0", "x"]),
    ...some.keys(r),
    ...some.maybe(r, ["LIMIT", some.index(r)]),
  ],
  (r) => ["SSCAN", some.key(r), "0", "COUNT", "1000"],
];

const HASHES: readonly Shape[] = [
  (r) => ["HSET", some.key(r), some.member(r), some.value(r)],
  (r) => [
    "HSET",
    some.key(r),
    ...some.members(r).flatMap((field) => [field, some.value(r)]),
  ],
  (r) => ["HSET", some.key(r), some.member(r), some.value(r), some.member(r)],
  (r) => ["HMSET", some.key(r), some.member(r), some.integer(r)],
  (r) => ["HSETNX", some.key(r), some.member(r), some.value(r)],
  (r) => ["HGET", some.key(r), some.member(r)],
  (r) => ["HMGET", some.key(r), ...some.members(r)],
  (r) => ["HDEL", some.key(r), ...some.members(r)],
  (r) => ["HLEN", some.key(r)],
  (r) => ["HSTRLEN", some.key(r), some.member(r)],
  (r) => ["HEXISTS", some.key(r), some.member(r)],
  (r) => [r.pick(["HGETALL", "HKEYS", "HVALS"]), some.key(r)],
  (r) => ["HINCRBY", some.key(r), some.member(r), some.integer(r)],
  (r) => ["HINCRBYFLOAT", some.key(r), "decimal", some.decimal(r)],
];

const by = (r: Random): string[] =>
  r.pick([
    [some.index(r), some.index(r)],
    ["0", "-1"],
    [some.scoreBound(r), some.scoreBound(r), "BYSCORE"],
  ]);
/** Where all scores are equal: ranges of members make no sense elsewhere. */
const LEX = "lex";
const limit = (r: Random) =>
  some.maybe(r, ["LIMIT", some.index(r), some.index(r)]);
const withScores = (r: Random) => some.maybe(r, ["WITHSCORES"]);

const SORTED_SETS: readonly Shape[] = [
  (r) => ["ZADD", some.key(r), some.score(r), some.member(r)],
  (r) => [
    "ZADD",
    some.key(r),
    ...some.members(r).flatMap((one) => [some.score(r), one]),
  ],
  (r) => [
    "ZADD",
    some.key(r),
    ...some.maybe(r, [r.pick(["NX", "XX"])]),
    ...some.maybe(r, [r.pick(["GT", "LT"])]),
    ...some.maybe(r, ["CH"]),
    ...some.maybe(r, ["INCR"]),
    some.score(r),
    some.member(r),
    ...some.maybe(r, [some.score(r), some.member(r)]),
  ],
  (r) => ["ZINCRBY", some.key(r), some.score(r), some.member(r)],
  (r) => ["ZREM", some.key(r), ...some.members(r)],
  (r) => ["ZCARD", some.key(r)],
  (r) => ["ZSCORE", some.key(r), some.member(r)],
  (r) => ["ZMSCORE", some.key(r), ...some.members(r)],
  (r) => [r.pick(["ZRANK", "ZREVRANK"]), some.key(r), some.member(r)],
  (r) => ["ZCOUNT", some.key(r), some.scoreBound(r), some.scoreBound(r)],
  (r) => ["ZADD", LEX, "0", some.member(r), "0", some.member(r)],
  (r) => ["ZLEXCOUNT", LEX, some.memberBound(r), some.memberBound(r)],
  (r) => [
    "ZRANGE",
    LEX,
    some.memberBound(r),
    some.memberBound(r),
    "BYLEX",
    ...some.maybe(r, ["REV"]),
    ...limit(r),
    ...withScores(r),
  ],
  (r) => ["ZRANGE", some.key(r), "0", "-1", "WITHSCORES"],
  (r) => [
    "ZRANGE",
    some.key(r),
    ...by(r),
    ...some.maybe(r, ["REV"]),
    ...limit(r),
    ...withScores(r),
  ],
  (r) => ["ZREVRANGE", some.key(r), some.index(r), some.index(r)],
  (r) => [
    r.pick(["ZRANGEBYSCORE", "ZREVRANGEBYSCORE"]),
    some.key(r),
    some.scoreBound(r),
    some.scoreBound(r),
    ...limit(r),
    ...withScores(r),
  ],
  (r) => [
    r.pick(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]),
    LEX,
    some.memberBound(r),
    some.memberBound(r),
    ...limit(r),
  ],
  (r) => [
    "ZRANGESTORE",
    some.key(r),
    some.key(r),
    ...by(r),
    ...some.maybe(r, ["REV"]),
    ...limit(r),
  ],
  (r) => ["ZREMRANGEBYRANK", some.key(r), some.index(r), some.index(r)],
  (r) => [
    "ZREMRANGEBYSCORE",
    some.key(r),
    some.scoreBound(r),
    some.scoreBound(r),
  ],
  (r) => [
    "ZREMRANGEBYLEX",
    LEX,
    some.memberBound(r),
    some.memberBound(r),
  ],
  (r) => [
    r.pick(["ZPOPMIN", "ZPOPMAX"]),
    some.key(r),
    ...some.maybe(r, [some.index(r)]),
  ],
  (r) => [
    "ZMPOP",
    "2",
    some.key(r),
    some.key(r),
    r.pick(["MIN", "MAX", "X"]),
    ...some.maybe(r, ["COUNT", some.count(r)]),
  ],
  (r) => {
    const keys = some.keys(r);
    return [
      ...r.pick([["ZUNION"], ["ZINTER"], ["ZUNIONSTORE", some.key(r)], [
        "ZINTERSTORE",
        some.key(r),
      ]]),
      String(keys.length),
      ...keys,
      ...some.maybe(r, [
        "WEIGHTS",
        ...keys.map(() => r.pick(["1", "2", "-1"])),
      ]),
      ...some.maybe(r, ["AGGREGATE", r.pick(["SUM", "MIN", "MAX"])]),
    ];
  },
  (r) => ["ZUNION", "2", some.key(r), some.key(r), "WITHSCORES"],
  (r) => ["ZDIFF", "2", some.key(r), some.key(r), ...withScores(r)],
  (r) => ["ZDIFFSTORE", some.key(r), "2", some.key(r), some.key(r)],
  (
    r,
  ) => [
    "ZINTERCARD",
    "2",
    some.key(r),
    some.key(r),
    ...some.maybe(r, ["LIMIT", some.count(r)]),
  ],
  (r) => ["ZSCAN", some.key(r), "0", "COUNT", "1000", "MATCH", "none"],
  (r) => ["SADD", some.key(r), ...some.members(r)],
];

// Redis compares as C does, up to a zero byte, and sorts what is equal in any order.
const word = (r: Random) =>
  r.pick(["m", "no", "o", "1", "2", "17", "-5", "1.5"]);

const SORTING: readonly Shape[] = [
  (r) => ["MSET", "w:1", some.count(r), "w:2", some.count(r), "w:m", word(r)],
  (r) => ["HSET", "h:1", "f", some.count(r)],
  (r) => ["RPUSH", some.key(r), word(r), word(r)],
  (r) => ["RPUSH", some.key(r), some.count(r), some.count(r), "1.5"],
  (r) => ["SADD", some.key(r), some.count(r), some.count(r)],
  (r) => ["ZADD", some.key(r), some.score(r), some.count(r)],
  (r) => [
    r.pick(["SORT", "SORT_RO"]),
    some.key(r),
    ...some.maybe(r, ["BY", r.pick(["w:*", "h:*->f", "h:*->", "*"])]),
    ...some.maybe(r, ["LIMIT", some.index(r), some.index(r)]),
    ...some.maybe(r, ["GET", r.pick(["#", "w:*", "h:*->f", "none"])]),
    ...some.maybe(r, ["GET", "#"]),
    ...some.maybe(r, [r.pick(["ASC", "DESC", "X"])]),
  ],
  (r) => ["SORT", some.key(r), "ALPHA", r.pick(["ASC", "DESC"])],
  (r) => ["SORT", "plain", "BY", "none", r.pick(["ASC", "DESC"])],
  (r) => ["ZADD", "plain", some.count(r), word(r)],
  (r) => ["SORT", some.key(r), "ALPHA", "STORE", some.key(r)],
  (r) => ["LRANGE", some.key(r), "0", "-1"],
  (r) => ["DEL", some.key(r)],
];

function mostly(shapes: readonly Shape[]): Choose {
  return (random) =>
    random.pick(random.chance(0.9) ? shapes : some.OTHERS)(random);
}

const TYPES = {
  lists: LISTS,
  sets: SETS,
  hashes: HASHES,
  "sorted sets": SORTED_SETS,
};

for (const [type, shapes] of Object.entries(TYPES)) {
  Deno.test({
    name: `commands on ${type} reply as Redis does`,
    ignore: !HAS_REDIS,
    fn: seeded((random) => compareWithRedis(random, 4000, mostly(shapes))),
  });
}

Deno.test({
  name: "SORT replies as Redis does",
  ignore: !HAS_REDIS,
  fn: seeded((random) =>
    compareWithRedis(random, 3000, (random) => random.pick(SORTING)(random))
  ),
});

const SKETCHES: readonly Shape[] = [
  (r) => ["PFADD", some.key(r), ...some.members(r)],
  (
    r,
  ) => [
    "PFADD",
    some.key(r),
    ...Array.from({ length: 500 }, () => `${r.word()}`),
  ],
  (r) => ["PFADD", some.key(r)],
  (r) => ["PFCOUNT", ...some.keys(r)],
  (r) => ["PFMERGE", ...some.keys(r)],
  (r) => ["DEL", some.key(r)],
  (r) => ["SET", some.key(r), "text"],
];

Deno.test({
  name: "commands on HyperLogLogs reply as Redis does",
  ignore: !HAS_REDIS,
  fn: seeded((random) =>
    compareWithRedis(random, 1000, (random) => random.pick(SKETCHES)(random))
  ),
});

const unit = (r: Random) => r.pick(["m", "km", "ft", "mi", "KM", "x"]);
const place = (r: Random): string[] => [
  (r.fraction() * 40 - 20).toFixed(4),
  (r.fraction() * 80).toFixed(4),
];
const area = (r: Random): string[] => [
  ...r.pick([["FROMMEMBER", some.member(r)], ["FROMLONLAT", ...place(r)]]),
  ...r.pick([
    ["BYRADIUS", `${r.below(4000)}`, r.pick(["km", "mi"])],
    ["BYBOX", `${r.below(6000)}`, `${r.below(6000)}`, r.pick(["km", "m"])],
  ]),
];

const PLACES: readonly Shape[] = [
  (r) => [
    "GEOADD",
    some.key(r),
    ...some.maybe(r, [r.pick(["NX", "XX", "CH"])]),
    ...place(r),
    some.member(r),
    ...some.maybe(r, [...place(r), some.member(r)]),
  ],
  (r) => ["GEODIST", some.key(r), some.member(r), some.member(r), unit(r)],
  (r) => ["GEOPOS", some.key(r), ...some.members(r)],
  (r) => ["GEOHASH", some.key(r), ...some.members(r)],
  (r) => [
    "GEOSEARCH",
    some.key(r),
    ...area(r),
    r.pick(["ASC", "DESC"]),
    ...some.maybe(r, ["COUNT", r.pick(["1", "2", "100"])]),
    ...some.maybe(r, ["WITHDIST"]),
    ...some.maybe(r, ["WITHCOORD"]),
    ...some.maybe(r, ["WITHHASH"]),
  ],
  (r) => ["GEOSEARCH", some.key(r), ...area(r), "COUNT", r.pick(["1", "3"])],
  (r) => [
    ...r.pick([
      ["GEORADIUS", some.key(r), ...place(r)],
      ["GEORADIUS_RO", some.key(r), ...place(r)],
      ["GEORADIUSBYMEMBER", some.key(r), some.member(r)],
      ["GEORADIUSBYMEMBER_RO", some.key(r), some.member(r)],
    ]),
    ...[`${r.below(4000)}`, r.pick(["km", "mi"])],
    r.pick(["ASC", "DESC"]),
    ...some.maybe(r, ["COUNT", r.pick(["1", "2", "100"])]),
    ...some.maybe(r, ["WITHDIST"]),
    ...some.maybe(r, ["WITHCOORD"]),
    ...some.maybe(r, ["WITHHASH"]),
  ],
  (r) => [
    ...r.pick([
      ["GEORADIUS", some.key(r), ...place(r)],
      ["GEORADIUSBYMEMBER", some.key(r), some.member(r)],
    ]),
    ...[`${r.below(4000)}`, "km"],
    ...some.maybe(r, ["COUNT", "2"]),
    ...r.pick([["STORE", some.key(r)], ["STOREDIST", "far"]]),
  ],
  (r) => ["GEORADIUS_RO", "good", ...place(r), "1", "km", "STORE", "far"],
  (r) => ["GEORADIUS", "good", ...place(r), r.pick(["x", "-1"]), "km"],
  (r) => ["GEORADIUS", "good", ...place(r), "1", unit(r), "STORE"],
  () => ["GEORADIUS", "good", "180.5", "0", "1", "km"],
  (r) => [
    ...["GEORADIUS", "good", ...place(r), "1", "km"],
    ...r.pick([
      ["ANY"],
      ["COUNT", "0"],
      ["COUNT", "x"],
      ["COUNT"],
      ["STORE", "far", "WITHDIST"],
    ]),
  ],
  (r) => ["GEOADD", "good", ...place(r), some.member(r)],
  (r) => ["GEOADD", "good", "180.5", r.pick(["0", "x"]), some.member(r)],
  (r) => ["GEOSEARCH", "good", ...place(r), "BYRADIUS", "1", "km"],
  (r) => ["GEOSEARCHSTORE", some.key(r), some.key(r), ...area(r)],
  // The last bit of a distance may be another one.
  (r) => ["GEOSEARCHSTORE", "far", some.key(r), ...area(r), "STOREDIST"],
  () => ["ZRANGE", "far", "0", "-1"],
  (r) => ["ZRANGE", some.key(r), "0", "-1", "WITHSCORES"],
  (r) => ["SET", some.key(r), "text"],
  (r) => ["DEL", some.key(r)],
];

Deno.test({
  name: "commands on places reply as Redis does",
  ignore: !HAS_REDIS,
  fn: seeded((random) =>
    compareWithRedis(random, 3000, (random) => random.pick(PLACES)(random))
  ),
});
