// The methods of a store: what they take and return, beside what the commands reply.
import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, HandleError, SharedMap } from "../../mod.ts";
import { SharedStore, StoreError } from "../../src/store/mod.ts";

function made(): SharedStore {
  return SharedStore.create({ maxBytes: 8 * 2 ** 20 });
}

Deno.test("a string is its UTF-8, as a key and as a value", () => {
  using store = made();
  const bytes = new TextEncoder().encode("clé");
  store.set("clé", "été");
  assertEquals(store.get(bytes), "été");
  assertEquals(store.strlen("clé"), 5);
  assertEquals(store.bytes.keys("*"), [bytes]);
  assertEquals(store.keys("*"), ["clé"]);
  store.set("\ud800", "lone");
  assertEquals(store.get("\ufffd"), "lone"); // as TextEncoder has it
});

Deno.test("bytes come back as they were", () => {
  using store = made();
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const long = Uint8Array.from({ length: 5000 }, (_, i) => i * 7);
  for (const bytes of [all, long, new Uint8Array(0)]) {
    store.set(bytes, bytes);
    assertEquals(store.bytes.get(bytes), bytes);
    assertEquals(store.append(bytes, ""), bytes.length);
    assertEquals(store.bytes.get(bytes), bytes);
    store.del("list", "set", "hash", "zset");
    store.rpush("list", bytes);
    store.sadd("set", bytes);
    store.hset("hash", [[bytes, bytes]]);
    store.zadd("zset", [[bytes, 1.5]]);
    assertEquals(store.bytes.lrange("list", 0, -1), [bytes]);
    assertEquals(store.bytes.smembers("set"), [bytes]);
    assertEquals([...store.bytes.hgetall("hash")], [[bytes, bytes]]);
    assertEquals(store.bytes.zpopmin("zset"), [[bytes, 1.5]]);
  }
  assertStrictEquals(store.get(all)?.slice(0, 3), "\0\x01\x02");
});

Deno.test("memory that others may change is copied before it is used", () => {
  using store = made();
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set([1, 2, 3]);
  store.set("a", shared);
  shared.fill(0);
  assertEquals(store.bytes.get("a"), new Uint8Array([1, 2, 3]));
});

Deno.test("arguments of another type are refused, and change nothing", () => {
  using store = made();
  for (const bad of [undefined, null, {}, [1], true, Symbol("s")]) {
    assertThrows(() => store.set("a", bad as never), TypeError);
    assertThrows(() => store.set(bad as never, "a"), TypeError);
    assertThrows(() => store.rpush("list", "a", bad as never), TypeError);
  }
  assertThrows(() => store.call(5 as never), TypeError);
  assertThrows(() => store.set("a", 1, null as never), TypeError);
  assertThrows(
    () => store.zrange("z", 0, 1, { by: "rank" as never }),
    TypeError,
  );
  assertThrows(() => store.hset("h", 5 as never), TypeError);
  assertThrows(() => SharedStore.create(null as never), TypeError);
  assertEquals(store.dbsize(), 0);
});

Deno.test("an error has the code and the words of Redis", () => {
  using store = made();
  store.rpush("list", "a");
  const error = assertThrows(() => store.incr("list"), StoreError);
  assertEquals(error.code, "WRONGTYPE");
  assertEquals(
    error.message,
    "WRONGTYPE Operation against a key holding the wrong kind of value",
  );
  assertThrows(() => store.get("list"), StoreError, "WRONGTYPE");
  const syntax = assertThrows(
    () => store.set("a", 1, { nx: true, xx: true }),
    StoreError,
  );
  assertEquals([syntax.code, syntax.message], ["ERR", "ERR syntax error"]);
});

Deno.test("sums are exact, or refused", () => {
  using store = made();
  store.set("n", 2 ** 53 - 2);
  assertEquals(store.incr("n"), 2 ** 53 - 1);
  assertThrows(() => store.incr("n"), StoreError, "add a bigint");
  assertEquals(store.get("n"), String(2 ** 53 - 1));
  assertStrictEquals(store.incrby("n", 2n), 2n ** 53n + 1n);
  assertStrictEquals(store.decrby("n", 1n), 2n ** 53n);
  assertThrows(() => store.incrby("n", 0.5), StoreError, "not an integer");
  store.set("m", 2n ** 63n - 1n);
  assertThrows(() => store.incrby("m", 1n), StoreError, "overflow");
  assertEquals(store.incrbyfloat("d", 0.1), 0.1);
  assertEquals(store.incrbyfloat("d", 0.2), 0.3);
});

Deno.test("BITFIELD takes what is negative for too large where there is no sign", () => {
  using store = made();
  const set = (...overflow: string[]) =>
    store.call("BITFIELD", "bits", ...overflow, "SET", "u8", "0", "-1");
  assertEquals(set("OVERFLOW", "FAIL"), [null]);
  assertEquals(store.call("BITCOUNT", "bits"), 0);
  assertEquals(set("OVERFLOW", "SAT"), [0]);
  assertEquals(store.call("BITCOUNT", "bits"), 8);
  assertEquals(set(), [255]);
  assertEquals(store.call("BITCOUNT", "bits"), 8);
});

Deno.test("methods return what their commands reply, in types of their own", () => {
  using store = made();
  assertStrictEquals(store.set("a", "1", { ex: 100 }), true);
  assertStrictEquals(store.set("a", "2", { nx: true }), false);
  assertStrictEquals(store.set("a", "2", { get: true, keepttl: true }), "1");
  assertEquals(store.ttl("a"), 100);
  assertStrictEquals(store.set("b", "1", { get: true }), undefined);
  assertStrictEquals(store.getex("a", { persist: true }), "2");
  assertEquals(store.ttl("a"), -1);
  assertEquals(store.expire("a", 10, { xx: true }), false);
  assertEquals(store.mget("a", "none"), ["2", undefined]);
  assertEquals(store.type("none"), "none");
  store.set("x", "ohmytext");
  store.set("y", "mynewtext");
  assertEquals(store.lcs("x", "y"), "mytext");
  assertEquals(store.lcsLength("x", "y"), 6);
  assertEquals(store.lcsRanges("x", "y", 4), [
    { a: [4, 7], b: [5, 8], length: 4 },
  ]);
  assertEquals(store.bitcount("x", { start: 0, end: 0 }), 6);
  assertEquals(store.lmpop(["none", "none too"], "left"), undefined);
  store.rpush("list", "a", "b", "c", "b");
  assertEquals(store.lmpop(["none", "list"], "left", 1), {
    key: "list",
    elements: ["a"],
  });
  assertEquals(store.lpos("list", "b"), 0);
  assertEquals(store.lpos("list", "b", { count: 0 }), [0, 2]);
  assertEquals(store.lpos("list", "none"), undefined);
  assertEquals(store.rpop("list", 2), ["b", "c"]);
  assertEquals(store.rpop("none"), undefined);
  assertEquals(store.smismember("none", "a"), [false]);
  assertEquals(store.hset("h", new Map([["f", 1]])), 1);
  assertEquals(store.hset("h", {}), 0);
  assertEquals(store.hgetall("h"), new Map([["f", "1"]]));
  assertEquals(store.hincrby("h", "f", 2n ** 60n), 2n ** 60n + 1n);
  store.zadd("z", [["a", -Infinity], ["b", 1.5], ["c", Infinity]]);
  assertEquals(store.zrange("z", 0, -1, { withScores: true }), [
    ["a", -Infinity],
    ["b", 1.5],
    ["c", Infinity],
  ]);
  assertEquals(store.zrangebyscore("z", -Infinity, 2), ["a", "b"]);
  assertEquals(store.zrevrangebyscore("z", "+inf", "(1.5"), ["c"]);
  assertEquals(store.zmscore("z", "b", "none"), [1.5, undefined]);
  assertEquals(store.zmpop(["z"], "max"), {
    key: "z",
    members: [["c", Infinity]],
  });
  assertEquals(store.zunionWithScores(["z"], { weights: [2] }), [
    ["a", -Infinity],
    ["b", 3],
  ]);
  assertEquals(store.zscan("z", 0).items.length, 2);
  assertEquals(store.object("encoding", "z"), "listpack");
  assertEquals(store.sortStore("sorted", "z", { alpha: true, desc: true }), 2);
  assertEquals(store.lrange("sorted", 0, -1), ["b", "a"]);
});

Deno.test("places and sketches have methods of their own", () => {
  using store = made();
  const palermo = { longitude: 13.361389, latitude: 38.115556 };
  const catania = { longitude: 15.087269, latitude: 37.502669 };
  const places = [["Palermo", palermo], ["Catania", catania]] as const;
  assertEquals(store.geoadd("g", places), 2);
  assertEquals(store.geoadd("g", places, { ch: true }), 0);
  assertEquals(store.geohash("g", "Palermo", "none"), [
    "sqc8b49rny0",
    undefined,
  ]);
  const [place, none] = store.geopos("g", "Palermo", "none");
  assertAlmostEquals(place!.longitude, palermo.longitude, 1e-5);
  assertAlmostEquals(place!.latitude, palermo.latitude, 1e-5);
  assertEquals(none, undefined);
  assertEquals(store.geodist("g", "Palermo", "none"), undefined);
  const near = store.geosearch("g", {
    from: "Palermo",
    by: { width: 400, height: 400 },
    unit: "km",
    order: "desc",
  });
  assertEquals(near.map(({ member }) => member), ["Catania", "Palermo"]);
  assertEquals(near[0].distance, 166.2742);
  const by = { radius: 200 };
  const from = palermo;
  assertEquals(store.geosearchstore("n", "g", { from, by, unit: "km" }), 2);
  assertThrows(() => store.geosearch("g", { from } as never), TypeError);
  assertThrows(
    () => store.geosearch("g", { from: "none", by }),
    StoreError,
    "could not decode",
  );
  assertEquals(store.pfadd("p", "a", "b", "a"), true);
  assertEquals(store.pfadd("p", "a"), false);
  store.pfadd("q", "c");
  assertEquals(store.pfcount("p", "q"), 3);
  store.pfmerge("q", "p");
  assertEquals(store.pfcount("q"), 3);
  store.set("text", "text");
  assertThrows(() => store.pfadd("text", 1), StoreError, "WRONGTYPE");
});

Deno.test("members by chance are members", () => {
  using store = made();
  const members = Array.from({ length: 20 }, (_, i) => `${i}`);
  store.sadd("s", ...members);
  store.hset("h", members.map((one) => [one, one] as const));
  store.zadd("z", members.map((one) => [one, 1]));
  for (
    const some of [
      store.srandmember("s", 7),
      store.hrandfield("h", 7),
      store.zrandmember("z", 7),
    ]
  ) {
    assertEquals(new Set(some).size, 7);
    assertEquals(some.every((one) => members.includes(one)), true);
  }
  assertEquals(store.srandmember("s", -50).length, 50);
  assertEquals(store.srandmember("s", 50).toSorted(), members.toSorted());
  const popped = store.spop("s", 5);
  assertEquals(new Set([...popped, ...store.smembers("s")]).size, 20);
  assertEquals(store.scard("s"), 15);
  assertEquals(["s", "h", "z"].includes(store.randomkey()!), true);
});

Deno.test("keys that are there throughout a scan are returned once", () => {
  using store = made();
  const lasting = Array.from({ length: 500 }, (_, i) => `lasting:${i}`);
  store.mset(lasting.map((key) => [key, key]));
  const found: string[] = [];
  let cursor = 0;
  let steps = 0;
  do {
    const step = store.scan(cursor, { match: "lasting:*", count: 10 });
    found.push(...step.items);
    cursor = step.cursor;
    for (let i = 0; i < 20; i++) store.set(`new:${steps}:${i}`, 1); // the table grows
    steps++;
  } while (cursor !== 0);
  assertEquals(found.toSorted(), lasting.toSorted());
  store.rpush("a list", "a");
  assertEquals(store.scan(0, { count: 10_000, type: "list" }).items, [
    "a list",
  ]);
});

Deno.test("a transaction has all commands, and is one step", () => {
  using store = made();
  store.rpush("list", "a", "b");
  const result = store.transaction((tx) => {
    const element = tx.lpop("list");
    tx.rpush("list", "c");
    tx.sadd("set", element!);
    tx.expire("list", 100);
    assertEquals(tx.lrange("list", 0, -1), ["b", "c"]);
    assertEquals(tx.ttl("list"), 100);
    assertEquals(tx.bytes.smembers("set"), [new Uint8Array([97])]);
    return element;
  });
  assertEquals(result, "a");
  assertEquals(store.lrange("list", 0, -1), ["b", "c"]);
  assertEquals(store.ttl("list"), 100);
  assertEquals(store.smembers("set"), ["a"]);
});

Deno.test("what a transaction throws writes nothing", () => {
  using store = made();
  store.set("a", "text");
  assertThrows(
    () =>
      store.transaction((tx) => {
        tx.rpush("list", "a");
        tx.incr("a");
      }),
    StoreError,
    "not an integer",
  );
  assertEquals(store.exists("list"), 0);
  store.transaction((tx) => {
    tx.rpush("list", "a");
    assertThrows(() => tx.incr("a"), StoreError); // and goes on
  });
  assertEquals(store.lrange("list", 0, -1), ["a"]);
  assertThrows(
    () => store.transaction((tx) => tx.keys("*")),
    StoreError,
    "in a transaction",
  );
  assertThrows(
    () => store.transaction(() => store.set("b", 1)),
    Error,
    "a transaction of the map runs here",
  );
});

Deno.test("an expiry that a transaction sets counts, and one that it leaves stays", () => {
  using store = made();
  store.set("a", 1, { ex: 100 });
  store.set("b", 1, { ex: 100 });
  store.transaction((tx) => {
    tx.incr("a");
    tx.pexpire("b", 5_000_000);
    tx.rename("b", "c");
    tx.copy("c", "d");
    tx.set("e", 1, { px: 7_000_000 });
    tx.expire("e", -1);
  });
  assertEquals(store.ttl("a"), 100);
  assertEquals(store.ttl("c"), 5000);
  assertEquals(store.ttl("d"), 5000);
  assertEquals(store.exists("b", "e"), 0);
});

Deno.test("a store is found by its name and its handle, and a map is none", async () => {
  using store = await SharedStore.open("a store of this test");
  using same = await SharedStore.open("a store of this test");
  using attached = SharedStore.attach(store.handle);
  store.rpush("list", "a");
  assertEquals(same.lrange("list", 0, -1), ["a"]);
  assertEquals(attached.lpop("list"), "a");
  using map = SharedMap.create<number, number>({ key: "number" });
  assertThrows(() => SharedStore.attach(map.handle), HandleError);
  using words = SharedMap.create<string, string>({ value: "string" });
  assertThrows(() => SharedStore.attach(words.handle), HandleError);
  assertThrows(() => SharedStore.attach({} as never), HandleError);
  await assertRejects(() => SharedStore.open("a", null as never), TypeError);
});

Deno.test("a store that is closed refuses commands", () => {
  const store = made();
  store.close();
  store.close();
  assertThrows(() => store.get("a"), ClosedError);
  assertThrows(() => store.set("a", 1), ClosedError);
  assertThrows(() => store.lpush("a", 1), ClosedError);
  assertThrows(() => store.mset([["a", 1]]), ClosedError);
  assertThrows(() => store.stats(), ClosedError);
  assertThrows(() => store.keys("*"), ClosedError);
  assertThrows(() => store.dbsize(), ClosedError);
});

Deno.test("what is under a key that no store has written is of the wrong type", () => {
  using store = made();
  using map = SharedMap.attach<string, unknown>(store.handle);
  map.set("object", { a: 1 });
  map.set("bytes", new Uint8Array([9]));
  map.set("flag", true);
  for (const key of ["object", "bytes", "flag"]) {
    assertThrows(() => store.get(key), StoreError, "WRONGTYPE");
    assertThrows(() => store.lpush(key, 1), StoreError, "WRONGTYPE");
    assertThrows(() => store.type(key), StoreError, "WRONGTYPE");
  }
});

Deno.test("a store can be shown, and neither be cloned nor made JSON", () => {
  using store = made();
  store.set("a", 1);
  const shown = Deno.inspect(store);
  assertEquals(shown.startsWith("SharedStore(1) {"), true, shown);
  assertThrows(() => structuredClone(store), DOMException, "store.handle");
  assertThrows(() => JSON.stringify(store), TypeError, "store.stats()");
  // @ts-expect-error The constructor is private.
  assertThrows(() => new SharedStore({}), TypeError, "SharedStore.create");
});

Deno.test("statistics and metrics are what was measured", () => {
  using store = made();
  store.set("a", 1);
  store.get("a");
  store.get("none");
  store.lpush("list", 1);
  store.del("a");
  const { total, usedBytes } = store.stats();
  assertEquals(total, 1);
  assertEquals(usedBytes > 0, true);
  const metrics = JSON.parse(JSON.stringify(store.metrics()));
  assertEquals(metrics.operations, 5);
  assertEquals([metrics.hits, metrics.misses, metrics.hitRate], [1, 1, 0.5]);
  assertEquals([metrics.sets, metrics.deletes], [2, 1]);
  assertEquals(metrics.memory.reserved, 8 * 2 ** 20);
});

Deno.test("scores are added from the smallest set on, as in Redis", () => {
  using store = SharedStore.create({ maxBytes: 2 ** 20 });
  store.zadd("two", [["m", 2 ** 60], ["a", 1]]);
  store.zadd("three", [["m", -(2 ** 60)], ["a", 1], ["b", 1]]);
  store.zadd("one", [["m", -2.5]]);
  for (const command of ["ZUNIONSTORE", "ZINTERSTORE"]) {
    store.call(command, "sum", 3, "two", "three", "one");
    assertEquals(store.zscore("sum", "m"), 0); // the other way round it is -2.5
  }
});
