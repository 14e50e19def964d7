/**
 * Where a command prints: results to `out`, all else to `err`.
 *
 * @module
 */

import { Progress } from "./progress.ts";
import { type Sink, TextWriter } from "./text_writer.ts";

const USUAL_COLUMNS = 80;

/** The two streams. */
export class Streams {
  readonly out: TextWriter;
  readonly err: TextWriter;
  readonly #columns: number;

  /** @param columns The width of the terminal that `err` is, if it is one; 0: it does not know. */
  constructor(out: Sink, err: Sink, columns = 0) {
    this.out = new TextWriter(out);
    this.err = new TextWriter(err, 0);
    this.#columns = columns === 0 ? USUAL_COLUMNS : columns;
  }

  /** Those of this process. */
  static standard(): Streams {
    const { stderr, stdout } = Deno;
    return stderr.isTerminal()
      ? new Streams(stdout, stderr, Deno.consoleSize().columns)
      : new Streams(stdout, stderr);
  }

  /** A progress bar, which is shown only on a terminal. */
  progress(label: string): Progress {
    return new Progress(this.err, label, this.#columns);
  }
}
