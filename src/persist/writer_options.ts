/**
 * The options of everything that writes a map, and how they are checked.
 *
 * @module
 */

import { received } from "../errors.ts";
import { absolutePathOf } from "./directory.ts";
import type { Compression } from "./format.ts";
import type { Assignment } from "./messages.ts";
import type { PersistOptions } from "./persist_options.ts";

const DEFAULT_KEEP = 3;
const MOST_INTERVAL_MS = 2 ** 31 - 1;

/** The options of a writer, however it is made. */
export type WriterOptions = Pick<
  PersistOptions,
  "compression" | "directory" | "interval" | "keep"
>;

/** The same, checked. */
export type CheckedWriterOptions = Omit<Assignment, "handle" | "lock">;

/** Checks options. Throws `TypeError` or `RangeError`. */
export function checkWriterOptions(
  options: WriterOptions,
): CheckedWriterOptions {
  if (options === null || typeof options !== "object") {
    throw new TypeError(
      `Cannot write snapshots: the options must be an object: ${
        received(options)
      }`,
    );
  }
  const { interval } = options;
  if (typeof interval !== "number") {
    throw new TypeError(
      `Cannot write snapshots: interval must be a number: ${
        received(interval)
      }`,
    );
  }
  if (!(interval > 0 && interval <= MOST_INTERVAL_MS)) {
    throw new RangeError(
      `Cannot write snapshots: interval must be above 0 and at most ${MOST_INTERVAL_MS} milliseconds: received ${interval}`,
    );
  }
  return {
    directory: absolutePathOf(options.directory),
    interval,
    keep: checkKeep(options.keep) ?? DEFAULT_KEEP,
    compression: checkCompression(options.compression),
  };
}

/** Checks the option `keep`. */
export function checkKeep(keep: unknown): number | undefined {
  if (keep === undefined) return undefined;
  if (typeof keep !== "number") {
    throw new TypeError(
      `Cannot write snapshots: keep must be a number: ${received(keep)}`,
    );
  }
  if (!(Number.isInteger(keep) && keep >= 1)) {
    throw new RangeError(
      `Cannot write snapshots: keep must be a whole number from 1 on: received ${keep}`,
    );
  }
  return keep;
}

/** Checks the option `compression`. */
export function checkCompression(compression: unknown): Compression {
  switch (compression) {
    case undefined:
      return "none";
    case "none":
    case "zstd":
      return compression;
  }
  throw new TypeError(
    `Cannot write snapshots: compression must be "none" or "zstd": ${
      received(compression)
    }`,
  );
}
