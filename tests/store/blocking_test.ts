// Commands that wait: who is served, in which order, and what ends the wait.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError } from "../../mod.ts";
import { SharedStore, StoreError } from "../../src/store/mod.ts";

function made(): SharedStore {
  return SharedStore.create({ maxBytes: 2 ** 20 });
}

/** Another worker's store, as far as this one can tell. */
function other(store: SharedStore): SharedStore {
  return SharedStore.attach(store.handle);
}

const NONE = Symbol("none");

/** What a promise has come to by now, and after some turns of the event loop. */
async function by<T>(promise: Promise<T>): Promise<T | typeof NONE> {
  const turn = new Promise<typeof NONE>((resolve) =>
    setTimeout(() => resolve(NONE), 30)
  );
  return await Promise.race([promise, turn]);
}

Deno.test("what is there is taken at once", async () => {
  using store = made();
  store.rpush("list", "a", "b", "c", "d", "e", "f");
  store.zadd("z", [["low", 1], ["mid", 2], ["high", 3], ["top", 4]]);
  assertEquals(await store.blpop("list"), ["list", "a"]);
  assertEquals(await store.brpop(["none", "list"]), ["list", "f"]);
  assertEquals(await store.blmove("list", "other", "left", "right"), "b");
  assertEquals(await store.brpoplpush("list", "other"), "e");
  assertEquals(await store.blmpop(["list"], "left", 5), {
    key: "list",
    elements: ["c", "d"],
  });
  assertEquals(await store.bzpopmin("z"), ["z", "low", 1]);
  assertEquals(await store.bzpopmax("z"), ["z", "top", 4]);
  assertEquals(await store.bzmpop(["z"], "max", 9), {
    key: "z",
    members: [["high", 3], ["mid", 2]],
  });
  assertEquals(store.lrange("other", 0, -1), ["e", "b"]);
});

Deno.test("what comes is taken, from another worker too, and from transactions", async () => {
  using store = made();
  using there = other(store);
  const popped = store.blpop(["a", "b"]);
  const moved = store.blmove("from", "to", "right", "left");
  const scored = store.bzpopmin("z");
  there.rpush("b", "1");
  there.transaction((tx) => tx.rpush("from", "2"));
  there.zadd("z", [["m", 0.5]]);
  assertEquals(await popped, ["b", "1"]);
  assertEquals(await moved, "2");
  assertEquals(await scored, ["z", "m", 0.5]);
  assertEquals(store.exists("a", "b", "from", "z"), 0);
});

Deno.test("those who wait are served in the order in which they came", async () => {
  using store = made();
  using there = other(store);
  const order: string[] = [];
  const waits = ["first", "second", "third"].map(async (name) => {
    await store.blpop(name === "second" ? ["list", "more"] : "list");
    order.push(name);
  });
  there.rpush("list", "a");
  there.rpush("list", "b", "c");
  await Promise.all(waits);
  assertEquals(order, ["first", "second", "third"]);
});

Deno.test("who comes later does not overtake those who wait", async () => {
  using store = made();
  const first = store.blpop("list");
  store.rpush("list", "a");
  const second = store.blpop("list"); // there is an element, and it is the first one's
  assertEquals(await first, ["list", "a"]);
  assertEquals(await by(second), NONE);
  store.rpush("list", "b");
  assertEquals(await second, ["list", "b"]);
});

Deno.test("what an ordinary command takes first is not there any more", async () => {
  using store = made();
  using there = other(store);
  const popped = store.blpop("list");
  there.rpush("list", "a");
  assertEquals(there.lpop("list"), "a");
  assertEquals(await by(popped), NONE);
  there.rpush("list", "b");
  assertEquals(await popped, ["list", "b"]);
});

Deno.test("a key of another type is an error at first, and waited for later", async () => {
  using store = made();
  store.set("list", "text");
  await assertRejects(() => store.blpop("list"), StoreError, "WRONGTYPE");
  store.del("list");
  const popped = store.blpop(["list", "more"]);
  const scored = store.bzpopmin("list");
  store.set("list", "text");
  assertEquals(await by(popped), NONE);
  store.del("list");
  store.zadd("list", [["m", 1]]);
  assertEquals(await scored, ["list", "m", 1]);
  assertEquals(await by(popped), NONE);
  store.set("list", "text");
  store.rpush("more", "a");
  assertEquals(await popped, ["more", "a"]);
  const moved = store.blmove("from", "list", "left", "left");
  store.rpush("from", "a");
  await assertRejects(() => moved, StoreError, "WRONGTYPE");
  assertEquals(store.lrange("from", 0, -1), ["a"]);
});

Deno.test("a time that is over, a signal and the end of the store end a wait", async () => {
  const store = made();
  assertEquals(await store.blpop("list", { timeout: 5 }), undefined);
  assertEquals(await store.bzpopmin(["z"], { timeout: 5 }), undefined);
  const stop = new AbortController();
  const stopped = store.blpop("list", { signal: stop.signal });
  const kept = store.blpop("list");
  stop.abort(new Error("enough"));
  await assertRejects(() => stopped, Error, "enough");
  await assertRejects(
    () => store.blpop("list", { signal: stop.signal }),
    Error,
    "enough",
  );
  store.rpush("list", "a");
  assertEquals(await kept, ["list", "a"]);
  const closed = [store.blpop(["list", "more"]), store.bzpopmax("z")];
  store.close();
  for (const wait of closed) await assertRejects(() => wait, ClosedError);
  await assertRejects(() => store.blpop("list"), ClosedError);
});

Deno.test("bad options are refused", async () => {
  using store = made();
  const bad: unknown[] = [{ timeout: 0 }, { timeout: "1" }, { signal: 1 }];
  for (const options of bad) {
    await assertRejects(
      () => store.blpop("list", options as never),
      TypeError,
      "Cannot wait for something to take",
    );
  }
  await assertRejects(() => store.blmpop([], "left"), StoreError, "numkeys");
});

Deno.test("called by its name a command does not wait", () => {
  using store = made();
  assertEquals(store.call("BLPOP", "list", 0), null);
  store.rpush("list", "a");
  assertEquals(store.call("BLPOP", "list", "0.5"), ["list", "a"]);
  store.rpush("list", "b");
  const taken = store.transaction((tx) => tx.call("BRPOP", "list", 1));
  assertEquals(taken, ["list", "b"]);
  assertThrows(
    () => store.call("BLPOP", "list", "x"),
    StoreError,
    "timeout is not a float or out of range",
  );
  assertThrows(
    () => store.call("BLPOP", "list", -1),
    StoreError,
    "timeout is negative",
  );
});
