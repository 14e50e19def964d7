// Entries that expire under workers that use them.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import type { roles } from "./ttl_roles.ts";

const SCRIPT = new URL("./ttl_roles.ts", import.meta.url);

Deno.test(
  "SharedMap.get() shows no entry after its time, whoever asks",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({ value: "number" });
    await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
    const log = new Int32Array(new SharedArrayBuffer(8));
    const input = { keys: 200, rounds: run.share(40), log };
    const daters = crew.add("dater", log.length, input);
    const readers = crew.add("reader", 2, input);
    await crew.start();
    await daters;
    crew.stop();
    for (const seen of await readers) assert(seen > 0);
  }),
);

Deno.test(
  "SharedMap.expire() saves an entry for good, or comes too late",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({ value: "number" });
    const input = { keys: 300, rounds: run.share(20) };
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const savers = crew.add("saver", 3, input);
      await crew.start();
      for (const { saved, lost } of await savers) {
        assertEquals(saved + lost, input.keys * input.rounds);
      }
    }
    assertSound(map);
  }),
);

for (const load of SNAPSHOT_LOADS) {
  Deno.test(
    `SharedMap lets one worker win the place of what expired, ${load}`,
    inCrews(async (run) => {
      using map = SharedMap.create<string, number>({ value: "number" });
      const [keys, rounds] = [100, run.share(10)];
      {
        await using _ = await runSnapshotLoad(load, run, map.handle);
        await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
        const heirs = crew.add("heir", 4, { keys, rounds });
        await crew.start();
        const won = (await heirs).flat();
        assertEquals(won.length, keys * rounds);
        assertEquals(new Set(won).size, keys * rounds);
      }
      assertSound(map);
    }),
  );

  Deno.test(
    `SharedMap entries of workers that left are swept by the others, ${load}`,
    inCrews(async (run) => {
      using map = SharedMap.create<string, number>({ value: "number" });
      {
        await using _ = await runSnapshotLoad(load, run, map.handle);
        {
          await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
          const setters = crew.add("setter", 3, { keys: 2_000, ttl: 20 });
          await crew.start();
          await setters;
        }
        await eventually(() => assertEquals(map.size, 0));
        assertEquals(map.stats().expired, 6_000);
      }
      assertSound(map);
    }),
  );
}
