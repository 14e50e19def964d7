// Commands that wait for entries of streams: who is served, in which order, and what ends the wait.
import { assertEquals, assertRejects } from "@std/assert";
import { SharedStore, StoreError } from "../../src/store/mod.ts";

function made(): SharedStore {
  return SharedStore.create({ maxBytes: 2 ** 20 });
}

/** Another worker's store, as far as this one can tell. */
function other(store: SharedStore): SharedStore {
  return SharedStore.attach(store.handle);
}

const FOREVER = { block: {} };
const entry = (id: string, value: string) => ({
  id,
  fields: [["field", value]] as [string, string][],
});
const add = (store: SharedStore, id: string, value: string, key = "stream") =>
  store.xadd(key, { field: value }, { id });

Deno.test("what is there is read at once, also while others wait", async () => {
  using store = made();
  add(store, "1-1", "a");
  const waiting = store.xread({ stream: "$" }, FOREVER);
  assertEquals(await store.xread({ stream: "0" }, FOREVER), [
    { key: "stream", entries: [entry("1-1", "a")] },
  ]);
  add(store, "1-2", "b");
  assertEquals(await waiting, [
    { key: "stream", entries: [entry("1-2", "b")] },
  ]);
});

Deno.test("what comes is read by all who wait, from the ID at their call on", async () => {
  using store = made();
  using there = other(store);
  const readers = [
    store.xread({ stream: "$" }, FOREVER),
    store.xread({ none: "$", stream: "1-1" }, FOREVER),
    store.bytes.xread([["stream", "$"]], { count: 1, ...FOREVER }),
    store.xread({ stream: "5-0" }, { block: { timeout: 200 } }),
  ] as const;
  there.transaction((tx) => {
    tx.xadd("stream", { field: "a" }, { id: "1-1" });
    tx.xadd("stream", { field: "b" }, { id: "1-2" });
  });
  const a = entry("1-1", "a");
  const b = entry("1-2", "b");
  assertEquals(await readers[0], [{ key: "stream", entries: [a, b] }]);
  assertEquals(await readers[1], [{ key: "stream", entries: [b] }]);
  const [{ entries }] = await readers[2];
  assertEquals(entries.map(({ id }) => id), ["1-1"]);
  assertEquals(await readers[3], []);
});

Deno.test("consumers of a group are served in the order in which they came", async () => {
  using store = made();
  using there = other(store);
  store.xgroup("create", "stream", "g", "$", { mkstream: true });
  store.xgroup("create", "stream", "other", "$");
  const got: [string, string][] = [];
  const wait = async (group: string, consumer: string) => {
    const [{ entries }] = await store.xreadgroup(
      group,
      consumer,
      { stream: ">" },
      { count: 1, ...FOREVER },
    );
    got.push([consumer, entries[0].fields[0][1]]);
  };
  const waits = ["first", "second", "third"].map((one) => wait("g", one));
  waits.push(wait("other", "alone"));
  add(there, "1-1", "a");
  add(there, "1-2", "b");
  waits.push(wait("g", "late")); // there is an entry, and it is not this one's
  add(there, "1-3", "c");
  add(there, "1-4", "d");
  await Promise.all(waits);
  assertEquals(got.filter(([consumer]) => consumer !== "alone"), [
    ["first", "a"],
    ["second", "b"],
    ["third", "c"],
    ["late", "d"],
  ]);
  assertEquals(got.find(([consumer]) => consumer === "alone"), ["alone", "a"]);
  assertEquals(store.xpending("stream", "g").count, 4);
});

Deno.test("what is pending is read again at once", async () => {
  using store = made();
  store.xgroup("create", "stream", "g", "$", { mkstream: true });
  add(store, "1-1", "a");
  store.xreadgroup("g", "c", { stream: ">" });
  store.xdel("stream", "1-1");
  const again = await store.xreadgroup("g", "c", { stream: "0" }, FOREVER);
  assertEquals(again, [{
    key: "stream",
    entries: [{ id: "1-1", fields: [] }],
  }]);
  const nothing = await store.xreadgroup("g", "d", { stream: "0" }, FOREVER);
  assertEquals(nothing, [{ key: "stream", entries: [] }]);
});

Deno.test("a wait of a consumer ends when the group or the stream goes", async () => {
  using store = made();
  const wait = (key = "stream") =>
    store.xreadgroup("g", "c", { [key]: ">" }, FOREVER);
  const gone = async (act: () => unknown, message: string) => {
    store.xgroup("create", "stream", "g", "$", { mkstream: true });
    const waiting = wait();
    act();
    await assertRejects(() => waiting, StoreError, message);
  };
  await gone(
    () => store.xgroup("destroy", "stream", "g"),
    "NOGROUP the consumer group this client was blocked on no longer exists",
  );
  await gone(
    () => store.del("stream"),
    "UNBLOCKED the stream key no longer exists",
  );
  await gone(() => store.set("stream", "text"), "WRONGTYPE");
  await assertRejects(() => wait("none"), StoreError, "NOGROUP");
});

Deno.test("a group that is missing is an error, also in a line", async () => {
  using store = made();
  store.xgroup("create", "stream", "g", "$", { mkstream: true });
  store.xadd("other", { field: "a" });
  const stop = new AbortController();
  const block = { signal: stop.signal };
  const first = store.xreadgroup("g", "c", { stream: ">" }, { block });
  const reads = store.xread({ other: "$" }, { block });
  await assertRejects(
    () => store.xreadgroup("g", "c", { stream: ">", other: ">" }, { block }),
    StoreError,
    "NOGROUP",
  );
  stop.abort(new Error("stopped"));
  await assertRejects(() => first, Error, "stopped");
  await assertRejects(() => reads, Error, "stopped");
});

Deno.test("lists, streams and scores are waited for under one key", async () => {
  using store = made();
  const list = store.blpop("key");
  const read = store.xread({ key: "$" }, FOREVER);
  add(store, "1-1", "a", "key");
  assertEquals((await read)[0].entries, [entry("1-1", "a")]);
  store.del("key");
  store.rpush("key", "b");
  assertEquals(await list, ["key", "b"]);
});
