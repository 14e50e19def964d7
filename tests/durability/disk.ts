/**
 * A file system in memory, of which a loss of power leaves what POSIX promises and no
 * more.
 *
 * These are pending: bytes that were written to a file since its last sync, and names
 * that were added, removed or changed in a directory since its last sync. Each name, and
 * each block of bytes, may be on the medium or not, independently of the others. A block
 * may hold rubbish if the file was extended before its bytes were written. A rename is
 * one step.
 *
 * @module
 */
import type { Facts, SystemFile } from "../../src/persist/system.ts";
import type { Random } from "../testing/random.ts";

/**
 * A power cut leaves whole blocks of so many bytes; real ones are larger, and so are real
 * files.
 */
const BLOCK = 64;

/** What is asked of the system, by the names of its calls. */
export type Call =
  | "open"
  | "create"
  | "stat"
  | "readDir"
  | "read"
  | "write"
  | "truncate"
  | "seek"
  | "sync"
  | "syncDirectory"
  | "lock"
  | "rename"
  | "remove"
  | "mkdir";

/** What is done at a call, before it: it may throw in its place. */
export type OnCall = (call: Call, path: string) => void;

/**
 * How much of what is pending in a file is on the medium: nothing, all, or some blocks of
 * it, and rubbish in others.
 */
export type Luck = "none" | "all" | Random;

type NameChange =
  | { kind: "link"; name: string; node: Node }
  | { kind: "rename"; from: string; to: string; node: Node }
  | { kind: "unlink"; name: string };

type Node = FileNode | DirectoryNode;

class FileNode {
  bytes = new Uint8Array();
  /** As of the last sync. */
  durable = new Uint8Array();
  /**
   * Whether a sync failed: what was written until then never comes to the medium, though
   * later ones succeed.
   */
  isLost = false;
  lock: OpenNode | undefined;
  shared = new Set<OpenNode>();
  changed = 0;

  /** What is on the medium after a loss of power. */
  after(luck: Luck): Uint8Array<ArrayBuffer> {
    if (luck === "none") return this.durable.slice();
    if (luck === "all") return this.bytes.slice();
    const [old, now] = [this.durable, this.bytes];
    const result = (luck.chance(0.5) ? now : old).slice();
    for (let at = 0; at < result.length; at += BLOCK) {
      const end = Math.min(result.length, at + BLOCK);
      const block = result.subarray(at, end).fill(luck.pick([0, 0xa5]));
      const from = luck.pick([old, now, undefined]);
      if (from === undefined && at >= old.length) continue; // rubbish
      block.set((from ?? old).subarray(at, end));
    }
    return result;
  }
}

class DirectoryNode {
  names = new Map<string, Node>();
  durable = new Map<string, Node>();
  pending: NameChange[] = [];

  change(change: NameChange): void {
    apply(this.names, change);
    this.pending.push(change);
  }

  sync(): void {
    this.durable = new Map(this.names);
    this.pending = [];
  }
}

function apply(names: Map<string, Node>, change: NameChange): void {
  if (change.kind === "unlink") {
    names.delete(change.name);
  } else if (change.kind === "link") {
    names.set(change.name, change.node);
  } else {
    if (names.get(change.from) === change.node) names.delete(change.from);
    names.set(change.to, change.node);
  }
}

/** What a loss of power left, as text: equal ones are equal. */
export type State = string;

interface Tree {
  [name: string]: string | Tree;
}

/** Which of the changes of names are on the medium. */
type Chosen = (directory: DirectoryNode, index: number) => boolean;

let disks = 0;

/** A file system. */
export class Disk {
  readonly #number = ++disks;
  readonly #root = new DirectoryNode();
  readonly #inodes = new Map<Node, number>();
  #time = 0;
  /** Files that are open. */
  readonly openFiles = new Set<SystemFile>();
  onCall: OnCall = () => {};
  /** Whether a sync that is reported as done is done. */
  obeysSync: () => boolean = () => true;

  /** A disk on which all that a loss of power left is durable. */
  static of(state: State): Disk {
    const disk = new Disk();
    grow(disk.#root, JSON.parse(state));
    return disk;
  }

  /** The state that is left if nothing, or all, of what is pending is on the medium. */
  cut(luck: "none" | "all"): State {
    return this.#left(() => luck === "all", luck);
  }

  /** Calls back with states that a loss of power can leave now: all, if they are few. */
  cuts(random: Random, most: number, visit: (state: State) => void): void {
    const places = new Map<DirectoryNode, number>();
    let count = 0;
    for (const directory of directoriesIn(this.#root)) {
      places.set(directory, count);
      count += directory.pending.length;
    }
    const isFew = 2 ** count <= most;
    for (let i = 0; i < Math.min(2 ** count, most); i++) {
      const bits = isFew ? i : random.word();
      const chosen: Chosen = (directory, index) =>
        (bits >>> ((places.get(directory)! + index) % 32) & 1) !== 0;
      for (const luck of ["none", "all", random, random] as const) {
        visit(this.#left(chosen, luck));
      }
    }
  }

  #left(chosen: Chosen, luck: Luck): State {
    return JSON.stringify(treeOf(this.#root, chosen, luck));
  }

  open(path: string, options: Deno.OpenOptions): SystemFile {
    const isNew = options.createNew === true || options.create === true;
    this.onCall(isNew ? "create" : "open", path);
    const [parent, name] = this.#place(path);
    let node = name === "" ? this.#root : parent.names.get(name);
    if (node !== undefined && options.createNew) throw exists();
    if (node === undefined) {
      if (!isNew) throw notFound();
      node = new FileNode();
      parent.change({ kind: "link", name, node });
    }
    if (node instanceof DirectoryNode && options.write) {
      throw new Deno.errors.IsADirectory("Is a directory (os error 21)");
    }
    if (options.truncate && node instanceof FileNode) {
      node.bytes = new Uint8Array();
    }
    const file = new OpenNode(this, path, node);
    this.openFiles.add(file);
    return file;
  }

  readDir(path: string): { name: string }[] {
    this.onCall("readDir", path);
    const node = this.#find(path);
    if (node instanceof FileNode) throw notADirectory();
    return [...node.names.keys()].map((name) => ({ name }));
  }

  stat(path: string): Facts {
    this.onCall("stat", path);
    return this.factsOf(this.#find(path));
  }

  rename(from: string, to: string): void {
    this.onCall("rename", from);
    const [parent, name] = this.#place(from);
    const [there, newName] = this.#place(to);
    const node = parent.names.get(name);
    if (node === undefined) throw notFound();
    if (parent !== there) throw new Error("not needed here");
    parent.change({ kind: "rename", from: name, to: newName, node });
  }

  remove(path: string): void {
    this.onCall("remove", path);
    const [parent, name] = this.#place(path);
    if (!parent.names.has(name)) throw notFound();
    parent.change({ kind: "unlink", name });
  }

  mkdir(path: string): void {
    const [parent, name] = this.#place(path);
    const there = parent.names.get(name);
    this.onCall("mkdir", path);
    if (there instanceof FileNode) throw exists();
    if (there !== undefined || name === "") return;
    parent.change({ kind: "link", name, node: new DirectoryNode() });
  }

  factsOf(node: Node): Facts {
    const ino = this.#inodes.get(node) ?? this.#inodes.size + 1;
    this.#inodes.set(node, ino);
    const isDirectory = node instanceof DirectoryNode;
    const size = isDirectory ? 0 : node.bytes.length;
    const mtime = new Date(isDirectory ? 0 : node.changed);
    return { dev: this.#number, ino, isDirectory, size, mtime };
  }

  /** Each change of a file has a time of its own. */
  now(): number {
    return ++this.#time;
  }

  #find(path: string): Node {
    const [parent, name] = this.#place(path);
    const node = name === "" ? parent : parent.names.get(name);
    if (node === undefined) throw notFound();
    return node;
  }

  /** The directory that a path leads to, and the last name; none for the root. */
  #place(path: string): [DirectoryNode, string] {
    const names = path.split("/").filter((name) => name !== "");
    const last = names.pop() ?? "";
    let node: Node | undefined = this.#root;
    for (const name of names) {
      if (node instanceof FileNode) throw notADirectory();
      node = node.names.get(name);
      if (node === undefined) throw notFound();
    }
    if (node instanceof FileNode) throw notADirectory();
    return [node, last];
  }
}

/** An open file. */
class OpenNode implements SystemFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #node: Node;
  #at = 0;

  constructor(disk: Disk, path: string, node: Node) {
    this.#disk = disk;
    this.#path = path;
    this.#node = node;
  }

  get #file(): FileNode {
    if (this.#node instanceof FileNode) return this.#node;
    throw new Deno.errors.IsADirectory("Is a directory (os error 21)");
  }

  statSync(): Facts {
    this.#disk.onCall("stat", this.#path);
    return this.#disk.factsOf(this.#node);
  }

  seekSync(offset: number | bigint): number {
    this.#disk.onCall("seek", this.#path);
    this.#at = Number(offset);
    return this.#at;
  }

  readSync(into: Uint8Array): number | null {
    this.#disk.onCall("read", this.#path);
    // A read may give less than was asked for.
    const most = Math.max(1, into.length >> 1);
    const bytes = this.#file.bytes.subarray(this.#at, this.#at + most);
    if (bytes.length === 0) return null;
    into.set(bytes);
    this.#at += bytes.length;
    return bytes.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    try {
      return Promise.resolve(this.#write(bytes));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A write may take less than it was given; one that fails may have taken some. */
  #write(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, Math.max(1, bytes.length >> 1));
    this.#put(taken.subarray(0, taken.length >> 1));
    this.#disk.onCall("write", this.#path);
    this.#put(taken);
    this.#at += taken.length;
    return taken.length;
  }

  #put(bytes: Uint8Array): void {
    const file = this.#file;
    const end = Math.max(file.bytes.length, this.#at + bytes.length);
    const longer = new Uint8Array(end);
    longer.set(file.bytes);
    longer.set(bytes, this.#at);
    file.bytes = longer;
    file.changed = this.#disk.now();
  }

  truncateSync(length = 0): void {
    this.#disk.onCall("truncate", this.#path);
    this.#file.bytes = this.#file.bytes.slice(0, length);
    this.#file.changed = this.#disk.now();
  }

  syncSync(): void {
    const node = this.#node;
    const isFile = node instanceof FileNode;
    try {
      this.#disk.onCall(isFile ? "sync" : "syncDirectory", this.#path);
    } catch (error) {
      if (isFile) node.isLost ||= !(error instanceof Deno.errors.Interrupted);
      throw error;
    }
    if (!this.#disk.obeysSync()) return;
    if (!isFile) node.sync();
    else if (!node.isLost) node.durable = node.bytes.slice();
  }

  sync(): Promise<void> {
    try {
      return Promise.resolve(this.syncSync());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryLockSync(exclusive = false): boolean {
    this.#disk.onCall("lock", this.#path);
    const file = this.#file;
    const others = [...file.shared].some((other) => other !== this);
    const isTaken = file.lock !== undefined && file.lock !== this;
    if (isTaken || (exclusive && others)) return false;
    this.#releaseHeld();
    if (exclusive) file.lock = this;
    else file.shared.add(this);
    return true;
  }

  lock(exclusive = false): Promise<void> {
    if (this.tryLockSync(exclusive)) return Promise.resolve();
    return Promise.reject(new Error("it would wait for ever"));
  }

  unlockSync(): void {
    this.#releaseHeld();
  }

  #releaseHeld(): void {
    if (!(this.#node instanceof FileNode)) return;
    if (this.#node.lock === this) this.#node.lock = undefined;
    this.#node.shared.delete(this);
  }

  close(): void {
    this.#releaseHeld();
    if (!this.#disk.openFiles.delete(this)) throw new Error("it is closed");
  }
}

function notFound(): Error {
  return new Deno.errors.NotFound("No such file or directory (os error 2)");
}

function notADirectory(): Error {
  return new Deno.errors.NotADirectory("Not a directory (os error 20)");
}

function exists(): Error {
  return new Deno.errors.AlreadyExists("File exists (os error 17)");
}

function* directoriesIn(directory: DirectoryNode): Generator<DirectoryNode> {
  yield directory;
  const nodes = new Set([
    ...directory.names.values(),
    ...directory.durable.values(),
  ]);
  for (const node of nodes) {
    if (node instanceof DirectoryNode) yield* directoriesIn(node);
  }
}

function treeOf(directory: DirectoryNode, chosen: Chosen, luck: Luck): Tree {
  const names = new Map(directory.durable);
  directory.pending.forEach((change, i) => {
    if (chosen(directory, i)) apply(names, change);
  });
  const tree: Tree = {};
  for (const name of [...names.keys()].sort()) {
    const node = names.get(name)!;
    tree[name] = node instanceof FileNode
      ? node.after(luck).toHex()
      : treeOf(node, chosen, luck);
  }
  return tree;
}

function grow(directory: DirectoryNode, tree: Tree): void {
  for (const [name, what] of Object.entries(tree)) {
    let node: Node;
    if (typeof what === "string") {
      node = new FileNode();
      node.bytes = Uint8Array.fromHex(what);
      node.durable = node.bytes.slice();
    } else {
      node = new DirectoryNode();
      grow(node, what);
    }
    directory.names.set(name, node);
  }
  directory.sync();
}
