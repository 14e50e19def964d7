/**
 * Searches a scenario through, then tries plans by chance that stay within the same
 * bounds: prints how many schedules the search counted, how many different ones it ran,
 * and how many of those tried by chance it had left out.
 *
 * `deno run --config tests/schedule/instrumented.json coverage.ts SCENARIO`
 *
 * @module
 */
import { Random } from "../testing/random.ts";
import { startWorkers } from "./workers.ts";
import { explore } from "./explore.ts";
import type { Plan } from "./plan.ts";
import { SCENARIOS } from "./scenarios.ts";
import { type Outcome, Trials } from "./trial.ts";

const PREEMPTIONS = 2;
const TRIES = 2000;

/** Trials that remember the schedules that were run. */
class RememberedTrials extends Trials {
  readonly seen = new Set<string>();

  override run(plan: Plan): Outcome {
    const outcome = super.run(plan);
    const changes = outcome.switches.map(({ point, to }) => `${to}@${point}`);
    this.seen.add([plan.order[0], ...changes].join(" "));
    return outcome;
  }
}

const [of] = Deno.args;
const number = SCENARIOS.findIndex(({ name }) => name === of);
const memory = await startWorkers();
const trials = new RememberedTrials(memory, SCENARIOS[number], number);
const random = new Random(1);
const bounds = { preemptions: PREEMPTIONS, runs: Infinity };
explore(trials, bounds, random); // now all contended words are known
trials.seen.clear();
const { schedules } = explore(trials, bounds, random);
const counted = schedules.reduce((sum, count) => sum + count, 0);
const different = trials.seen.size;
for (let i = 0; i < TRIES; i++) tryByChance();
console.log(
  JSON.stringify({ counted, different, leftOut: trials.seen.size - different }),
);
Deno.exit();

/** As many changes as preemptions may be; some fall on the end of a program. */
function tryByChance(): void {
  const workers = SCENARIOS[number].programs.length;
  const order = [random.below(workers)];
  const at = Array.from({ length: PREEMPTIONS }, () => random.below(80));
  const changes = [...new Set(at)].sort((a, b) => a - b)
    .flatMap((point) => [point, random.below(workers)]);
  trials.run({ order, changes });
}
