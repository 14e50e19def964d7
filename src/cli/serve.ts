/**
 * `serve`: a server for Redis clients.
 *
 * @module
 */

import { serve, type StoreServer } from "../server/server.ts";
import type { ServeOptions } from "../server/options.ts";
import { SharedStore } from "../store/shared_store.ts";
import type { StoreOpenOptions } from "../store/store_options.ts";
import { readArguments } from "./arguments.ts";
import { type Command, FINE } from "./command.ts";
import { UsageError } from "./errors.ts";
import { counted, size } from "./figures.ts";
import { EXIT_CODES, MODULE } from "./help.ts";
import type { Streams } from "./streams.ts";

const STORE_NAME = "epochmap serve";
const DEFAULT_INTERVAL_SECONDS = 10;
/** The signals that end it. */
const ENDING: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

const HELP =
  `Serves a store to Redis clients, on all cores, until it is told to end.

Usage: deno run --unstable-net --allow-net=HOST ${MODULE} serve [options]

Any Redis client can be used: redis-cli -p 6379. With --directory the store is
restored when it starts, an epoch of it is written now and then, and a last one
when it ends. It ends by SIGTERM or SIGINT: it sends what is to be sent first.

Without a password it takes only clients of this machine.

--unstable-net lets the workers share a port by Deno's own sockets; without it
they share it by those of node:net, which are slower.

Options:
  --host HOST            the name or address to listen on (default 127.0.0.1)
  --port PORT            the port; 0 for any that is free (default 6379)
  --workers N            how many workers serve (default: one for each processor)
  --memory SIZE          the most memory of the store: 512mb, 4gb (default 1gb)
  --evict                evict keys when it is full, and do not refuse writes
  --directory PATH       where the store is kept on disk
  --interval SECONDS     from one epoch to the next (default ${DEFAULT_INTERVAL_SECONDS})
  --password-file PATH   a file whose first line is the password of clients
  --no-protected-mode    take clients of other machines without a password
  --max-clients N        the most clients of each worker (default 10000)
  --idle-timeout SECONDS cut off clients that send nothing for so long; 0: never
                         (default 0)
  -h, --help             print this and end

It reads and writes in the directory, and reads the file of the password, so give
permissions for those.

Examples:
  deno run --unstable-net --allow-net=127.0.0.1 ${MODULE} serve
  deno run --unstable-net --allow-net=127.0.0.1 --allow-read=data --allow-write=data ${MODULE} serve --directory data
  deno run --unstable-net --allow-net=0.0.0.0 --allow-read=password ${MODULE} serve --host 0.0.0.0 --password-file password

${EXIT_CODES}`;

export const serveCommand: Command = {
  name: "serve",
  summary: "serve a store to Redis clients",
  help: HELP,
  async run(args, streams) {
    const { positionals, values } = readArguments(args, {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "6379" },
      workers: { type: "string" },
      memory: { type: "string", default: "1gb" },
      evict: { type: "boolean", default: false },
      directory: { type: "string" },
      interval: { type: "string", default: String(DEFAULT_INTERVAL_SECONDS) },
      "password-file": { type: "string" },
      "no-protected-mode": { type: "boolean", default: false },
      "max-clients": { type: "string", default: "10000" },
      "idle-timeout": { type: "string", default: "0" },
    });
    if (positionals.length > 0) {
      throw new UsageError(
        `Expected options only: received "${positionals[0]}"`,
      );
    }
    const passwordFile = values["password-file"];
    const { directory } = values;
    const stored: StoreOpenOptions = {
      maxBytes: bytesOf("memory", values.memory),
      onFull: values.evict ? "evict" : "throw",
      persist: directory === undefined ? undefined : {
        directory,
        interval: 1000 * numberOf("interval", values.interval, 1, 1e6),
      },
    };
    const served: ServeOptions = {
      hostname: values.host,
      port: numberOf("port", values.port, 0, 65535),
      workers: values.workers === undefined
        ? undefined
        : numberOf("workers", values.workers, 1, 64),
      password: passwordFile === undefined
        ? undefined
        : passwordIn(passwordFile),
      protectedMode: !values["no-protected-mode"],
      maxClients: numberOf("max-clients", values["max-clients"], 1, 1e6),
      idleTimeout: 1000 *
        numberOf("idle-timeout", values["idle-timeout"], 0, 1e6),
    };
    await run(stored, served, streams);
    return FINE;
  },
};

/** Serves until the end. */
async function run(
  stored: StoreOpenOptions,
  served: ServeOptions,
  streams: Streams,
): Promise<void> {
  await using store = await SharedStore.open(STORE_NAME, stored);
  await using server = await begin(store, served);
  const end = () => void server.close();
  for (const signal of ENDING) Deno.addSignalListener(signal, end);
  try {
    streams.out.line(readyLine(server, store));
    streams.out.flush();
    await server.finished;
  } finally {
    for (const signal of ENDING) Deno.removeSignalListener(signal, end);
  }
}

/** The line that says that clients can come. */
function readyLine(
  { hostname, port }: StoreServer,
  store: SharedStore,
): string {
  const { reservedBytes, total } = store.stats();
  return `Ready: ${hostname}:${port}, ${counted(total, "key", "keys")}, ${
    size(reservedBytes)
  }`;
}

async function begin(
  store: SharedStore,
  options: ServeOptions,
): Promise<StoreServer> {
  try {
    return await serve(store, options);
  } catch (error) {
    const place = `${options.hostname}:${options.port}`;
    if (error instanceof Deno.errors.NotCapable) {
      throw new UsageError(
        `Deno was not given the permission to listen on ${place}: add --allow-net=${options.hostname} behind "deno run"`,
        { cause: error },
      );
    }
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UsageError(
        `Cannot listen on ${place}, as another program does: end it, or give another --port`,
        { cause: error },
      );
    }
    throw error;
  }
}

function numberOf(
  option: string,
  text: string,
  least: number,
  most: number,
): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(
    `Expected --${option} with a whole number from ${least} to ${most}: received "${text}"`,
  );
}

const UNITS: Readonly<Record<string, number>> = {
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
};
const LEAST_MEMORY = 2 ** 20;
const MOST_MEMORY = 16 * 2 ** 30;

function bytesOf(option: string, text: string): number {
  const [, digits, unit] = /^(\d+)(kb|mb|gb)$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit?.toLowerCase()] ?? NaN);
  if (bytes >= LEAST_MEMORY && bytes <= MOST_MEMORY) return bytes;
  throw new UsageError(
    `Expected --${option} with a size from 1mb to 16gb: received "${text}"`,
  );
}

function passwordIn(path: string): string {
  const [line] = readText(path).split(/\r?\n/);
  if (line !== "") return line;
  throw new UsageError(
    `Expected a file with a password in its first line: "${path}" has none`,
  );
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read "${path}": ${reason}`, { cause: error });
  }
}
