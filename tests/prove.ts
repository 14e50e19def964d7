/**
 * What `deno task prove` runs: the tests that search, each as far as it is worth
 * it, and the models. It takes most of an hour on two processors, and
 * `tests/README.md` says what it is good for. Its last line: `N passed, N failed`.
 */
import { countTests, type Ended, PERMISSIONS, run, Tally } from "./tally.ts";

/** A part of the proof: tests, and how many times as far they go as in `deno task test`. */
interface Proof {
  readonly paths: readonly string[];
  readonly scale: number;
}

const PROOFS: readonly Proof[] = [
  { paths: ["tests/schedule"], scale: 16 },
  // Every step of every operation: none has more than 40,000.
  { paths: ["tests/crash/steps_test.ts"], scale: 2500 },
  {
    paths: [
      "tests/crash/deaths_test.ts",
      "tests/crash/repeats_test.ts",
      "tests/crash/termination_test.ts",
      "tests/crash/bank_test.ts",
      "tests/crash/faults_test.ts",
    ],
    scale: 7,
  },
  { paths: ["tests/kernel"], scale: 20 },
  { paths: ["tests/history"], scale: 8 },
  { paths: ["tests/store"], scale: 10 },
  { paths: ["tests/concurrency"], scale: 5 },
  { paths: ["tests/persist"], scale: 5 },
  // Every fault of every call: no scenario has more than 3,000.
  { paths: ["tests/durability"], scale: 50 },
  { paths: ["tests/fuzz"], scale: 20 },
];

/** What the tests say of how far they went. */
const FIGURES: Record<string, RegExp> = {
  schedules: /: ([\d,]+) runs\b/g,
  deaths: /: ([\d,]+) deaths\b/g,
  histories: /\blinearizable: ([\d,]+) histories\b/g,
};

const tally = new Tally();
const sums = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, 0]));

for (const { paths, scale } of PROOFS) {
  console.log(`\n> deno test ${paths.join(" ")}, ${scale} times as far`);
  const args = ["test", "--parallel", ...PERMISSIONS, ...paths];
  const env = { EPOCHMAP_TEST_SCALE: `${scale}` };
  const ended = await run(Deno.execPath(), args, env);
  tally.add(paths.join(" "), countTests(ended));
  addFigures(ended);
}
await proveModels();
const figures = Object.entries(sums).map(([name, sum]) =>
  `${sum.toLocaleString("en-US")} ${name}`
);
console.log(`\nTried: ${figures.join(", ")}`);
Deno.exit(tally.end());

function addFigures({ output }: Ended): void {
  for (const [name, figure] of Object.entries(FIGURES)) {
    for (const [, number] of output.matchAll(figure)) {
      sums[name] += Number(number.replaceAll(",", ""));
    }
  }
}

/** The models need `spin`: without it they are left out, and that is said. */
async function proveModels(): Promise<void> {
  console.log("\n> tests/model/check.sh");
  const ended = await run("sh", ["tests/model/check.sh"]);
  const NOT_INSTALLED = 2;
  if (ended.code === NOT_INSTALLED) return;
  const last = /(\d+) passed, (\d+) failed\s*$/.exec(ended.output);
  const [passed, failed] = last?.slice(1).map(Number) ?? [0, 1];
  tally.add("tests/model", { passed, failed });
}
