// Deaths at one and the same step, again and again: what adds up.
import { assert, assertEquals } from "@std/assert";
import { runInstrumented } from "./child.ts";
import type { Report } from "./repeats.ts";

const DEATHS = 120;

Deno.test("A hundred deaths at the same step harm nobody", async (t) => {
  const lines = await runInstrumented("./repeats.ts", DEATHS);
  assertEquals(lines.length, 5);
  for (const line of lines) {
    const { name, deaths, failures }: Report = JSON.parse(line);
    await t.step(`${name}: ${deaths} deaths`, () => {
      assertEquals(failures, []);
      assert(deaths > 0);
    });
  }
});
