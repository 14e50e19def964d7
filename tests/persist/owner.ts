/**
 * Other processes that have a directory, or wait for it.
 *
 * @module
 */
import { Child } from "../testing/child.ts";

const SCRIPT = new URL("./owner_child.ts", import.meta.url).href;

/** A process that opens a persisted map. */
export class Owner extends Child {
  /** Starts it. */
  constructor(directory: string, waitForLock = 0, interval = 5) {
    const flags = ["--no-check", "--allow-read", `--allow-write=${directory}`];
    const args = [directory, String(waitForLock), String(interval)];
    super(["run", ...flags, SCRIPT, ...args], { stdin: "piped" });
  }

  /** The number in the next line, which must say this. */
  async number(what: string): Promise<number> {
    const line = await this.line();
    if (!line.startsWith(`${what} `)) throw new Error(`it printed "${line}"`);
    return Number(line.slice(what.length));
  }

  /** Has it bring to disk what it has; the number that it says is there. */
  async flush(): Promise<number> {
    await this.write("\n");
    return await this.number("flushed");
  }

  /** Tells it to end, or sees to it. */
  async end(how: "at its own pace" | "SIGKILL"): Promise<void> {
    if (how === "SIGKILL") this.kill(how);
    await this.closeInput();
  }
}
