/**
 * The proof: what a view of the index shows is counted once more from the
 * input, by one thread, with a plain `Map`.
 *
 * A view may be of an index half built. Then its own claims tell which pieces
 * are in it whole, and the input is cut there. If the view is one instant of
 * the index, three things hold:
 * - the pieces that are marked as done are there to the last entry;
 * - of a piece that is being written there is a beginning: no entry is there
 *   while one that was written before it is missing;
 * - of all other pieces there is nothing.
 *
 * @module
 */
import { type Claim, claimOn } from "./claims.ts";
import { type Input, type Piece, textOf } from "./input.ts";
import { lineKey } from "./job.ts";
import { countPhrases, linesOf } from "./phrases.ts";
import { hasPosting, readPostings } from "./postings.ts";

/** The index or a snapshot of it. */
export interface View {
  get(key: string): string | undefined;
  entries(): Iterable<[string, string]>;
}

/** Totals of the whole pieces. */
export interface Totals {
  lines: number;
  /** Different phrases. */
  phrases: number;
  /** All phrases, each as often as it occurs. */
  occurrences: number;
}

/** What the proof found. */
export interface Proof {
  /** How many pieces are there whole, and how many in part. */
  readonly whole: number;
  readonly begun: number;
  readonly inView: Totals;
  readonly inInput: Totals;
  /** Whether all totals, and each single count and line, are equal. */
  readonly equal: boolean;
  /** Whether of each begun piece there is a beginning, and of the others nothing. */
  readonly untorn: boolean;
}

/** Compares a view with the cut of the input that it claims to be. */
export function prove(view: View, input: Input, longest: number): Proof {
  const { done, taken, open } = byState(view, input);
  const expected = recount(input, done, longest);
  const { totals, equal } = compare(view, expected, new Set(numbers(done)));
  const isBeginning = (piece: Piece) =>
    isPrefix(entriesThere(view, input, piece, longest));
  const isAbsent = (piece: Piece) =>
    !entriesThere(view, input, piece, longest).includes(true);
  return {
    whole: done.length,
    begun: taken.length,
    inView: totals,
    inInput: expected.totals,
    equal,
    untorn: taken.every(isBeginning) && open.every(isAbsent),
  };
}

function byState(view: View, input: Input) {
  const states = Map.groupBy(
    input.pieces,
    (piece) => claimOn(view, piece.number)?.state,
  );
  const pieces = (state?: Claim["state"]) => states.get(state) ?? [];
  return { done: pieces("done"), taken: pieces("taken"), open: pieces() };
}

interface Count {
  lines: Map<string, string>;
  phrases: Map<string, number>;
  totals: Totals;
}

/** Counts pieces of the input with plain `Map`s. */
function recount(input: Input, pieces: Piece[], longest: number): Count {
  const lines = new Map<string, string>();
  const phrases = new Map<string, number>();
  let occurrences = 0;
  for (const piece of pieces) {
    const text = textOf(input, piece);
    linesOf(text).forEach((line, at) =>
      lines.set(lineKey(piece.number, at), line)
    );
    for (const [phrase, count] of countPhrases(text, longest)) {
      phrases.set(phrase, (phrases.get(phrase) ?? 0) + count);
      occurrences += count;
    }
  }
  const totals = { lines: lines.size, phrases: phrases.size, occurrences };
  return { lines, phrases, totals };
}

/** Walks over the view once, and compares each entry with the expected one. */
function compare(view: View, expected: Count, whole: Set<number>) {
  const totals: Totals = { lines: 0, phrases: 0, occurrences: 0 };
  let unequal = 0;
  for (const [key, value] of view.entries()) {
    if (key.startsWith("#")) continue;
    if (key.startsWith("@")) {
      if (!whole.has(parseInt(key.slice(1)))) continue;
      totals.lines++;
      if (value !== expected.lines.get(key)) unequal++;
    } else {
      const count = countWithin(value, whole);
      if (count === 0) continue;
      totals.phrases++;
      totals.occurrences += count;
      if (count !== expected.phrases.get(key)) unequal++;
    }
  }
  const equal = unequal === 0 &&
    totals.lines === expected.totals.lines &&
    totals.phrases === expected.totals.phrases &&
    totals.occurrences === expected.totals.occurrences;
  return { totals, equal };
}

function countWithin(postings: string, whole: Set<number>): number {
  let sum = 0;
  for (const [piece, count] of readPostings(postings)) {
    if (whole.has(piece)) sum += count;
  }
  return sum;
}

/** For each entry of a piece, in the order in which it is written: is it there? */
export function entriesThere(
  view: Pick<View, "get">,
  input: Input,
  piece: Piece,
  longest: number,
): boolean[] {
  const text = textOf(input, piece);
  const lines = linesOf(text).map((_, at) =>
    view.get(lineKey(piece.number, at)) !== undefined
  );
  const phrases = [...countPhrases(text, longest).keys()].map((phrase) =>
    hasPosting(view.get(phrase) ?? "", piece.number)
  );
  return [...lines, ...phrases];
}

/** Whether no `true` follows a `false`. */
function isPrefix(entries: boolean[]): boolean {
  const firstMissing = entries.indexOf(false);
  return firstMissing < 0 || !entries.includes(true, firstMissing);
}

function numbers(pieces: Piece[]): number[] {
  return pieces.map((piece) => piece.number);
}
