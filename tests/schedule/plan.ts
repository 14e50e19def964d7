/**
 * A plan: who runs first, and at which points the turn goes to whom. Whoever has the
 * turn keeps it to the end of its part otherwise; then the next in the order has it.
 *
 * @module
 */
import { DROP } from "./scheduler.ts";

/** What a run does. */
export interface Plan {
  /** The parts, the first one first; those left out come last. */
  readonly order: readonly number[];
  /** Pairs: the point, and the part that goes on there, or `DROP`. */
  readonly changes: readonly number[];
  /** Whether points are counted at every step, as in what is printed and replayed. */
  readonly exact?: boolean;
}

/** A change of the turn that took place. */
export interface Switch {
  readonly step: number;
  readonly point: number;
  readonly to: number;
  /** Whether whoever had the turn had ended. */
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

/** The plan as text: `0 1@17 0@45` begins with part 0; at step 17 part 1 goes on. */
export function writePlan({ order, changes }: Plan): string {
  let text = order.join(",");
  for (let i = 0; i < changes.length; i += 2) {
    const part = changes[i + 1] === DROP ? "-" : changes[i + 1];
    text += ` ${part}@${changes[i]}`;
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
