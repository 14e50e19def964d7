/**
 * Progress: one line that changes in place, on a terminal only.
 *
 * @module
 */

import type { OnRecords } from "../persist/verify.ts";
import { timers } from "../timers.ts";
import { bar } from "./histogram.ts";
import type { TextWriter } from "./text_writer.ts";

const CLEAR_LINE = "\r\x1b[K";
const BAR_WIDTH = 24;
/** Between two updates of the line. */
const STEP_MS = 50;

/** How far something is. */
export class Progress implements Disposable {
  readonly #writer: TextWriter;
  readonly #label: string;
  readonly #columns: number;
  #shownAt = -Infinity;
  #isShown = false;

  constructor(writer: TextWriter, label: string, columns: number) {
    this.#writer = writer;
    this.#label = label;
    this.#columns = columns;
  }

  /** Shows that `done` of `total` is done, unless that was shown a moment ago. */
  show(done: number, total: number): void {
    if (!this.#writer.isTerminal) return;
    const now = timers.elapsed();
    if (now - this.#shownAt < STEP_MS) return;
    this.#shownAt = now;
    this.#isShown = true;
    const share = Math.min(1, done / Math.max(1, total));
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const drawn = bar(share, BAR_WIDTH).padEnd(BAR_WIDTH, "░");
    const line = `${drawn} ${percent}  ${this.#label}`;
    // A line that wraps could not be taken back.
    this.#writer.write(CLEAR_LINE + line.slice(0, this.#columns - 1));
  }

  /** Shows how much of a file was read. */
  readonly onRecords: OnRecords = ({ file }) =>
    this.show(file.offset, file.bytes);

  /** Takes the line away: what is printed next may use it. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#writer.write(CLEAR_LINE);
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
