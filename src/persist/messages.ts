/**
 * What a writer and its worker tell each other.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";
import type { SegmentHandle } from "../segment/segment.ts";
import type { SnapshotInfo } from "./directory.ts";
import type { SnapshotProgress } from "./dump.ts";
import { failure } from "./fs_error.ts";
import type { Compression } from "./format.ts";

/** What the worker needs to begin. */
export interface Assignment {
  handle: SegmentHandle;
  directory: string;
  interval: number;
  keep: number;
  compression: Compression;
  /** The lock that says who writes the map, if there may be others. */
  lock: string | undefined;
}

/** From the writer to its worker. Each is answered. */
export interface Order {
  /**
   * - `"start"`: begin to write one epoch per interval.
   * - `"write"`: write an epoch now.
   * - `"stop"`: write a last epoch, and leave the map.
   */
  kind: "start" | "write" | "stop";
  request: number;
}

/** From the worker to its writer. */
export type Report =
  | { kind: "progress"; progress: SnapshotProgress }
  /** An epoch was written, or skipped (no info) because nothing had changed. */
  | {
    kind: "written";
    info: SnapshotInfo | undefined;
    ms: number;
    /** An error that does no harm to the epoch. */
    warning: Failure | undefined;
  }
  /** An epoch was not written. */
  | {
    kind: "failed";
    failure: Failure;
    /** Whether it was asked for, so that the answer tells of the error. */
    isAnswered: boolean;
  }
  /** An order was carried out; `info` is the last epoch, written now or before. */
  | { kind: "done"; request: number; info: SnapshotInfo | undefined }
  | { kind: "refused"; request: number; failure: Failure };

/** A `SnapshotError` on its way between workers. */
export interface Failure {
  message: string;
  path: string | undefined;
  offset: number | undefined;
  reason: string;
  mapName: string | undefined;
}

/** Packs an error. */
export function pack(directory: string, error: unknown): Failure {
  const { message, path, offset, reason, mapName } = failure(
    "write a snapshot into",
    directory,
    error,
  );
  return { message, path, offset, reason, mapName };
}

/** Unpacks an error. */
export function unpack({ message, ...details }: Failure): SnapshotError {
  return new SnapshotError(message, details);
}
