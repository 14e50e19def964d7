/**
 * Histories: whether what operations returned can be explained by each having taken
 * effect at one moment between its begin and its end (Herlihy and Wing, 1990). A run has
 * a handful of operations, so all orders are tried; equal histories are checked once.
 *
 * @module
 */
import { Entries } from "./entries.ts";
import type { Operation, Result } from "./operations.ts";

/** What the map shows, and each worker's open snapshot. */
export interface Model {
  readonly map: Entries;
  readonly snapshots: Map<number, Map<number, number>>;
}

/** An operation that took place. */
export interface Event {
  readonly worker: number;
  readonly operation: Operation;
  readonly begin: number;
  readonly end: number;
  readonly result: Result;
}

/** Checks the runs of one scenario. */
export class Checker {
  readonly #initial: Entries;
  readonly #verdicts = new Map<string, boolean>();

  constructor(initial: Entries) {
    this.#initial = initial;
  }

  /** Whether there is an order that explains the events and leads to what is there at the end. */
  explains(events: readonly Event[], final: Entries): boolean {
    const signature = signatureOf(events, final);
    let verdict = this.#verdicts.get(signature);
    if (verdict === undefined) {
      verdict = isExplained(events.filter(({ operation }) => operation.spec), {
        map: new Entries(this.#initial),
        snapshots: new Map(),
      }, final);
      this.#verdicts.set(signature, verdict);
    }
    return verdict;
  }
}

function signatureOf(events: readonly Event[], final: Entries): string {
  let signature = "";
  for (const { begin, end, result } of events) {
    signature += `${begin} ${end} ${result} `;
  }
  return signature + final;
}

function isExplained(
  events: readonly Event[],
  model: Model,
  final: Entries,
): boolean {
  if (events.length === 0) return model.map.equals(final);
  const firstEnd = Math.min(...events.map(({ end }) => end));
  return events.some((event) => {
    if (event.begin > firstEnd) return false;
    const after = copy(model);
    const result = event.operation.spec!(after, event.worker, event.result);
    if (!Object.is(result, event.result)) return false;
    return isExplained(events.filter((it) => it !== event), after, final);
  });
}

function copy({ map, snapshots }: Model): Model {
  return { map: new Entries(map), snapshots: new Map(snapshots) };
}
