/**
 * Errors of the file system, as a `SnapshotError` that names path and reason.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";

/** The contents of a file are not what a writer of epochs wrote. */
export class DamageError extends SnapshotError {}

/**
 * A file that is not damaged, as far as can be told, but that this program cannot understand: so
 * nothing beside it is written or removed.
 */
export class NotUnderstoodError extends SnapshotError {}

/** What a kind of error means, and what to do about it. */
const MEANINGS: readonly [string, string, string][] = [
  ["NotFound", "no such file or directory", "create it, or name another"],
  [
    "PermissionDenied",
    "the system denies access",
    "change the owner or the mode",
  ],
  ["NotADirectory", "it is not a directory", "name a directory"],
  ["IsADirectory", "it is a directory", "name a file"],
  ["FilesystemLoop", "its links go round in a circle", "repair them"],
];

/** Errors that come as a bare `Error` with the system's number. */
const NUMBERS: Readonly<Record<string, readonly [string, string]>> = {
  "5": ["the device failed (input/output error)", "look after the device"],
  "22": ["the file system refuses that", "choose one that can make it durable"],
  "23": ["too many files are open in the system", "close some"],
  "24": ["too many files are open in this process", "close some"],
  "27": ["the file would be larger than allowed", "raise the limit"],
  "28": ["no space is left on the device", "make room"],
  "30": ["the file system is read-only", "choose another directory"],
  "95": ["the file system cannot do that", "choose one that can"],
  "37": ["the file system has no locks to give", "choose another directory"],
  "122": ["the disk quota is used up", "make room"],
};

/** What went wrong when something was done with a path; a `SnapshotError` goes through as it is. */
export function failure(
  what: string,
  path: string,
  cause: unknown,
): SnapshotError {
  if (cause instanceof SnapshotError) return cause;
  const [reason, remedy] = meaningOf(cause, path);
  const error = new SnapshotError(
    `Cannot ${what} "${path}": ${reason}${remedy === "" ? "" : `: ${remedy}`}`,
    { path, reason },
  );
  error.cause = cause;
  return error;
}

function meaningOf(
  cause: unknown,
  path: string,
): readonly [string, string] {
  if (!(cause instanceof Error)) return [String(cause), ""];
  const number = /\(os error (\d+)\)/.exec(cause.message)?.[1];
  if (number !== undefined && NUMBERS[number] !== undefined) {
    return NUMBERS[number];
  }
  if (cause.name === "NotCapable") return notGranted(cause, path);
  const known = MEANINGS.find(([name]) => name === cause.name);
  return known === undefined ? [cause.message, ""] : [known[1], known[2]];
}

/** A permission that Deno was not given; it says itself which one, and the flag for it. */
function notGranted(
  { message }: Error,
  path: string,
): readonly [string, string] {
  const needed = /^Requires (\S+ access to ".+?")/.exec(message)?.[1];
  const flag = /--allow-\w+/.exec(message)?.[0];
  const remedy = needed === undefined ? "grant it" : `grant ${needed}`;
  return [
    "Deno was not given the permission",
    flag === undefined ? remedy : `${remedy} by ${flag}=${path}`,
  ];
}

/** What is wrong with the contents of a file. */
export function damage(
  path: string,
  offset: number,
  reason: string,
): DamageError {
  return new DamageError(
    `Cannot read the snapshot "${path}": at byte ${offset}: ${reason}: restore an older epoch, or this file from a copy`,
    { path, offset, reason },
  );
}

/** Says of a damaged file that it was set aside. */
export function asideError(
  { path, offset, reason }: DamageError,
  aside: string,
): DamageError {
  return new DamageError(
    `Cannot read the snapshot "${path}": at byte ${offset}: ${reason}: it was renamed to "${aside}", and counts no longer: bring it back from a copy, if need be`,
    { path, offset, reason },
  );
}
