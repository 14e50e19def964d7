// Map objects of one thread that share an attachment, by the name of their map.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  HandleError,
  listSnapshots,
  MapFullError,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  writeSnapshot,
} from "../../mod.ts";
import { MAX_PARTICIPANTS } from "../../src/segment/layout.ts";
import { timers } from "../../src/timers.ts";
import { Folder } from "../testing/folder.ts";

const maxBytes = 2 ** 20;

function freshName(): string {
  return `opening ${crypto.randomUUID().slice(0, 8)}`;
}

function open(name: string): Promise<SharedMap<string, number>> {
  return SharedMap.open<string, number>(name, { maxBytes });
}

Deno.test("SharedMap.open() takes one place in a thread, however often it is called and never closed", async () => {
  const name = freshName();
  for (let n = 1; n <= 3 * MAX_PARTICIPANTS; n++) {
    const map = await open(name);
    assertStrictEquals(map.increment("/"), n);
    assertStrictEquals(map.stats().participants, 1);
  }
  const many = await Promise.all(Array.from({ length: 200 }, () => open(name)));
  for (const map of many) map.increment("/");
  assertStrictEquals(many[0].get("/"), 3 * MAX_PARTICIPANTS + many.length);
  assertStrictEquals(many[0].stats().participants, 1);
});

Deno.test("SharedMap.open() at once from one thread makes one map", async () => {
  const name = freshName();
  const maps = await Promise.all(Array.from({ length: 20 }, () => open(name)));
  for (const map of maps) map.increment("/");
  assertEquals(maps.map((map) => map.get("/")), maps.map(() => maps.length));
  for (const map of maps) map.close();
  using next = await open(name);
  assertStrictEquals(next.size, 0);
});

Deno.test("each map that SharedMap.open() returned is closed by itself, and the last one leaves", async () => {
  const name = freshName();
  const one = await open(name);
  const other = await open(name);
  one.set("a", 1);
  one.close();
  one.close();
  one[Symbol.dispose]();
  for (
    const use of [
      () => one.get("a"),
      () => one.has("a"),
      () => one.set("a", 2),
      () => one.delete("a"),
      () => one.size,
      () => one.snapshot(),
      () => one.pin(),
      () => [...one],
      () => one.stats(),
      () => one.handle,
    ]
  ) assertThrows(use, ClosedError, name);
  assertEquals([...other], [["a", 1]]);
  {
    using third = await open(name);
    third.increment("a");
  }
  assertStrictEquals(other.get("a"), 2);
  const { handle } = other;
  using watcher = SharedMap.attach<string, number>(handle);
  assertStrictEquals(watcher.stats().participants, 2);
  other.close();
  assertThrows(() => other.get("a"), ClosedError);
  assertStrictEquals(watcher.stats().participants, 1);
  using next = await open(name);
  assertStrictEquals(next.size, 0, "nobody held the name");
});

Deno.test("SharedMap.close() ends what was opened by that map, and nothing of others that share its place", async () => {
  const name = freshName();
  const one = await open(name);
  using other = await open(name);
  for (let i = 0; i < 1000; i++) one.set(`${i}`, i);
  const ended = [one.snapshot(), one.snapshot()];
  using kept = other.snapshot();
  const scans = [one.keys(), ended[0].keys()];
  const going = [other.keys(), kept.keys()];
  for (const scan of [...scans, ...going]) scan.next();
  one.close();
  for (const snapshot of ended) assertThrows(() => snapshot.size, ClosedError);
  for (const scan of scans) assertThrows(() => scan.next(), ClosedError);
  for (const scan of going) assertStrictEquals([...scan].length, 999);
  assertStrictEquals(kept.size, 1000);
  assertStrictEquals(other.stats().openSnapshots, 1);
});

Deno.test("SharedMap.close() ends the pins of that map only, and disposing of them later is nothing", async () => {
  const name = freshName();
  const one = await open(name);
  using other = await open(name);
  const pins = [one.pin(), one.pin()];
  pins[0][Symbol.dispose]();
  one.close();
  for (const pin of pins) pin[Symbol.dispose]();
  using writer = SharedMap.attach<string, number>(other.handle);
  const write = () => {
    for (let i = 0; i < 50_000; i++) writer.set("a", i);
  };
  write(); // nothing is pinned any more, or it would run full
  const pin = other.pin();
  {
    using again = await open(name);
    using _ = again.pin();
  }
  assertThrows(write, MapFullError);
  pin[Symbol.dispose]();
  pin[Symbol.dispose]();
  write();
  assertStrictEquals(other.get("a"), 49_999);
});

Deno.test("a map may close another one that shares its place, or itself, inside an operation", async () => {
  const name = freshName();
  const one = await open(name);
  using other = await open(name);
  one.set("a", 1);
  other.update("a", (value) => {
    one.close();
    return value! + 1;
  });
  assertStrictEquals(other.get("a"), 2);
  const third = await open(name);
  assertThrows(
    () =>
      third.update("a", (value) => {
        third.close();
        return value! + 1;
      }),
    ClosedError,
  );
  assertStrictEquals(other.get("a"), 2);
  assertStrictEquals(other.stats().recoveries, 0);
});

Deno.test("SharedMap.open() refuses other codecs in the same thread, and takes nothing for it", async () => {
  const name = freshName();
  const map = await open(name);
  await assertRejects(
    () => SharedMap.open<string, number>(name, { value: "number" }),
    HandleError,
    name,
  );
  map.close();
  using next = await SharedMap.open<string, number>(name, {
    value: "number",
    maxBytes,
  });
  next.set("a", 1);
});

Deno.test("maps that share a place share its 32 snapshots", async () => {
  const name = freshName();
  using one = await open(name);
  const other = await open(name);
  for (let i = 0; i < 16; i++) {
    one.snapshot();
    other.snapshot();
  }
  assertThrows(() => one.snapshot(), SnapshotError, "32 snapshots are open");
  other.close();
  one.snapshot();
});

Deno.test("SharedMap.close() ends a dump and a restore through that map, though others share its place", async () => {
  using folder = new Folder();
  const name = freshName();
  const open = () =>
    SharedMap.open<string, string>(name, { maxBytes: 2 ** 24 });
  const one = await open();
  using other = await open();
  for (let i = 0; i < 10_000; i++) one.set(`${i}`, "x".repeat(200)); // more than a block
  const writing = assertRejects(
    () => writeSnapshot(one, folder.path),
    ClosedError,
  );
  one.close();
  await writing;
  assertEquals(await listSnapshots(folder.path), []);
  assertStrictEquals(other.stats().openSnapshots, 0);

  const { entries } = await writeSnapshot(other, folder.path);
  assertStrictEquals(entries, 10_000);
  other.clear();
  const third = await open();
  const { elapsed } = timers;
  let seconds = 0;
  // Every slice is over at once, however fast the machine is.
  timers.elapsed = () => 1000 * seconds++;
  try {
    await assertRejects(
      () =>
        restoreSnapshot(third, folder.path, {
          onProgress: () => third.close(),
        }),
      ClosedError,
    );
  } finally {
    timers.elapsed = elapsed;
  }
  assert(other.size < entries, `${other.size}`);
});

Deno.test("SharedMap.open() refuses a timeout that is none", async () => {
  for (const timeout of ["5s", null, 5n, {}]) {
    await assertRejects(
      () => SharedMap.open(freshName(), { timeout: timeout as number }),
      TypeError,
      "timeout must be a number",
    );
  }
  for (const timeout of [0, -1, NaN, -Infinity]) {
    await assertRejects(
      () => SharedMap.open(freshName(), { timeout }),
      RangeError,
      "timeout",
    );
  }
  using map = await SharedMap.open(freshName(), {
    timeout: Infinity,
    maxBytes,
  });
  map.set("a", 1);
});
