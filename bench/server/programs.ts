/**
 * The programs that are measured, and the one that measures them.
 *
 * @module
 */

const { pathname: CLI } = new URL("../../src/cli/main.ts", import.meta.url);
/** Clock ticks a second, in which Linux counts processor time. */
const TICKS = 100;
const CLIENTS = 50;
const KEYS = 100_000;
/** Where user and system time stand behind the name of the program in its `stat`. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

/** How a program is started that listens on a port, and what it prints then. */
export interface Program {
  readonly command: string;
  readonly args: (port: number) => string[];
  readonly isReady: RegExp;
}

export const REDIS: Program = {
  command: "redis-server",
  args: (port) => ["--port", `${port}`, "--save", "", "--appendonly", "no"],
  isReady: /Ready to accept connections/,
};

export const SERVER: Program = {
  command: Deno.execPath(),
  args: (port) => [
    "run",
    "--no-check",
    "--unstable-net",
    "--allow-net=127.0.0.1",
    "--allow-read",
    CLI,
    "serve",
    "--workers=2",
    `--port=${port}`,
  ],
  isReady: /^Ready: /m,
};

/** A program that runs. */
export class Started implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  /** When it prints nothing more. */
  readonly #silence: Promise<void>;

  private constructor(
    child: Deno.ChildProcess,
    port: number,
    silence: Promise<void>,
  ) {
    this.#child = child;
    this.port = port;
    this.#silence = silence;
  }

  static async start({ args, command, isReady }: Program): Promise<Started> {
    const port = freePort();
    const child = new Deno.Command(command, {
      args: args(port),
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let said = "";
    while (!isReady.test(said)) {
      const { done, value } = await reader.read();
      if (done) {
        throw new Error(`${command} has ended, having printed:\n${said}`);
      }
      said += value;
    }
    return new Started(child, port, drain(reader));
  }

  /** The processor time that it has taken, in seconds. */
  processorSeconds(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#child.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) / TICKS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#silence;
  }
}

/** Reads what is not wanted, as a program stops that cannot print. */
async function drain(
  reader: ReadableStreamDefaultReader<string>,
): Promise<void> {
  while (!(await reader.read()).done);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** What is asked. */
export interface Load {
  readonly command: string;
  /** How many requests each client sends at once. */
  readonly pipeline: number;
  readonly requests: number;
}

/** What came of it. */
export interface Measured {
  /** Requests a second. */
  readonly rate: number;
  /** The 99th percentile of the time that a request takes, in milliseconds. */
  readonly p99: number;
  /** Requests for each second of processor time that the server took. */
  readonly perProcessor: number;
}

/** Lets redis-benchmark ask a program. */
export async function measureBy(
  program: Started,
  { command, pipeline, requests }: Load,
): Promise<Measured> {
  const before = program.processorSeconds();
  const { stdout } = await new Deno.Command("redis-benchmark", {
    args: [
      ...["-p", `${program.port}`, "-c", `${CLIENTS}`, "-r", `${KEYS}`],
      ...["-P", `${pipeline}`, "-n", `${requests}`, "-t", command],
      ...["-q", "--csv"],
    ],
  }).output();
  const taken = program.processorSeconds() - before;
  const [, row] = new TextDecoder().decode(stdout).trim().split("\n");
  const cells = row.split(",").map((cell) => Number(cell.replaceAll('"', "")));
  const [, rate, , , , , p99] = cells;
  return { rate, p99, perProcessor: requests / taken };
}
