/**
 * The exhaustive search: all schedules without a preemption, then all with one, with
 * two, and so on: iterative context bounding (Musuvathi and Qadeer, "Iterative context
 * bounding for systematic testing of multithreaded programs", 2007). Most defects show
 * with two; and the first schedule that fails has as few as possible.
 *
 * A schedule differs from its parent by one more change, after the last one. So each
 * is run once.
 *
 * @module
 */
import type { Random } from "../testing/random.ts";
import { exactPlan, type Plan } from "./plan.ts";
import type { Outcome, Trials } from "./trial.ts";

/** How far a search goes. */
export interface Bounds {
  /** Preemptions. */
  readonly preemptions: number;
  /** Runs. */
  readonly runs: number;
}

/** What a search did. */
export interface Explored {
  /** Schedules that were run with 0, 1, 2, … preemptions. */
  readonly schedules: number[];
  /** The last number of preemptions with which all were run; -1: not even those without. */
  readonly complete: number;
  /** The exact plan of a run that failed, if one did. */
  readonly failed?: Plan;
}

/** Plans that wait for the next round; of more than that, any are left out. */
const MOST_WAITING = 300_000;
/** Runs that first show which words are contended. */
const WARM_UP_RUNS = 20;

/** Explores until something fails, all is explored, or the bounds are reached. */
export function explore(
  trials: Trials,
  bounds: Bounds,
  random: Random,
): Explored {
  const last = trials.count + bounds.runs;
  const failed = warmUp(trials, random);
  if (failed !== undefined) return { schedules: [], complete: -1, failed };
  for (;;) {
    const search = new Search(trials, bounds.preemptions, last, random);
    const explored = search.run();
    if (explored !== "widened") return explored;
  }
}

/** Finds most contended words: with each new one the search begins anew. */
function warmUp(trials: Trials, random: Random): Plan | undefined {
  const workers = trials.scenario.programs.length;
  for (let i = 0; i < WARM_UP_RUNS; i++) {
    const order = inFront(random.below(workers), workers);
    const changes = [
      random.below(20),
      random.below(workers),
      20 + random.below(60),
      random.below(workers),
    ];
    const { failure, switches } = trials.run({ order, changes });
    trials.widen();
    if (failure !== "") return exactPlan(order[0], switches);
  }
  return undefined;
}

class Search {
  readonly #trials: Trials;
  readonly #most: number;
  readonly #last: number;
  readonly #random: Random;
  readonly #schedules: number[] = [];
  #left: Plan[] = [];
  #next: Plan[] = [];
  #isWhole = true;

  constructor(
    trials: Trials,
    most: number,
    last: number,
    random: Random,
  ) {
    this.#trials = trials;
    this.#most = most;
    this.#last = last;
    this.#random = random;
  }

  run(): Explored | "widened" {
    const workers = this.#trials.scenario.programs.length;
    this.#left = Array.from({ length: workers }, (_, first) => ({
      order: inFront(first, workers),
      changes: [],
    }));
    let complete = -1;
    for (let preemptions = 0; preemptions <= this.#most; preemptions++) {
      const outcome = this.#round(preemptions);
      if (outcome === "widened") return outcome;
      if (outcome !== undefined) return this.#explored(complete, outcome);
      if (this.#isWhole) complete = preemptions;
      this.#left = this.#next;
      this.#next = [];
    }
    return this.#explored(complete);
  }

  #explored(complete: number, failed?: Plan): Explored {
    return { schedules: this.#schedules, complete, failed };
  }

  /** Runs what is left; when the runs do not suffice, any of it. */
  #round(preemptions: number): Plan | "widened" | undefined {
    const mayPreempt = preemptions < this.#most;
    this.#schedules.push(0);
    while (this.#left.length > 0) {
      if (this.#trials.count >= this.#last) {
        this.#isWhole = false;
        return undefined;
      }
      const plan = this.#takeAny();
      const outcome = this.#trials.run(plan);
      const widened = this.#trials.widen();
      if (outcome.failure !== "") {
        return exactPlan(plan.order[0], outcome.switches);
      }
      if (widened) return "widened";
      this.#schedules[preemptions]++;
      this.#branch(plan, outcome, mayPreempt);
    }
    return undefined;
  }

  #takeAny(): Plan {
    const left = this.#left;
    const i = this.#random.below(left.length);
    const plan = left[i];
    left[i] = left[left.length - 1];
    left.pop();
    return plan;
  }

  /** The schedules that follow this one up to some point behind its last change. */
  #branch(plan: Plan, outcome: Outcome, mayPreempt: boolean): void {
    const { changes, order } = plan;
    const from = changes.length === 0 ? 0 : changes[changes.length - 2] + 1;
    const alive = new Set(order);
    let running = order[0];
    let point = 0;
    for (const { point: at, to, atEnd } of outcome.switches) {
      const end = atEnd ? at : at + 1;
      this.#preempt(
        plan,
        Math.max(from, point),
        end,
        alive,
        running,
        mayPreempt,
      );
      if (atEnd) {
        alive.delete(running);
        if (at >= from) this.#chooseOther(plan, at, alive, to);
      }
      running = to;
      point = at + 1;
    }
  }

  #preempt(
    plan: Plan,
    from: number,
    end: number,
    alive: ReadonlySet<number>,
    running: number,
    mayPreempt: boolean,
  ): void {
    if (!mayPreempt) return;
    for (let point = from; point < end; point++) {
      for (const worker of alive) {
        if (worker !== running) this.#wait(withChange(plan, point, worker));
      }
    }
  }

  /** To choose who comes next when a worker has ended costs no preemption. */
  #chooseOther(
    plan: Plan,
    point: number,
    alive: ReadonlySet<number>,
    chosen: number,
  ): void {
    for (const worker of alive) {
      if (worker !== chosen) this.#left.push(withChange(plan, point, worker));
    }
  }

  #wait(plan: Plan): void {
    const next = this.#next;
    if (next.length < MOST_WAITING) {
      next.push(plan);
      return;
    }
    this.#isWhole = false;
    next[this.#random.below(next.length)] = plan;
  }
}

function inFront(first: number, workers: number): number[] {
  const rest = Array.from({ length: workers }, (_, worker) => worker)
    .filter((worker) => worker !== first);
  return [first, ...rest];
}

function withChange(
  { order, changes }: Plan,
  point: number,
  worker: number,
): Plan {
  return { order, changes: [...changes, point, worker] };
}
