import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { ClosedError, SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { sweep } from "../../src/map/expiry_sweep.ts";

function limited(maxEntries: number): SharedMap<string, unknown> {
  return SharedMap.create({ maxBytes: 2 ** 20, onFull: "evict", maxEntries });
}

/** A turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("SharedMap.onEvicted() is called once for each entry that was evicted, with what it was", async () => {
  using map = limited(50);
  const told = new Map<string, unknown>();
  const causes = new Set<string>();
  using _ = map.onEvicted((key, value, cause) => {
    assert(!told.has(key), key);
    told.set(key, value);
    causes.add(cause);
  });
  for (let i = 0; i < 200; i++) map.set(`k${i}`, { i });
  assertEquals(told.size, 0, "not in the middle of a write");
  await turn();
  assertStrictEquals(told.size, map.stats().evicted);
  assertEquals([...causes], ["evicted"]);
  for (let i = 0; i < 200; i++) {
    const key = `k${i}`;
    assertEquals(told.get(key) ?? map.get(key), { i });
    assert(told.has(key) !== map.has(key), key);
  }
});

Deno.test("SharedMap.onEvicted() is not called for what callers delete or replace", async () => {
  using map = limited(50);
  let told = 0;
  using _ = map.onEvicted(() => told++);
  for (let i = 0; i < 40; i++) map.set(`k${i}`, i);
  for (let i = 0; i < 40; i++) map.set(`k${i}`, "another value");
  map.delete("k0");
  map.take("k1");
  map.clear();
  await turn();
  assertStrictEquals(told, 0);
});

Deno.test("SharedMap.onEvicted() says what had expired", async () => {
  let now = 1000;
  using _ = stub(Date, "now", () => now);
  using map = limited(50);
  const told: unknown[] = [];
  using _listening = map.onEvicted((...what) => told.push(what));
  map.set("short", 1, { ttl: 10 });
  map.set("long", 2);
  now = 2000;
  sweep(attachmentOf(map));
  await turn();
  assertEquals(told, [["short", 1, "expired"]]);
});

Deno.test("SharedMap.onEvicted() is called in the worker that evicts, for each of its maps", async () => {
  using map = limited(50);
  using other = SharedMap.attach<string, unknown>(map.handle);
  const told = { map: 0, other: 0 };
  using _first = map.onEvicted(() => told.map++);
  using _second = map.onEvicted(() => told.map++);
  using _third = other.onEvicted(() => told.other++);
  for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
  await turn();
  const { evicted } = map.stats();
  assertEquals(told, { map: 2 * evicted, other: 0 });
  for (let i = 0; i < 100; i++) other.set(`o${i}`, i);
  await turn();
  assertEquals(told, {
    map: 2 * evicted,
    other: map.stats().evicted - evicted,
  });
});

Deno.test("SharedMap.onEvicted() is called no more after its end; a listener that throws harms no other one", async () => {
  using map = limited(50);
  let told = 0;
  const errors: unknown[] = [];
  const catchError = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  addEventListener("error", catchError);
  const failure = new Error("a listener's own");
  const first = map.onEvicted(() => {
    throw failure;
  });
  const second = map.onEvicted(() => told++);
  for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
  const { evicted } = map.stats();
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  for (let i = 0; i < 100; i++) map.set(`l${i}`, i);
  await turn();
  removeEventListener("error", catchError);
  assertStrictEquals(told, evicted, "those before the end");
  assertStrictEquals(errors.length, evicted);
  assert(errors.every((error) => error === failure));
});

Deno.test("SharedMap.onEvicted() may use the map, and ends with it", async () => {
  const map = limited(50);
  const attachment = attachmentOf(map);
  let told = 0;
  map.onEvicted((key) => {
    told++;
    if (told < 1000) map.set(`again ${key}`, told);
  });
  for (let i = 0; i < 60; i++) map.set(`k${i}`, i);
  await turn();
  assert(told > 9 && map.size <= 50);
  const { size } = attachment.dependents;
  map.onEvicted(() => {})[Symbol.dispose]();
  assertStrictEquals(attachment.dependents.size, size);
  map.close();
  assertStrictEquals(attachment.removalListeners.size, 0);
  assertThrows(() => map.onEvicted(() => {}), ClosedError);
});

Deno.test("SharedMap.onEvicted() decodes by the caller's own codecs, and wants a function", async () => {
  const codec = {
    name: "reversed",
    encode: (text: string) =>
      new TextEncoder().encode([...text].reverse().join("")),
    decode: (bytes: Uint8Array) =>
      [...new TextDecoder().decode(bytes)].reverse().join(""),
  };
  using map = SharedMap.create<string, string>({
    maxBytes: 2 ** 20,
    onFull: "evict",
    maxEntries: 10,
    value: codec,
  });
  const told: string[] = [];
  using _ = map.onEvicted((_key, value) => told.push(value));
  for (let i = 0; i < 20; i++) map.set(`k${i}`, `value ${i}`);
  await turn();
  assert(told.length >= 10);
  assert(told.every((value) => /^value \d+$/.test(value)));
  for (const bad of [undefined, null, {}, "x"]) {
    assertThrows(() => map.onEvicted(bad as never), TypeError, "function");
  }
});
