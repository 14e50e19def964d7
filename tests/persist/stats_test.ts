import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  type PersistenceStats,
  SharedMap,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder, Home } from "../testing/folder.ts";

/** What does not depend on the clock. */
function counted(stats: PersistenceStats | undefined) {
  if (stats === undefined) return undefined;
  const { epoch, entries, written, failed, failuresInARow } = stats;
  return { epoch, entries, written, failed, failuresInARow };
}

Deno.test("SharedMap.stats() tells about epochs in workers that do not write", async () => {
  await using folder = new Home();
  const persist = { directory: folder.path, interval: 1e6 };
  const open = () =>
    SharedMap.open<string, number>("told of", { persist, maxBytes: 2 ** 20 });
  {
    await using map = await open();
    using other = SharedMap.attach<string, number>(map.handle);
    map.set("a", 1).set("b", 2);
    await map.flush();
    for (const { persistence } of [map.stats(), other.stats()]) {
      assertEquals(counted(persistence), {
        epoch: 1,
        entries: 2,
        written: 1,
        failed: 0,
        failuresInARow: 0,
      });
      const { bytes, durationMs, ageMs, behindMs } = persistence!;
      const [file] = folder.names;
      assertStrictEquals(Deno.statSync(`${folder.path}/${file}`).size, bytes);
      assert(durationMs > 0);
      assertStrictEquals(ageMs, behindMs);
    }
    assertEquals(JSON.parse(JSON.stringify(map.stats())).persistence.epoch, 1);
    const before = other.stats().persistence!.ageMs;
    await eventually(() => other.stats().persistence!.ageMs > before + 20);
    await map.flush(); // nothing has changed
    const { ageMs, behindMs } = other.stats().persistence!;
    assert(behindMs < ageMs);
    assertStrictEquals(other.stats().persistence!.written, 1);
  }
  await using again = await open();
  assertEquals(counted(again.stats().persistence), {
    epoch: 1,
    entries: 2,
    written: 0,
    failed: 0,
    failuresInARow: 0,
  });
});

Deno.test("SharedMap.stats() counts epochs that could not be written, and those in a row", async () => {
  using folder = new Folder();
  const directory = `${folder.path}/data`;
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  assertStrictEquals(map.stats().persistence, undefined);
  const writer = new SnapshotWriter(map, { directory, interval: 1e6 });
  for (let i = 1; i <= 3; i++) {
    await writer.write().catch(() => {});
    assertEquals(counted(map.stats().persistence), {
      epoch: 0,
      entries: 0,
      written: 0,
      failed: i,
      failuresInARow: i,
    });
    assertStrictEquals(map.stats().persistence!.ageMs, 0);
  }
  Deno.mkdirSync(directory);
  await writer.write();
  const { failed, failuresInARow, written } = map.stats().persistence!;
  assertEquals([failed, failuresInARow, written], [3, 0, 1]);
  await writer.stop();
});

Deno.test("SharedMap.stats() says nothing of epochs where nobody keeps writing them", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  await writeSnapshot(map, folder.path);
  assertStrictEquals("persistence" in map.stats(), false);
});
