/**
 * Listening by Deno's own sockets.
 *
 * @module
 */

import type { Link } from "./client.ts";
import { Connection } from "./connection.ts";
import { admit } from "./admission.ts";
import type { Listener } from "./listener.ts";
import type { Serving } from "./serving.ts";

/** The size of the memory that a connection reads into, in bytes: at first, and at most. */
const LEAST_READ = 2048;
const MOST_READ = 64 * 1024;
/** After so many reads that needed a quarter of it the memory is made smaller. */
const MANY_SMALL = 64;

/** What ends a connection is told by these: the other side has gone, or this side has closed it. */
function isEnd(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.TimedOut ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.BadResource;
}

function textOf({ hostname, port }: Deno.NetAddr): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/** The link of a connection. */
class DenoLink implements Link {
  readonly address: string;
  readonly localAddress: string;
  readonly #conn: Deno.TcpConn;
  readonly #connection: Connection;
  #sending: Promise<void> | undefined;
  #isClosed = false;
  /** How many bytes are on their way. */
  pending = 0;

  constructor(conn: Deno.TcpConn, serving: Serving) {
    this.#conn = conn;
    this.address = textOf(conn.remoteAddr);
    this.localAddress = textOf(conn.localAddr);
    this.#connection = new Connection(serving, this);
  }

  /** Reads until there is nothing more to read, and answers. */
  async run(): Promise<void> {
    const conn = this.#conn;
    const connection = this.#connection;
    try {
      let memory = new Uint8Array(LEAST_READ);
      let small = 0;
      while (!connection.client.isClosing) {
        const length = await conn.read(memory);
        if (length === null) break;
        connection.receive(memory.subarray(0, length));
        if (connection.writer.length > 0) await this.#send();
        if (length === memory.length && length < MOST_READ) {
          memory = new Uint8Array(2 * length);
          small = 0;
        } else if (memory.length > LEAST_READ && 4 * length < memory.length) {
          if (++small < MANY_SMALL) continue;
          memory = new Uint8Array(memory.length / 2);
          small = 0;
        }
      }
    } catch (error) {
      if (!isEnd(error)) throw error;
    } finally {
      connection.end();
      this.close();
    }
  }

  flush(): void {
    if (this.#sending !== undefined || this.#isClosed) return;
    const { client, writer } = this.#connection;
    if (writer.length > 0) void this.#send();
    else if (client.isClosing) this.close();
  }

  /** Sends all that is written, and what comes of the requests that had to wait for that. */
  #send(): Promise<void> {
    return this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    const { client, writer } = this.#connection;
    try {
      while (writer.length > 0 && !this.#isClosed) {
        const bytes = writer.take();
        this.pending = bytes.length;
        let sent = await this.#conn.write(bytes);
        while (sent < bytes.length) {
          sent += await this.#conn.write(bytes.subarray(sent));
        }
        this.pending = 0;
        client.serving.counters.own.sent += sent;
        writer.giveBack();
        this.#connection.goOn();
      }
    } catch (error) {
      if (!isEnd(error)) throw error;
      this.close();
    } finally {
      this.pending = 0;
      this.#sending = undefined;
    }
    if (client.isClosing) this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }
}

/** Listens on a port: on the same one as other workers, if it is shared. */
export function listenByDeno(
  serving: Serving,
  hostname: string,
  port: number,
  isShared: boolean,
): Listener {
  const listener = Deno.listen({
    hostname,
    port,
    ...(isShared ? { reusePort: true } : {}),
  });
  const accepting = accept(listener, serving);
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async close() {
      listener.close();
      await accepting;
    },
  };
}

async function accept(
  listener: Deno.TcpListener,
  serving: Serving,
): Promise<void> {
  for (;;) {
    let conn: Deno.TcpConn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return; // it was closed
      if (isEnd(error)) continue; // the client has gone already
      throw error;
    }
    const refusal = admit(serving, conn.remoteAddr.hostname);
    if (refusal === undefined) {
      conn.setNoDelay(true);
      void new DenoLink(conn, serving).run();
    } else void refuse(conn, refusal);
  }
}

async function refuse(conn: Deno.TcpConn, refusal: Uint8Array): Promise<void> {
  try {
    await conn.write(refusal);
  } catch (error) {
    if (!isEnd(error)) throw error;
  } finally {
    conn.close();
  }
}
