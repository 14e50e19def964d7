// What is on the disk after a loss of power at any moment, or a fault of any
// call: what was acknowledged, whole, and a program that starts goes on.
import { assert, assertEquals, assertMatch } from "@std/assert";

/** Runs a search on the disk in memory; returns the lines that it printed. */
async function search(script: string): Promise<string[]> {
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-env",
      "--config",
      path("./instrumented.json"),
      path(script),
    ],
    stdin: "null",
    stderr: "inherit",
  }).output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trim().split("\n");
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
