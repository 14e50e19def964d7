// What a store keeps on disk, and what it leaves in memory.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { Home } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { seeded } from "../testing/random.ts";
import { answerOf } from "./redis/compare.ts";
import { partsOf } from "../../src/api/shared_map.ts";
import { DirectSpace } from "../../src/store/space.ts";
import { OTHERS } from "./words.ts";

const BINARY = Uint8Array.from({ length: 256 }, (_, i) => i);

/** Puts one value of each type into a store. */
function fill(store: SharedStore): void {
  store.set("text", "été");
  store.set("number", 5);
  store.incr("number");
  store.set(BINARY, BINARY);
  store.set("expires", "later", { ex: 1000 });
  store.rpush("list", "a", 17, BINARY);
  store.sadd("set", "a", 17, BINARY);
  store.hset("hash", { a: 1, b: "two" });
  store.zadd("zset", [["a", 1.5], ["b", -Infinity]]);
  store.expire("zset", 2000);
}

function check(store: SharedStore): void {
  assertEquals(store.mget("text", "number", "expires"), ["été", "6", "later"]);
  assertEquals(store.bytes.get(BINARY), BINARY);
  assert(store.ttl("expires") > 900);
  assertEquals(store.bytes.lindex("list", -1), BINARY);
  assertEquals(store.lrange("list", 0, 1), ["a", "17"]);
  assertEquals(store.smismember("set", "a", "17", BINARY), [true, true, true]);
  assertEquals(store.hgetall("hash"), new Map([["a", "1"], ["b", "two"]]));
  assertEquals(store.zrange("zset", 0, -1, { withScores: true }), [
    ["b", -Infinity],
    ["a", 1.5],
  ]);
  assert(store.ttl("zset") > 1900);
  assertEquals(store.dbsize(), 8);
}

Deno.test("every type is restored from a full epoch, and from deltas", async () => {
  await using home = new Home();
  const options = { persist: { directory: home.path, interval: 60_000 } };
  const name = `restored store ${home.path}`;
  {
    await using store = await SharedStore.open(name, options);
    fill(store);
    await store.flush();
  }
  {
    await using store = await SharedStore.open(name, options);
    check(store);
    store.rpush("list", "delta");
    store.srem("set", "a");
    store.hset("hash", { c: 3 });
    store.zadd("zset", [["c", 2]]);
    await store.flush();
  }
  {
    await using store = await SharedStore.open(name, options);
    assertEquals(store.lindex("list", -1), "delta");
    assertEquals(store.sismember("set", "a"), false);
    assertEquals(store.hget("hash", "c"), "3");
    assertEquals(store.zscore("zset", "c"), 2);
    assert(store.ttl("zset") > 1900);
  }
});

const MANY = Array.from({ length: 5000 }, (_, i) => `member ${i}`);

Deno.test("large collections are restored from a full epoch, and from deltas", async () => {
  await using home = new Home();
  const options = { persist: { directory: home.path, interval: 60_000 } };
  const name = `restored trees ${home.path}`;
  const large = "x".repeat(1000);
  {
    await using store = await SharedStore.open(name, options);
    store.rpush("list", ...MANY);
    store.sadd("set", ...MANY);
    store.hset("hash", MANY.map((one, i) => [one, i] as const));
    store.zadd("zset", MANY.map((one, i) => [one, i] as const));
    store.expire("zset", 2000);
    store.rpush("gone", ...MANY);
    await store.flush();
    const bytes = home.bytes;
    store.rpush("list", "last");
    await store.flush();
    const more = home.bytes - bytes;
    assert(more < bytes / 10, `the delta has ${more} bytes, of ${bytes}`);
    store.rpop("list");
    await store.flush();
  }
  {
    await using store = await SharedStore.open(name, options);
    assertEquals(store.lrange("list", 0, -1), MANY);
    assertEquals(store.smembers("set").toSorted(), MANY.toSorted());
    assertEquals(store.hget("hash", MANY[77]), "77");
    assertEquals(store.zrange("zset", 0, -1), MANY);
    store.lpush("list", large);
    store.srem("set", MANY[5]);
    store.hset("hash", { [MANY[77]]: large });
    store.zincrby("zset", 10_000, MANY[0]);
    store.del("gone");
    await store.flush();
  }
  {
    await using store = await SharedStore.open(name, options);
    assertEquals(store.lrange("list", 0, -1), [large, ...MANY]);
    assertEquals(store.scard("set"), MANY.length - 1);
    assertEquals(store.sismember("set", MANY[5]), false);
    assertEquals(store.hget("hash", MANY[77]), large);
    assertEquals(store.zrank("zset", MANY[0]), MANY.length - 1);
    assert(store.ttl("zset") > 1900);
    assertEquals(store.exists("gone"), 0);
    store.rpush("list", "z"); // what was restored can be changed
    store.zrem("zset", ...MANY);
    assertEquals([store.llen("list"), store.exists("zset")], [
      MANY.length + 2,
      0,
    ]);
    using map = SharedMap.attach<string, unknown>(store.handle);
    assertSound(map);
  }
});

Deno.test(
  "after any commands all memory comes back when the keys are gone",
  seeded((random) => {
    using store = SharedStore.create({ maxBytes: 16 * 2 ** 20 });
    using map = SharedMap.attach<string, unknown>(store.handle);
    const space = new DirectSpace(partsOf(map));
    const before = store.stats().liveBytes;
    for (let i = 0; i < 5000; i++) answerOf(space, random.pick(OTHERS)(random));
    fill(store);
    store.rpush("long", ...Array.from({ length: 5000 }, (_, i) => `${i}`));
    store.flushall();
    assertEquals(store.dbsize(), 0);
    assertEquals(store.stats().liveBytes, before);
    assertSound(map);
  }),
);

Deno.test("a command that finds no memory changes nothing", () => {
  using store = SharedStore.create({ maxBytes: 2 ** 20 });
  store.rpush("list", "a");
  const big = "x".repeat(2 ** 20);
  for (
    const write of [
      () => store.set("string", big),
      () => store.rpush("list", big),
      () => store.hset("hash", { big }),
      () => store.mset([["one", "1"], ["two", big]]),
      () => store.transaction((tx) => tx.lpush("list", "b", big)),
    ]
  ) {
    let error: unknown;
    try {
      write();
    } catch (thrown) {
      error = thrown;
    }
    assertEquals((error as Error)?.name, "MapFullError");
  }
  assertEquals(store.keys("*"), ["list"]);
  assertEquals(store.lrange("list", 0, -1), ["a"]);
});

Deno.test("collections of any size work", () => {
  using store = SharedStore.create();
  const many = Array.from({ length: 20_000 }, (_, i) => `member ${i}`);
  store.rpush("list", ...many);
  store.sadd("set", ...many);
  store.hset("hash", many.map((one) => [one, one] as const));
  store.zadd("zset", many.map((one, i) => [one, i] as const));
  assertEquals(store.lindex("list", 12_345), many[12_345]);
  assertEquals(store.scard("set"), many.length);
  assertEquals(store.hget("hash", many[777]), many[777]);
  assertEquals(store.zrank("zset", many[19_999]), 19_999);
  assertEquals(store.lrem("list", 0, many[5]), 1);
  assertEquals(store.srem("set", ...many.slice(0, 19_999)), 19_999);
});
