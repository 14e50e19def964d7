/// <reference lib="deno.worker" />
/**
 * A worker that queries the index while it is being built: picks lines of the
 * input, asks for the line and its phrases, and checks what it gets.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { ASKED, FOUND, IS_BUILT } from "./board.ts";
import { claimOn } from "./claims.ts";
import { type Piece, textOf } from "./input.ts";
import { attachMaps, type Job, lineKey, type Maps } from "./job.ts";
import { linesOf, phrasesOf } from "./phrases.ts";
import { hasPosting } from "./postings.ts";
import { Stopwatch } from "./stopwatch.ts";

/** What the reader says when the index is done. */
export interface ReaderReport {
  readonly asked: number;
  readonly found: number;
  readonly wrong: number;
  readonly gets: Float64Array;
}

/** The reader rests a while after each round, as it shares the cores with those who build. */
const REST_MS = 2;
const LINES_A_ROUND = 20;

self.onmessage = async ({ data: job }: MessageEvent<Job>) => {
  using maps = attachMaps(job);
  self.postMessage(await new Reader(job, maps).query());
};

class Reader {
  #gets = new Stopwatch();
  #asked = 0;
  #found = 0;
  #wrong = 0;

  constructor(readonly job: Job, readonly maps: Maps) {}

  async query(): Promise<ReaderReport> {
    const { job: { input: { pieces } }, maps: { board } } = this;
    while (!board.has(IS_BUILT)) {
      this.#askAbout(anyOf(pieces));
      board.set(ASKED, this.#asked).set(FOUND, this.#found);
      await setTimeout(REST_MS);
    }
    return {
      asked: this.#asked,
      found: this.#found,
      wrong: this.#wrong,
      gets: this.#gets.samples,
    };
  }

  #askAbout(piece: Piece) {
    const { input, longest } = this.job;
    const lines = linesOf(textOf(input, piece));
    for (let i = 0; i < LINES_A_ROUND; i++) {
      const at = Math.floor(Math.random() * lines.length);
      this.#askForLine(piece, at, lines[at]);
      for (const phrase of phrasesOf(lines[at].toLowerCase(), longest)) {
        this.#askForPhrase(piece, phrase);
      }
    }
  }

  /** A line is there as it is in the input, or not yet. */
  #askForLine(piece: Piece, at: number, line: string) {
    const isDue = this.#isDone(piece);
    const found = this.#get(lineKey(piece.number, at));
    if (found === undefined ? isDue : found !== line) this.#wrong++;
  }

  /** A piece that was done before the question must be in the answer. */
  #askForPhrase(piece: Piece, phrase: string) {
    const isDue = this.#isDone(piece);
    const postings = this.#get(phrase) ?? "";
    if (isDue && !hasPosting(postings, piece.number)) this.#wrong++;
  }

  #isDone({ number }: Piece): boolean {
    return claimOn(this.maps.index, number)?.state === "done";
  }

  #get(key: string): string | undefined {
    const value = this.#gets.time(() => this.maps.index.get(key));
    this.#asked++;
    if (value !== undefined) this.#found++;
    return value;
  }
}

function anyOf<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)];
}
