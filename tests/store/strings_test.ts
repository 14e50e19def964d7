// Commands on strings and keys, beside a Redis server.
import type { Random } from "../testing/random.ts";
import { seeded } from "../testing/random.ts";
import { type Choose, compareWithRedis, type Words } from "./redis/compare.ts";
import { HAS_REDIS } from "./redis/server.ts";
import * as some from "./words.ts";

const SHAPES: readonly ((random: Random) => Words)[] = [
  (r) => ["APPEND", some.key(r), some.value(r)],
  (r) => ["DECR", some.key(r)],
  (r) => ["DECRBY", some.key(r), some.integer(r)],
  (r) => ["GET", some.key(r)],
  (r) => ["GETDEL", some.key(r)],
  (r) => ["GETEX", some.key(r), ...some.maybe(r, ["PERSIST"])],
  (r) => ["GETEX", some.key(r), ...some.ending(r)],
  (r) => ["GETRANGE", some.key(r), some.index(r), some.index(r)],
  (r) => ["SUBSTR", some.key(r), some.index(r), some.index(r)],
  (r) => ["GETSET", some.key(r), some.value(r)],
  (r) => ["INCR", some.key(r)],
  (r) => ["INCRBY", some.key(r), some.integer(r)],
  (r) => ["INCRBYFLOAT", "decimal", some.decimal(r)],
  (r) => ["LCS", some.key(r), some.key(r)],
  (r) => ["LCS", some.key(r), some.key(r), "LEN"],
  (r) => [
    "LCS",
    some.key(r),
    some.key(r),
    "IDX",
    ...some.maybe(r, ["MINMATCHLEN", some.index(r)]),
    ...some.maybe(r, ["WITHMATCHLEN"]),
  ],
  (r) => ["MGET", ...some.keys(r)],
  (r) => ["MSET", ...some.keys(r).flatMap((key) => [key, some.value(r)])],
  (r) => ["MSETNX", ...some.keys(r).flatMap((key) => [key, some.value(r)])],
  (r) => ["MSET", some.key(r), some.value(r), some.key(r)],
  (r) => ["PSETEX", some.key(r), "1000000", some.value(r)],
  (r) => ["SETEX", some.key(r), r.pick(["0", "1000", "-1"]), some.value(r)],
  (r) => [
    "SET",
    some.key(r),
    some.value(r),
    ...some.maybe(r, [r.pick(["NX", "XX", "nx", "ZZ"])]),
    ...some.maybe(r, ["GET"]),
    ...some.maybe(r, ["KEEPTTL"]),
    ...some.maybe(r, some.ending(r)),
  ],
  (r) => ["SET", some.key(r), some.integer(r)],
  (r) => ["SETNX", some.key(r), some.value(r)],
  (r) => ["SETRANGE", some.key(r), some.index(r), some.value(r)],
  (r) => ["STRLEN", some.key(r)],
];

const BITS: readonly ((random: Random) => Words)[] = [
  (r) => ["SETBIT", some.key(r), some.offset(r), r.pick(["0", "1", "2"])],
  (r) => ["GETBIT", some.key(r), some.offset(r)],
  (r) => ["BITCOUNT", some.key(r)],
  (r) => [
    "BITCOUNT",
    some.key(r),
    some.index(r),
    some.index(r),
    ...some.maybe(r, [r.pick(["BIT", "BYTE"])]),
  ],
  (r) => [
    "BITPOS",
    some.key(r),
    r.pick(["0", "1"]),
    ...some.maybe(r, [some.index(r)]),
  ],
  (r) => [
    "BITPOS",
    some.key(r),
    r.pick(["0", "1"]),
    some.index(r),
    some.index(r),
    ...some.maybe(r, [r.pick(["BIT", "BYTE"])]),
  ],
  (r) => [
    "BITOP",
    r.pick(["AND", "OR", "XOR", "NOT"]),
    some.key(r),
    ...some.keys(r),
  ],
  (r) => ["BITFIELD", some.key(r), ...some.bitfield(r), ...some.bitfield(r)],
  (r) => ["BITFIELD_RO", some.key(r), "GET", some.bits(r), some.offset(r)],
  (r) => ["SET", some.key(r), some.value(r)],
];

const KEYS: readonly ((random: Random) => Words)[] = [
  (r) => ["DEL", ...some.keys(r)],
  (r) => ["UNLINK", some.key(r)],
  (r) => ["EXISTS", ...some.keys(r)],
  (r) => ["TOUCH", some.key(r)],
  (
    r,
  ) => [
    "EXPIRE",
    some.key(r),
    r.pick(["1000", "-1", "x", "9223372036854775807"]),
  ],
  (r) => ["PEXPIRE", some.key(r), r.pick(["1000000", "0", "1.5"])],
  (r) => ["EXPIREAT", some.key(r), some.second(r), ...some.conditions(r)],
  (
    r,
  ) => [
    "PEXPIREAT",
    some.key(r),
    `${some.second(r)}000`,
    ...some.conditions(r),
  ],
  (r) => ["EXPIRE", some.key(r), "1000", r.pick(["NX", "XX", "YY"])],
  (r) => [r.pick(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]), some.key(r)],
  (r) => ["PERSIST", some.key(r)],
  (r) => ["TYPE", some.key(r)],
  (r) => ["RENAME", some.key(r), some.key(r)],
  (r) => ["RENAMENX", some.key(r), some.key(r)],
  (r) => ["COPY", some.key(r), some.key(r), ...some.maybe(r, ["REPLACE"])],
  (r) => ["KEYS", some.pattern(r)],
  (r) => ["SET", some.key(r), some.value(r)],
  (r) => ["OBJECT", "ENCODING", some.key(r) + "none"],
  () => ["NOSUCH", "an argument"],
  () => ["GET"],
];

const mixed = (...shapes: typeof SHAPES[]): Choose => (random) =>
  random.pick(random.pick(shapes))(random);

const ignore = !HAS_REDIS;

Deno.test({
  name: "commands on strings and keys reply as Redis does",
  ignore,
  fn: seeded((random) =>
    compareWithRedis(random, 4000, mixed(SHAPES, SHAPES, KEYS))
  ),
});

Deno.test({
  name: "commands on bits reply as Redis does",
  ignore,
  fn: seeded((random) =>
    compareWithRedis(random, 3000, mixed(BITS, BITS, BITS, KEYS))
  ),
});
