// An index that many workers use: what must hold, whatever they do at the same time.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { HotVectorIndex } from "../../src/vectors/mod.ts";
import { eventually } from "../testing/eventually.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import { Crew } from "../testing/crew.ts";
import { SEED } from "../testing/random.ts";
import { DIMENSIONS, type roles, TOGETHER, vectorOf } from "./workers_roles.ts";

const SCRIPT = new URL("./workers_roles.ts", import.meta.url);
const WORKERS = 3;

function startingIndex(): HotVectorIndex<number> {
  const index = HotVectorIndex.create<number>({
    dimensions: DIMENSIONS,
    metric: "euclidean",
  });
  index.addMany(Array.from(
    { length: TOGETHER },
    (_, i) => [`group ${i}`, vectorOf(0, i, 0), -1] as const,
  ));
  return index;
}

/** Removes all that is there: no memory is left over, and none has two owners. */
function empty(index: HotVectorIndex<number>, liveBytes: number): void {
  for (const { id } of index.search(vectorOf(0, 0, 0), 1e6)) {
    assert(index.remove(id));
  }
  assertEquals(index.size, 0);
  assertEquals(index.stats().liveBytes, liveBytes);
  using map = SharedMap.attach(index.handle);
  assertSound(map);
}

function bytesOfNothing(): number {
  using index = HotVectorIndex.create({ dimensions: DIMENSIONS });
  index.add("group 0", [1, 2, 3, 4, 5]);
  index.remove("group 0");
  return index.stats().liveBytes;
}

Deno.test(
  "vectors that workers add, change and remove are neither lost, doubled nor mixed up",
  inCrews(async (run) => {
    using index = startingIndex();
    {
      await using crew = run.crew<typeof roles>(SCRIPT, index.handle);
      const gardeners = crew.add("gardener", WORKERS, run.share(600));
      const setters = crew.add("setter", 1, run.share(300));
      const searchers = crew.add("searcher", 1, undefined as never);
      await crew.start();
      const left = await gardeners;
      await setters;
      crew.stop();
      const [searches] = await searchers;
      assertGreater(searches, 0);
      const wanted = left.flatMap((changes, worker) =>
        changes.flatMap((change, number) =>
          change < 0 ? [] : [[worker, number, change]]
        )
      );
      assertEquals(index.size, wanted.length + TOGETHER);
      for (const [worker, number, change] of wanted) {
        const vector = new Float32Array(vectorOf(worker, number, change));
        assertEquals(index.get(`${worker}:${number}`), {
          vector,
          metadata: change,
        });
      }
    }
    empty(index, bytesOfNothing());
  }),
);

Deno.test("workers that are terminated leave a sound index, and give all memory back", async () => {
  using index = startingIndex();
  const { usedBytes } = index.stats();
  const crew = new Crew<typeof roles>(SCRIPT, index.handle, SEED);
  void crew.add("mortal", 3, undefined as never);
  await crew.start();
  await eventually(() => assert(index.size > TOGETHER + 10));
  crew.terminate();
  await eventually(() => assertEquals(index.stats().participants, 1));
  const all = index.search(vectorOf(0, 0, 0), 1e6);
  assertEquals(all.length, index.size);
  for (const { id, metadata } of all) {
    assertEquals(index.get(id)?.metadata, metadata);
  }
  empty(index, bytesOfNothing());
  await eventually(() => {
    index.snapshot().close(); // collects
    assert(index.stats().usedBytes <= usedBytes + 64 * 2 ** 10);
  });
});
