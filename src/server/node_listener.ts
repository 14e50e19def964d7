/**
 * Listening by the sockets of `node:net`, which share a port among workers without a flag.
 *
 * @module
 */

import {
  type AddressInfo,
  createServer,
  type Server,
  type Socket,
} from "node:net";
import { admit } from "./admission.ts";
import type { Link } from "./client.ts";
import { Connection } from "./connection.ts";
import type { Listener } from "./listener.ts";
import type { Serving } from "./serving.ts";

function textOf(address: string | undefined, port: number | undefined): string {
  const host = address ?? "?";
  return host.includes(":") ? `[${host}]:${port ?? 0}` : `${host}:${port ?? 0}`;
}

/** The link of a connection. */
class NodeLink implements Link {
  readonly address: string;
  readonly localAddress: string;
  readonly #socket: Socket;
  readonly #connection: Connection;
  #isFlushing = false;

  constructor(socket: Socket, serving: Serving) {
    this.#socket = socket;
    this.address = textOf(socket.remoteAddress, socket.remotePort);
    this.localAddress = textOf(socket.localAddress, socket.localPort);
    this.#connection = new Connection(serving, this);
    socket.on("data", (bytes) => {
      this.#connection.receive(bytes);
      this.#send();
    });
    socket.on("drain", () => {
      this.#connection.goOn();
      this.#send();
      if (!socket.writableNeedDrain) socket.resume();
    });
    socket.on("error", () => socket.destroy()); // "close" follows
    socket.once("close", () => this.#connection.end());
  }

  get pending(): number {
    return this.#socket.writableLength;
  }

  flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#send();
    });
  }

  /** Sends what is written, as long as the socket takes it. */
  #send(): void {
    const socket = this.#socket;
    const { client, writer } = this.#connection;
    while (writer.length > 0 && !socket.destroyed) {
      if (socket.writableNeedDrain) {
        socket.pause();
        return;
      }
      const bytes = writer.take(); // the socket keeps it
      client.serving.counters.own.sent += bytes.length;
      socket.write(bytes);
      this.#connection.goOn();
    }
    if (client.isClosing) socket.end(() => socket.destroy());
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Listens on a port: on the same one as other workers, if it is shared. */
export async function listenByNode(
  serving: Serving,
  hostname: string,
  port: number,
  isShared: boolean,
): Promise<Listener> {
  const server = createServer({ noDelay: true }, (socket) => {
    const refusal = admit(serving, socket.remoteAddress ?? "");
    if (refusal === undefined) new NodeLink(socket, serving);
    else {
      socket.on("error", () => socket.destroy());
      socket.end(refusal);
    }
  });
  await listening(server, { host: hostname, port, reusePort: isShared });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close(); // which is done when all clients have gone: nobody waits for that
      return Promise.resolve();
    },
  };
}

function listening(
  server: Server,
  options: { host: string; port: number; reusePort: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
