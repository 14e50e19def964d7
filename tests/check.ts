/**
 * What `deno task test` runs: every check of this project, one after another,
 * the rest too when one fails. Its last line counts the tests and the other
 * steps: `N passed, N failed`.
 */
import config from "../deno.json" with { type: "json" };
import { countTests, PERMISSIONS, run, Tally } from "./tally.ts";

const STEPS = [
  ["fmt", "--check"],
  ["lint"],
  ["check", "--doc"],
  ["doc", "--lint", ...Object.values(config.exports)],
  [
    "test",
    "--parallel",
    "--doc",
    "--no-check", // as all has been checked
    ...PERMISSIONS,
    "mod.ts",
    "src",
    "docs/server.md",
    "docs/typed_data.md",
    "docs/vectors.md",
    "tests",
  ],
  // The types have been checked above; that they are written out is checked all the same.
  ["publish", "--dry-run", "--allow-dirty", "--no-check"],
];

const tally = new Tally();
for (const args of STEPS) {
  console.log(`\n> deno ${args.join(" ")}`);
  const ended = await run(Deno.execPath(), args);
  const isGood = ended.code === 0;
  tally.add(
    `deno ${args[0]}`,
    args[0] === "test"
      ? countTests(ended)
      : { passed: Number(isGood), failed: Number(!isGood) },
  );
}
Deno.exit(tally.end());
