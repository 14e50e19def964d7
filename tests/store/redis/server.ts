/**
 * A Redis server for the tests, on a port of its own, which keeps nothing. Where the program is not
 * installed, or may not be run, there is none, and the tests that want it say that they are skipped.
 *
 * @module
 */

import { Connection, type Value } from "./connection.ts";

const PROGRAM = "redis-server";

/** Whether there is a server to start. */
export const HAS_REDIS: boolean = await isInstalled();

async function isInstalled(): Promise<boolean> {
  const { state } = await Deno.permissions.query({
    name: "run",
    command: PROGRAM,
  });
  if (state !== "granted") return false;
  try {
    const { stdout } = await new Deno.Command(PROGRAM, { args: ["--version"] })
      .output();
    return new TextDecoder().decode(stdout).includes("v=7.0.");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A server that runs. */
export class RedisServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #connection: Connection;

  private constructor(child: Deno.ChildProcess, connection: Connection) {
    this.#child = child;
    this.#connection = connection;
  }

  static async start(): Promise<RedisServer> {
    const port = freePort();
    const args = ["--bind", "127.0.0.1", "--port", String(port)];
    args.push("--save", "", "--appendonly", "no");
    const child = new Deno.Command(PROGRAM, {
      args,
      env: { LC_ALL: "C" }, // SORT ALPHA goes by it
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new RedisServer(child, await connectTo(port));
  }

  /** The replies to several commands, each given as binary strings. */
  async run(commands: readonly (readonly string[])[]): Promise<Value[]> {
    return await this.#connection.run(commands);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    this.#child.kill();
    await this.#child.status;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function connectTo(port: number): Promise<Connection> {
  for (;;) {
    try {
      return new Connection(
        await Deno.connect({ hostname: "127.0.0.1", port }),
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
