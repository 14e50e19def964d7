// What the histories find: each seeded fault, in the same histories that find
// none in the map itself.
import { assert, assertMatch } from "@std/assert";
import { SEED } from "../testing/random.ts";
import { campaign } from "./campaign.ts";
import { type FaultName, FAULTS, TRANSACTION_FAULTS } from "./faults.ts";
import { type Kind, KINDS } from "./generator.ts";

/** Histories of each faulty map. */
const HISTORIES = 200;

/** Faults of transactions, and the others: what histories are about in which each is found. */
const ABOUT: readonly (readonly [readonly FaultName[], readonly Kind[]])[] = [
  [TRANSACTION_FAULTS, ["transactions"]],
  [
    FAULTS.filter((fault) => !TRANSACTION_FAULTS.includes(fault)),
    KINDS.filter((kind) => kind !== "transactions"),
  ],
];

Deno.test("histories show that a map is faulty", async (t) => {
  const workload = "calm";
  const plan = { workload, workers: 3, histories: HISTORIES } as const;
  for (const [faults, kinds] of ABOUT) {
    const report = await campaign({ ...plan, kinds, faults, seed: SEED });
    for (const fault of faults) {
      const found = report.violations.filter((one) => one.fault === fault);
      await t.step(`in ${found.length} of ${HISTORIES}: ${fault}`, () => {
        assert(found.length > 0, `not found, seed ${SEED}`);
        assertMatch(found[0].drawing, /^seed \d+, history \d+ of "calm":\n/);
        assertMatch(found[0].drawing, /<- no order explains this/);
      });
    }
  }
});
