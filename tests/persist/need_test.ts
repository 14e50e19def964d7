// A restore that does not fit says how much memory it needs, and that is enough.
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  MapFullError,
  restoreSnapshot,
  SharedMap,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { Folder, Home } from "../testing/folder.ts";

const MIB = 2 ** 20;

type Texts = SharedMap<string, string>;

function mapOf(maxBytes: number, onFull?: "evict"): Texts {
  return SharedMap.create({ maxBytes, onFull });
}

/** The size that a message advises. */
function advised({ message }: Error): number {
  const [, size] = /maxBytes, such as (\d+)$/.exec(message) ?? [];
  assert(size !== undefined, message);
  return Number(size);
}

function entriesOf(count: number, length: number): [string, string][] {
  return Array.from(
    { length: count },
    (_, i) => [`key ${i}`, String(i).padEnd(length, "x")],
  );
}

const CONTENTS: Record<string, [string, string][]> = {
  "small values": entriesOf(30_000, 8),
  "middling values": entriesOf(3000, 1000),
  "values of every size": Array.from(
    { length: 400 },
    (_, i) => [`key ${i}`, "x".repeat(i ** 2 % 20_011)],
  ),
  "large values": entriesOf(40, 100_000),
  "one huge value": entriesOf(1, 5 * MIB),
  "long keys": entriesOf(50, 10).map(([key, value]) => [
    key.padEnd(50_000, "k"),
    value,
  ]),
};

for (const [what, entries] of Object.entries(CONTENTS)) {
  Deno.test(`restoreSnapshot() of ${what} says the size that they need`, async () => {
    using folder = new Folder();
    using map = mapOf(64 * MIB);
    map.setMany(entries);
    const { path } = await writeSnapshot(map, folder.path);
    using small = mapOf(MIB);
    const restore = () => restoreSnapshot(small, folder.path);
    const error = await assertRejects(restore, MapFullError);
    assertStringIncludes(error.message, `"${path}"`);
    assertEquals(error.path, path);
    assertEquals(error.maxBytes, MIB);
    assertGreater(error.needed, MIB);
    assertStringIncludes(error.message, `${error.needed} bytes`);
    const size = advised(error);
    assertGreater(8 * error.needed, size, "it is no more than it needs");
    using larger = mapOf(size);
    await restoreSnapshot(larger, folder.path);
    assertEquals(larger.size, entries.length);
  });
}

Deno.test("restoreSnapshot() of a delta counts what all of its files add up to", async () => {
  using folder = new Folder();
  using map = mapOf(64 * MIB);
  const options = { directory: folder.path, interval: 1e6 };
  await using writer = new SnapshotWriter(map, options);
  map.setMany(entriesOf(2000, 1000));
  await writer.write();
  for (let i = 0; i < 1000; i++) map.delete(`key ${i}`);
  map.setMany(entriesOf(100, 5000));
  assertEquals((await writer.write()).kind, "delta");
  using small = mapOf(MIB);
  const restore = () => restoreSnapshot(small, folder.path);
  const error = await assertRejects(restore, MapFullError);
  assertGreater(3 * MIB, error.needed);
  using larger = mapOf(advised(error));
  await restoreSnapshot(larger, folder.path);
  assertEquals(larger.size, 1100);
});

Deno.test("restoreSnapshot() counts what the map holds already", async () => {
  using folder = new Folder();
  using map = mapOf(64 * MIB);
  map.setMany(entriesOf(1000, 1000));
  await writeSnapshot(map, folder.path);
  const others = entriesOf(2000, 1000)
    .map(([key, value]) => [`another ${key}`, value] as const);
  const restore = async (maxBytes: number) => {
    using into = mapOf(maxBytes);
    into.setMany(others);
    await restoreSnapshot(into, folder.path);
    return into.size;
  };
  const error = await assertRejects(() => restore(3 * MIB), MapFullError);
  assertStringIncludes(error.message, "with the 2000 that the map had");
  assertEquals(await restore(advised(error)), 3000);
});

Deno.test("restoreSnapshot() blames no size where a snapshot holds the memory", async () => {
  using folder = new Folder();
  using map = mapOf(2 * MIB);
  map.setMany(entriesOf(1000, 1000));
  await writeSnapshot(map, folder.path);
  map.clear();
  map.setMany(entriesOf(1000, 1000));
  using held = map.snapshot();
  const restore = () => restoreSnapshot(map, folder.path);
  const error = await assertRejects(restore, MapFullError, "a snapshot has");
  assertEquals(error.snapshot?.tick, held.tick);
});

Deno.test("restoreSnapshot() into a map that evicts says what can never fit", async () => {
  using folder = new Folder();
  using map = mapOf(64 * MIB);
  map.set("huge", "x".repeat(3 * MIB));
  await writeSnapshot(map, folder.path);
  using small = mapOf(MIB, "evict");
  const restore = () => restoreSnapshot(small, folder.path);
  const error = await assertRejects(restore, MapFullError);
  using larger = mapOf(advised(error), "evict");
  await restoreSnapshot(larger, folder.path);
  assertEquals(larger.size, 1);
});

Deno.test("SharedMap.open() of what does not fit says map, file and size", async () => {
  await using home = new Home();
  {
    using map = mapOf(64 * MIB);
    map.setMany(entriesOf(2000, 1000));
    await writeSnapshot(map, home.path);
  }
  const persist = { directory: home.path, interval: 1e6 };
  const open = (maxBytes: number) =>
    SharedMap.open<string, string>("too small for it", { maxBytes, persist });
  const error = await assertRejects(() => open(MIB), MapFullError);
  assertEquals(error.mapName, "too small for it");
  assertStringIncludes(error.message, 'the map "too small for it"');
  assertStringIncludes(error.message, Deno.realPathSync(home.path));
  using map = await open(advised(error));
  assertEquals(map.size, 2000);
});
