/**
 * Stands in for `@std/cli/unstable-progress-bar`.
 *
 * @module
 */

/** What a formatter is given to make its line from. */
export interface ProgressBarFormatter {
  /** The time since the start, `mm:ss`. */
  styledTime: string;
  /** The value out of the maximum in a unit of bytes, `0.40/97.66 KiB`. */
  styledData: string;
  /** The bar itself, `###-------`. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** `time` as it was for the line before. */
  previousTime: number;
  value: number;
  /** `value` as it was for the line before. */
  previousValue: number;
  max: number;
}

export interface ProgressBarOptions {
  /** Where the bar is drawn; by default the standard error. */
  writable?: WritableStream<Uint8Array>;
  /** Where the bar starts. */
  value?: number;
  /** Where the bar ends. */
  max: number;
  barLength?: number;
  fillChar?: string;
  emptyChar?: string;
  /** Take the bar away when it stops. */
  clear?: boolean;
  formatter?: (formatter: ProgressBarFormatter) => string;
  /** Leave `writable` open when the bar stops; it is, by default. */
  keepOpen?: boolean;
  /** Milliseconds from one drawing to the next. */
  interval?: number;
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
const CLEAR_LINE = "\r\u001b[K";

/** A line that shows, and goes on showing, how far `value` is on its way to `max`. */
export class ProgressBar {
  value: number;
  max: number;
  #options: Required<ProgressBarOptions>;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #start = Date.now();
  #previousTime = 0;
  #previousValue: number;
  #timer: ReturnType<typeof setInterval>;

  constructor(options: ProgressBarOptions) {
    this.#options = {
      value: 0,
      barLength: 50,
      fillChar: "#",
      emptyChar: "-",
      clear: false,
      formatter: (line) =>
        `[${line.styledTime}] [${line.progressBar}] [${line.styledData}]`,
      keepOpen: true,
      interval: 1000,
      ...options,
      writable: options.writable ?? Deno.stderr.writable,
    };
    this.value = this.#previousValue = this.#options.value;
    this.max = options.max;
    this.#writer = this.#options.writable.getWriter();
    this.#timer = setInterval(() => this.#draw(), this.#options.interval);
    this.#draw();
  }

  /** Draws the bar for the last time and lets go of the stream. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (!this.#options.clear) this.#draw();
    await this.#write(this.#options.clear ? CLEAR_LINE : "\n");
    if (!this.#options.keepOpen) await this.#writer.close().catch(ignore);
    this.#writer.releaseLock();
  }

  #draw() {
    const time = Date.now() - this.#start;
    const { value, max } = this;
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const ratio = Math.min(Math.max(value / max, 0), 1);
    const filled = Math.trunc(ratio * barLength);
    const line = formatter({
      styledTime: styledTime(time),
      styledData: styledData(value, max),
      progressBar: fillChar.repeat(filled) +
        emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previousTime,
      value,
      previousValue: this.#previousValue,
      max,
    });
    this.#write(CLEAR_LINE + line);
    this.#previousTime = time;
    this.#previousValue = value;
  }

  /** A reader who has gone away is no reason to fail. */
  #write(text: string): Promise<void> {
    return this.#writer.write(new TextEncoder().encode(text)).catch(ignore);
  }
}

function ignore() {}

function styledTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return [Math.floor(seconds / 60), seconds % 60]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

function styledData(value: number, max: number): string {
  const power = Math.floor(Math.log2(Math.max(max, 1)) / 10);
  const unit = Math.min(Math.max(power, 1), UNITS.length);
  const scaled = (bytes: number) => (bytes / 1024 ** unit).toFixed(2);
  return `${scaled(value)}/${scaled(max)} ${UNITS[unit - 1]}`;
}
