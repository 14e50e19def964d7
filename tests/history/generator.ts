/**
 * What the workers do in one history. All of it follows from the seed, and each
 * worker works it out for itself before the history begins.
 *
 * @module
 */
import { Random } from "../testing/random.ts";
import { ALL_KEYS, type Operation } from "./operation.ts";
import { planOf, TRANSACTION, type TransactionPlan } from "./transactions.ts";
import {
  type BulkVerbName,
  isKeyVerb,
  KEY_VERBS,
  type KeyVerbName,
  SNAPSHOT,
  type Verb,
} from "./verbs.ts";

/** The shape of a history that is yet to be recorded: what all its workers know. */
export interface Shape {
  readonly keys: readonly string[];
  /** Keys that are set before the others begin. */
  readonly prepared: readonly number[];
  readonly verbs: readonly Verb[];
  /** Recorded operations of each worker. */
  readonly length: number;
}

/** The operations that may occur. */
export interface OperationMix {
  /** On one key. */
  readonly verbs: readonly KeyVerbName[];
  /** On all of several keys. */
  readonly bulk: readonly BulkVerbName[];
}

/** A recorded operation while it is being recorded. */
export type Recording = {
  -readonly [Property in keyof Operation]: Operation[Property];
};

/** What histories may be about. */
export const KINDS = [
  "one key",
  "several keys",
  "snapshots",
  "transactions",
] as const;
export type Kind = (typeof KINDS)[number];

/** One in so many histories has `clear` in it: it clears the workload away, too. */
const CLEAR_EVERY = 4;

/** Verbs about an entry's time to live, and about nothing but one key. */
export const TIMELESS: readonly KeyVerbName[] = (
  Object.keys(KEY_VERBS) as KeyVerbName[]
).filter((verb) => !/Long|Brief|Dead|Now|keep|ttl|clearOne/.test(verb));

/** Where the random choices of one history start from. */
function seedOf(seed: number, history: number, worker: number): number {
  return Math.imul(seed ^ Math.imul(history + 1, 0x9e3779b1), 31) + worker;
}

/**
 * The shape of a history: on one key; on several keys, without more, with snapshots, or with
 * transactions.
 */
export function shapeOf(
  seed: number,
  history: number,
  groups: readonly (readonly string[])[],
  { verbs, bulk }: OperationMix,
  kinds: readonly Kind[],
): Shape {
  const random = new Random(seedOf(seed, history, -1));
  const group = random.pick(groups);
  const kind = random.pick(kinds);
  const keys = group.slice(0, kind === "one key" ? 1 : 2 + random.below(2));
  const clears = random.below(CLEAR_EVERY) === 0;
  const onAll = kind === "one key"
    ? []
    : bulk.filter((verb) => clears || verb !== "clear");
  // A third of the operations, as this kind is about them; half, and a few snapshots.
  const own: Verb[] = [];
  if (kind === "snapshots") own.push(...times(verbs.length / 2, SNAPSHOT));
  if (kind === "transactions") {
    own.push(...times(verbs.length, TRANSACTION));
    own.push(...times(verbs.length / 8, SNAPSHOT));
  }
  return {
    keys,
    prepared: [...keys.keys()].filter(() => random.below(2) === 0),
    verbs: [...verbs, ...onAll, ...own],
    length: kind === "one key" ? 4 + random.below(7) : 4 + random.below(5),
  };
}

function times(count: number, verb: Verb): Verb[] {
  return Array.from({ length: count }, () => verb);
}

/** The program of one worker in a history of this shape: records to be filled in. */
export function programOf(
  shape: Shape,
  seed: number,
  history: number,
  worker: number,
): Recording[] {
  const random = new Random(seedOf(seed, history, worker));
  return Array.from({ length: shape.length }, (_, step) => {
    const verb = random.pick(shape.verbs);
    const key = isKeyVerb(verb) ? random.below(shape.keys.length) : ALL_KEYS;
    // No two operations write the same: so a value says who wrote it.
    const value = (step * 10 + worker + 1) * 100;
    const plan = verb === TRANSACTION
      ? planOf(random, shape.keys.length, value)
      : undefined;
    return recordingOf(verb, key, worker, value, plan);
  });
}

/** The record of an operation that was not called yet. */
export function recordingOf(
  verb: Verb,
  key: number,
  worker: number,
  value: number,
  plan?: TransactionPlan,
): Recording {
  return {
    verb,
    key,
    worker,
    value,
    expected: undefined,
    plan,
    called: 0,
    returned: 0,
    answer: undefined,
  };
}
