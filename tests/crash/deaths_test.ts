// Workers die at random operations on shared words, in every role, while others
// go on: no write that was acknowledged is lost, nobody waits for the dead, and
// what they held is given back.
import { assertEquals } from "@std/assert";
import { runInstrumented } from "./child.ts";
import { SCALE, SEED } from "./scale.ts";

const WAVES = 10 * SCALE;
const DEATHS_PER_WAVE = 24;

Deno.test("SharedMap survives the deaths of hundreds of workers at random steps", async () => {
  const [line] = await runInstrumented("./deaths.ts", WAVES, SEED);
  const { deaths } = JSON.parse(line);
  const sum = Object.values<number>(deaths).reduce((sum, it) => sum + it, 0);
  assertEquals(sum, WAVES * DEATHS_PER_WAVE, `seed ${SEED}`);
});
