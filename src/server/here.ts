/**
 * Serving in this worker: a listener, and what is done now and then.
 *
 * @module
 */

import { sleep, type Timer, timers } from "../timers.ts";
import { listenByDeno } from "./deno_listener.ts";
import type { Listener } from "./listener.ts";
import { listenByNode } from "./node_listener.ts";
import type { Serving } from "./serving.ts";

/** How often counters are published, and clients looked at, in milliseconds. */
const TICK_MS = 100;
/** How long clients have, at the end, to take what is sent to them, in milliseconds. */
const DRAIN_MS = 5000;

/** Where a server listens. */
export interface Place {
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Whether other workers listen on the same port. */
  readonly isShared: boolean;
}

/** Whether Deno's own sockets can share a port: they need the flag `--unstable-net` for it. */
function canShare(): boolean {
  return "listenDatagram" in Deno; // comes with the same flag
}

/** Serves clients in this worker. */
export class Here {
  readonly #serving: Serving;
  readonly #listener: Listener;
  readonly #ticking: Timer;

  private constructor(serving: Serving, listener: Listener) {
    this.#serving = serving;
    this.#listener = listener;
    this.#ticking = timers.setInterval(() => this.#tick(), TICK_MS);
    this.#ticking.unref();
  }

  /** Begins. Throws if it cannot listen there. */
  static async begin(
    serving: Serving,
    { hostname, isShared, port }: Place,
  ): Promise<Here> {
    const listen = !isShared || canShare() ? listenByDeno : listenByNode;
    const listener = await listen(serving, hostname, port, isShared);
    serving.hostname = hostname;
    serving.port = listener.port;
    return new Here(serving, listener);
  }

  #tick(): void {
    const { clients, counters, settings: { idleTimeout } } = this.#serving;
    counters.publish();
    if (idleTimeout === 0) return;
    const from = timers.elapsed() - idleTimeout;
    for (const client of clients.values()) client.killIfIdleSince(from);
  }

  /** Accepts nobody any more, sends what is to be sent, and closes all connections. */
  async end(): Promise<void> {
    const { clients, counters } = this.#serving;
    await this.#listener.close();
    for (const client of clients.values()) client.leave();
    const deadline = timers.elapsed() + DRAIN_MS;
    while (clients.size > 0 && timers.elapsed() < deadline) await sleep(5);
    for (const client of clients.values()) client.kill();
    timers.clear(this.#ticking);
    counters.publish();
  }
}
