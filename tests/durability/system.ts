/**
 * The file system that `src/persist/` sees in these tests: `instrumented.json` puts this
 * module in the place of `src/persist/system.ts`. What it does is done by the disk at hand.
 *
 * @module
 */
import type * as real from "../../src/persist/system.ts";
import type { Disk } from "./disk.ts";

let disk: Disk | undefined;

/** From now on all calls go to this disk. */
export function use(other: Disk): void {
  disk = other;
}

function current(): Disk {
  if (disk === undefined) throw new Error("no disk is in use");
  return disk;
}

export const openSync: typeof real.openSync = (path, options) =>
  current().open(path, options);
export const readDirSync: typeof real.readDirSync = (path) =>
  current().readDir(path);
export const statSync: typeof real.statSync = (path) => current().stat(path);
export const lstatSync: typeof real.lstatSync = statSync;
export const renameSync: typeof real.renameSync = (from, to) =>
  current().rename(from, to);
export const removeSync: typeof real.removeSync = (path) =>
  current().remove(path);
export const mkdirSync: typeof real.mkdirSync = (path) => current().mkdir(path);
export const realPathSync: typeof real.realPathSync = (path) => path;
export const isAllowedSync: typeof real.isAllowedSync = () => true;
