// Commands beside a model of them, also where there is no Redis.
import { assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { partsOf } from "../../src/api/shared_map.ts";
import { DirectSpace } from "../../src/store/space.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { anyLimits } from "./limits.ts";
import { Model } from "./model.ts";
import { answerOf, type Words } from "./redis/compare.ts";
import * as some from "./words.ts";

const COUNT = 10_000 * SCALE;
/** Commands whose arrays come in any order. */
const UNORDERED = new Set(["SINTER", "SUNION", "SDIFF", "HKEYS"]);

const number = (r: Random) => String(r.below(9) - 4);

const SHAPES: readonly ((random: Random) => Words)[] = [
  (r) => ["SET", some.key(r), some.member(r)],
  (r) => ["GET", some.key(r)],
  (r) => ["APPEND", some.key(r), some.member(r)],
  (r) => ["STRLEN", some.key(r)],
  (r) => ["SET", some.key(r), number(r)],
  (r) => ["INCRBY", some.key(r), number(r)],
  (r) => ["DEL", ...some.keys(r)],
  (r) => ["DEL", some.key(r)],
  (r) => ["EXISTS", ...some.keys(r)],
  (r) => ["RENAME", some.key(r), some.key(r)],
  (r) => ["TYPE", some.key(r)],
  (r) => ["LPUSH", some.key(r), ...some.members(r)],
  (r) => ["RPUSH", some.key(r), ...some.members(r)],
  (r) => ["LPOP", some.key(r)],
  (r) => ["RPOP", some.key(r)],
  (r) => ["LLEN", some.key(r)],
  (r) => ["LRANGE", some.key(r), "0", "-1"],
  (r) => ["LREM", some.key(r), "0", some.member(r)],
  (r) => ["RPOPLPUSH", some.key(r), some.key(r)],
  (r) => ["SADD", some.key(r), ...some.members(r)],
  (r) => ["SREM", some.key(r), ...some.members(r)],
  (r) => ["SCARD", some.key(r)],
  (r) => ["SISMEMBER", some.key(r), some.member(r)],
  (r) => [r.pick(["SINTER", "SUNION", "SDIFF"]), some.key(r), some.key(r)],
  (r) => ["SINTERSTORE", some.key(r), some.key(r), some.key(r)],
  (r) => ["HSET", some.key(r), some.member(r), some.value(r)],
  (r) => ["HDEL", some.key(r), some.member(r)],
  (r) => ["HGET", some.key(r), some.member(r)],
  (r) => ["HLEN", some.key(r)],
  (r) => ["HKEYS", some.key(r)],
  (r) => ["ZADD", some.key(r), number(r), some.member(r)],
  (r) => ["ZREM", some.key(r), some.member(r)],
  (r) => ["ZCARD", some.key(r)],
  (r) => ["ZSCORE", some.key(r), some.member(r)],
  (r) => ["ZRANK", some.key(r), some.member(r)],
  (r) => ["ZRANGE", some.key(r), "0", "-1"],
  (r) => ["ZCOUNT", some.key(r), number(r), number(r)],
];

Deno.test(
  "commands do what the model does, by themselves and in transactions",
  seeded((random) => {
    using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 24 });
    const direct = new DirectSpace(partsOf(map), anyLimits(random));
    const model = new Model();
    for (let i = 0; i < COUNT;) {
      const batch = Array.from(
        { length: random.chance(0.3) ? random.below(20) : 1 },
        () => random.pick(SHAPES)(random),
      );
      const wanted = batch.map((words) => model.run(words));
      const got = batch.length === 1
        ? [answerOf(direct, batch[0])]
        : partsOf(map).transactor.run((one) => {
          const space = direct.within(one);
          return batch.map((words) => answerOf(space, words));
        }, "run a transaction");
      batch.forEach(([name, ...args], i) => {
        const reply = got[i];
        const isUnordered = UNORDERED.has(name) && Array.isArray(reply);
        assertEquals(
          isUnordered ? reply.toSorted() : reply,
          wanted[i],
          JSON.stringify([name, ...args]),
        );
      });
      i += batch.length;
    }
  }),
);
