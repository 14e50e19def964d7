/**
 * The calls of the file system that this layer makes, one to one: no other file of it makes any.
 *
 * `files.ts` says what may be relied on. The tests swap this module for a file system in memory
 * that loses power, or fails, at any of these calls.
 *
 * @module
 */

/** What is asked about a file. */
export type Facts = Pick<
  Deno.FileInfo,
  "dev" | "ino" | "isDirectory" | "mtime" | "size"
>;

/** What is done with an open file. */
export interface SystemFile extends
  Pick<
    Deno.FsFile,
    | "close"
    | "lock"
    | "readSync"
    | "seekSync"
    | "sync"
    | "syncSync"
    | "truncateSync"
    | "tryLockSync"
    | "unlockSync"
    | "write"
  > {
  statSync(): Facts;
}

/** Opens a file, or a directory to make its names durable. */
export function openSync(path: string, options: Deno.OpenOptions): SystemFile {
  return Deno.openSync(path, options);
}

/** The names in a directory, in any order. */
export function readDirSync(path: string): Iterable<{ name: string }> {
  return Deno.readDirSync(path);
}

/** What a path leads to. */
export function statSync(path: string): Facts {
  return Deno.statSync(path);
}

/** What has a name: the link itself, if it is one. */
export function lstatSync(path: string): Facts {
  return Deno.lstatSync(path);
}

/** Gives a file another name; the file that had this name is gone. */
export function renameSync(from: string, to: string): void {
  Deno.renameSync(from, to);
}

/** Removes a file. */
export function removeSync(path: string): void {
  Deno.removeSync(path);
}

/** Makes a directory, and those above it that are missing; it may be there already. */
export function mkdirSync(path: string): void {
  Deno.mkdirSync(path, { recursive: true });
}

/** The absolute path without links and dots. */
export function realPathSync(path: string): string {
  return Deno.realPathSync(path);
}

/** Whether this program has a permission; the user is not asked for it. */
export function isAllowedSync(name: "read" | "write", path: string): boolean {
  return Deno.permissions.querySync({ name, path }).state === "granted";
}
