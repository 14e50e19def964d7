/**
 * Runs each scenario of a group with a death at its first step, then at its
 * second, and so on until it ends before it dies; if that is more than MOST, with
 * so many deaths at steps that are spread evenly. Prints a report per scenario.
 *
 * `deno run --config tests/crash/instrumented.json steps.ts GROUP SEED MOST [ENDS [SCENARIO [FAILURES]]]`
 *
 * ENDS, separated by commas, are the ways in which a victim may end; SCENARIO is the one of
 * the group to run. By default, all. A scenario ends after so many FAILURES, by default 3.
 *
 * @module
 */
import { assert } from "@std/assert";
import { Random } from "../testing/random.ts";
import { Waiter } from "./changes.ts";
import { inspect } from "./inspection.ts";
import { RECORD, type Scenario, SCENARIOS } from "./scenarios.ts";
import { live } from "./atomics.ts";
import { World } from "./world.ts";

/** What came of a scenario. */
export interface Report {
  readonly name: string;
  /** Steps that the whole operation takes. */
  readonly steps: number;
  deaths: number;
  failures: string[];
}

/**
 * How a victim ends: it is gone at once; its timers are called once more; or it meets an
 * exception, after which it goes on.
 */
type End = "gone" | "timers" | "exception";

const [
  group,
  seed,
  most,
  told = "gone,timers,exception",
  of,
  mostFailures = "3",
] = Deno.args;
const ends = told.split(",") as End[];
const scenarios = SCENARIOS[group as keyof typeof SCENARIOS];
for (const [name, scenario] of Object.entries(scenarios)) {
  if (of !== undefined && of !== name) continue;
  console.log(JSON.stringify(dieEverywhere(name, scenario)));
}
Deno.exit(); // the dead keep their locks, and the runtime waits for those

function dieEverywhere(name: string, scenario: Scenario): Report {
  const steps = countSteps(scenario);
  const report: Report = { name, steps, deaths: 0, failures: [] };
  const stride = Math.max(1, steps / Number(most));
  const first = 1 +
    (stride > 1 ? new Random(Number(seed)).fraction() * stride : 0);
  for (let at = first; at < steps + 2; at += stride) {
    const step = Math.floor(at);
    try {
      if (dieOnce(scenario, step)) report.deaths++;
    } catch (error) {
      live();
      const { stack } = error as Error;
      report.failures.push(`step ${step} of ${steps}: ${stack}`);
      if (report.failures.length === Number(mostFailures)) break;
    }
  }
  return report;
}

function countSteps(scenario: Scenario): number {
  const world = makeWorld(scenario);
  new Waiter(world); // as in each trial: it adds to the steps
  const { counted = "writes", act } = scenario;
  const { steps } = world.kill(Infinity, counted, () => act(world));
  world.close();
  return steps;
}

/** Each world of a scenario is like the others, so that each takes the same steps. */
function makeWorld(scenario: Scenario): World {
  const random = new Random(Number(seed));
  crypto.getRandomValues = (array) => {
    const words = array as unknown as Int32Array;
    for (let i = 0; i < words.length; i++) {
      words[i] = random.fraction() * 2 ** 32;
    }
    return array;
  };
  const world = new World(scenario.options);
  scenario.prepare(world);
  return world;
}

/** One world, one death: half of the time the survivors go on a while before they learn of it. */
function dieOnce(scenario: Scenario, step: number): boolean {
  const world = makeWorld(scenario);
  const waiter = new Waiter(world);
  const random = new Random(Number(seed) + step);
  const died = endAt(world, scenario, step, random);
  if (scenario.options === undefined && random.chance(0.5)) {
    waiter.beside(() => world.carryOn(random));
  }
  const dead = world.deadSlots;
  world.recover(random.chance(0.5) ? dead : dead.reverse());
  waiter.check();
  scenario.check?.(world);
  const { lost } = inspect(world, random);
  assert(lost <= (scenario.leaks ?? RECORD), `${lost} refs leaked`);
  world.close();
  return died;
}

/** Ends the operation at a step, in one way or another. */
function endAt(
  world: World,
  { counted = "writes", act }: Scenario,
  step: number,
  random: Random,
): boolean {
  const end = random.pick(ends);
  if (end === "exception") {
    const { died } = world.interrupt(step, counted, () => act(world));
    if (died) world.goOnAfterException(random);
    return died;
  }
  const { died } = world.kill(step, counted, () => act(world));
  if (died && end === "timers") world.tickAfterDeath(random);
  return died;
}
