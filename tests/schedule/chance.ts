/**
 * The search by chance, for what is too large to be searched through. Half of the plans
 * follow probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and
 * Nagarakatti, "A randomized scheduler with probabilistic guarantees of finding bugs",
 * 2010): workers run by a random order, and at a few random points the one that runs falls
 * back to its end. The others change at more points, to any worker.
 *
 * @module
 */
import type { Random } from "../testing/random.ts";
import { exactPlan, type Plan } from "./plan.ts";
import type { Trials } from "./trial.ts";
import { DROP } from "./scheduler.ts";

/** Changes in a plan of either kind. */
const MOST_DROPS = 4;
const MOST_CHANGES = 12;

/** Runs so many random plans; returns the first run that fails, as an exact plan. */
export function tryByChance(
  trials: Trials,
  runs: number,
  random: Random,
): Plan | undefined {
  const workers = trials.scenario.programs.length;
  let points = 100;
  for (let i = 0; i < runs; i++) {
    const plan = randomPlan(workers, points, random);
    const outcome = trials.run(plan);
    trials.widen();
    if (outcome.failure !== "") {
      return exactPlan(plan.order[0], outcome.switches);
    }
    points = Math.max(outcome.points, Math.ceil(points * 0.9));
  }
  return undefined;
}

function randomPlan(workers: number, points: number, random: Random): Plan {
  const order = shuffled(workers, random);
  const drops = random.chance(0.5);
  const count = 1 + random.below(drops ? MOST_DROPS : MOST_CHANGES);
  const at = Array.from({ length: count }, () => random.below(points));
  const changes = [...new Set(at)].sort((a, b) => a - b)
    .flatMap((point) => [point, drops ? DROP : random.below(workers)]);
  return { order, changes };
}

function shuffled(workers: number, random: Random): number[] {
  const order = Array.from({ length: workers }, (_, worker) => worker);
  for (let i = workers - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
