/**
 * Transactions in a history: what a worker's code does in one, and what is recorded of it.
 *
 * The record is in a form of its own, so that the checker knows nothing of how a map runs
 * transactions: what was read and written, step by step, and what became of it.
 *
 * @module
 */
import type { Random } from "../testing/random.ts";
import { type Life, LONG } from "./entry.ts";
import type { Shown } from "./operation.ts";

/** Runs some code at one moment, on several keys. */
export const TRANSACTION = "transaction";

/** A step of a transaction, on the key of a number. */
export type Step =
  /** The value was read; undefined: there was none. */
  | { readonly kind: "read"; readonly key: number; readonly value: Shown }
  /** The transaction learned whether there is an entry. */
  | { readonly kind: "look"; readonly key: number; readonly isThere: boolean }
  /** A value was written; undefined: the entry was deleted. */
  | {
    readonly kind: "write";
    readonly key: number;
    readonly value: Shown;
    /** How long it stays; "kept": as long as the entry that it replaces, else for good. */
    readonly life: Life | "kept";
  };

/** What became of a transaction. */
export type Outcome =
  /** It returned: its writes have taken effect. */
  | "committed"
  /** Its code threw: its writes must never be seen. */
  | "abandoned"
  /** Its worker died: its writes may take effect at any later time, or never. */
  | "unknown";

/** What is recorded of a transaction. */
export interface TransactionRecord {
  /** Those of the run that counted. */
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
}

/** What a worker's code does in a transaction. */
export interface TransactionPlan {
  readonly calls: readonly Call[];
  /** Whether it throws in the end. */
  readonly isAbandoned: boolean;
}

interface Call {
  readonly verb: keyof typeof CALLS;
  readonly key: number;
  readonly value: number;
}

/** What the code of a transaction is given: as much of it as the calls use. */
export interface View {
  get(name: string): Shown;
  has(name: string): boolean;
  set(name: string, value: number, options?: { ttl: number }): unknown;
  delete(name: string): boolean;
  update(name: string, fn: (current: Shown) => Shown): Shown;
  increment(name: string, by: number): number;
}

/** Runs transactions: a map, or what stands for one. */
export interface Transactor {
  transaction<R>(code: (view: View) => R): R;
}

const written = (
  key: number,
  value: Shown,
  life: Life | "kept" = "for good",
): Step => ({ kind: "write", key, value, life });

/** What each call does with the key of a name, and the steps that it is. */
const CALLS = {
  get: (view, name, { key }) => [{ kind: "read", key, value: view.get(name) }],
  has: (view, name, { key }) => [
    { kind: "look", key, isThere: view.has(name) },
  ],
  set(view, name, { key, value }) {
    view.set(name, value);
    return [written(key, value)];
  },
  setLong(view, name, { key, value }) {
    view.set(name, value, { ttl: LONG });
    return [written(key, value, "long")];
  },
  delete: (view, name, { key }) => [
    { kind: "look", key, isThere: view.delete(name) },
    written(key, undefined),
  ],
  increment(view, name, { key, value }) {
    const sum = view.increment(name, value);
    // No entry holds 0.
    const before = sum === value ? undefined : sum - value;
    return [{ kind: "read", key, value: before }, written(key, sum, "kept")];
  },
  update(view, name, { key, value }) {
    let before: Shown;
    const after = view.update(name, (current) => {
      before = current;
      return (current ?? 0) + value;
    });
    return [{ kind: "read", key, value: before }, written(key, after, "kept")];
  },
} as const satisfies Record<
  string,
  (view: View, name: string, call: { key: number; value: number }) => Step[]
>;

/** Calls that only read. */
const READS: readonly Call["verb"][] = ["get", "has"];
const MOST_CALLS = 5;

/** Draws what a transaction does; a value says who wrote it, as `value` and those after it do. */
export function planOf(
  random: Random,
  keys: number,
  value: number,
): TransactionPlan {
  // Some only read: they see one moment, too.
  const verbs = random.chance(0.2)
    ? READS
    : [...READS, ...Object.keys(CALLS) as Call["verb"][]];
  const length = 2 + random.below(MOST_CALLS - 1);
  const calls = Array.from({ length }, (_, i): Call => ({
    verb: random.pick(verbs),
    key: random.below(keys),
    value: value + i,
  }));
  return { calls, isAbandoned: random.chance(0.15) };
}

const ABANDONED = new Error("The transaction is to be abandoned");

/** Runs a transaction and records it. Throws what the map throws. */
export function perform(
  map: Transactor,
  { calls, isAbandoned }: TransactionPlan,
  keys: readonly string[],
): TransactionRecord {
  let steps: Step[] = [];
  try {
    map.transaction((view) => {
      steps = []; // the code may run again
      for (const call of calls) {
        steps.push(...CALLS[call.verb](view, keys[call.key], call));
      }
      if (isAbandoned) throw ABANDONED;
    });
  } catch (error) {
    if (error !== ABANDONED) throw error;
    return { steps, outcome: "abandoned" };
  }
  return { steps, outcome: "committed" };
}
