/**
 * Writing text, much of it at a time.
 *
 * @module
 */

/** What bytes can be written to: standard output, a file. */
export interface Sink {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** Characters that make a write worth its call. */
const ENOUGH = 2 ** 16;

/** Collects text and writes it when there is enough of it. */
export class TextWriter {
  readonly #sink: Sink;
  readonly #enough: number;
  readonly #encoder = new TextEncoder();
  #text = "";

  /** @param enough How many characters to collect before a write; 0: write at once. */
  constructor(sink: Sink, enough: number = ENOUGH) {
    this.#sink = sink;
    this.#enough = enough;
  }

  /** Whether it is a terminal. */
  get isTerminal(): boolean {
    return this.#sink.isTerminal();
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= this.#enough) this.flush();
  }

  line(text: string): void {
    this.write(text + "\n");
  }

  /** Writes all that is left. */
  flush(): void {
    const bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    for (let at = 0; at < bytes.length;) {
      at += this.#sink.writeSync(bytes.subarray(at));
    }
  }
}
