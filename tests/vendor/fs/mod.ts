/**
 * Stands in for `@std/fs`: folders and their contents, without the synchronous
 * twins and without following links, which nothing here uses.
 *
 * @module
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface ExistsOptions {
  /** The path must be a folder, or a link to one. */
  isDirectory?: boolean;
  /** The path must be a file, or a link to one. */
  isFile?: boolean;
}

export interface WalkEntry extends Deno.DirEntry {
  path: string;
}

export interface WalkOptions {
  /** How many folders deep to go; 0 is the root alone. */
  maxDepth?: number;
  includeFiles?: boolean;
  includeDirs?: boolean;
  includeSymlinks?: boolean;
  /** Endings of which a path must have one, with or without their dot. */
  exts?: string[];
  /** Patterns of which a path must match one. */
  match?: RegExp[];
  /** Patterns of which a path must match none; a folder that does is not entered. */
  skip?: RegExp[];
}

/** Makes the folder, and those above it, unless it is there. */
export async function ensureDir(dir: string | URL): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
}

/** Makes the folder, or removes what is in it. */
export async function emptyDir(dir: string | URL): Promise<void> {
  await ensureDir(dir);
  for await (const { name } of Deno.readDir(dir)) {
    await Deno.remove(join(pathOf(dir), name), { recursive: true });
  }
}

export async function exists(
  path: string | URL,
  { isDirectory = false, isFile = false }: ExistsOptions = {},
): Promise<boolean> {
  if (isDirectory && isFile) {
    throw new TypeError("isDirectory and isFile must not be true together");
  }
  try {
    const stat = await Deno.stat(path);
    return (!isDirectory || stat.isDirectory) && (!isFile || stat.isFile);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The root and all that is below it, a folder before what it holds. */
export async function* walk(
  root: string | URL,
  options: WalkOptions = {},
): AsyncIterableIterator<WalkEntry> {
  const path = pathOf(root);
  const { isFile, isDirectory, isSymlink } = await Deno.lstat(path);
  const name = basename(path);
  yield* walkFrom({ path, name, isFile, isDirectory, isSymlink }, options);
}

async function* walkFrom(
  entry: WalkEntry,
  options: WalkOptions,
): AsyncIterableIterator<WalkEntry> {
  const { maxDepth = Infinity, skip } = options;
  if (maxDepth < 0) return;
  if (isWanted(entry, options)) yield entry;
  const entered = entry.isDirectory && maxDepth > 0 &&
    !skip?.some((pattern) => entry.path.match(pattern));
  if (!entered) return;
  for await (const child of Deno.readDir(entry.path)) {
    const path = join(entry.path, child.name);
    yield* walkFrom({ ...child, path }, { ...options, maxDepth: maxDepth - 1 });
  }
}

function isWanted(entry: WalkEntry, options: WalkOptions): boolean {
  const { includeFiles = true, includeDirs = true, includeSymlinks = true } =
    options;
  const { exts, match, skip } = options;
  const kind = entry.isSymlink
    ? includeSymlinks
    : entry.isDirectory
    ? includeDirs
    : includeFiles;
  const { path } = entry;
  return kind &&
    (exts?.some((ext) => path.endsWith(`.${ext.replace(/^\./, "")}`)) ??
      true) &&
    (match?.some((pattern) => path.match(pattern)) ?? true) &&
    !(skip?.some((pattern) => path.match(pattern)) ?? false);
}

function pathOf(path: string | URL): string {
  return path instanceof URL ? fileURLToPath(path) : path;
}
