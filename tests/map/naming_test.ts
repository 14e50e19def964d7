// Errors name the map that they are about, and say what to do.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  HandleError,
  MapFullError,
  SharedMap,
  SnapshotError,
} from "../../mod.ts";
import { H_LAYOUT } from "../../src/segment/layout.ts";

const MIB = 2 ** 20;

type Named = Error & { mapName: string | undefined };

/** A name that no other test uses. */
function freshName(): string {
  return `naming ${crypto.randomUUID().slice(0, 8)}`;
}

function assertNamed(error: Named, name: string): void {
  assertEquals(error.mapName, name);
  assertStringIncludes(error.message, `the map ${JSON.stringify(name)}`);
}

Deno.test("ClosedError names the map, in every method", async () => {
  const name = freshName();
  const map = await SharedMap.open<string, number>(name, {
    value: "number",
    maxBytes: MIB,
  });
  map.set("a", 1);
  const snapshot = map.snapshot();
  const iterator = map.keys();
  snapshot.close();
  assertNamed(assertThrows(() => snapshot.get("a"), ClosedError), name);
  map.close();
  const uses: Record<string, () => unknown> = {
    handle: () => map.handle,
    size: () => map.size,
    get: () => map.get("a"),
    has: () => map.has("a"),
    set: () => map.set("a", 1),
    delete: () => map.delete("a"),
    clear: () => map.clear(),
    getOrInsert: () => map.getOrInsert("a", 1),
    getOrInsertComputed: () => map.getOrInsertComputed("a", () => 1),
    swap: () => map.swap("a", 1),
    take: () => map.take("a"),
    compareAndSet: () => map.compareAndSet("a", 1, 2),
    compareAndDelete: () => map.compareAndDelete("a", 1),
    update: () => map.update("a", () => 1),
    increment: () => map.increment("a"),
    getMany: () => map.getMany(["a"]),
    setMany: () => map.setMany([["a", 1]]),
    ttl: () => map.ttl("a"),
    expire: () => map.expire("a", 1),
    keys: () => map.keys(),
    next: () => iterator.next(),
    forEach: () => map.forEach(() => {}),
    pin: () => map.pin(),
    snapshot: () => map.snapshot(),
    stats: () => map.stats(),
  };
  for (const [method, use] of Object.entries(uses)) {
    const error = assertThrows(use, ClosedError, "open it anew", method);
    assertNamed(error, name);
  }
});

Deno.test("the errors of a map without a name have none", () => {
  const map = SharedMap.create({ maxBytes: MIB });
  map.close();
  const expected =
    "Cannot get an entry: the map was closed in this worker: attach to it anew";
  const error = assertThrows(() => map.get("a"), ClosedError, expected);
  assertEquals(error.mapName, undefined);
});

Deno.test("MapFullError names the map, in a worker that attached to it, too", async () => {
  const name = freshName();
  using map = await SharedMap.open<string, string>(name, { maxBytes: MIB });
  using other = SharedMap.attach<string, string>(structuredClone(map.handle));
  for (const it of [map, other]) {
    const large = () => it.set("a", "x".repeat(MIB));
    assertNamed(assertThrows(large, MapFullError), name);
  }
  const fill = () => {
    for (let i = 0;; i++) other.set(`key ${i}`, "x".repeat(1000));
  };
  assertNamed(assertThrows(fill, MapFullError, "delete entries"), name);
});

Deno.test("HandleError names the map: other codecs, no place, another layout", async () => {
  const name = freshName();
  using map = await SharedMap.open(name, { value: "json", maxBytes: MIB });
  const asNumbers = () => SharedMap.open(name, { value: "number" });
  assertNamed(await assertRejects(asNumbers, HandleError), name);
  const { handle } = map;
  const asString = () => SharedMap.attach(handle, { value: "string" });
  assertNamed(assertThrows(asString, HandleError), name);
  const attachments: SharedMap<string, unknown>[] = [];
  const attachMany = () => {
    for (;;) attachments.push(SharedMap.attach(handle));
  };
  assertNamed(assertThrows(attachMany, HandleError), name);
  attachments.forEach((attachment) => attachment.close());
  const words = new Int32Array(handle.buffer);
  const layout = words[H_LAYOUT];
  words[H_LAYOUT]++;
  const attach = () => SharedMap.attach(handle);
  assertNamed(assertThrows(attach, HandleError, "layout version"), name);
  words[H_LAYOUT] = layout;
});

Deno.test("SharedMap.attach() refuses a handle whose name is none", () => {
  using map = SharedMap.create({ maxBytes: MIB });
  for (const name of [5, null, {}]) {
    const handle = { ...map.handle, name } as unknown as typeof map.handle;
    const attach = () => SharedMap.attach(handle);
    assertThrows(attach, HandleError, "its name must be a string");
  }
});

Deno.test("SnapshotError names the map whose snapshots are too many", async () => {
  const name = freshName();
  using map = await SharedMap.open(name, { maxBytes: MIB });
  const openMany = () => {
    for (;;) map.snapshot();
  };
  const error = assertThrows(openMany, SnapshotError, "close one");
  assertNamed(error, name);
});

Deno.test("a name of any length is cut short in a message, not in the error", async () => {
  const name = freshName() + "x".repeat(1000);
  const map = await SharedMap.open(name, { maxBytes: MIB });
  map.close();
  const error = assertThrows(() => map.get("a"), ClosedError);
  assertEquals(error.mapName, name);
  assert(error.message.length < 200, error.message);
});

Deno.test("MapFullError for what can never fit says a size that does", () => {
  const entries = [
    ["a", "x".repeat(MIB)],
    ["a", "x".repeat(5 * MIB + 1)],
    ["x".repeat(MIB), "a"],
    ["x".repeat(3 * MIB + 1), "x".repeat(3 * MIB + 1)],
  ] as const;
  for (const [key, value] of entries) {
    for (const capacity of [0, 20_000]) {
      using map = SharedMap.create<string, string>({ maxBytes: MIB, capacity });
      const set = () => map.set(key, value);
      const error = assertThrows(set, MapFullError, "can never fit");
      assert(!error.message.includes("delete"), error.message);
      const [, size] = /such as (\d+),/.exec(error.message) ?? [];
      const maxBytes = Number(size);
      using larger = SharedMap.create<string, string>({ maxBytes, capacity });
      larger.set(key, value);
    }
  }
});

Deno.test("MapFullError for what does not fit now never speaks of what can never fit", () => {
  using map = SharedMap.create<string, string>({ maxBytes: MIB });
  const fill = () => {
    for (let i = 0;; i++) map.set(`key ${i}`, "x".repeat(10_000));
  };
  const error = assertThrows(fill, MapFullError, "does not fit now");
  assertStringIncludes(error.message, "delete entries");
  assert(!error.message.includes("never"), error.message);
});
