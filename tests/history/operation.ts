/**
 * What a history is made of.
 *
 * @module
 */
import type { TransactionPlan, TransactionRecord } from "./transactions.ts";
import type { Verb } from "./verbs.ts";

/** What a key was seen to hold: undefined is nothing. */
export type Shown = number | undefined;

/** What an operation may answer: about one key, or about several of them. */
export type Answer = Shown | boolean | string | Shown[] | TransactionRecord;

/** The answer of an operation that threw a `MapFullError`. */
export const FULL = "full";

/** Stands in an operation for "all keys". */
export const ALL_KEYS = -1;

/** What an operation is called with. */
export interface Input {
  /** What it writes, if it writes. */
  readonly value: number;
  /** What it expects, if it compares. */
  readonly expected: Shown;
  /** What it does, if it is a transaction. */
  readonly plan?: TransactionPlan;
}

/** A moment of a history: the place of an event in the one order that all workers agree on. */
export type Moment = number;

/** One operation, from its call to its answer. */
export interface Operation extends Input {
  readonly verb: Verb;
  /** The number of its key, or `ALL_KEYS`. */
  readonly key: number;
  readonly worker: number;
  readonly called: Moment;
  readonly returned: Moment;
  readonly answer: Answer;
}
