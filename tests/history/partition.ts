/**
 * From a history of a map to the parts that can be checked on their own.
 *
 * Linearizability is local (Herlihy and Wing, "Linearizability: a correctness
 * condition for concurrent objects", 1990): a history is linearizable if the
 * history of each object is. So where each operation is about one key, or is
 * atomic on each key only, every key is checked by itself. A snapshot is about
 * all keys at once, and a transaction about several: a history with any of them
 * is checked whole, on the state of all keys together.
 *
 * @module
 */
import { ALL_KEYS, type Operation } from "./operation.ts";
import { TRANSACTION } from "./transactions.ts";
import { BULK_VERBS, isBulkVerb, SNAPSHOT, type Verb } from "./verbs.ts";

const WHOLE: readonly Verb[] = [SNAPSHOT, TRANSACTION];

/** The parts of a history, each of operations that are atomic. */
export function partition(
  history: readonly Operation[],
  keys: number,
): Operation[][] {
  const atoms = history.flatMap((operation) => atomsOf(operation, keys));
  if (atoms.some(({ verb }) => WHOLE.includes(verb))) return [atoms];
  return Array.from(
    { length: keys },
    (_, key) => atoms.filter((atom) => atom.key === key),
  );
}

/** An operation as operations that are atomic, over the same interval. */
function atomsOf(operation: Operation, keys: number): Operation[] {
  const { key, verb, answer } = operation;
  if (key !== ALL_KEYS || !isBulkVerb(verb)) return [operation];
  return Array.from({ length: keys }, (_, key) => {
    const part = BULK_VERBS[verb].part(key, operation, answer);
    return { ...operation, key, ...part };
  });
}
