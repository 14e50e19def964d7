/**
 * Losses of power: at every call of a story, whatever they leave, a restart finds what was acknowledged, and goes on.
 *
 * `deno run --allow-env --config tests/durability/instrumented.json cuts.ts` prints a line for each plot.
 *
 * @module
 */
import { Random, SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import type { State } from "./disk.ts";
import { goOn, type Plot, PLOTS, Story } from "./story.ts";
import { use } from "./system.ts";

/** Choices of names at one call; with fewer pending changes than that many choices need, all are searched. */
const MOST_CHOICES = 64;
/** States of one plot that are tried out. */
const MOST_STATES = 100 * SCALE;

/** What a loss of power left, and what was known then. */
interface Cut {
  state: State;
  acknowledged: number;
  attempts: number;
}

/** Goes through a story, and hands out what losses of power would leave. */
async function record(
  { scene, steps }: Plot,
  random: Random,
  ignoredSync = -1,
): Promise<{ cuts: Cut[]; story: Story; syncs: number }> {
  const { disk, story } = await scene();
  use(disk);
  const cuts = new Map<string, Cut>();
  const look = () =>
    disk.cuts(random, MOST_CHOICES, (state) => {
      const { acknowledged } = story;
      const attempts = story.attempts.length;
      const key = `${acknowledged} ${attempts} ${state}`;
      cuts.set(key, { state, acknowledged, attempts });
    });
  let syncs = 0;
  disk.onCall = look;
  disk.obeysSync = () => syncs++ !== ignoredSync;
  for (const step of steps) await step(story);
  look();
  story[Symbol.dispose]();
  return { cuts: [...cuts.values()], story, syncs };
}

/** Restarts after each cut, or after as many as are to be tried; returns how many those were. */
async function tryOut(
  { cuts, story }: { cuts: Cut[]; story: Story },
  random: Random,
  most: number,
  damaged?: string,
): Promise<number> {
  const chosen = cuts.length <= most
    ? cuts
    : Array.from({ length: most }, () => random.pick(cuts));
  for (const { state, acknowledged, attempts } of chosen) {
    const known = new Story();
    known.acknowledged = acknowledged;
    known.attempts.push(...story.attempts.slice(0, attempts));
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

/** What an ignored sync of a plot leads to; undefined: nothing was found. */
async function lossOf(
  plot: Plot,
  random: Random,
  sync: number,
): Promise<unknown> {
  try {
    const recorded = await record(plot, random, sync);
    await tryOut(recorded, random, Infinity);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function search(plot: Plot): Promise<string> {
  const random = new Random(SEED);
  const recorded = await record(plot, random);
  const tried = await tryOut(recorded, random, MOST_STATES, plot.damaged);
  const states = recorded.cuts.length;
  if (plot.isProof) {
    for (let sync = 0; sync < recorded.syncs; sync++) {
      if (await lossOf(plot, random, sync) === undefined) {
        throw new Error(`sync ${sync} may be left out: nothing is lost`);
      }
    }
  }
  return `${plot.name}: ${tried} of ${states} states, ${recorded.syncs} syncs`;
}

for (const plot of PLOTS) {
  try {
    console.log(await search(plot));
  } catch (error) {
    console.log(`FAILED ${plot.name}, EPOCHMAP_TEST_SEED=${SEED}: ${error}`);
  }
}
