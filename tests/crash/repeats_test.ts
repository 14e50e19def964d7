// Deaths at one and the same step, again and again: what they leave must not add up.
import { assert, assertEquals } from "@std/assert";
import { runInstrumented } from "./child.ts";
import type { Report } from "./repeats.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const DEATHS = 120;
/** Not every step, where others look at each of them, too: `deno task prove` tries all. */
const STRIDE = SCALE < 5 ? 12 : 1;

Deno.test("A hundred deaths at the same step harm nobody", async (t) => {
  const first = 1 + SEED % STRIDE;
  const lines = await runInstrumented("./repeats.ts", DEATHS, first, STRIDE);
  assertEquals(lines.length, 5);
  for (const line of lines) {
    const { name, deaths, failures }: Report = JSON.parse(line);
    await t.step(`${name}: ${deaths} deaths`, () => {
      assertEquals(failures, [], `seed ${SEED}`);
      assert(deaths > 0);
    });
  }
});
