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
  readonly #connect: () => Promise<Connection>;

  /** For clients of the caller's own. */
  readonly port: number;
  readonly password: string;

  private constructor(
    child: Deno.ChildProcess,
    connection: Connection,
    connect: () => Promise<Connection>,
    port: number,
    password: string,
  ) {
    this.port = port;
    this.password = password;
    this.#child = child;
    this.#connection = connection;
    this.#connect = connect;
  }

  static async start(): Promise<RedisServer> {
    for (;;) {
      const server = await RedisServer.#tryStart(freePort());
      if (server !== undefined) return server;
    }
  }

  /**
   * Starts one on a port that was free a moment ago; undefined: another program has it. That may
   * be a Redis of another test, so the one that answers must know a password.
   */
  static async #tryStart(port: number): Promise<RedisServer | undefined> {
    const password = crypto.randomUUID();
    const args = ["--bind", "127.0.0.1", "--port", `${port}`];
    args.push("--save", "", "--appendonly", "no", "--requirepass", password);
    const child = new Deno.Command(PROGRAM, {
      args,
      env: { LC_ALL: "C" }, // SORT ALPHA goes by it
      stdout: "null",
      stderr: "null",
    }).spawn();
    let isOver = false;
    child.status.then(() => isOver = true);
    while (!isOver) {
      const connection = await tryConnect(port);
      if (connection === undefined) continue;
      if (await knows(connection, password)) {
        const connect = async () => {
          const another = (await tryConnect(port))!;
          await knows(another, password);
          return another;
        };
        return new RedisServer(child, connection, connect, port, password);
      }
      connection.close();
    }
  }

  /** The replies to several commands, each given as binary strings. */
  async run(commands: readonly (readonly string[])[]): Promise<Value[]> {
    return await this.#connection.run(commands);
  }

  /** One more connection, which the caller closes. */
  connect(): Promise<Connection> {
    return this.#connect();
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

/** A connection; undefined, after a while: nobody listens yet. */
async function tryConnect(port: number): Promise<Connection | undefined> {
  try {
    return new Connection(await Deno.connect({ hostname: "127.0.0.1", port }));
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether the other end is a Redis with this password. */
async function knows(
  connection: Connection,
  password: string,
): Promise<boolean> {
  try {
    const [reply] = await connection.run([["AUTH", password]]);
    return reply === "OK";
  } catch {
    return false; // it is no Redis
  }
}
