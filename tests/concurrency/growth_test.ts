// The table grows from its smallest size, and shrinks again, under workers that use it
// all the while: nothing is lost.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews, type Run } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import type { roles } from "./growth_roles.ts";

const SCRIPT = new URL("./growth_roles.ts", import.meta.url);
const WORKERS = 4;
const MEBIBYTE = 2 ** 20;

/** How many keys each worker inserts into a map of how many bytes. */
const SIZES = [
  { maxBytes: MEBIBYTE, keysIn: () => 500 },
  { maxBytes: 64 * MEBIBYTE, keysIn: (run: Run) => run.share(5_000) },
];

for (const { maxBytes, keysIn } of SIZES) {
  for (const load of SNAPSHOT_LOADS) {
    const size = `${maxBytes / MEBIBYTE} MiB`;
    const name =
      `SharedMap of ${size} grows and shrinks under workers, ${load}`;
    Deno.test(
      name,
      inCrews(async (run) => {
        using map = SharedMap.create<string, string>({ maxBytes });
        {
          await using _ = await runSnapshotLoad(load, run, map.handle);
          const keys = keysIn(run);
          await grow(run, map, keys);
          await shrink(run, map, keys);
        }
        assertSound(map);
      }),
    );
  }
}

async function grow(run: Run, map: SharedMap<string, string>, keys: number) {
  await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
  const inserters = crew.add("inserter", WORKERS, keys);
  await crew.start();
  await inserters;
  assertEquals(map.size, keys * (WORKERS + 1));
  assert(map.stats().migrations >= 3);
  for (let i = 0; i < keys; i++) {
    assertEquals(map.get(`all ${i}`), `all:${i}`);
    for (let worker = 0; worker < WORKERS; worker++) {
      assertEquals(map.get(`own ${worker} ${i}`), `${worker}:${i}`);
    }
  }
}

async function shrink(run: Run, map: SharedMap<string, string>, keys: number) {
  const { migrations } = map.stats();
  await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
  const deleters = crew.add("deleter", WORKERS, keys);
  const readers = crew.add("reader", 2, { workers: WORKERS, keys });
  await crew.start();
  await deleters;
  for (let i = 0; i < keys; i++) map.delete(`all ${i}`);
  if (map.stats().openSnapshots === 0) {
    await eventually(() => assert(map.stats().migrations > migrations));
  }
  crew.stop();
  await readers;
  assertEquals(map.size, WORKERS * Math.ceil(keys / 100));
}
