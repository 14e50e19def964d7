/** A command to Redis: its name and its arguments. */
export type RedisCommand = readonly (string | number)[];

const TIMEOUT_MS = 60_000;
const encoder = new TextEncoder();

/** Whether `redis-server` can be started here. */
export async function hasRedis(): Promise<boolean> {
  try {
    const version = new Deno.Command("redis-server", { args: ["--version"] });
    return (await version.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A Redis of the bench's own, without persistence but for `BGSAVE` when asked. */
export class RedisServer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #connection: Deno.TcpConn;
  #loadedIn: number | undefined;
  #received = "";

  private constructor(process: Deno.ChildProcess, connection: Deno.TcpConn) {
    this.#process = process;
    this.#connection = connection;
  }

  /** Starts a server that keeps its file in a directory, and loads the one that is there. */
  static async start(directory: string): Promise<RedisServer> {
    const port = freePort();
    const settings = {
      port,
      bind: "127.0.0.1",
      dir: directory,
      save: "",
      appendonly: "no",
      hz: 500, // how often it looks whether a save has ended
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [
      `--${name}`,
      `${value}`,
    ]);
    const process = new Deno.Command("redis-server", {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const loadedIn = await readLoadTime(process.stdout);
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const server = new RedisServer(process, connection);
    server.#loadedIn = loadedIn;
    return server;
  }

  /** Milliseconds that the file took to load, as Redis itself says; undefined if there was none. */
  get loadedIn(): number | undefined {
    return this.#loadedIn;
  }

  /** Sends commands, all at once, whose replies are one line each; throws if one is an error. */
  async send(commands: readonly RedisCommand[]): Promise<string[]> {
    const request = encoder.encode(commands.map(encodeCommand).join(""));
    const replies = this.#lines(commands.length);
    for (let sent = 0; sent < request.length;) {
      sent += await this.#connection.write(request.subarray(sent));
    }
    const lines = await replies;
    const error = lines.find((line) => line.startsWith("-"));
    if (error !== undefined) throw new Error(`Redis refused: ${error}`);
    return lines;
  }

  /** A number that `INFO` tells under a name. */
  async info(section: string, name: string): Promise<number> {
    const [head] = await this.send([["INFO", section]]);
    const text = await this.#bytes(Number(head.slice(1)) + 2);
    const line = text.split("\r\n").find((line) => line.startsWith(`${name}:`));
    if (line === undefined) throw new Error(`Redis does not tell ${name}`);
    return Number(line.slice(name.length + 1));
  }

  /** Saves in the background; returns how long that took, in milliseconds. */
  async backgroundSave(): Promise<number> {
    const began = performance.now();
    await this.send([["BGSAVE"]]);
    while (await this.info("persistence", "rdb_bgsave_in_progress") !== 0) {
      if (performance.now() - began > TIMEOUT_MS) {
        throw new Error("Redis does not end its BGSAVE");
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return performance.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    this.#process.kill("SIGTERM");
    await this.#process.status;
  }

  async #lines(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const end = this.#received.lastIndexOf("\r\n");
      if (end < 0) {
        await this.#receive();
        continue;
      }
      const ready = this.#received.slice(0, end).split("\r\n");
      const taken = ready.slice(0, count - lines.length);
      lines.push(...taken);
      const length = taken.reduce((sum, line) => sum + line.length + 2, 0);
      this.#received = this.#received.slice(length);
    }
    return lines;
  }

  async #bytes(count: number): Promise<string> {
    while (this.#received.length < count) await this.#receive();
    const text = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return text;
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#connection.read(buffer);
    if (count === null) throw new Error("Redis has hung up");
    this.#received += String.fromCharCode(...buffer.subarray(0, count));
  }
}

function encodeCommand(command: RedisCommand): string {
  const words = command.map((word) => {
    const text = `${word}`;
    return `$${encoder.encode(text).length}\r\n${text}\r\n`;
  });
  return `*${command.length}\r\n${words.join("")}`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Reads the server's log until it is ready, and the rest of it in the background. */
async function readLoadTime(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<number | undefined> {
  const log = stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of log.values({ preventCancel: true })) {
    text += part;
    if (text.includes("Ready to accept connections")) break;
  }
  log.pipeTo(new WritableStream()); // a full pipe would stop the server
  const seconds = /DB loaded from disk: ([\d.]+) seconds/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
