/**
 * The operations of which the whole job consists, as data: what a worker does
 * itself on the shared map, and asks the owner of a plain one to do.
 *
 * @module
 */
import { type Input, type Piece, textOf } from "./input.ts";
import { lineKey } from "./job.ts";
import { countPhrases, linesOf } from "./phrases.ts";
import { addPosting } from "./postings.ts";

/** A line to set, or a posting to add. */
export type Request =
  | readonly [key: string, line: string]
  | readonly [phrase: string, piece: number, count: number];

/** All operations for some pieces. */
export function* requestsFor(
  input: Input,
  pieces: readonly Piece[],
  longest: number,
): Generator<Request> {
  for (const piece of pieces) {
    const text = textOf(input, piece);
    for (const [at, line] of linesOf(text).entries()) {
      yield [lineKey(piece.number, at), line];
    }
    for (const [phrase, count] of countPhrases(text, longest)) {
      yield [phrase, piece.number, count];
    }
  }
}

/** What both maps can do, each in its way. */
export interface Store {
  set(key: string, value: string): unknown;
  update(
    key: string,
    fn: (value: string | undefined) => string | undefined,
  ): unknown;
}

/** Does one operation. */
export function serve(store: Store, request: Request) {
  if (request.length === 2) {
    store.set(request[0], request[1]);
  } else {
    const [phrase, piece, count] = request;
    store.update(phrase, (postings) => addPosting(postings, piece, count));
  }
}
