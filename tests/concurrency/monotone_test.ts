// One worker writes greater and greater numbers: nobody ever sees one decrease, in
// whatever way it is read.
import { assert } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews } from "../testing/in_crews.ts";
import { encode, type Input, type roles } from "./monotone_roles.ts";
import { assertSound } from "../testing/inspection.ts";

const SCRIPT = new URL("./monotone_roles.ts", import.meta.url);
const KEYS = 100;
const READERS = 2;

for (const as of ["number", "string", "json"] as const) {
  for (const load of SNAPSHOT_LOADS) {
    Deno.test(
      `SharedMap readers see no ${as} go back, ${load}`,
      inCrews(async (run) => {
        using map: SharedMap<string, unknown> = SharedMap.create({ value: as });
        for (let i = 0; i < KEYS; i++) map.set(`k${i}`, encode(1, as));
        {
          await using _ = await runSnapshotLoad(load, run, map.handle);
          await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
          const input: Input = { keys: KEYS, rounds: run.share(1_000), as };
          const writer = crew.add("writer", 1, input);
          const readers = crew.add("reader", READERS, input);
          await crew.start();
          await writer;
          crew.stop();
          for (const looks of await readers) assert(looks > 0);
        }
        assertSound(map);
      }),
    );
  }
}
