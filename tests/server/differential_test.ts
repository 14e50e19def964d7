// The same commands over TCP for this server and for a Redis server: they reply the same, in RESP2
// and in RESP3, shapes and errors included.
import { assertEquals } from "@std/assert";
import { SharedStore } from "../../src/store/mod.ts";
import { serve } from "../../src/server/mod.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { HAS_REDIS, RedisServer } from "../store/redis/server.ts";
import * as some from "../store/words.ts";
import { RawClient, Refusal, type Value } from "../testing/redis_client.ts";

type Words = readonly string[];
type Choose = (random: Random) => Words;

const MEMBERS = ["m", "n", "o", "p"];
const FLOATS = ["1", "-2.5", "3e2", "inf", "0"];

const member = (r: Random) => r.pick(MEMBERS);
const float = (r: Random) => r.pick(FLOATS);

/** Commands whose replies differ between the two protocols, and such as meet their keys. */
const COMMANDS: readonly Choose[] = [
  (r) => ["SET", some.key(r), some.value(r)],
  (r) => ["set", some.key(r), some.integer(r)],
  (r) => ["SET", some.key(r), some.value(r), r.pick(["NX", "XX", "GET", "?"])],
  (r) => ["GET", some.key(r)],
  (r) => ["get", some.key(r), ...some.maybe(r, ["x"])],
  (r) => ["INCR", some.key(r)],
  (r) => ["DECR", some.key(r)],
  () => ["INCRBYFLOAT", "decimal", "1.5"],
  (r) => ["DEL", ...some.keys(r)],
  (r) => ["EXISTS", ...some.keys(r)],
  (r) => ["TYPE", some.key(r)],
  (r) => ["MGET", ...some.keys(r)],
  (r) => ["HSET", some.key(r), member(r), some.value(r)],
  (r) => ["HGETALL", some.key(r)],
  (r) => ["HINCRBYFLOAT", some.key(r), member(r), "0.5"],
  (r) => ["HRANDFIELD", some.key(r), "0", "WITHVALUES"],
  (r) => ["HMGET", some.key(r), member(r), member(r)],
  (r) => ["SADD", some.key(r), member(r), member(r)],
  (r) => ["SMEMBERS", some.key(r)],
  (r) => ["SINTER", ...some.keys(r)],
  (r) => ["SUNION", ...some.keys(r)],
  (r) => ["SDIFF", ...some.keys(r)],
  (r) => ["SISMEMBER", some.key(r), member(r)],
  (r) => ["SPOP", some.key(r), "100"],
  (r) => ["SRANDMEMBER", some.key(r), "0"],
  (r) => ["RPUSH", some.key(r), some.value(r), some.value(r)],
  (r) => ["LRANGE", some.key(r), "0", "-1"],
  (r) => ["LPOP", some.key(r), ...some.maybe(r, [r.pick(["0", "1", "2"])])],
  (r) => ["RPOP", some.key(r), ...some.maybe(r, ["2"])],
  (r) => ["LMPOP", "2", some.key(r), some.key(r), "LEFT"],
  (r) => ["BLPOP", some.key(r), "0.001"],
  (r) => ["BLMOVE", some.key(r), some.key(r), "LEFT", "RIGHT", "0.001"],
  (r) => ["BLMPOP", "0.001", "1", some.key(r), "LEFT"],
  (r) => ["ZADD", some.key(r), float(r), member(r)],
  (
    r,
  ) => [
    "ZADD",
    some.key(r),
    ...some.maybe(r, ["NX"]),
    "INCR",
    "1.5",
    member(r),
  ],
  (r) => ["ZSCORE", some.key(r), member(r)],
  (r) => ["ZMSCORE", some.key(r), member(r), member(r)],
  (r) => ["ZINCRBY", some.key(r), "2.5", member(r)],
  (r) => ["ZRANGE", some.key(r), "0", "-1", ...some.maybe(r, ["withscores"])],
  (r) => ["ZRANGEBYSCORE", some.key(r), "-inf", "+inf", "WITHSCORES"],
  (r) => ["ZREVRANGE", some.key(r), "0", "-1", "WITHSCORES"],
  (r) => ["ZRANK", some.key(r), member(r)],
  (r) => ["ZPOPMIN", some.key(r), ...some.maybe(r, ["2"])],
  (r) => ["ZPOPMAX", some.key(r), ...some.maybe(r, ["1"])],
  (r) => ["ZMPOP", "1", some.key(r), "MIN", "COUNT", "2"],
  (r) => ["BZPOPMIN", some.key(r), "0.001"],
  (r) => ["BZMPOP", "0.001", "1", some.key(r), "MAX"],
  (r) => ["ZRANDMEMBER", some.key(r), "0", "WITHSCORES"],
  (r) => ["ZUNION", "2", some.key(r), some.key(r), "WITHSCORES"],
  (r) => ["ZINTER", "1", some.key(r), "WITHSCORES"],
  (r) => ["ZDIFF", "1", some.key(r), "WITHSCORES"],
  (r) => ["GEOADD", "places", "13.361389", "38.115556", member(r)],
  (r) => ["GEOPOS", "places", member(r), "nobody"],
  (r) => ["GEODIST", "places", member(r), "nobody"],
  (r) => ["LCS", some.key(r), some.key(r), "IDX", "WITHMATCHLEN"],
  (r) => ["OBJECT", "ENCODING", some.key(r)],
  (r) => ["PING", ...some.maybe(r, ["hello"])],
  (r) => ["ECHO", some.value(r)],
  (r) => ["SELECT", r.pick(["0", "x"])],
  () => ["PUBLISH", "channel", "hello"],
  (r) => ["NOSUCH", member(r), "b"],
  (r) => ["CLIENT", r.pick(["GETNAME", "SETNAME", "NOSUCH"])],
  () => ["CLIENT", "SETNAME", "with space"],
  () => ["CLIENT", "SETNAME", "name"],
  () => ["CLIENT", "GETREDIR"],
  () => ["MULTI"],
  () => ["EXEC"],
  () => ["DISCARD"],
  () => ["WATCH", "a"],
  () => ["UNWATCH"],
  () => ["RESET", "x"],
  () => ["HELLO", "9"],
  () => ["HELLO", "2", "NOSUCH"],
  () => ["AUTH", "nobody", "password"],
  () => ["CONFIG", "GET", "appendonly"],
  () => ["CONFIG", "SET", "nosuch", "1"],
  () => ["WAIT", "0", "0"],
  () => ["COMMAND", "COUNT", "x"],
];

/** These reply sets and maps, or what is made of them, in any order. */
const UNORDERED =
  /^(SMEMBERS|SINTER|SUNION|SDIFF|SPOP|HGETALL|ZUNION|ZINTER)$/i;
const BATCH = 50;

/** The replies, so that those that mean the same are deeply equal. */
function comparable([name]: Words, value: Value): unknown {
  if (value instanceof Refusal) return { error: value.message };
  if (UNORDERED.test(name)) return sorted(value);
  if (name !== "EXEC") return name === "GEOPOS" ? rough(value) : value;
  return Array.isArray(value)
    ? value.map((one) => sorted(rough(one) as Value))
    : value;
}

/** Floats with the digits that both servers write. */
function rough(value: Value): unknown {
  if (Array.isArray(value)) return value.map(rough);
  if (typeof value === "string" && /^-?\d+\.\d{9,}$/.test(value)) {
    return Number(value).toFixed(9);
  }
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Refusal || value.of === undefined) return value;
  return { kind: value.kind, of: rough(value.of) };
}

function sorted(value: Value): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    return value.map((one) => JSON.stringify(one)).sort();
  }
  if (value instanceof Refusal || value.of === undefined) return value;
  return { kind: value.kind, of: sorted(value.of) };
}

for (const protocol of ["2", "3"]) {
  Deno.test({
    name: `commands reply over RESP${protocol} what Redis does`,
    ignore: !HAS_REDIS,
    fn: seeded(async (random) => {
      await using redis = await RedisServer.start();
      using store = SharedStore.create({ maxBytes: 64 * 2 ** 20 });
      await using server = await serve(store, { port: 0, workers: 0 });
      using wanted = await RawClient.to(redis.port);
      await wanted.call("AUTH", redis.password);
      using got = await RawClient.to(server.port);
      for (const client of [wanted, got]) await client.call("HELLO", protocol);
      const before: Words[] = [];
      for (let done = 0; done < 1500 * SCALE; done += BATCH) {
        const batch = Array.from(
          { length: BATCH },
          () => random.pick(COMMANDS)(random),
        );
        const [theirs, ours] = await Promise.all([
          wanted.run(batch),
          got.run(batch),
        ]);
        batch.forEach((words, i) => {
          before.push(words);
          assertEquals(
            comparable(words, ours[i]),
            comparable(words, theirs[i]),
            JSON.stringify(before.slice(-12)),
          );
        });
      }
    }),
  });
}
