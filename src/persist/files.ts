/**
 * Files and directories as this layer uses them: a call that a signal interrupts is made again, and
 * writes are complete.
 *
 * What is durable: the contents of a file once `sync` has returned; a name that was made, removed
 * or changed once `syncDirectory` of its directory has returned. Before that a loss of power may
 * leave any part of it done or undone, in any order; but a rename is done as a whole or not at all.
 * If `sync` fails, what was written is lost, even if a later `sync` succeeds: such a file is given
 * up.
 *
 * Errors are the system's own; `fs_error.ts` turns them into errors for users.
 *
 * @module
 */

import { dirname, join } from "node:path";
import * as system from "./system.ts";
import type { SystemFile } from "./system.ts";

/** Does it until no signal interrupts it. */
function uninterrupted<T>(call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!isInterruption(error)) throw error;
    }
  }
}

/** Likewise, for what is awaited. */
async function uninterruptedly<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isInterruption(error)) throw error;
    }
  }
}

function isInterruption(error: unknown): boolean {
  return error instanceof Deno.errors.Interrupted;
}

/** An open file. */
export class OpenFile implements Disposable {
  readonly path: string;
  readonly #file: SystemFile;
  #isClosed = false;

  private constructor(path: string, file: SystemFile) {
    this.path = path;
    this.#file = file;
  }

  /** Opens a file. */
  static open(path: string, options: Deno.OpenOptions): OpenFile {
    const file = uninterrupted(() => system.openSync(path, options));
    return new OpenFile(path, file);
  }

  /** Its length in bytes. */
  get size(): number {
    return uninterrupted(() => this.#file.statSync()).size;
  }

  /** Goes to a place: the next read or write begins there. */
  seek(offset: number): void {
    uninterrupted(() => this.#file.seekSync(offset, Deno.SeekMode.Start));
  }

  /** Reads into `into` from the present place; returns how many bytes there were. */
  read(into: Uint8Array): number {
    let at = 0;
    while (at < into.length) {
      const read = uninterrupted(() => this.#file.readSync(into.subarray(at)));
      if (read === null || read === 0) break;
      at += read;
    }
    return at;
  }

  /** Writes all the bytes at the place at hand. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await uninterruptedly(() => this.#file.write(bytes.subarray(at)));
    }
  }

  /** Cuts it to nothing. */
  truncate(): void {
    uninterrupted(() => this.#file.truncateSync(0));
  }

  /** Makes what was written durable. */
  async sync(): Promise<void> {
    await uninterruptedly(() => this.#file.sync());
  }

  /**
   * Takes the lock of the file, unless another file has it; a shared lock, unless another one has
   * it exclusively. It is held until it is given back, or the file is closed in any way.
   */
  tryLock(mode: "exclusive" | "shared" = "exclusive"): boolean {
    const isExclusive = mode === "exclusive";
    return uninterrupted(() => this.#file.tryLockSync(isExclusive));
  }

  /** Gives the lock back. */
  unlock(): void {
    uninterrupted(() => this.#file.unlockSync());
  }

  /** Waits for the lock of the file. */
  async lock(): Promise<void> {
    await uninterruptedly(() => this.#file.lock(true));
  }

  /** Whether it is the one that bears its name now. */
  get hasItsName(): boolean {
    const own = uninterrupted(() => this.#file.statSync());
    let there;
    try {
      there = uninterrupted(() => system.lstatSync(this.path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    return there.ino === own.ino && there.dev === own.dev;
  }

  /** Closes it; a second call does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close(); // not begun again: the file is closed even if a signal interrupts it
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The names in a directory. */
export function namesIn(directory: string): string[] {
  return uninterrupted(() => [...system.readDirSync(directory)])
    .map(({ name }) => name);
}

/** What changes whenever somebody changes a file or puts another in its place. */
export function fingerprintOf(path: string): string {
  const { dev, ino, mtime, size } = uninterrupted(() => system.statSync(path));
  return `${dev} ${ino} ${size} ${mtime?.getTime()}`;
}

/** Whether a path leads to a directory. Throws if it leads nowhere. */
export function isDirectory(path: string): boolean {
  return uninterrupted(() => system.statSync(path)).isDirectory;
}

/** Whether anything bears a name. */
export function exists(path: string): boolean {
  try {
    uninterrupted(() => system.lstatSync(path));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Gives a file another name, in one step. */
export function rename(from: string, to: string): void {
  uninterrupted(() => system.renameSync(from, to));
}

/** Removes a file. */
export function remove(path: string): void {
  uninterrupted(() => system.removeSync(path));
}

/** The one true path of what a path leads to. */
export function realPath(path: string): string {
  return uninterrupted(() => system.realPathSync(path));
}

/** Makes what came, went or was renamed in a directory durable. */
export function syncDirectory(directory: string): void {
  if (Deno.build.os === "windows") return; // it cannot open directories, and does so by itself
  const file = uninterrupted(() => system.openSync(directory, { read: true }));
  try {
    uninterrupted(() => file.syncSync());
  } finally {
    file.close();
  }
}

/**
 * Makes the name of a directory durable, in the one above. If this program may not read that one,
 * the name stays as durable as it was.
 */
export function syncName(directory: string): void {
  const above = join(directory, "..");
  if (above === directory) return; // the root has no name
  if (!system.isAllowedSync("read", above)) return;
  try {
    syncDirectory(above);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

/**
 * Makes a directory and those above it. Each is made in one whose own name is durable, if this
 * program may use that one. So of an existing directory at most its own name is not durable, and
 * `syncName` mends that.
 */
export function makeDirectory(directory: string): void {
  if (isThere(directory)) return;
  const above = dirname(directory);
  const mayUse = above !== directory && system.isAllowedSync("read", above) &&
    system.isAllowedSync("write", above);
  if (mayUse) {
    makeDirectory(above);
    syncName(above);
  }
  uninterrupted(() => system.mkdirSync(directory));
}

function isThere(directory: string): boolean {
  if (!system.isAllowedSync("read", directory)) return false;
  try {
    return isDirectory(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
