/**
 * What `deno task test` runs: every check of this project, one after another,
 * the rest too when one fails. Its last line counts the tests and the other
 * steps: `N passed, N failed`.
 */
import { tmpdir } from "node:os";
import config from "../deno.json" with { type: "json" };

/** What the tests may do. */
const PERMISSIONS = [
  // Workers load their modules from here; snapshots are read back.
  `--allow-read=.,${tmpdir()}`,
  // Snapshots and logs are written to temporary folders only.
  `--allow-write=${tmpdir()}`,
  // A failed schedule is replayed from a seed in the environment.
  "--allow-env",
  // What must crash, or be called from a shell, gets a process of its own.
  `--allow-run=${Deno.execPath()}`,
  // The server is tried by clients on this machine.
  "--allow-net=127.0.0.1",
];

const STEPS = [
  ["fmt", "--check"],
  ["lint"],
  ["check"],
  ["doc", "--lint", ...Object.values(config.exports)],
  ["test", "--parallel", "--doc", ...PERMISSIONS, "mod.ts", "src", "tests"],
  ["publish", "--dry-run", "--allow-dirty"],
];

let passed = 0;
let failed = 0;
const failures: string[] = [];
for (const args of STEPS) {
  console.log(`\n> deno ${args.join(" ")}`);
  const { success, output } = await run(args);
  const count = args[0] === "test"
    ? countTests(success, output)
    : { passed: Number(success), failed: Number(!success) };
  passed += count.passed;
  failed += count.failed;
  if (count.failed > 0) failures.push(`deno ${args[0]}`);
}
if (failed > 0) console.log(`\nFailed: ${failures.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);

/** Runs this same Deno; what it prints is shown at once, and kept. */
async function run(args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const [shown, kept] = child.stdout.tee();
  const [{ success }, output] = await Promise.all([
    child.status,
    new Response(kept).text(),
    shown.pipeTo(Deno.stdout.writable, { preventClose: true }),
  ]);
  return { success, output };
}

/** Reads the runner's summary, `ok | 12 passed (3 steps) | 0 failed (1s)`. */
function countTests(success: boolean, output: string) {
  // The last one, as a test may run tests of its own.
  const summary = [
    ...output.matchAll(/^(?:ok|FAILED) \| (\d+) passed.* \| (\d+) failed/gm),
  ].at(-1);
  const [passed, failed] = summary?.slice(1).map(Number) ?? [0, 0];
  // A run may fail without a failed test, and even before the first one.
  const failedAnyway = success && summary ? 0 : 1;
  return { passed, failed: Math.max(failed, failedAnyway) };
}
