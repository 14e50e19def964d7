import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  type SnapshotError,
  SnapshotError as SnapshotErrorClass,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { revokeDumps } from "../../src/reclamation/registry.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { EpochScan, RevokedError } from "../../src/persist/epoch_scan.ts";
import { P_HORIZON } from "../../src/segment/layout.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";
import { seriesOf, silent } from "./series.ts";

const VALUE = "x".repeat(500);

function contents<V>(map: Iterable<[string, V]>): [string, V][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

async function restored(path: string): Promise<[string, string][]> {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 26 });
  await restoreSnapshot(map, path);
  return contents(map);
}

/** A map that evicts, and has done so. */
function fullCache(maxBytes: number): SharedMap<string, string> {
  const map = SharedMap.create<string, string>({ maxBytes, onFull: "evict" });
  for (let i = 0; map.stats().evicted < 1000; i++) map.set(`key ${i}`, VALUE);
  return map;
}

Deno.test("in a full map that evicts, a dump makes no write fail, and shows the map as it was", async () => {
  using folder = new Folder();
  using map = fullCache(2 ** 22);
  const before = contents(map);
  let writes = 0;
  let restarts = 0;
  await writeSnapshot(map, folder.path, {
    onProgress: (progress) => {
      restarts = progress.restarts;
      for (let i = 0; i < 3000; i++) map.set(`new ${writes++}`, VALUE);
    },
  });
  assertGreater(writes, map.size * 2);
  assertStrictEquals(restarts, 0);
  assertEquals(await restored(folder.path), before);
});

Deno.test("... nor if all that is written replaces something", async () => {
  using folder = new Folder();
  using map = fullCache(2 ** 22);
  const before = contents(map);
  const keys = before.map(([key]) => key);
  let round = 0;
  let restarts = 0;
  await writeSnapshot(map, folder.path, {
    onProgress: (progress) => {
      restarts = progress.restarts;
      for (const key of keys) map.set(key, VALUE + round);
      round++;
    },
  });
  assertGreater(round, 5);
  if (restarts === 0) assertEquals(await restored(folder.path), before);
});

Deno.test("in a full map that evicts, deltas follow on dumps whatever is written meanwhile", async () => {
  using folder = new Folder();
  using map = fullCache(2 ** 22);
  const series = seriesOf(map, folder.path, { keep: 1 });
  let writes = 0;
  for (let epoch = 0; epoch < 12; epoch++) {
    const before = contents(map);
    let restarts = 0;
    await series.write((progress) => {
      restarts = progress.restarts;
      // Tombstones of what it has yet to see may use up what is kept for them.
      if (restarts > 0) return;
      for (let i = 0; i < 200; i++) {
        map.set(`new ${writes++}`, VALUE);
        map.delete(`new ${writes - 500}`);
      }
    });
    const expected = restarts > 0 ? contents(map) : before;
    assertEquals(await restored(folder.path), expected);
    for (const key of [...map.keys()].slice(0, 20)) map.delete(key);
  }
});

Deno.test("a dump that keeps memory that a write needs is revoked, and begins again", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 22 });
  for (let i = 0; i < 5500; i++) map.set(`key ${i}`, VALUE);
  let round = 0;
  let restarts = 0;
  await writeSnapshot(map, folder.path, {
    onProgress: (progress) => {
      restarts = Math.max(restarts, progress.restarts);
      if (restarts > 0) return;
      round++;
      for (let i = 5499; i >= 0; i--) map.set(`key ${i}`, VALUE + round);
    },
  });
  assertStrictEquals(restarts, 1);
  assertEquals(await restored(folder.path), contents(map));
  assertStrictEquals(map.stats().openSnapshots, 0);
});

Deno.test("a dump that is revoked each time is given up with an error, and leaves nothing", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, string>();
  for (let i = 0; i < 2000; i++) map.set(`key ${i}`, VALUE);
  const { participant, segment } = attachmentOf(map);
  const series = seriesOf(map, folder.path);
  const seen = new Set<number>();
  const error = await assertRejects(
    () =>
      series.write(({ restarts }) => {
        seen.add(restarts);
        revokeDumps(segment.words);
      }),
    SnapshotErrorClass,
    "needed the memory that it kept, 9 times",
  ) as SnapshotError;
  assertStrictEquals(error.reason, "the map is short of memory");
  assertEquals([...seen], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(folder.names, []);
  assertStrictEquals(map.stats().openSnapshots, 0);
  assertStrictEquals(segment.words[participant.base + P_HORIZON], 0);
  assertStrictEquals((await series.write(silent))!.entries, 2000);
});

Deno.test("before its dump begins again, a map that evicts does so, more each time", async () => {
  using folder = new Folder();
  using map = fullCache(2 ** 22);
  const { segment } = attachmentOf(map);
  const evicted: number[] = [];
  await seriesOf(map, folder.path).write(({ restarts }) => {
    evicted[restarts] = map.stats().evicted;
    if (restarts < 3) revokeDumps(segment.words);
  });
  const steps = [1, 2, 3].map((i) => evicted[i] - evicted[i - 1]);
  const bytesEach = VALUE.length + 50;
  for (const [i, step] of steps.entries()) {
    assertGreater(step, 2 ** 22 / 256 * 2 ** i / bytesEach - 1, `${steps}`);
    assertLess(step, 2 ** 22 / 256 * 2 ** i / VALUE.length + 2, `${steps}`);
  }
});

Deno.test("a delta that is revoked begins again as a delta, and misses nothing", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, string>();
  for (let i = 0; i < 2000; i++) map.set(`key ${i}`, VALUE);
  const { segment } = attachmentOf(map);
  const series = seriesOf(map, folder.path);
  await series.write(silent);
  for (let i = 0; i < 900; i++) map.set(`key ${i}`, "new");
  for (let i = 0; i < 900; i++) map.delete(`key ${i + 1000}`);
  for (let i = 0; i < 900; i++) map.set(`long ${i}`, VALUE);
  const info = await series.write(({ restarts }) => {
    if (restarts > 0) return;
    map.delete("key 5");
    revokeDumps(segment.words);
  });
  assertStrictEquals(info!.kind, "delta");
  assertEquals(await restored(folder.path), contents(map));
});

Deno.test("a scan that was revoked gives nothing more, whatever it was at", () => {
  using map = SharedMap.create<string, number>();
  for (let i = 0; i < 5000; i++) map.set(`key ${i}`, i);
  const attachment = attachmentOf(map);
  const { words } = attachment.segment;
  const found: number[] = [];
  const isThrown = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return error instanceof RevokedError;
    }
    return false;
  };
  for (
    const work of [
      (scan: EpochScan) => scan.next(found),
      (scan: EpochScan) => scan.pass(),
      (scan: EpochScan) => scan.passUpTo(1),
      (scan: EpochScan) => scan.check(),
    ]
  ) {
    using scan = new EpochScan(attachment, 0);
    scan.next(found);
    scan.pass();
    scan.next(found);
    revokeDumps(words);
    assert(isThrown(() => work(scan)));
  }
  assertStrictEquals(map.stats().openSnapshots, 0);
});

Deno.test("SnapshotWriter writes a full map that evicts, while others write to it", async () => {
  using folder = new Folder();
  using map = fullCache(2 ** 22);
  await using writer = new SnapshotWriter(map, {
    directory: folder.path,
    interval: 5,
  });
  const errors: SnapshotError[] = [];
  writer.onError = (error) => errors.push(error);
  await writer.start();
  let writes = 0;
  await eventually(() => {
    for (let i = 0; i < 5000; i++) map.set(`new ${writes++}`, VALUE);
    return writer.stats.written > 2;
  });
  assertEquals(errors, []);
  assertLess(0, map.stats().evicted);
});
