// Memory is reused again and again for values of other sizes: no reader ever sees a byte
// of a value that never belonged to its key.
import { assert, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import type { Input, roles } from "./churn_roles.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";

const SCRIPT = new URL("./churn_roles.ts", import.meta.url);
const CHURNERS = 3;
const READERS = 2;

/** In a map of 8 MiB a chunk has 8 KiB: the longest values take three. */
const INPUTS: Input[] = [
  { values: "bytes", keys: 50, longest: 20_000, operations: 4_000 },
  { values: "string", keys: 50, longest: 20_000, operations: 4_000 },
  { values: "number", keys: 50, longest: 8, operations: 20_000 },
];

for (const whole of INPUTS) {
  for (const load of SNAPSHOT_LOADS) {
    const name =
      `SharedMap never shows a torn or foreign ${whole.values}, ${load}`;
    Deno.test(
      name,
      inCrews(async (run) => {
        const input = { ...whole, operations: run.share(whole.operations) };
        using map: SharedMap<string, unknown> = SharedMap.create({
          value: input.values,
          maxBytes: 8 * 2 ** 20,
        });
        {
          await using _ = await runSnapshotLoad(load, run, map.handle);
          await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
          const churners = crew.add("churner", CHURNERS, input);
          const readers = crew.add("reader", READERS, input);
          await crew.start();
          await churners;
          crew.stop();
          for (const seen of await readers) assert(seen > 0);
        }
        assertSound(map);
      }),
    );
  }
}

for (const values of ["string", "number"] as const) {
  Deno.test(
    `SharedMap.get() never shows a torn or foreign ${values} to who does not pin`,
    inCrews(async (run) => {
      using map: SharedMap<string, unknown> = SharedMap.create({
        value: values,
        maxBytes: 8 * 2 ** 20,
      });
      {
        await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
        const longest = values === "string" ? 100 : 8;
        const operations = run.share(30_000);
        const input: Input = { values, keys: 8, longest, operations };
        const churners = crew.add("churner", 2, input);
        const optimisticReaders = crew.add("optimisticReader", 1, input);
        await crew.start();
        await churners;
        crew.stop();
        for (const seen of await optimisticReaders) assert(seen > 0);
      }
      assertSound(map);
    }),
  );
}

Deno.test(
  "SharedMap never calls itself full while two thirds of it are free, whatever comes and goes",
  inCrews(async (run) => {
    using map = SharedMap.create<string, Uint8Array>({
      value: "bytes",
      maxBytes: 64 * 2 ** 20,
    });
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const live = 10 * 2 ** 20;
      const tenants = crew.add("tenant", 2, {
        live,
        operations: run.share(100_000),
      });
      await crew.start();
      const [one, other] = await tenants;
      assertStrictEquals(map.size, one + other);
      crew.stop();
    }
    assertSound(map);
  }),
);
