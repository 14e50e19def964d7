/**
 * The options of a server.
 *
 * @module
 */

import { checkFunction, received } from "../errors.ts";
import { toBinary } from "../store/binary.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { Settings } from "./settings.ts";

/** Options of {@linkcode serve}. */
export interface ServeOptions {
  /**
   * The name or address to listen on: `"0.0.0.0"` for all of the machine.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string | undefined;
  /**
   * The port to listen on; 0: any that is free.
   *
   * @default {6379}
   */
  port?: number | undefined;
  /**
   * How many workers serve. With 0 the calling worker serves itself, which suits a program whose
   * main worker has little else to do, and tests.
   *
   * @default {as many as the machine has processors}
   */
  workers?: number | undefined;
  /**
   * What clients have to say by `AUTH` or `HELLO` before anything else.
   *
   * @default {none}
   */
  password?: string | undefined;
  /**
   * Whether clients of other machines are refused as long as there is no password.
   *
   * @default {true}
   */
  protectedMode?: boolean | undefined;
  /**
   * The most clients of each worker at a time.
   *
   * @default {10000}
   */
  maxClients?: number | undefined;
  /**
   * The most bytes of requests that may wait for each client, which is cut off if it sends more.
   *
   * @default {1073741824}
   */
  maxQueryBytes?: number | undefined;
  /**
   * The most bytes of messages that may wait for a subscriber, which is cut off if there are more.
   * For a client that asks and does not read only some replies are kept ready: its requests wait.
   *
   * @default {33554432}
   */
  maxOutputBytes?: number | undefined;
  /**
   * After so many milliseconds without a request a client is cut off, unless it is subscribed, or
   * waits in a command; 0: never.
   *
   * @default {0}
   */
  idleTimeout?: number | undefined;
  /** Ends the server, as `close` does. */
  signal?: AbortSignal | undefined;
  /**
   * Is called when a worker has died, with what it died of. Another one takes its place.
   *
   * @default {a line on the console}
   */
  onWorkerDeath?: ((error: unknown) => void) | undefined;
}

/** The options, checked, with what is not said. */
interface Checked {
  readonly hostname: string;
  readonly port: number;
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  readonly onWorkerDeath: (error: unknown) => void;
  readonly settings: Settings;
}

/** Checks options. Throws `TypeError` and `RangeError`. */
export function settingsOf(options: ServeOptions): Checked {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot serve: the options must be an object: ${received(options)}`,
    );
  }
  const {
    hostname = "127.0.0.1",
    idleTimeout = DEFAULT_LIMITS.idleTimeout,
    maxClients = DEFAULT_LIMITS.maxClients,
    maxOutputBytes = DEFAULT_LIMITS.maxOutputBytes,
    maxQueryBytes = DEFAULT_LIMITS.maxQueryBytes,
    onWorkerDeath = report,
    password,
    port = 6379,
    protectedMode = true,
    signal,
    workers = navigator.hardwareConcurrency,
  } = options;
  checkString("hostname", hostname);
  if (password !== undefined) checkString("password", password);
  if (typeof protectedMode !== "boolean") {
    throw new TypeError(
      `Cannot serve: protectedMode must be true or false: ${
        received(protectedMode)
      }`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot serve: signal must be an AbortSignal: ${received(signal)}`,
    );
  }
  checkFunction(onWorkerDeath, "onWorkerDeath");
  checkInteger("port", port, 0, 65535);
  checkInteger("workers", workers, 0, MOST_WORKERS);
  checkInteger("maxClients", maxClients, 1, 1e9);
  checkInteger("maxQueryBytes", maxQueryBytes, 1, Number.MAX_SAFE_INTEGER);
  checkInteger("maxOutputBytes", maxOutputBytes, 1, Number.MAX_SAFE_INTEGER);
  checkInteger("idleTimeout", idleTimeout, 0, Number.MAX_SAFE_INTEGER);
  return {
    hostname,
    port,
    workers,
    signal,
    onWorkerDeath,
    settings: {
      idleTimeout,
      maxClients,
      maxOutputBytes,
      maxQueryBytes,
      password: password === undefined
        ? undefined
        : toBinary(password, "the password"),
      protectedMode,
      pausedUntil: 0,
      pausesWritesOnly: false,
      slowLogLength: SLOW_LOG_LENGTH,
      slowMicros: SLOW_MICROS,
    },
  };
}

/** What the slow log keeps unless clients change it, as in Redis. */
const SLOW_LOG_LENGTH = 128;
const SLOW_MICROS = 10_000;

/** More than any machine has processors that this would run on. */
const MOST_WORKERS = 64;

function report(error: unknown): void {
  console.error(
    "A worker of the server has died, and is started again:",
    error,
  );
}

function checkString(name: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(
    `Cannot serve: ${name} must be a string that is not empty: ${
      received(value)
    }`,
  );
}

function checkInteger(
  name: string,
  value: unknown,
  least: number,
  most: number,
): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot serve: ${name} must be a number: ${received(value)}`,
    );
  }
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(
      `Cannot serve: ${name} must be an integer from ${least} to ${most}: received ${value}`,
    );
  }
}
