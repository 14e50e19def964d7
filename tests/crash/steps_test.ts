// A worker dies at each step of each operation, in one thread, where that is fast and
// exact. What the survivors find is inspected to the last block. It shows what a death
// leaves behind. It does not show deaths that race with the living: `deaths_test.ts` does
// that.
import { assert, assertEquals } from "@std/assert";
import { runUnder } from "./child.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import type { Steps } from "../testing/steps.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Report } from "./steps.ts";

const GROUPS: Record<keyof typeof SCENARIOS, string> = {
  OPERATIONS: "A death at any step of an operation harms nobody",
  TABLES: "A death at any step of a move between tables harms nobody",
  MEMORY: "A death at any step of giving and taking memory harms nobody",
  RECOVERIES: "A death at any step of a recovery harms nobody",
  COMMITS: "A death at any step of a commit of several keys harms nobody",
  STRUCTURES: "A death at any step of a change of a tree harms nobody",
  COMMANDS: "A death at any step of a command on trees harms nobody",
  VECTORS:
    "A death at any step of a change of an index of vectors harms nobody",
  MESSAGES: "A death at any step of sending and receiving harms nobody",
};

/**
 * Deaths of each operation. The kernel takes the same steps as the TypeScript, but a step takes it
 * several times as long here, so that to die at each of them would take hours.
 */
const MOST: Readonly<Record<Steps, number>> = {
  TypeScript: 4 * SCALE,
  kernel: Math.min(2 * SCALE, 500),
};

for (const [group, name] of Object.entries(GROUPS)) {
  search(name, group, "TypeScript");
  search(`${name}, also in the kernel`, group, "kernel");
}

function search(name: string, group: string, steps: Steps): void {
  Deno.test(name, async (t) => {
    const args = [group, SEED, MOST[steps]];
    const lines = await runUnder({ steps }, "./steps.ts", ...args);
    const reports = lines.map((line): Report => JSON.parse(line));
    const names = Object.keys(SCENARIOS[group as keyof typeof SCENARIOS]);
    assertEquals(reports.map(({ name }) => name), names);
    for (const { name, deaths, failures } of reports) {
      await t.step(`${name}: ${deaths} deaths`, () => {
        assertEquals(failures, [], `seed ${SEED}`);
        assert(deaths > 0);
      });
    }
  });
}
