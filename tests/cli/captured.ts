/**
 * Streams whose output a test reads.
 *
 * @module
 */
import { run } from "../../src/cli/run.ts";
import { Streams } from "../../src/cli/streams.ts";
import type { Sink } from "../../src/cli/text_writer.ts";

/** Keeps what is written. */
export class Captured implements Sink {
  text = "";
  readonly #terminal: boolean;
  readonly #decoder = new TextDecoder();

  constructor(terminal = false) {
    this.#terminal = terminal;
  }

  writeSync(bytes: Uint8Array): number {
    this.text += this.#decoder.decode(bytes, { stream: true });
    return bytes.length;
  }

  isTerminal(): boolean {
    return this.#terminal;
  }
}

/** How a command ended, and what it printed. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process. */
export async function runHere(...args: string[]): Promise<Outcome> {
  const [out, err] = [new Captured(), new Captured()];
  const code = await run(args, new Streams(out, err));
  return { code, out: out.text, err: err.text };
}
