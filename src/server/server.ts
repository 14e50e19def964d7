/**
 * Servers, as users see them.
 *
 * @module
 */

import { received } from "../errors.ts";
import { SharedStore } from "../store/shared_store.ts";
import { timers } from "../timers.ts";
import { answer } from "./answers.ts";
import { Counters } from "./counters.ts";
import { Crew } from "./crew.ts";
import { Here, type Place } from "./here.ts";
import { type ServeOptions, settingsOf } from "./options.ts";
import { saveStore } from "./saves.ts";
import { type ServerRun, Serving } from "./serving.ts";

/** What serves a store to Redis clients, as {@linkcode serve} begins it. */
export class StoreServer implements AsyncDisposable {
  /** The name or address that it listens on. */
  readonly hostname: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Resolves when the server has ended: because of `close`, of the signal, or of a client's
   * `SHUTDOWN`.
   */
  readonly finished: Promise<void>;
  readonly #close: () => Promise<void>;

  /**
   * Constructs a server that has begun.
   *
   * @internal
   * @param hostname Where it listens.
   * @param port The same.
   * @param finished When it has ended.
   * @param close Ends it.
   */
  constructor(
    hostname: string,
    port: number,
    finished: Promise<void>,
    close: () => Promise<void>,
  ) {
    this.hostname = hostname;
    this.port = port;
    this.finished = finished;
    this.#close = close;
  }

  /**
   * Ends the server: it accepts nobody any more, sends what is to be sent, for at most 5 seconds,
   * and closes all connections. The store stays open. A second call waits for the same.
   */
  close(): Promise<void> {
    return this.#close();
  }

  /** The same as {@linkcode StoreServer.prototype.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** What ends: one worker, or several. */
interface Ending {
  end(): Promise<void>;
}

/**
 * Serves a store to Redis clients, in RESP2 and RESP3, on all cores of the process: each worker
 * accepts clients on the same port, runs their commands on the shared memory, and answers itself.
 *
 * It listens on the loopback address unless it is told otherwise. Then it wants a password, or
 * refuses clients of other machines: see `protectedMode`.
 *
 * With more than one worker, Deno's own sockets need the flag `--unstable-net` to share the port.
 * Without it those of `node:net` are used, which are somewhat slower.
 *
 * A worker that dies is started again; its connections are lost, and nothing else.
 *
 * @param store The store. It stays open when the server ends, and must not be closed before.
 * @param options Where to listen, and what clients may do.
 * @returns The server, which accepts clients.
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If one is out of range.
 * @throws {Deno.errors.AddrInUse} If somebody listens there.
 *
 * @example Usage
 * ```ts
 * import { SharedStore } from "@epochmap/epochmap/store";
 * import { serve } from "@epochmap/epochmap/server";
 * import { assertEquals } from "@std/assert";
 *
 * using store = SharedStore.create();
 * await using server = await serve(store, { port: 0, workers: 0 });
 *
 * using client = await Deno.connect({ port: server.port }); // usually a Redis client
 * await client.write(new TextEncoder().encode("SET greeting hello\r\n"));
 * await client.read(new Uint8Array(64));
 * assertEquals(store.get("greeting"), "hello");
 * ```
 */
export async function serve(
  store: SharedStore,
  options: ServeOptions = {},
): Promise<StoreServer> {
  if (!(store instanceof SharedStore)) {
    throw new TypeError(
      `Cannot serve: expected a SharedStore: ${received(store)}`,
    );
  }
  const { hostname, onWorkerDeath, port, settings, signal, workers } =
    settingsOf(options);
  signal?.throwIfAborted();
  const finished = Promise.withResolvers<void>();
  const run: ServerRun = { id: newRunId(), since: timers.now() };
  const place: Place = { hostname, port, isShared: workers > 1 };
  const shutdown = () => void close();
  const begun = workers === 0
    ? await beginHere(store, settings, run, place, shutdown)
    : await Crew.begin(store, settings, run, place, workers, {
      onDeath: onWorkerDeath,
      onShutdown: shutdown,
    });
  let closing: Promise<void> | undefined;
  const close = () => closing ??= end(begun, finished);
  signal?.addEventListener("abort", shutdown, { once: true });
  return new StoreServer(hostname, begun.port, finished.promise, close);
}

async function end(
  begun: Ending,
  finished: PromiseWithResolvers<void>,
): Promise<void> {
  await begun.end();
  finished.resolve();
}

/** Serves in this worker. */
async function beginHere(
  store: SharedStore,
  settings: ReturnType<typeof settingsOf>["settings"],
  run: ServerRun,
  place: Place,
  shutdown: () => void,
): Promise<Ending & { readonly port: number }> {
  const serving: Serving = new Serving(
    store,
    settings,
    new Counters(Counters.memoryFor(1), 0),
    { save: () => saveStore(store), shutdown },
    {
      ask: (name, ask) => Promise.resolve([answer(serving, name, ask)]),
    },
    run,
  );
  const here = await Here.begin(serving, place);
  return { port: serving.port, end: () => here.end() };
}

function newRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
