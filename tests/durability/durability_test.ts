// What is on the disk after a loss of power at any moment, or a fault of any call: what
// was acknowledged is there, whole, and a program that starts goes on.
import { assert, assertMatch } from "@std/assert";
import { outputOf } from "../testing/child.ts";
import { SCALE } from "../testing/scale.ts";

/** A search that has not ended after this long never will. */
const TIMEOUT_MS = 600_000 * Math.max(1, SCALE);

/** Runs a search on the disk in memory; returns the lines that it printed. */
async function search(script: string): Promise<string[]> {
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const flags = ["--quiet", "--no-check", "--allow-env"];
  const config = ["--config", path("./instrumented.json")];
  const output = await outputOf(
    ["run", ...flags, ...config, path(script)],
    { timeoutMs: TIMEOUT_MS },
  );
  return output.trim().split("\n");
}

for (
  const [what, script, tries] of [
    ["a loss of power at any moment", "./cuts.ts", /\d+ of \d+ states/],
    ["a fault of any call", "./faults.ts", /\d+ of \d+ faults/],
  ] as const
) {
  Deno.test(`epochs that were acknowledged outlast ${what}`, async () => {
    const lines = await search(script);
    assert(lines.length > 5);
    for (const line of lines) assertMatch(line, tries);
  });
}
