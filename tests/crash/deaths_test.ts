// Workers die at random operations on shared words, in every role, also while they
// recover others, half of them with timers that are due and called after that, some
// with two attachments; others go on, some of them preempted at random. No write that
// was acknowledged is lost, nobody waits for the dead, what they held is given back, and
// all counts are true.
import { assert, assertEquals } from "@std/assert";
import { runInstrumented, runUnder } from "./child.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const WAVES = 2 * SCALE;
const DEATHS_PER_WAVE = 24;

/** Survivors pause for up to two milliseconds, every 3,000 operations on shared words or so. */
const PREEMPTED = { EPOCHMAP_TEST_STUMBLE: "3000:2:survivor" };

Deno.test("SharedMap survives the deaths of many workers at random steps", async () => {
  checkDeaths(await runInstrumented("./deaths.ts", WAVES, SEED), WAVES);
});

Deno.test("SharedMap survives the deaths of workers at random steps in the kernel", async () => {
  const waves = Math.ceil(WAVES / 4);
  const conditions = { steps: "kernel" } as const;
  const lines = await runUnder(conditions, "./deaths.ts", waves, SEED);
  checkDeaths(lines, waves);
});

Deno.test("SharedMap survives deaths while others are preempted", async () => {
  const waves = Math.ceil(WAVES / 2);
  const lines = await runUnder(PREEMPTED, "./deaths.ts", waves, SEED);
  checkDeaths(lines, waves);
});

function checkDeaths([line]: string[], waves: number): void {
  const { deaths, tickedAfterDeath, recovering } = JSON.parse(line);
  const sum = Object.values<number>(deaths).reduce((sum, it) => sum + it, 0);
  assertEquals(sum, waves * DEATHS_PER_WAVE, `seed ${SEED}`);
  assert(tickedAfterDeath > sum / 3, "timers are called after few deaths");
  assert(recovering > 0, "nobody died while it recovered others");
}
