/**
 * Other processes that have a directory, or want to.
 *
 * @module
 */

const SCRIPT = new URL("./owner_child.ts", import.meta.url).href;

/** A process that opens a persisted map. */
export class Owner {
  readonly #child: Deno.ChildProcess;
  readonly #chunks: ReadableStreamDefaultReader<string>;
  #text = "";

  /** Starts it. */
  constructor(directory: string, waitForLock = 0, interval = 5) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--allow-read",
        `--allow-write=${directory}`,
        SCRIPT,
        directory,
        String(waitForLock),
        String(interval),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#chunks = this.#child.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#chunks.read();
      if (done) throw new Error(`it ended, having printed "${this.#text}"`);
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** The number in the next line, which must say this. */
  async number(what: string): Promise<number> {
    const line = await this.line();
    if (!line.startsWith(`${what} `)) throw new Error(`it printed "${line}"`);
    return Number(line.slice(what.length));
  }

  /** Has it bring to disk what it has; the number that it says is there. */
  async flush(): Promise<number> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
    return await this.number("flushed");
  }

  /** Tells it to end, or sees to it. */
  async end(how: "at its own pace" | "SIGKILL"): Promise<void> {
    if (how === "SIGKILL") this.#child.kill(how);
    await this.#child.stdin.close().catch(() => {}); // it may be gone
  }

  /** When it has ended. */
  async ended(): Promise<void> {
    while (!(await this.#chunks.read()).done);
    await this.#child.status;
  }
}
