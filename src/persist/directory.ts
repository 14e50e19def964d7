/**
 * The directory of epochs: names, what is complete, and how a file comes and goes.
 *
 * An epoch is written under a temporary name, made durable, and renamed; then the directory is made
 * durable. So a file whose name ends in `.epochmap` is complete; and once a write is acknowledged
 * the file stays, whatever happens to the process.
 *
 * ```text
 * 000000000042.epochmap           epoch 42
 * 000000000043.epochmap.part      epoch 43, being written
 * 000000000041.epochmap.damaged   epoch 41, which was found to be damaged and set aside
 * ```
 *
 * All other names are ignored. A damaged file is set aside by the writer of the directory: it gets
 * a new name, which is not that of an epoch, so it need not be skipped each time, and nothing
 * removes it. A file that is not understood, because its format is newer or its codecs are
 * different, stops the writer.
 *
 * The temporary file is made exclusively, which reserves its number among all writers, in this
 * process and others; and it is locked as long as its writer lives. A temporary file that nobody
 * has locked was left by an interrupted write: the next writer removes it.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { received, SnapshotError } from "../errors.ts";
import {
  asideError,
  damage,
  DamageError,
  failure,
  NotUnderstoodError,
} from "./fs_error.ts";
import { FileReader } from "./file_reader.ts";
import * as files from "./files.ts";
import { OpenFile } from "./files.ts";
import {
  type CodecNames,
  type Footer,
  type Header,
  samePair,
  type WordPair,
} from "./header.ts";

const SUFFIX = ".epochmap";
const PART = ".part";
const ASIDE = ".damaged";
const DIGITS = 12;
/** The greatest number: with one more digit the name would not be that of an epoch. */
const LAST_EPOCH = 10 ** 15 - 1;

/** One complete epoch. */
export interface SnapshotInfo {
  /** Its file. */
  path: string;
  /** Its number, which grows from epoch to epoch of a directory. */
  epoch: number;
  /** Entries of the map at that moment. */
  entries: number;
  /** The size of its file. */
  bytes: number;
  /** `"full"`, or `"delta"` if the file holds only what changed since the epoch `base`. */
  kind: "full" | "delta";
  /** The epoch that a delta builds on. */
  base?: number;
  /** When the snapshot was opened, in milliseconds since 1970. */
  time: number;
  /** Entries that the file itself holds; in a delta the changes, deletions included. */
  records: number;
}

/** A complete epoch as this module sees it. */
export interface EpochFile extends CodecNames {
  info: SnapshotInfo;
  id: WordPair;
  baseId: WordPair | undefined;
  /**
   * The hash seed of its map. A map that is made to restore the epoch takes it over.
   */
  seed: WordPair;
}

/** Whether a path leads to a directory. Throws `SnapshotError` if it leads nowhere. */
export function isDirectory(path: string): boolean {
  try {
    return files.isDirectory(path);
  } catch (cause) {
    throw failure("read", path, cause);
  }
}

/** The path of a directory that may be a URL. */
export function pathOf(directory: string | URL): string {
  if (typeof directory === "string" && directory !== "") {
    return directory.startsWith("file:") ? fromUrl(directory) : directory;
  }
  if (directory instanceof URL) return fromUrl(directory.href);
  throw new TypeError(
    `Cannot use the directory: it must be a path or a file URL: ${
      received(directory)
    }`,
  );
}

/**
 * The absolute path of a directory: for work that goes on after the call, when the program may have
 * changed its own directory.
 */
export function absolutePathOf(directory: string | URL): string {
  return resolve(pathOf(directory));
}

function fromUrl(href: string): string {
  const url = new URL(href);
  if (url.protocol !== "file:") {
    throw new TypeError(
      `Cannot use the directory: its URL must begin with file: received ${href}`,
    );
  }
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows"
    ? path.slice(1).replaceAll("/", "\\")
    : path;
}

function nameOf(epoch: number): string {
  return String(epoch).padStart(DIGITS, "0") + SUFFIX;
}

function join(directory: string, name: string): string {
  return /[/\\]$/.test(directory) ? directory + name : `${directory}/${name}`;
}

/** The number in a path that names an epoch as this module does; undefined for all others. */
export function epochOf(path: string): number | undefined {
  const [name, epoch] = partsOf(basename(path));
  return name === "" ? epoch : undefined;
}

/** The number in a name of this module's, and what follows the name of the epoch itself. */
function partsOf(name: string): [rest: string, epoch: number | undefined] {
  const [, digits, rest] = NAME.exec(name) ?? [];
  if (digits === undefined) return ["", undefined];
  const epoch = Number(digits);
  const isOwn = name === nameOf(epoch) + rest;
  return isOwn ? [rest, epoch] : ["", undefined];
}

const NAME = /^(\d{12,15})\.epochmap(|\.part|\.damaged(?:\.\d+)?)$/;

/** A name, and the number in it. */
interface Named {
  epoch: number;
  path: string;
}

/** The files of a directory by their names. */
interface Names {
  /** Epochs, the greatest number first. */
  complete: Named[];
  /** Unfinished ones. */
  parts: Named[];
  /** Those that were set aside. */
  aside: Named[];
}

function namesOf(directory: string): Names {
  const names: Names = { complete: [], parts: [], aside: [] };
  for (const name of files.namesIn(directory)) {
    const [rest, epoch] = partsOf(name);
    if (epoch === undefined) continue;
    const kind = rest === ""
      ? names.complete
      : rest === PART
      ? names.parts
      : names.aside;
    kind.push({ epoch, path: join(directory, name) });
  }
  names.complete.sort((a, b) => b.epoch - a.epoch);
  return names;
}

/**
 * The damaged files that were set aside in a directory. Throws `SnapshotError` if it cannot be
 * read.
 */
export function listAside(directory: string): string[] {
  try {
    return namesOf(directory).aside.map(({ path }) => path).sort();
  } catch (cause) {
    throw failure("list the snapshots in", directory, cause);
  }
}

/** What header and footer say about a file. */
export function describe(
  { header, footer, path, bytes }: {
    header: Header;
    footer: Pick<Footer, "entries" | "records">;
    path: string;
    bytes: number;
  },
): EpochFile {
  const info: SnapshotInfo = {
    path,
    epoch: header.epoch,
    entries: footer.entries,
    bytes,
    kind: header.base === undefined ? "full" : "delta",
    ...(header.base === undefined ? {} : { base: header.base.epoch }),
    time: header.time,
    records: footer.records,
  };
  const { base, id, keyCodec, seed, valueCodec } = header;
  return { info, id, baseId: base?.id, seed, keyCodec, valueCodec };
}

/**
 * All complete epochs of a directory, newest first. The errors of files that are damaged, or not
 * understood, go to `onDamage`. None if there is no such directory.
 */
export function listEpochs(
  directory: string,
  onDamage: (error: unknown) => void = () => {},
): EpochFile[] {
  let complete: Named[];
  try {
    ({ complete } = namesOf(directory));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw failure("list the snapshots in", directory, cause);
  }
  const epochs: EpochFile[] = [];
  for (const { epoch, path } of complete) {
    try {
      using reader = FileReader.open(path);
      if (reader.header.epoch !== epoch) {
        throw damage(
          path,
          40,
          `it is epoch ${reader.header.epoch} by its header`,
        );
      }
      epochs.push(describe(reader));
    } catch (error) {
      onDamage(error);
    }
  }
  return epochs;
}

/**
 * Checks that nothing in a directory is from a newer version of this module, or from a map with
 * other codecs; returns the complete epochs, newest first. Throws `SnapshotError`.
 */
export function checkUnderstood(
  directory: string,
  codecs: CodecNames,
): EpochFile[] {
  const all = listEpochs(directory, (error) => {
    if (error instanceof NotUnderstoodError) throw error;
  });
  for (const epoch of all) checkCodecs(epoch, epoch.info.path, codecs);
  return all;
}

/**
 * Checks the same, and that the newest epoch, if there is one, is of this map: it cannot go on from
 * one of another map. Throws `SnapshotError`.
 */
export function checkOwn(
  directory: string,
  map: CodecNames & { readonly seed: WordPair },
): void {
  const [newest] = checkUnderstood(directory, map);
  if (newest === undefined || samePair(newest.seed, map.seed)) return;
  throw new SnapshotError(
    `Cannot write snapshots into "${directory}": its newest epoch, ${newest.info.epoch}, is of another map, which had the directory meanwhile: put back what this map wrote, or move away what is there`,
    { path: directory, reason: "its epochs are of another map" },
  );
}

/** Checks that a file is from a map with these codecs. Throws `SnapshotError`. */
export function checkCodecs(
  file: CodecNames,
  path: string,
  { keyCodec, valueCodec }: CodecNames,
): void {
  if (file.keyCodec === keyCodec && file.valueCodec === valueCodec) return;
  throw new NotUnderstoodError(
    `Cannot use the snapshot "${path}": it was written from a map with the codecs "${file.keyCodec}" for keys and "${file.valueCodec}" for values, this one has "${keyCodec}" and "${valueCodec}": use a map with the same codecs, or another directory`,
    { path, reason: "other codecs" },
  );
}

/**
 * The complete snapshots of a directory, newest first. All that a delta builds on is there. Throws
 * `SnapshotError`.
 */
export function listComplete(directory: string): SnapshotInfo[] {
  const all = listEpochs(directory);
  return all.filter((epoch) => chainOf(epoch, all) !== undefined)
    .map((epoch) => epoch.info);
}

/** The files that lead to an epoch, the full one first; undefined if one is missing. */
export function chainOf(
  epoch: EpochFile,
  all: readonly EpochFile[],
): EpochFile[] | undefined {
  const chain = [epoch];
  for (let file = epoch; file.info.base !== undefined;) {
    const { base } = file.info;
    const before = all.find((other) => other.info.epoch === base);
    const fits = before !== undefined && base < file.info.epoch &&
      samePair(before.id, file.baseId!);
    if (!fits) return undefined;
    chain.unshift(before);
    file = before;
  }
  return chain;
}

/** An epoch that is being written. */
export class PartFile {
  readonly epoch: number;
  /** Under its temporary name. */
  readonly file: OpenFile;
  readonly #directory: string;

  private constructor(directory: string, epoch: number, file: OpenFile) {
    this.#directory = directory;
    this.epoch = epoch;
    this.file = file;
  }

  /**
   * Reserves the next number, or the one that is wanted. Throws `SnapshotError`. Nothing is written
   * or removed if the directory has a file that is not understood.
   */
  static create(
    directory: string,
    codecs: CodecNames,
    wanted?: number,
  ): PartFile {
    try {
      checkUnderstood(directory, codecs);
      const names = namesOf(directory);
      removeLeftovers(names.parts);
      for (let epoch = wanted ?? nextNumber(names);; epoch++) {
        if (epoch > LAST_EPOCH) refuseNumber(directory, epoch);
        const part = PartFile.#reserve(directory, epoch);
        if (part !== undefined) return part;
        if (wanted !== undefined) refuseNumber(directory, wanted);
      }
    } catch (cause) {
      throw failure("write a snapshot into", directory, cause);
    }
  }

  static #reserve(directory: string, epoch: number): PartFile | undefined {
    const path = join(directory, nameOf(epoch) + PART);
    let file: OpenFile;
    try {
      file = OpenFile.open(path, { write: true, createNew: true });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      throw error;
    }
    const part = new PartFile(directory, epoch, file);
    // In between, another writer may have taken the file for a leftover, or may have completed this
    // epoch.
    let isOurs = false;
    try {
      isOurs = tryLock(file) && file.hasItsName &&
        !files.exists(part.finalPath);
    } finally {
      if (!isOurs) part.discard();
    }
    return isOurs ? part : undefined;
  }

  /** The name of the complete epoch. */
  get finalPath(): string {
    return join(this.#directory, nameOf(this.epoch));
  }

  /** Gives the complete, durable file its name, durably. Throws `SnapshotError`. */
  publish(): void {
    try {
      files.rename(this.file.path, this.finalPath);
      files.syncDirectory(this.#directory);
    } catch (cause) {
      throw failure("name the snapshot", this.finalPath, cause);
    } finally {
      this.file.close();
    }
  }

  /** Removes the file, unless it was published. */
  discard(): void {
    try {
      if (this.file.hasItsName) files.remove(this.file.path);
    } catch {
      // The directory is gone, or belongs to another map: then the file is a leftover.
    }
    this.file.close();
  }
}

/** A name that no file has: what was set aside before keeps its own. */
function nextNumber({ complete, aside }: Names): number {
  const numbers = [...complete, ...aside].map(({ epoch }) => epoch);
  return Math.max(0, ...numbers) + 1;
}

function refuseNumber(directory: string, epoch: number): never {
  const path = join(directory, nameOf(epoch));
  throw new SnapshotError(
    epoch > LAST_EPOCH
      ? `Cannot write the snapshot "${path}": the numbers end at ${LAST_EPOCH}: use another directory`
      : `Cannot write the snapshot "${path}": there is such a file, or somebody is writing it: choose another number`,
    { path, reason: "the number is taken" },
  );
}

/** Where a file system has no locks, every file counts as locked by the one that asks. */
function tryLock(file: OpenFile): boolean {
  try {
    return file.tryLock();
  } catch {
    return true;
  }
}

/** Removes temporary files whose writers are gone. */
function removeLeftovers(parts: readonly Named[]): void {
  for (const { path } of parts) {
    try {
      using file = OpenFile.open(path, { read: true, write: true });
      // The name may belong to the file of a live writer by now. While this file is locked, and has
      // the name, nobody else changes that.
      if (file.tryLock() && file.hasItsName) files.remove(path);
    } catch {
      // Another writer was faster, or nothing can be done about it.
    }
  }
}

/**
 * Sets aside the file that an error is about, if it is damaged; returns the error to report. Throws
 * `SnapshotError`.
 */
export function tidied(error: SnapshotError): SnapshotError {
  if (!(error instanceof DamageError)) return error;
  return asideError(error, setAside(error.path!));
}

/**
 * Sets a damaged file aside, under a new name; returns its path. Throws `SnapshotError`.
 */
function setAside(path: string): string {
  try {
    for (let n = 1;; n++) {
      const aside = path + ASIDE + (n === 1 ? "" : `.${n}`);
      if (files.exists(aside)) continue;
      files.rename(path, aside);
      return aside;
    }
  } catch (cause) {
    throw failure("set aside the damaged snapshot", path, cause);
  }
}

/**
 * Makes the name of the directory itself durable, so that what is published in it is found again.
 * Does nothing if the epoch that was published last is still there: else somebody may have put
 * another directory in its place. Throws `SnapshotError`.
 */
export function settleDirectory(directory: string, published?: string): void {
  try {
    if (published !== undefined && files.exists(published)) return;
    files.syncName(directory);
  } catch (cause) {
    throw failure("make durable the directory", directory, cause);
  }
}

/** Makes a directory and those above it. Throws `SnapshotError`. */
export function makeDirectory(directory: string): void {
  try {
    files.makeDirectory(directory);
  } catch (cause) {
    throw failure("make the directory", directory, cause);
  }
}
