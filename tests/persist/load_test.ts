import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { assertSound } from "../testing/inspection.ts";
import { NumberTrees } from "../testing/number_trees.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { Folder } from "../testing/folder.ts";
import { HelperWorker } from "./helper_worker.ts";
import { type Order, WINDOW } from "./scribe.ts";
import { seriesOf, silent } from "./series.ts";
import * as trees from "./tree_scribe.ts";

const SCRIBES = 2;

/** Checks that a map is as it was at one moment of the scribes' work; returns how far they were. */
function checkMoment(map: SharedMap<string, number>): number {
  let entries = 0;
  let steps = 0;
  for (let self = 0; self < SCRIBES; self++) {
    const first = map.get(`${self} first`) ?? 0;
    const last = map.get(`${self} last`) ?? 0;
    assert(first - last === 0 || first - last === 1, `${first} ${last}`);
    if (first === 0) continue;
    steps += last;
    for (let n = Math.max(1, first - WINDOW + 1); n <= last; n++) {
      assertEquals(map.get(`${self} in window ${n}`), n);
    }
    const there = [...map.keys()].filter((key) =>
      key.startsWith(`${self} in window`)
    ).length;
    const full = Math.min(first, WINDOW);
    assert(Math.abs(there - full) <= 1, `${there} of ${full}`);
    entries += there + 1 + (last > 0 ? 1 : 0);
    for (let other = 0; other < SCRIBES; other++) {
      const saw = map.get(`${self} saw ${other}`);
      if (saw === undefined) continue;
      entries++;
      assert(
        saw <= (map.get(`${other} last`) ?? 0),
        "an effect, not its cause",
      );
    }
  }
  assertEquals(map.size, entries);
  return steps;
}

Deno.test("epochs written under full load show the map at one moment each", async () => {
  using deltas = new Folder();
  using fulls = new Folder();
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 26 });
  const stop = new SharedArrayBuffer(4);
  const workers = Array.from(
    { length: SCRIBES },
    () => new HelperWorker<Order>(new URL("./scribe.ts", import.meta.url)),
  );
  const { handle } = map;
  const ends = workers.map((worker, self) =>
    worker.tell({ handle, self, scribes: SCRIBES, stop })
  );
  const writer = new SnapshotWriter(map, {
    directory: deltas.path,
    interval: 5,
    keep: 2,
  });
  writer.onError = (error) => {
    throw error;
  };
  await writer.start();
  try {
    let before = 0;
    for (let i = 0; i < 15 * SCALE; i++) {
      await writeSnapshot(map, fulls.path, { keep: 1 });
      for (const folder of [fulls, deltas]) {
        using restored = SharedMap.create<string, number>();
        const info = await restoreSnapshot(restored, folder.path);
        if (info === undefined) continue;
        assertEquals(info.rejected, []);
        assertEquals(info.entries, restored.size);
        const steps = checkMoment(restored);
        if (folder === fulls) {
          assertGreater(steps, before - 1);
          before = steps;
        }
      }
    }
  } finally {
    Atomics.store(new Int32Array(stop), 0, 1);
    await Promise.all(ends);
    await writer.stop();
    for (const worker of workers) worker[Symbol.dispose]();
  }
  assertGreater(writer.stats.deltas, 0);
  using restored = SharedMap.create<string, number>();
  await restoreSnapshot(restored, deltas.path);
  assertEquals([...restored].sort(), [...map].sort());
});

/** Checks that structures are as they were at one moment. */
function checkStructures(map: SharedMap<string, unknown>): void {
  const found = new NumberTrees<string>(attachmentOf(map), "string");
  for (const key of trees.KEYS) {
    const { lists: [list] } = found.read(key)!;
    assertEquals(list.length, trees.COUNT);
    assertEquals(list.reduce((sum, n) => sum + n, 0), 0, key);
  }
  const visitor = found.read(trees.VISITOR);
  if (visitor === undefined) return;
  assertEquals(visitor, trees.visitorOf(Number(visitor.label)));
}

Deno.test("... of structures, too", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 26 });
  const numbers = new Array(trees.COUNT).fill(0);
  const first = new NumberTrees<string>(attachmentOf(map), "string");
  for (const key of trees.KEYS) first.put(key, { lists: [numbers], label: "" });
  // So much besides that not all of it is written anew each time.
  for (let i = 0; i < 500; i++) map.set(`${i}`, "x".repeat(2000));
  const stop = new SharedArrayBuffer(4);
  const workers = Array.from(
    { length: SCRIBES },
    () =>
      new HelperWorker<trees.Order>(
        new URL("./tree_scribe.ts", import.meta.url),
      ),
  );
  const { handle } = map;
  const ends = workers.map((worker, i) =>
    worker.tell({ handle, seed: SEED + i, stop })
  );
  const series = seriesOf(map, folder.path, { keep: 2 });
  try {
    for (let i = 0; i < 12 * SCALE; i++) {
      await series.write(silent); // a delta, unless the map was short of memory
      using restored = SharedMap.create<string, unknown>({ maxBytes: 2 ** 24 });
      assertEquals(
        (await restoreSnapshot(restored, folder.path))!.rejected,
        [],
      );
      checkStructures(restored);
      restored.clear();
      attachmentOf(restored).participant.collectAll();
      assertSound(restored);
      assertEquals(restored.stats().liveBytes, 0);
    }
  } finally {
    Atomics.store(new Int32Array(stop), 0, 1);
    await Promise.all(ends);
    for (const worker of workers) worker[Symbol.dispose]();
  }
});
