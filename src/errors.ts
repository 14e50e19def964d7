/**
 * The errors of this module. A wrong type is a `TypeError` and a bad size a `RangeError`, as
 * everywhere; the errors that have no built-in class are defined here.
 *
 * An error about an argument names the method and the argument. An error about the state of a
 * map (it is full, closed, cannot be reached, cannot be written) names the map, in the message
 * and as `mapName`, if it has a name; and the file or directory, as `path`, if one is concerned.
 *
 * @module
 */

/** What a {@linkcode MapFullError} knows besides its message, in bytes. */
export interface MapFullDetails {
  /** Bytes that the refused write needed. */
  needed: number;
  /** Bytes that the map was created with. */
  maxBytes: number;
  /** Bytes that live entries take. */
  liveBytes: number;
  /** The oldest snapshot that is open, if one is: what it shows takes memory until it is closed. */
  snapshot?: OpenSnapshot | undefined;
  /** The name of the map, if it has one. */
  mapName?: string | undefined;
  /** The snapshot on disk that was being restored, if one was. */
  path?: string | undefined;
}

/** Which map an error is about. */
export interface MapErrorDetails {
  /** The name of the map, if it has one. */
  mapName?: string | undefined;
}

/** A snapshot that keeps memory from being freed. */
export interface OpenSnapshot {
  /** The tick of the map's clock that it shows. */
  tick: number;
  /**
   * The same as `tick`.
   *
   * @deprecated Use `tick`: an epoch is what is written to disk.
   */
  epoch: number;
  /** How long it has been open, in milliseconds, within a second. */
  ageMs: number;
}

/**
 * A write did not fit into the map. The map is unharmed: it can be read, and deleting entries
 * frees memory. The message says what the write needed, and what to do.
 *
 * @example Usage
 * ```ts
 * import { MapFullError, SharedMap } from "@epochmap/epochmap";
 * import { assertThrows } from "@std/assert";
 *
 * using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
 * const error = assertThrows(
 *   () => map.set("book", "x".repeat(2 ** 21)),
 *   MapFullError,
 * );
 * console.log(error.needed > error.maxBytes); // true
 * ```
 */
export class MapFullError extends Error {
  /** Bytes that the refused write needed. */
  readonly needed: number;
  /** Bytes that the map was created with. */
  readonly maxBytes: number;
  /** Bytes that live entries take. */
  readonly liveBytes: number;
  /** The oldest snapshot that is open, if one is: what it shows takes memory until it is closed. */
  readonly snapshot: OpenSnapshot | undefined;
  /** The name of the map, if it has one. */
  readonly mapName: string | undefined;
  /** The snapshot on disk that was being restored, if one was. */
  readonly path: string | undefined;

  /**
   * Constructs the error.
   *
   * @param message What was tried, what happened, and what to do.
   * @param details The sizes, and what they are about.
   */
  constructor(message: string, details: MapFullDetails) {
    super(message);
    this.name = "MapFullError";
    this.needed = details.needed;
    this.maxBytes = details.maxBytes;
    this.liveBytes = details.liveBytes;
    this.snapshot = details.snapshot;
    this.mapName = details.mapName;
    this.path = details.path;
  }
}

/**
 * A handle or a name does not lead to a map that this worker can use: it is foreign memory, or
 * has another layout version, or other codecs, or nobody answers.
 *
 * @example Usage
 * ```ts
 * import { HandleError, SharedMap } from "@epochmap/epochmap";
 * import { assertThrows } from "@std/assert";
 *
 * const buffer = new SharedArrayBuffer(2 ** 20);
 * assertThrows(() => SharedMap.attach({ buffer }), HandleError);
 * ```
 */
export class HandleError extends Error {
  /** The name of the map, if it has one. */
  readonly mapName: string | undefined;

  /**
   * Constructs the error.
   *
   * @param message What was expected, what was found, and what to do.
   * @param details Which map it is about.
   */
  constructor(message: string, details: MapErrorDetails = {}) {
    super(message);
    this.name = "HandleError";
    this.mapName = details.mapName;
  }
}

/**
 * A map, a snapshot or an iterator was used after it was closed.
 *
 * @example Usage
 * ```ts
 * import { ClosedError, SharedMap } from "@epochmap/epochmap";
 * import { assertThrows } from "@std/assert";
 *
 * const map = SharedMap.create<string, number>();
 * map.close();
 * assertThrows(() => map.get("a"), ClosedError);
 * ```
 */
export class ClosedError extends Error {
  /** The name of the map, if it has one. */
  readonly mapName: string | undefined;

  /**
   * Constructs the error.
   *
   * @param message What was tried on what.
   * @param details Which map it is about.
   */
  constructor(message: string, details: MapErrorDetails = {}) {
    super(message);
    this.name = "ClosedError";
    this.mapName = details.mapName;
  }
}

/** What a {@linkcode SnapshotError} knows besides its message. */
export interface SnapshotErrorDetails {
  /** The file or directory, if any is concerned. */
  path?: string | undefined;
  /** Where in the file, in bytes, if that is known. */
  offset?: number | undefined;
  /** The cause in a few words. */
  reason: string;
  /** The name of the map, if one is concerned and has one. */
  mapName?: string | undefined;
}

/**
 * A snapshot could not be opened, written or read.
 *
 * @example Usage
 * ```ts
 * import { SharedMap, SnapshotError } from "@epochmap/epochmap";
 * import { assertThrows } from "@std/assert";
 *
 * using map = SharedMap.create<string, number>();
 * const open = () => map.snapshot();
 * for (let i = 0; i < 32; i++) open();
 * assertThrows(open, SnapshotError, "32 snapshots are open");
 * ```
 */
export class SnapshotError extends Error {
  /** The file or directory, if any is concerned. */
  readonly path: string | undefined;
  /** Where in the file, in bytes, if that is known. */
  readonly offset: number | undefined;
  /** The cause in a few words. */
  readonly reason: string;
  /** The name of the map, if one is concerned and has one. */
  readonly mapName: string | undefined;

  /**
   * Constructs the error.
   *
   * @param message What was tried, what happened, and what to do.
   * @param details Path, offset, reason, and the map.
   */
  constructor(message: string, details: SnapshotErrorDetails) {
    super(message);
    this.name = "SnapshotError";
    this.path = details.path;
    this.offset = details.offset;
    this.reason = details.reason;
    this.mapName = details.mapName;
  }
}

/**
 * Adds the map's name to an error of its files, as the code that reads and writes files does
 * not know it. Returns any other error as it is.
 */
export function aboutMap<E>(
  error: E,
  mapName: string | undefined,
): E | SnapshotError {
  const isNamed = !(error instanceof SnapshotError) || mapName === undefined ||
    error.mapName !== undefined;
  if (isNamed) return error;
  const { message, path, offset, reason, cause } = error;
  const named = new SnapshotError(`${message} (${theMap(mapName)})`, {
    path,
    offset,
    reason,
    mapName,
  });
  named.cause = cause;
  return named;
}

/** Runs something that uses the files of a map, so that what it throws names the map. */
export async function namingMap<T>(
  mapName: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw aboutMap(error, mapName);
  }
}

const SHOWN = 40;

/** How a message calls a map, by its name if it has one. */
export function theMap(name: string | undefined): string {
  return name === undefined ? "the map" : `the map ${quoted(name)}`;
}

/** A name in quotes, as far as it is short. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name));
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** The error for the use of a map that was closed in this worker. */
export function mapClosed(what: string, name: string | undefined): ClosedError {
  const remedy = name === undefined ? "attach to it anew" : "open it anew";
  return new ClosedError(
    `Cannot ${what}: ${theMap(name)} was closed in this worker: ${remedy}`,
    { mapName: name },
  );
}

/** How an error message shows a value that came instead of what was expected. */
export function received(value: unknown): string {
  if (value === null || value === undefined) return `received ${value}`;
  const text = typeof value === "string"
    ? JSON.stringify(value)
    : typeof value === "object"
    ? Object.prototype.toString.call(value).slice(8, -1)
    : String(value);
  return `received ${shortened(text)} (${typeof value})`;
}

/** Throws a `TypeError` if what the caller gave as a function is none. */
export function checkFunction(fn: unknown, name: string): void {
  if (typeof fn === "function") return;
  throw new TypeError(
    `Cannot use ${name}: it must be a function: ${received(fn)}`,
  );
}

/** An option that is an amount. */
export interface Amount {
  readonly name: string;
  readonly unit: string;
  /** What else there is to know of it, for an error. */
  readonly besides?: string;
}

/** Throws a `TypeError` or `RangeError` if what the caller gave is not a number, 0 or more. */
export function checkAmount(
  value: unknown,
  { besides = "", name, unit }: Amount,
  what: string,
): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot ${what}: ${name} must be a number of ${unit}: ${received(value)}`,
    );
  }
  if (value >= 0) return;
  throw new RangeError(
    `Cannot ${what}: ${name} must be 0 ${unit} or more${besides}: received ${value}`,
  );
}
