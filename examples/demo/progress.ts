/**
 * Progress: one line that changes in place on a terminal; elsewhere, as in a
 * log, a new line now and then.
 *
 * @module
 */
import { dim, green } from "./paint.ts";

const CLEAR_LINE = "\r\x1b[K";
const BAR_WIDTH = 16;
const LOG_EVERY_MS = 2000;
const encoder = new TextEncoder();

/** Shows how far something is, and what happens meanwhile. */
export class Progress {
  #isTerminal = Deno.stdout.isTerminal();
  #lastLog = performance.now();

  /** Shows a share from 0 to 1, and some words. */
  show(share: number, words: string) {
    if (this.#isTerminal) {
      // A line that wraps could not be taken back.
      const room = Deno.consoleSize().columns - BAR_WIDTH - 2;
      write(`${CLEAR_LINE}${bar(share)} ${words.slice(0, room)}`);
    } else if (performance.now() - this.#lastLog >= LOG_EVERY_MS) {
      this.#lastLog = performance.now();
      console.log(words);
    }
  }

  /** Says something on a line of its own, which stays. */
  say(words: string) {
    this.clear();
    console.log(words);
  }

  /** Takes the line that changes away. */
  clear() {
    if (this.#isTerminal) write(CLEAR_LINE);
  }
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return green("█".repeat(filled)) + dim("░".repeat(BAR_WIDTH - filled));
}

function write(text: string) {
  Deno.stdout.writeSync(encoder.encode(text));
}
