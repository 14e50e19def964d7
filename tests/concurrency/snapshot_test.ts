// Snapshots under workers that write: what one shows is one moment of the map, in
// whatever way it is read and however long it is open.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import type { Crew } from "../testing/crew.ts";
import { inCrews, type Run } from "../testing/in_crews.ts";
import type { roles } from "./snapshot_roles.ts";
import { assertSound } from "../testing/inspection.ts";

const SCRIPT = new URL("./snapshot_roles.ts", import.meta.url);
const MAX_BYTES = 64 * 2 ** 20;

type Snapshots = Crew<typeof roles>;

/** Runs writers to their end, and readers beside them. */
async function underWriters(
  run: Run,
  writersOf: (crew: Snapshots) => Promise<unknown>[],
  readersOf: (crew: Snapshots) => Promise<number[]>[],
): Promise<void> {
  using map = SharedMap.create<string, number>({
    value: "number",
    maxBytes: MAX_BYTES,
  });
  {
    await using crew: Snapshots = run.crew(SCRIPT, map.handle);
    const readers = readersOf(crew);
    const writers = writersOf(crew);
    await crew.start();
    await writers[0];
    crew.stop();
    await Promise.all(writers);
    for (const looks of await Promise.all(readers)) {
      for (const count of looks) assert(count > 0);
    }
  }
  assertSound(map);
}

Deno.test(
  "SharedMapSnapshot shows no effect without its cause",
  inCrews(async (run) => {
    const input = { pairs: 20, rounds: run.share(1_500) };
    await underWriters(
      run,
      (crew) => [crew.add("leader", 1, input), crew.add("follower", 1, input)],
      (crew) => [crew.add("causalReader", 2, input)],
    );
  }),
);

Deno.test(
  "SharedMapSnapshot shows keys that come and go in order without a gap",
  inCrews(async (run) => {
    const shifters = 2;
    const input = { width: 100, steps: run.share(20_000), shifters };
    await underWriters(
      run,
      (crew) => [crew.add("shifter", shifters, input)],
      (crew) => [crew.add("gapReader", 2, input)],
    );
  }),
);

Deno.test(
  "SharedMapSnapshot shows what was done before it, and nothing begun after",
  inCrews(async (run) => {
    const counters = 3;
    const log = new SharedArrayBuffer(8 * counters);
    const input = { log, counters, additions: run.share(20_000), keys: 50 };
    await underWriters(
      run,
      (crew) => [crew.add("counter", counters, input)],
      (crew) => [crew.add("sumReader", 2, input)],
    );
  }),
);

Deno.test(
  "SharedMapSnapshot shows the same again",
  inCrews(async (run) => {
    const input = { keys: 200, writes: run.share(30_000) };
    await underWriters(
      run,
      (crew) => [crew.add("scribbler", 3, input)],
      (crew) => [crew.add("repeatReader", 2, input)],
    );
  }),
);

Deno.test(
  "SharedMapSnapshots by the dozen, closed in any order, give all memory back",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({
      value: "number",
      maxBytes: MAX_BYTES,
    });
    const keys = 200;
    for (let i = 0; i < keys; i++) map.set(`s${i}`, 0);
    const { usedBytes } = map.stats();
    {
      await using crew: Snapshots = run.crew(SCRIPT, map.handle);
      const writes = run.share(20_000);
      const writers = crew.add("scribbler", 2, { keys, writes });
      const rounds = run.share(80);
      const hoarders = crew.add("hoarder", 3, { open: 30, rounds });
      await crew.start();
      await Promise.all([writers, hoarders]);
    }
    // What the workers left is taken over, and freed, by those that are still here.
    await eventually(() => {
      const stats = map.stats();
      assertEquals(stats.openSnapshots, 0);
      assertEquals(stats.heldVersions, 0);
      assertEquals(stats.participants, 1);
      assert(stats.usedBytes <= usedBytes + 64 * 2 ** 10, `${stats.usedBytes}`);
    });
    assertSound(map);
  }),
);
