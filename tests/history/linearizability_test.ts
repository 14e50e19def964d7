/**
 * Linearizability: histories of real workers, each checked to be one that a map
 * could have gone through one operation at a time.
 *
 * **What is checked.** Workers run short histories on one to three keys, of 8 to 48
 * operations, drawn from the seed: all operations on a key (`verbs.ts`), among them
 * those with a time to live; `getMany`, `setMany` and `clear`, each as one operation per
 * key over the same interval, as they are atomic on each key only; snapshots, which
 * read all keys at one moment between the call of `snapshot()` and its return, whenever
 * they are read; and transactions of two to five reads and writes, some of which only
 * read, and some of which are abandoned: these have read one moment, too. In the end one
 * worker reads every key. A history without snapshots and transactions is checked key by
 * key; any other is checked whole, on the state of all its keys: there must be one order
 * of all operations on all keys in which every snapshot and every transaction has its
 * place (`partition.ts`), which is strict serializability. That is no approximation: the checker decides whether there is
 * such an order (`checker.ts`).
 *
 * **Beside what.** Between recorded operations the same workers do others, in workloads
 * of their own (`workloads.ts`): the table grows and shrinks, tombstones are purged, keys
 * have a hash in common, snapshots come and go, entries expire and are swept, the map is
 * full, the map evicts, entries idle. One that lives a millisecond, or may be evicted, may vanish
 * at any moment, but only once, and for all workers; unless it is saved before. An
 * operation that finds the map full changes nothing.
 *
 * **How hard.** Two workers run side by side on two processors; three are more than
 * those, and show what happens to a worker that is interrupted. `stumbling_test.ts` runs
 * those histories again, with pauses at operations on shared words. That makes 2,880
 * histories, which `EPOCHMAP_TEST_SCALE` multiplies (6: more than 10,000); lines that
 * begin with `linearizable:` count them. `faults_test.ts` shows what is found,
 * `checker_test.ts` and `specification_test.ts` that the checker can be trusted. The same
 * seed brings back what each worker did, though not when.
 *
 * **What is not checked.** That an entry is gone *when* its time is over
 * (`tests/concurrency/ttl_test.ts`); `setMany`, and keys too long for
 * entry and tombstone to be of one size, in full maps; which entries are
 * evicted; `size` and iteration over the live map, which promise less
 * (`tests/concurrency`); what a worker was doing when it was terminated
 * (`tests/crash`); reorderings that the recorder's fences forbid (see
 * `recorder.ts`).
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { campaign, type Report } from "./campaign.ts";
import { type WorkloadName, WORKLOADS } from "./workloads.ts";

/** How many histories by how many workers, in each workload. */
const RUNS = [{ workers: 2, histories: 140 }, { workers: 3, histories: 42 }];

const total = { histories: 0, operations: 0, overlaps: 0 };

function count({ histories, operations, overlaps }: Report): void {
  total.histories += histories;
  total.operations += operations;
  total.overlaps += overlaps;
}

for (const workload of Object.keys(WORKLOADS) as WorkloadName[]) {
  for (const { workers, histories } of RUNS) {
    Deno.test(`SharedMap is linearizable among ${workers} workers, workload "${workload}"`, async () => {
      const plan = { workload, workers, histories: histories * SCALE };
      const report = await campaign({ ...plan, seed: SEED });
      assertEquals(report.violations.map(({ drawing }) => drawing).join(), "");
      assertEquals(report.histories, plan.histories);
      for (const sign of WORKLOADS[workload].shows) {
        assertGreater(report.signs[sign], 0, `${sign}, seed ${SEED}`);
      }
      count(report);
    });
  }
}

Deno.test.afterAll(() => {
  const { histories, operations, overlaps } = total;
  console.log(
    `linearizable: ${histories} histories of ${operations} operations, ${overlaps} pairs of which overlapped`,
  );
});
