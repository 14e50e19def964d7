/**
 * Losses of power, at every call of a program: whatever they leave, a restart finds what was
 * acknowledged, and goes on.
 *
 * `deno run --allow-env --config tests/durability/instrumented.json cuts.ts`
 * prints a line for each scenario.
 *
 * @module
 */
import { Random, SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import type { State } from "./disk.ts";
import { goOn, Program, type Scenario, SCENARIOS } from "./scenarios.ts";
import { use } from "./system.ts";

/** Choices of names at one call: all of them, as long as few changes are pending. */
const MOST_CHOICES = 64;
/** States of one scenario that are tried out. */
const MOST_STATES = 60 * SCALE;

/** What a loss of power left, and what was known then. */
interface Cut {
  state: State;
  acknowledged: number;
  attempts: number;
}

/** Runs a program, and collects what losses of power would leave. */
async function record(
  { setup, steps }: Scenario,
  random: Random,
  ignoredSync = -1,
): Promise<{ cuts: Cut[]; program: Program; syncs: number }> {
  const { disk, program } = await setup();
  use(disk);
  const cuts = new Map<string, Cut>();
  const collect = () =>
    disk.cuts(random, MOST_CHOICES, (state) => {
      const { acknowledged } = program;
      const attempts = program.attempts.length;
      const key = `${acknowledged} ${attempts} ${state}`;
      cuts.set(key, { state, acknowledged, attempts });
    });
  let syncs = 0;
  disk.onCall = collect;
  disk.obeysSync = () => syncs++ !== ignoredSync;
  for (const step of steps) await step(program);
  collect();
  program[Symbol.dispose]();
  return { cuts: [...cuts.values()], program, syncs };
}

/** Restarts after each cut, or after as many as are to be tried; returns how many those were. */
async function tryOut(
  { cuts, program }: { cuts: Cut[]; program: Program },
  random: Random,
  most: number,
  damaged?: string,
): Promise<number> {
  const chosen = cuts.length <= most
    ? cuts
    : Array.from({ length: most }, () => random.pick(cuts));
  for (const { state, acknowledged, attempts } of chosen) {
    const known = new Program();
    known.acknowledged = acknowledged;
    known.attempts.push(...program.attempts.slice(0, attempts));
    try {
      const after = await goOn(known, state);
      if (damaged !== undefined && !after.includes(damaged)) {
        throw new Error("the damaged file is gone");
      }
    } catch (error) {
      const file = shorten(state);
      throw new Error(
        `${error}\nafter ${acknowledged} of ${attempts}: ${file}`,
      );
    }
  }
  return chosen.length;
}

/** A state for people. */
function shorten(state: State): string {
  return state.replace(/"([0-9a-f]{16})[0-9a-f]*"/g, '"$1…"');
}

/** What an ignored sync of a scenario leads to; undefined: nothing was found. */
async function lossOf(
  scenario: Scenario,
  random: Random,
  sync: number,
): Promise<unknown> {
  try {
    const recorded = await record(scenario, random, sync);
    await tryOut(recorded, random, Infinity);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function search(scenario: Scenario): Promise<string> {
  const random = new Random(SEED);
  const recorded = await record(scenario, random);
  const tried = await tryOut(recorded, random, MOST_STATES, scenario.damaged);
  const states = recorded.cuts.length;
  if (scenario.isProof) {
    for (let sync = 0; sync < recorded.syncs; sync++) {
      if (await lossOf(scenario, random, sync) === undefined) {
        throw new Error(`sync ${sync} may be left out: nothing is lost`);
      }
    }
  }
  return `${scenario.name}: ${tried} of ${states} states, ${recorded.syncs} syncs`;
}

for (const scenario of SCENARIOS) {
  try {
    console.log(await search(scenario));
  } catch (error) {
    console.log(
      `FAILED ${scenario.name}, EPOCHMAP_TEST_SEED=${SEED}: ${error}`,
    );
  }
}
