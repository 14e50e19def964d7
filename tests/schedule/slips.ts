/**
 * How surely the search finds the slips that are planted. For each of them this searches
 * from several seeds, as the test does from one, and prints how many schedules it took,
 * and the chance that the test misses it. Run it after you plant a slip, or change what
 * shows one: a chance above 1e-6 asks for a scenario that shows it better, not for more
 * runs.
 *
 * ```sh
 * deno task slips                          # all, from 10 seeds each
 * deno task slips 50 "the era advances"  # those with these words in their names, from 50
 * ```
 *
 * @module
 */
import { search } from "./child.ts";
import { FAULTS } from "./faults.ts";
import type { Report, Task } from "./search.ts";

/**
 * Schedules of each scenario that may show a slip: in most, enough for all that two
 * preemptions may do; then some by chance.
 */
const PREEMPTIONS = 2;
const RUNS = 2000;
const RANDOM_RUNS = 30;

/** The search for a slip; it ends with the first scenario that shows it. */
export function searchForSlip(fault: string, seed: number): Task {
  return {
    preemptions: PREEMPTIONS,
    runs: RUNS,
    randomRuns: RANDOM_RUNS,
    seed,
    of: FAULTS[fault].of,
    fault,
  };
}

async function main([seeds = "10", words = ""]: string[]): Promise<void> {
  const left = Object.keys(FAULTS).filter((name) => name.includes(words));
  console.log("median    mean    most   missed  slip");
  const measureTheRest = async () => {
    for (let fault; (fault = left.shift()) !== undefined;) {
      console.log(await measure(fault, Number(seeds)));
    }
  };
  await Promise.all([measureTheRest(), measureTheRest()]);
}

/** The row of a slip. */
async function measure(fault: string, seeds: number): Promise<string> {
  const tasks = Array.from(
    { length: seeds },
    (_, seed) => searchForSlip(fault, seed + 1),
  );
  const reports = await search(tasks);
  const bySeed = Map.groupBy(reports, ({ seed }) => seed);
  const schedules = [...bySeed.values()].map(sumOfRuns).sort((a, b) => a - b);
  const mean = schedules.reduce((sum, it) => sum + it, 0) / seeds;
  const cells = [
    schedules[seeds >> 1].toFixed(0),
    mean.toFixed(0),
    schedules[seeds - 1].toFixed(0),
    await isSearchedThrough(reports)
      ? "never"
      : chanceToMiss(reports).toExponential(0),
  ];
  return `${cells.map((cell) => cell.padStart(6)).join("  ")}  ${fault}`;
}

function sumOfRuns(reports: readonly Report[]): number {
  return reports.reduce((sum, { runs }) => sum + runs, 0);
}

/**
 * Whether all searches came to the slip in one scenario, before they went on by chance,
 * and would have run all of its schedules with two preemptions; as far as the slip does
 * not change how many there are.
 */
async function isSearchedThrough(reports: readonly Report[]): Promise<boolean> {
  const [{ name, seed }] = reports;
  const isIn = (it: Report) =>
    it.name === name && it.failure !== undefined && it.complete < PREEMPTIONS;
  if (!reports.every(isIn)) return false;
  const whole = { preemptions: PREEMPTIONS, runs: RUNS, randomRuns: 0 };
  const [{ complete }] = await search([{ ...whole, seed, of: name }]);
  return complete === PREEMPTIONS;
}

/**
 * As if each schedule of a scenario showed the slip with the same chance, which is that
 * of all that were run. The search runs none twice, so it is surer than that. Scenarios
 * that were not reached would add something, too.
 */
function chanceToMiss(reports: readonly Report[]): number {
  const byScenario = Map.groupBy(reports, ({ name }) => name);
  let exponent = 0;
  for (const ours of byScenario.values()) {
    const found = ours.filter(({ failure }) => failure !== undefined).length;
    exponent += (RUNS + RANDOM_RUNS) * found / sumOfRuns(ours);
  }
  return Math.exp(-exponent);
}

if (import.meta.main) await main(Deno.args);
