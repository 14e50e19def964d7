/// <reference lib="deno.worker" />
/**
 * A worker that builds the index, beside others that do the same: takes a piece
 * that nobody has taken, counts its phrases by itself, and writes them.
 *
 * @module
 */
import { setImmediate, setTimeout } from "node:timers/promises";
import { isGone, operationsOf, PIECES_DONE, redoneBy } from "./board.ts";
import { claimOn, finish, take, takeOver } from "./claims.ts";
import { type Piece, textOf } from "./input.ts";
import { attachMaps, type Job, lineKey, type Maps } from "./job.ts";
import { countPhrases, linesOf } from "./phrases.ts";
import { addPosting } from "./postings.ts";
import { Stopwatch } from "./stopwatch.ts";

/** What a worker says when it is done. */
export interface IndexerReport {
  readonly sets: Float64Array;
  readonly updates: Float64Array;
}

/** `terminate()` stops a worker that lets go of its thread now and then. */
const OPERATIONS_A_BREATH = 1000;
/** Near the end others have all the pieces; their workers may yet be gone. */
const LOOK_AGAIN_MS = 1;

self.onmessage = async ({ data: job }: MessageEvent<Job>) => {
  using maps = attachMaps(job);
  self.postMessage(await new Indexer(job, maps).build());
};

class Indexer {
  #sets = new Stopwatch();
  #updates = new Stopwatch();
  #operations = 0;

  constructor(readonly job: Job, readonly maps: Maps) {}

  /** Works until every piece is done, by whomever. */
  async build(): Promise<IndexerReport> {
    const { pieces } = this.job.input;
    let open: readonly Piece[] = pieces;
    while (open.length > 0) {
      for (const piece of open) {
        if (this.#claim(piece)) await this.#indexPiece(piece);
      }
      await setTimeout(LOOK_AGAIN_MS);
      open = open.filter((piece) => !this.#isDone(piece));
    }
    this.#countOperations(this.#operations % OPERATIONS_A_BREATH);
    return { sets: this.#sets.samples, updates: this.#updates.samples };
  }

  #isDone({ number }: Piece): boolean {
    return claimOn(this.maps.index, number)?.state === "done";
  }

  /** Takes a piece that is free, or whose worker is gone. */
  #claim({ number }: Piece): boolean {
    const { job: { worker }, maps: { index, board } } = this;
    if (take(index, number, worker)) return true;
    const claim = claimOn(index, number);
    if (claim?.state !== "taken" || !board.has(isGone(claim.worker))) {
      return false;
    }
    const isMine = takeOver(index, number, claim.worker, worker);
    if (isMine) board.increment(redoneBy(worker));
    return isMine;
  }

  /** Writes all entries of a piece, then its mark. What is there already stays as it is. */
  async #indexPiece(piece: Piece) {
    const { job: { input, longest, worker }, maps: { index, board } } = this;
    const text = textOf(input, piece);
    for (const [at, line] of linesOf(text).entries()) {
      this.#sets.time(() => index.set(lineKey(piece.number, at), line));
      if (this.#isOutOfBreath()) await this.#breathe();
    }
    for (const [phrase, count] of countPhrases(text, longest)) {
      this.#updates.time(() =>
        index.update(phrase, (old) => addPosting(old, piece.number, count))
      );
      if (this.#isOutOfBreath()) await this.#breathe();
    }
    if (finish(index, piece.number, worker)) board.increment(PIECES_DONE);
  }

  #isOutOfBreath(): boolean {
    return ++this.#operations % OPERATIONS_A_BREATH === 0;
  }

  async #breathe() {
    this.#countOperations(OPERATIONS_A_BREATH);
    await setImmediate();
  }

  #countOperations(operations: number) {
    this.maps.board.increment(operationsOf(this.job.worker), operations);
  }
}
