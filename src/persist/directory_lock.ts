/**
 * The lock of a directory: the directory belongs to one map of one process as long as somebody
 * writes there.
 *
 * It is a lock of the system on the file `epochmap.lock`. It belongs to the open file, and ends
 * with the thread that opened it, however that ends. Every thread that writes, or stands by to
 * write, opens the file and holds the lock for itself, *shared* with the other threads of its map.
 * So nothing has to be handed over when the worker that writes ends or dies: those that stand by
 * have the lock already, and one of them goes on writing. The lock is free only when the last of
 * them is gone. (A `SnapshotWriter` has no thread that stands by: if its worker dies, the directory
 * is free for the second that it takes to replace it.)
 *
 * A note in the file says which map has the directory: a thread that holds the lock shared, while
 * the note names its map, owns it. The note is written only under the exclusive lock, which nobody
 * gets while anybody holds it shared. It stays when all are gone: if a thread of that map comes
 * back and finds it, nobody else was there meanwhile. A death or a loss of power may tear it: then
 * it names no map.
 *
 * This module never removes the file. Another thread may have opened it already, and would lock a
 * file that has no name any more, while a third one locks the next file of this name. If the user
 * removes it, or the whole directory, that can happen. So at each epoch a writer checks whether the
 * file that it holds still has its name; if not, it takes the lock anew. A map that was restored
 * from the directory does so only if the newest epoch in it is its own: another map may have had
 * the directory meanwhile.
 *
 * Reading needs no lock: complete epochs do not change.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";
import { sleep, timers } from "../timers.ts";
import { failure } from "./fs_error.ts";
import * as files from "./files.ts";
import { OpenFile } from "./files.ts";

const NAME = "epochmap.lock";
/** Between two tries, in milliseconds. */
const AGAIN_MS = 20;
/**
 * The least time to wait, in milliseconds: a thread that was told to end may still be there.
 */
export const DYING_MS = 500;
/** Bytes that are read of a note. */
const MOST_BYTES = 1024;

/** Who has a directory. */
interface Note {
  map: string;
  pid: number;
  since: string;
}

/** How a directory is taken. */
export interface Taking {
  /** For how long to wait, in milliseconds. */
  ms?: number;
  /** Whether the one that has it is about to leave: then the time does not count. */
  isLeaving?: () => Promise<boolean>;
  /**
   * Called before a directory is noted as the map's, if it was not before, while nobody else can do
   * that. Throws if the map must not have it. The note is not written then, as the next try would
   * believe it.
   */
  check?: () => void;
}

/** One thread's share in the lock of a directory. */
export class DirectoryLock implements Disposable {
  readonly #file: OpenFile;

  private constructor(file: OpenFile) {
    this.#file = file;
  }

  /**
   * Takes the lock of an existing directory for a map, by the id of its segment. Throws
   * `SnapshotError`, which says who has it, or why it cannot be taken; or what `check` throws.
   */
  static async take(
    directory: string,
    map: string,
    { ms = DYING_MS, isLeaving, check = () => {} }: Taking = {},
  ): Promise<DirectoryLock> {
    let until = timers.elapsed() + ms;
    for (;;) {
      const lock = await DirectoryLock.#tryTake(directory, map, check);
      if (lock !== undefined) return lock;
      if (await isLeaving?.()) until = timers.elapsed() + ms;
      else if (timers.elapsed() >= until) throw inUse(directory);
      await sleep(AGAIN_MS);
    }
  }

  static async #tryTake(
    directory: string,
    map: string,
    check: () => void,
  ): Promise<DirectoryLock | undefined> {
    let file: OpenFile | undefined;
    let isOurs = false;
    try {
      const path = pathIn(directory);
      if (!files.exists(path)) check(); // else the file is a change already
      file = OpenFile.open(path, {
        read: true,
        write: true,
        create: true,
      });
      isOurs = await isClaimed(file, map, check);
      return isOurs ? new DirectoryLock(file) : undefined;
    } catch (cause) {
      throw failure("lock the directory", directory, cause);
    } finally {
      if (!isOurs) file?.close();
    }
  }

  /** Whether it still keeps others out: the file was not removed. */
  get isGood(): boolean {
    return this.#file.hasItsName;
  }

  /** Gives it back; a second call does nothing. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function pathIn(directory: string): string {
  return `${directory}/${NAME}`;
}

/** Locks the file for a map; returns whether it belongs to that map now. */
async function isClaimed(
  file: OpenFile,
  map: string,
  check: () => void,
): Promise<boolean> {
  if (!file.tryLock("shared")) return false; // somebody writes the note
  if (isNotedFor(file, map)) return file.hasItsName;
  file.unlock();
  if (!file.tryLock("exclusive")) return false;
  check();
  file.truncate();
  file.seek(0);
  await file.write(noteFor(map));
  // An exclusive lock does not become a shared one in one step. Whether somebody was faster, the
  // note says.
  file.unlock();
  return file.tryLock("shared") && isNotedFor(file, map) && file.hasItsName;
}

function isNotedFor(file: OpenFile, map: string): boolean {
  return noteIn(file)?.map === map;
}

function noteFor(map: string): Uint8Array {
  const note: Note = {
    map,
    pid: Deno.pid,
    since: new Date().toISOString(),
  };
  return new TextEncoder().encode(`${JSON.stringify(note)}\n`);
}

/** The note of a file; undefined: there is none, or it is torn. */
function noteIn(file: OpenFile): Note | undefined {
  const bytes = new Uint8Array(MOST_BYTES);
  file.seek(0);
  const text = new TextDecoder().decode(bytes.subarray(0, file.read(bytes)));
  try {
    const { map, pid, since } = JSON.parse(text);
    const isWhole = typeof map === "string" && typeof pid === "number" &&
      typeof since === "string";
    return isWhole ? { map, pid, since } : undefined;
  } catch {
    return undefined; // torn: that is expected
  }
}

/** Who has a directory, as far as is known: it may just be changing hands. */
function noteOf(directory: string): Note | undefined {
  try {
    using file = OpenFile.open(pathIn(directory), { read: true });
    return noteIn(file);
  } catch {
    return undefined; // the error at hand is what matters
  }
}

function inUse(directory: string): SnapshotError {
  const note = noteOf(directory);
  const isHere = note?.pid === Deno.pid;
  const since = note === undefined ? "" : ` since ${note.since}`;
  const holder = isHere
    ? `another map of this program (process ${note!.pid}) has it${since}`
    : note === undefined
    ? "another process has it"
    : `process ${note.pid} has it${since}`;
  const remedy = isHere
    ? "give each map a directory of its own, or close the other one first"
    : "end that process, or wait for it with the option waitForLock of persist";
  return new SnapshotError(
    `Cannot write snapshots into "${directory}": ${holder}: ${remedy}`,
    {
      path: directory,
      reason: `in use by another ${isHere ? "map" : "process"}`,
    },
  );
}
