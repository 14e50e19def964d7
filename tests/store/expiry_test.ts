// Keys that expire: what commands make of them, and who removes them.
import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { SharedStore } from "../../src/store/mod.ts";
import { eventually } from "../testing/eventually.ts";

const START = 1_700_000_000_000;

/** A store, and a clock that the test moves. */
function withClock(
  test: (store: SharedStore, clock: { now: number }) => void,
): void {
  const clock = { now: START };
  using _ = stub(Date, "now", () => clock.now);
  using store = SharedStore.create({ maxBytes: 2 ** 20 });
  test(store, clock);
}

/** One key of each type, all of which expire in a second. */
function fill(store: SharedStore): void {
  store.set("string", 5);
  store.rpush("list", "a");
  store.sadd("set", "a");
  store.hset("hash", { a: 1 });
  store.zadd("zset", [["a", 1]]);
  for (const key of store.keys("*")) store.pexpire(key, 1000);
}

Deno.test("what has expired is not there for any command", () => {
  withClock((store, clock) => {
    fill(store);
    clock.now += 999;
    assertEquals(store.keys("*").length, 5);
    assertEquals(store.pttl("hash"), 1);
    clock.now += 1;
    assertEquals(store.keys("*"), []);
    assertEquals(store.scan(0, { count: 100 }).items, []);
    assertEquals(store.randomkey(), undefined);
    assertEquals(store.exists("string", "list", "set", "hash", "zset"), 0);
    assertEquals([store.ttl("set"), store.type("set")], [-2, "none"]);
    assertEquals(store.get("string"), undefined);
    assertEquals(store.lrange("list", 0, -1), []);
    assertEquals(store.expire("zset", 10), false);
    assertEquals(store.persist("hash"), false);
    assertEquals(store.copy("set", "copy"), false);
    assertEquals(store.lpushx("list", "b"), 0);
    assertEquals(store.set("string", 1, { xx: true }), false);
  });
});

Deno.test("what is made in the place of something that has expired does not expire", () => {
  withClock((store, clock) => {
    fill(store);
    clock.now += 1000;
    assertEquals(store.incr("string"), 1);
    assertEquals(store.lpush("list", "b"), 1);
    assertEquals(store.sadd("set", "a"), 1);
    assertEquals(store.hset("hash", { b: 1 }), 1);
    assertEquals(store.transaction((tx) => tx.zadd("zset", [["a", 2]])), 1);
    for (const key of store.keys("*")) assertEquals(store.ttl(key), -1);
    assertEquals(store.dbsize(), 5);
  });
});

Deno.test("commands that change a value keep its expiry, others drop it", () => {
  withClock((store, clock) => {
    const keeps: Record<string, () => unknown> = {
      append: () => store.append("string", "1"),
      incr: () => store.incr("string"),
      "incr in a transaction": () =>
        store.transaction((tx) => tx.incr("string")),
      setrange: () => store.setrange("string", 0, "1"),
      setbit: () => store.setbit("string", 0, 0),
      "set with keepttl": () => store.set("string", 7, { keepttl: true }),
      getex: () => store.getex("string"),
      rpush: () => store.rpush("list", "b"),
      lset: () => store.lset("list", 0, "b"),
      ltrim: () => store.ltrim("list", 0, 0),
      "rpoplpush to itself": () => store.rpoplpush("list", "list"),
      sadd: () => store.sadd("set", "b"),
      hset: () => store.hset("hash", { b: 1 }),
      hincrby: () => store.hincrby("hash", "a", 1),
      zadd: () => store.zadd("zset", [["b", 1]]),
    };
    for (const [name, command] of Object.entries(keeps)) {
      store.flushall();
      fill(store);
      command();
      clock.now += 400;
      const left = store.keys("*").map((key) => store.pttl(key));
      assertEquals(left, [600, 600, 600, 600, 600], name);
    }
    const drops: Record<string, () => unknown> = {
      set: () => store.set("string", 1),
      getset: () => store.getset("string", 1),
      mset: () => store.mset([["string", 1]]),
      getex: () => store.getex("string", { persist: true }),
      sunionstore: () => store.sunionstore("set", "set"),
      zunionstore: () => store.zunionstore("zset", ["zset"]),
      sortStore: () => store.sortStore("list", "list", { alpha: true }),
      bitop: () => store.bitop("not", "string", "string"),
    };
    for (const [name, command] of Object.entries(drops)) {
      store.flushall();
      fill(store);
      command();
      const kept = store.keys("*").filter((key) => store.pttl(key) === 1000);
      assertEquals(kept.length, 4, name);
    }
  });
});

Deno.test("expired keys are removed in the background, and counted", async () => {
  const clock = { now: START };
  using _ = stub(Date, "now", () => clock.now);
  using store = SharedStore.create({ maxBytes: 2 ** 20 });
  for (let i = 0; i < 100; i++) store.set(`key ${i}`, i, { px: 1 });
  store.rpush("list", "a");
  store.pexpire("list", 1);
  clock.now += 1;
  await eventually(() => store.metrics().expiredCleaned === 101);
  assertEquals(store.stats().total, 0);
  assertEquals(store.stats().expired, 101);
});
