/**
 * What each operation on a word did, written down while a schedule is replayed.
 *
 * @module
 */
import { MOST_TRACED, TRACE_WORDS } from "./shared_state.ts";
import { TRACED, TRACING } from "./shared_state.ts";
import { currentWorker, isRunning, sharedState } from "./scheduler.ts";
import type { SharedState } from "./shared_state.ts";

/** What is traced: operations on words; `set` and `fail` are what came of a compare-and-set. */
const KINDS = [
  "load",
  "plain",
  "release",
  "store",
  "poke",
  "add",
  "set",
  "fail",
  "notify",
  "sleep",
  "awake",
  "begin",
  "end",
] as const;
type Kind = (typeof KINDS)[number];

/** One line of a trace. */
export interface Traced {
  readonly worker: number;
  readonly kind: Kind;
  readonly index: number;
  readonly value: number;
  readonly expected: number;
}

/** Writes down an operation; for `begin` and `end`, `index` says which one of the program. */
export function trace(
  kind: Kind,
  index: number,
  value: number,
  expected = 0,
): void {
  if (!isRunning()) return;
  const state = sharedState();
  if (state.words[TRACING] === 0) return;
  const at = state.words[TRACED]++;
  if (at >= MOST_TRACED) return;
  const row = [currentWorker(), KINDS.indexOf(kind), index, value, expected];
  state.trace.set(row, at * TRACE_WORDS);
}

/** What was written down. */
export function readTrace(state: SharedState): Traced[] {
  const count = Math.min(state.words[TRACED], MOST_TRACED);
  return Array.from({ length: count }, (_, i) => {
    const [worker, kind, index, value, expected] = state.trace
      .subarray(i * TRACE_WORDS, (i + 1) * TRACE_WORDS);
    return { worker, kind: KINDS[kind], index, value, expected };
  });
}
