// Memory is used again and again for values of other sizes: no reader ever sees
// a byte of a value that was never its key's.
import { assert, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import type { Input, roles } from "./churn_roles.ts";
import { COMPANIES, keepCompany } from "./company.ts";
import { Crew } from "../testing/crew.ts";
import { assertSound } from "./sound.ts";

const SCRIPT = new URL("./churn_roles.ts", import.meta.url);
const CHURNERS = 3;
const READERS = 2;

/** In a map of 8 MiB a chunk has 8 KiB: the longest values take three. */
const INPUTS: Input[] = [
  { values: "bytes", keys: 50, longest: 20_000, operations: 4_000 * SCALE },
  { values: "string", keys: 50, longest: 20_000, operations: 4_000 * SCALE },
  { values: "number", keys: 50, longest: 8, operations: 20_000 * SCALE },
];

for (const input of INPUTS) {
  for (const company of COMPANIES) {
    const name =
      `SharedMap never shows a torn or foreign ${input.values}, ${company}`;
    Deno.test(name, async () => {
      using map: SharedMap<string, unknown> = SharedMap.create({
        value: input.values,
        maxBytes: 8 * 2 ** 20,
      });
      {
        await using _ = await keepCompany(company, map.handle, SEED);
        await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
        const churners = crew.add("churner", CHURNERS, input);
        const readers = crew.add("reader", READERS, input);
        await crew.start();
        await churners;
        crew.stop();
        for (const seen of await readers) assert(seen > 0);
      }
      assertSound(map);
    });
  }
}

for (const values of ["string", "number"] as const) {
  Deno.test(`SharedMap.get() never shows a torn or foreign ${values} to who does not pin`, async () => {
    using map: SharedMap<string, unknown> = SharedMap.create({
      value: values,
      maxBytes: 8 * 2 ** 20,
    });
    {
      await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
      const longest = values === "string" ? 100 : 8;
      const operations = 30_000 * SCALE;
      const input: Input = { values, keys: 8, longest, operations };
      const churners = crew.add("churner", 2, input);
      const glancers = crew.add("glancer", 1, input);
      await crew.start();
      await churners;
      crew.stop();
      for (const seen of await glancers) assert(seen > 0);
    }
    assertSound(map);
  });
}

Deno.test("SharedMap never calls itself full while two thirds of it are free, whatever comes and goes", async () => {
  using map = SharedMap.create<string, Uint8Array>({
    value: "bytes",
    maxBytes: 64 * 2 ** 20,
  });
  {
    await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
    const live = 10 * 2 ** 20;
    const tenants = crew.add("tenant", 2, {
      live,
      operations: 100_000 * SCALE,
    });
    await crew.start();
    const [one, other] = await tenants;
    assertStrictEquals(map.size, one + other);
    crew.stop();
  }
  assertSound(map);
});
