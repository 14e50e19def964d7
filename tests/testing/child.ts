/**
 * Deno programs in processes of their own.
 *
 * @module
 */

/**
 * A program that has not ended after this long never will, be the machine as slow and busy
 * as it may.
 */
const TIMEOUT_MS = 300_000;

/** Where a program runs, and with what. */
export interface Surroundings {
  /** Deno, unless another program is named. */
  readonly command?: string;
  readonly cwd?: string | URL;
  readonly env?: Record<string, string>;
  /** It has none unless it is given some, or it is piped. */
  readonly stdin?: "null" | "piped";
  /** It is killed if it takes longer. */
  readonly timeoutMs?: number;
}

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly out: string;
  readonly err: string;
}

/** A program that runs; whatever it prints is heard. */
export class Child implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: Heard;
  readonly #err: Heard;
  #linesRead = 0;

  /**
   * Starts it.
   *
   * @param args What follows `deno` on the command line.
   */
  constructor(
    args: readonly string[],
    {
      command = Deno.execPath(),
      cwd,
      env,
      stdin = "null",
      timeoutMs = TIMEOUT_MS,
    }: Surroundings = {},
  ) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin,
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(timeoutMs),
    }).spawn();
    this.#out = new Heard(this.#child.stdout);
    this.#err = new Heard(this.#child.stderr);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const n = this.#linesRead++;
    return await this.#find(this.#out, (text) => {
      const lines = text.split("\n");
      return n < lines.length - 1 ? lines[n] : undefined;
    });
  }

  /** Waits until it has said something, in its errors; returns that. */
  async says(pattern: RegExp): Promise<string> {
    return await this.#find(this.#err, (text) => text.match(pattern)?.[0]);
  }

  async #find(where: Heard, look: Look): Promise<string> {
    const found = await where.find(look);
    if (found !== undefined) return found;
    const { out, err } = await this.ended();
    throw new Error(`It has ended, having printed:\n${out}${err}`);
  }

  /** Writes to its input, which must be piped. */
  async write(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  async closeInput(): Promise<void> {
    await this.#child.stdin.close().catch(() => {}); // it may be gone
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** When it has ended. */
  async ended(): Promise<Ended> {
    const [{ code, signal }, out, err] = await Promise.all([
      this.#child.status,
      this.#out.all(),
      this.#err.all(),
    ]);
    return { code, signal, out, err };
  }

  /** Ends it, if it has not ended by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it is gone */ }
    await this.ended();
  }
}

/** Runs a program to its end. */
export async function runDeno(
  args: readonly string[],
  { input, ...surroundings }: Surroundings & { readonly input?: string } = {},
): Promise<Ended> {
  const stdin = input === undefined ? "null" : "piped";
  const child = new Child(args, { stdin, ...surroundings });
  if (input !== undefined) {
    await child.write(input);
    await child.closeInput();
  }
  return await child.ended();
}

/** The same for one that must succeed; returns what it printed. */
export async function outputOf(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<string> {
  const { code, signal, out, err } = await runDeno(args, surroundings);
  if (code === 0) return out;
  const end = signal === null ? `status ${code}` : `${signal}, being stuck`;
  throw new Error(`${args.join(" ")} ended with ${end}:\n${out}${err}`);
}

/** What is looked for in a text; undefined: it is not there yet. */
type Look = (text: string) => string | undefined;

/** What comes from a stream. */
class Heard {
  #text = "";
  readonly #all: Promise<void>;
  #isOver = false;
  #news = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#all = this.#listen(stream);
  }

  async #listen(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.#text += part;
      this.#tell();
    }
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Everything, when the stream is over. */
  async all(): Promise<string> {
    await this.#all;
    return this.#text;
  }

  /** Waits until there is in the text what is looked for; undefined: there never will be. */
  async find(look: Look): Promise<string | undefined> {
    for (;;) {
      const found = look(this.#text);
      if (found !== undefined || this.#isOver) return found;
      await this.#news.promise;
    }
  }
}
