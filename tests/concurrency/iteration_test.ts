// Iteration while others make the table grow and shrink: what is there all the time comes
// exactly once.
import { assert } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews } from "../testing/in_crews.ts";
import type { roles } from "./iteration_roles.ts";
import { assertSound } from "../testing/inspection.ts";

const SCRIPT = new URL("./iteration_roles.ts", import.meta.url);
const PERMANENT = 500;

for (const load of SNAPSHOT_LOADS) {
  const name = `SharedMap.keys() shows what stays exactly once, ${load}`;
  Deno.test(
    name,
    inCrews(async (run) => {
      using map = SharedMap.create<string, number>({ maxBytes: 64 * 2 ** 20 });
      for (let i = 0; i < PERMANENT; i++) map.set(`p${i}`, i);
      {
        await using _ = await runSnapshotLoad(load, run, map.handle);
        await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
        const churn = { rounds: run.share(8), keys: 3_000 };
        const churners = crew.add("churner", 2, churn);
        const iterators = crew.add("iterator", 2, { permanent: PERMANENT });
        await crew.start();
        await churners;
        crew.stop();
        for (const rounds of await iterators) assert(rounds >= 3);
        assert(map.stats().migrations >= 4, `${map.stats().migrations}`);
      }
      assertSound(map);
    }),
  );
}
