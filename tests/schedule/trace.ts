/**
 * What each operation on a word did, written down while a schedule is replayed.
 *
 * @module
 */
import { MOST_TRACED, TRACE_WORDS } from "./board.ts";
import { TRACED, TRACING } from "./board.ts";
import { isPlaying, myBoard, myPart } from "./scheduler.ts";
import type { Board } from "./board.ts";

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
  "begin",
  "end",
] as const;
type Kind = (typeof KINDS)[number];

/** One line of a trace. */
export interface Traced {
  readonly part: number;
  readonly kind: Kind;
  readonly index: number;
  readonly value: number;
  readonly expected: number;
}

/** Writes down an operation; for `begin` and `end`, `index` is the number of the operation on the map. */
export function trace(
  kind: Kind,
  index: number,
  value: number,
  expected = 0,
): void {
  if (!isPlaying()) return;
  const board = myBoard();
  if (board.words[TRACING] === 0) return;
  const at = board.words[TRACED]++;
  if (at >= MOST_TRACED) return;
  const row = [myPart(), KINDS.indexOf(kind), index, value, expected];
  board.trace.set(row, at * TRACE_WORDS);
}

/** What was written down. */
export function readTrace(board: Board): Traced[] {
  const count = Math.min(board.words[TRACED], MOST_TRACED);
  return Array.from({ length: count }, (_, i) => {
    const [part, kind, index, value, expected] = board.trace
      .subarray(i * TRACE_WORDS, (i + 1) * TRACE_WORDS);
    return { part, kind: KINDS[kind], index, value, expected };
  });
}
