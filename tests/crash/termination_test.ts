// Workers that their parent terminates: the runtime does that when they return to the
// event loop.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { Crew } from "../testing/crew.ts";
import { assertSound } from "../testing/inspection.ts";
import { eventually } from "../testing/eventually.ts";
import { SEED } from "../testing/random.ts";
import type { roles } from "./termination_roles.ts";

const SCRIPT = new URL("./termination_roles.ts", import.meta.url);
const WORKERS = 6;

Deno.test("SharedMap gets back what workers held that were terminated", async () => {
  using map = SharedMap.create<string, number>({ value: "number" });
  const { usedBytes } = map.stats();
  for (let round = 0; round < 3; round++) {
    await terminateSome(map);
    await eventually(() => {
      const stats = map.stats();
      assertEquals(stats.participants, 1);
      assertEquals(stats.openSnapshots, 0);
      assertEquals(stats.heldVersions, 0);
    });
    map.clear();
    await eventually(() => {
      map.snapshot().close(); // collects
      assert(map.stats().usedBytes <= usedBytes + 64 * 2 ** 10);
    });
  }
  assertEquals(map.stats().recoveries, 3 * WORKERS);
  assertSound(map);
});

/** Every write that a worker says it did is there. */
async function terminateSome(map: SharedMap<string, number>): Promise<void> {
  const log = new Int32Array(new SharedArrayBuffer(4 * WORKERS));
  const crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
  void crew.add("worker", WORKERS, log);
  await crew.start();
  await eventually(() => assert(log.every((count) => count > 1_000)));
  crew.terminate();
  const counts = [...log];
  for (const [worker, count] of counts.entries()) {
    for (let i = count - 99; i <= count; i++) {
      const value = map.get(`t${worker} ${i % 100}`);
      assert(value === i || value! > count, `${worker}: ${i} is ${value}`);
    }
  }
}
