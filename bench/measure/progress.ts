const ERASE_LINE = "\r\x1b[2K";

/** Tells the person at the terminal how far a long measurement is. */
export class Progress {
  readonly #total: number;
  readonly #started = performance.now();
  readonly #live = Deno.stderr.isTerminal();
  #done = 0;
  #tenths = -1;

  constructor(total: number) {
    this.#total = total;
  }

  /** One step begins, named by `label`. */
  step(label: string): void {
    const line = `[${this.#done + 1}/${this.#total}] ${label}${this.#left()}`;
    const tenths = Math.floor(10 * this.#done++ / this.#total);
    // Into a file or a log, ten lines are enough.
    if (this.#live) this.#write(ERASE_LINE + line);
    else if (tenths !== this.#tenths) this.#write(line + "\n");
    this.#tenths = tenths;
  }

  /** All is done: what follows may use the line. */
  end(): void {
    if (this.#live) this.#write(ERASE_LINE);
  }

  #left(): string {
    if (this.#done === 0) return "";
    const each = (performance.now() - this.#started) / this.#done;
    const seconds = each * (this.#total - this.#done) / 1_000;
    return `, about ${Math.ceil(seconds)} s left`;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
