// What the histories find: each seeded fault, in the same histories that find
// none in the map itself.
import { assert, assertMatch } from "@std/assert";
import { SEED } from "../testing/random.ts";
import { campaign } from "./campaign.ts";
import { FAULTS } from "./faults.ts";

/** Histories of each faulty map. */
const HISTORIES = 200;

Deno.test("histories show that a map is faulty", async (t) => {
  const workload = "calm";
  const plan = { workload, workers: 3, histories: HISTORIES } as const;
  const report = await campaign({ ...plan, faults: FAULTS, seed: SEED });
  for (const fault of FAULTS) {
    const found = report.violations.filter((one) => one.fault === fault);
    await t.step(`in ${found.length} of ${HISTORIES}: ${fault}`, () => {
      assert(found.length > 0, `not found, seed ${SEED}`);
      assertMatch(found[0].drawing, /^seed \d+, history \d+ of "calm":\n/);
      assertMatch(found[0].drawing, /<- no order explains this/);
    });
  }
});
