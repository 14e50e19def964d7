// Workers die in the middle of transactions: no money is made or lost, in no snapshot, and in no
// epoch on disk.
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../testing/folder.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { type Conditions, runUnder } from "./child.ts";

const WAVES = Math.ceil(SCALE);
const TELLERS = 4;

/** Every worker pauses for up to a millisecond, every 500 operations on shared words or so. */
const PREEMPTED = { EPOCHMAP_TEST_STUMBLE: "500:1" };

const CONDITIONS: Record<string, Conditions> = {
  "": {},
  ", in the kernel, too": { steps: "kernel" },
  " that are preempted": PREEMPTED,
};

for (const [which, conditions] of Object.entries(CONDITIONS)) {
  Deno.test(`the deaths of workers${which} leave the sum of all accounts as it is`, async (t) => {
    using folder = new Folder();
    const under = { ...conditions, folder: folder.path };
    const args = [WAVES, SEED, folder.path] as const;
    const [line] = await runUnder(under, "./bank.ts", ...args);
    const { epochs, snapshots, transfers } = JSON.parse(line);
    const deaths = WAVES * TELLERS;
    await t.step(`${transfers} transfers: ${deaths} deaths`, () => {
      assertEquals(epochs, WAVES, `seed ${SEED}`);
      assert(transfers > 0 && snapshots > 0, `seed ${SEED}`);
    });
  });
}
