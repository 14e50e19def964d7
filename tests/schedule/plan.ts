/**
 * A plan: which worker runs first, and at which points another one goes on. Otherwise a
 * worker runs to the end of its program; then comes the next in the order.
 *
 * @module
 */
import { DROP } from "./scheduler.ts";

/** What a run does. */
export interface Plan {
  /** The workers, the first one first; those left out come last. */
  readonly order: readonly number[];
  /** Pairs: the point, and the worker that goes on there, or `DROP`. */
  readonly changes: readonly number[];
  /** Whether points are counted at every step, as in what is printed and replayed. */
  readonly exact?: boolean;
}

/** A switch from one worker to another that took place. */
export interface Switch {
  readonly step: number;
  readonly point: number;
  readonly to: number;
  /** Whether the worker before had ended its program. */
  readonly atEnd: boolean;
}

/** The plan of a run that took place, whatever words are contended. */
export function exactPlan(first: number, switches: readonly Switch[]): Plan {
  return {
    order: [first],
    changes: switches.flatMap(({ step, to }) => [step, to]),
    exact: true,
  };
}

/** The plan as text: `0 1@17 0@45` begins with worker 0; at step 17 worker 1 goes on. */
export function writePlan({ order, changes }: Plan): string {
  let text = order.join(",");
  for (let i = 0; i < changes.length; i += 2) {
    const worker = changes[i + 1] === DROP ? "-" : changes[i + 1];
    text += ` ${worker}@${changes[i]}`;
  }
  return text;
}

/** Reads what `writePlan` wrote of an exact plan. */
export function readPlan(text: string): Plan {
  const [order, ...changes] = text.split(" ");
  return {
    order: order.split(",").map(Number),
    changes: changes.flatMap((change) =>
      change.split("@").map(Number).reverse()
    ),
    exact: true,
  };
}
