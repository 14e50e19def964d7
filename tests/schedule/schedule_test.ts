// Real workers run one at a time, and a plan says at which operations on shared words one
// is preempted: so small scenarios are searched through with 0, 1, 2, … preemptions, and
// then by chance. That finds what depends on who comes first. It does not find what
// depends on a processor that keeps a write behind a later read: here every operation
// takes effect at once. Nor does it see who reads or writes the bytes of a version, which
// are private or published; but what is freed is filled, so a late read is seen.
//
// `EPOCHMAP_TEST_SCALE=10` explores more than a million schedules, with three
// preemptions. A failure prints its schedule; `EPOCHMAP_TEST_SCHEDULE` brings it back.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { STEPS, type Steps } from "../testing/steps.ts";
import { runInstrumented, search, searchAll } from "./child.ts";
import { FAULTS } from "./faults.ts";
import { pairs, triples } from "./scenarios/one_key.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Report, Task } from "./search.ts";
import { searchForSlip } from "./slips.ts";

const THOROUGH = SCALE >= 10;

const TASK: Task = {
  preemptions: THOROUGH ? 3 : 2,
  runs: (THOROUGH ? 50 : 6) * SCALE,
  randomRuns: (THOROUGH ? 10 : 3) * SCALE,
  seed: SEED,
};

/** The kernel takes the same steps, so a day's test need not go as deep there. */
const TASKS: Readonly<Record<Steps, Task>> = {
  TypeScript: TASK,
  kernel: THOROUGH ? TASK : { ...TASK, runs: 2, randomRuns: 1 },
};

const told = Deno.env.get("EPOCHMAP_TEST_SCHEDULE");
const GROUPS = Map.groupBy(
  SCENARIOS.filter(({ isSlip }) => !isSlip),
  ({ group }) => group,
);

/** Two workers, and three. */
const SMALL = [
  pairs.find(({ name }) => name.startsWith("set(1, 10) | increment(1)"))!,
  triples.find(({ name }) => name.startsWith("get(1) | get(1) | delete(1)"))!,
];

/** What the tests add to their names. */
const IN: Readonly<Record<Steps, string>> = {
  TypeScript: "",
  kernel: ", step by step in the kernel",
};

for (const steps of STEPS) {
  Deno.test({
    name: `Any schedule of a few operations has an order that explains it${
      IN[steps]
    }`,
    ignore: told !== undefined,
    fn: async (t) => {
      const reports = await searchAll(TASKS[steps], steps);
      for (const [group, scenarios] of GROUPS) {
        const ours = reports.filter((report) => report.group === group);
        await t.step(`${group}: ${summary(ours)}`, () => {
          assertEquals(ours.length, scenarios.length);
          assertEquals(ours.filter(({ failure }) => failure).map(describe), []);
        });
      }
    },
  });
}

Deno.test({
  name: "The search runs each schedule once, and leaves none out",
  ignore: told !== undefined,
  fn: async () => {
    for (const { name } of SMALL) {
      const [line] = await runInstrumented("./coverage.ts", name);
      const { counted, different, leftOut } = JSON.parse(line);
      assert(different > 50, name);
      assertEquals({ different, leftOut }, { different: counted, leftOut: 0 });
    }
  },
});

for (const steps of STEPS) {
  Deno.test({
    name: `Slips in the protocol are found by the search${IN[steps]}`,
    ignore: told !== undefined,
    fn: async (t) => {
      const faults = Object.keys(FAULTS);
      const tasks = faults.map((fault) => searchForSlip(fault, SEED));
      const reports = await search(tasks, steps);
      for (const fault of faults) {
        const ours = reports.filter((report) => report.fault === fault);
        const runs = ours.reduce((sum, { runs }) => sum + runs, 0);
        await t.step(`${fault}: ${runs} runs`, () => {
          assertNotEquals(ours.at(-1)?.failure?.failure ?? "", "");
        });
      }
    },
  });
}

Deno.test({
  name: "A schedule that failed fails again, step by step",
  ignore: told !== undefined,
  fn: async () => {
    const fault = "the era advances past pins";
    const task = { ...TASK, of: FAULTS[fault].of, fault };
    const found = (await search([{ ...task, runs: 1000 }])).at(-1)!;
    const again = { ...task, of: found.name, plan: found.failure!.plan };
    const [first, second] = await search([again, again]);
    assert(found.failure!.trace.length > 0);
    assertEquals(first.failure, second.failure);
    assertEquals(first.failure!.failure, found.failure!.failure);
  },
});

Deno.test({
  name: "EPOCHMAP_TEST_SCHEDULE is run again",
  ignore: told === undefined,
  fn: async () => {
    const [, plan, of] = told!.match(/^([-0-9@, ]+) of (.+)$/)!;
    const [report] = await search([{ ...TASK, of, plan }]);
    assert(report, `no scenario is called ${of}, at this scale`);
    assertEquals(report.failure!.failure, "", describe(report));
  },
});

function summary(reports: readonly Report[]): string {
  const runs = reports.reduce((sum, { runs }) => sum + runs, 0);
  const complete = reports.filter(({ complete }) =>
    complete === TASK.preemptions
  );
  return `${runs} runs of ${reports.length} scenarios, ${complete.length} of them ` +
    `searched through with ${TASK.preemptions} preemptions`;
}

function describe({ failure, name }: Report): string {
  return [
    "",
    failure!.failure,
    ...failure!.trace,
    `EPOCHMAP_TEST_SCHEDULE="${failure!.plan} of ${name}" (seed ${SEED})`,
  ].join("\n");
}
