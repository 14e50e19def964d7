/**
 * What a program does with a directory of epochs, step by step, and what it may find there
 * afterwards.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { SnapshotBuilder } from "../../src/persist/snapshot_builder.ts";
import { makeDirectory } from "../../src/persist/directory.ts";
import type { Series } from "../../src/persist/series.ts";
import { seriesOf, silent } from "../persist/series.ts";
import { NumberTrees } from "../testing/number_trees.ts";
import { Disk, type State } from "./disk.ts";
import * as system from "./system.ts";
import { use } from "./system.ts";

/** It is made by the first step, with all that is above it. */
export const DIRECTORY = "/home/data/epochs";

/** Small, so that there are many of them. */
const OPTIONS = { value: "number", maxBytes: 2 ** 20 } as const;

/** A program, and what it knows of its epochs. */
export class Program implements Disposable {
  /** What the map held at each try to write it. */
  readonly attempts: string[] = [];
  /** The last of these that was acknowledged; -1: none. */
  acknowledged = -1;
  readonly warnings: SnapshotError[] = [];
  #map: SharedMap<string, number> | undefined;
  #series: Series | undefined;

  /** What a restore may bring: what was acknowledged, or was tried to be written since. */
  allows(contents: string | undefined): boolean {
    if (contents === undefined) return this.acknowledged === -1;
    return this.attempts.indexOf(contents, Math.max(0, this.acknowledged)) >= 0;
  }

  /** The program begins, and restores what there is. */
  async begin(keep: number): Promise<void> {
    this[Symbol.dispose]();
    makeDirectory(DIRECTORY);
    const map = SharedMap.create<string, number>(OPTIONS);
    this.#map = map;
    const onWarning = (error: unknown) => {
      assert(error instanceof SnapshotError, `${error}`);
      this.warnings.push(error);
    };
    const info = await restoreSnapshot(map, DIRECTORY, { onWarning });
    const found = info && contentsOf(map);
    assert(this.allows(found), `${found} was restored`);
    this.#series = seriesOf(map, DIRECTORY, { keep, onWarning });
  }

  /** An epoch: a delta, if the one before allows it. */
  async write(): Promise<void> {
    this.#change();
    await this.#series!.write(silent);
    this.acknowledged = this.attempts.length - 1;
  }

  /** A full epoch. */
  async writeFull(): Promise<void> {
    this.#series!.end();
    await this.write();
  }

  /** A full epoch by itself. */
  async writeOne(): Promise<void> {
    this.#change();
    await writeSnapshot(this.#map!, DIRECTORY);
    this.acknowledged = this.attempts.length - 1;
  }

  /** An epoch that is made of entries. */
  async build(): Promise<void> {
    this.#change(false);
    const builder = new SnapshotBuilder({
      keyCodec: "string",
      valueCodec: "number",
    });
    for (const [key, value] of this.#map!) {
      builder.add({ key, value, expiry: Infinity });
    }
    await builder.write({ directory: DIRECTORY, compression: "none" });
    this.acknowledged = this.attempts.length - 1;
  }

  /** Another process removes the directory, with all that was acknowledged, and makes a new one. */
  replaceDirectory(): Promise<void> {
    this.acknowledged = -1;
    system.removeSync(DIRECTORY);
    system.mkdirSync(DIRECTORY);
    return Promise.resolve();
  }

  #change(hasTree = true): void {
    const map = this.#map!;
    const n = this.attempts.length;
    map.set("last", n).set(`key ${n}`, n);
    map.delete(`key ${n - 2}`);
    if (hasTree) this.#changeTree(n);
    else map.delete(TREE);
    this.attempts.push(contentsOf(map));
  }

  /** So that a delta has a node or two of a structure, and its base the others. */
  #changeTree(n: number): void {
    const trees = treesOf(this.#map!);
    if (trees.read(TREE) === undefined) {
      trees.put(TREE, { lists: [[1, 2, 3, 4, 5, 6, 7, 8, 9]], label: "" });
    }
    trees.set(TREE, 0, n % 9, n);
  }

  [Symbol.dispose](): void {
    this.#map?.close();
    this.#map = undefined;
  }
}

const TREE = "a tree";

function treesOf(map: SharedMap<string, number>): NumberTrees<string> {
  return new NumberTrees(attachmentOf(map), "string");
}

function contentsOf(map: SharedMap<string, number>): string {
  const trees = treesOf(map);
  const entries = [...map.keys()].sort()
    .map((key) => [key, trees.read(key) ?? map.get(key)]);
  return JSON.stringify(entries);
}

/** What a restore brings from a disk; undefined: nothing. */
export async function restored(disk: Disk): Promise<string | undefined> {
  use(disk);
  using map = SharedMap.create<string, number>(OPTIONS);
  return await restoreSnapshot(map, DIRECTORY) && contentsOf(map);
}

/** One thing that the program does. */
export type Step = (program: Program) => Promise<void>;

/** What a scenario begins with. */
export interface Setup {
  disk: Disk;
  /** What the program knows of what is on the disk. */
  program: Program;
}

/** What a program does, and on which disk. */
export interface Scenario {
  name: string;
  setup: () => Promise<Setup>;
  steps: Step[];
  /** What is not to be lost, whatever happens: the contents of a file that was damaged. */
  damaged?: string;
  /** Whether each of its syncs is needed: an acknowledged epoch is lost without it. */
  isProof?: boolean;
}

const begin = (keep: number): Step => (program) => program.begin(keep);
const write: Step = (program) => program.write();
const full: Step = (program) => program.writeFull();
const one: Step = (program) => program.writeOne();
/** Done by somebody else: what fails of it is not ours. */
export const replaceDirectory: Step = (program) => program.replaceDirectory();
const build: Step = (program) => program.build();

/** A disk on which something was done before, none of it durable. */
function fresh(before: (disk: Disk) => void = () => {}): () => Promise<Setup> {
  return () => {
    const disk = new Disk();
    use(disk);
    before(disk);
    return Promise.resolve({ disk, program: new Program() });
  };
}

/** A disk on which an earlier program wrote some epochs, and something changed them then. */
function used(
  steps: Step[],
  tamper: (files: Record<string, string>) => void = () => {},
): () => Promise<Setup> {
  return async () => {
    using before = new Program();
    const disk = new Disk();
    use(disk);
    for (const step of steps) await step(before);
    const tree = JSON.parse(disk.cut("all"));
    tamper(tree.home.data.epochs);
    const program = new Program();
    program.attempts.push(...before.attempts);
    program.acknowledged = before.acknowledged;
    return { disk: Disk.of(JSON.stringify(tree)), program };
  };
}

function nameOf(epoch: number): string {
  return `${String(epoch).padStart(12, "0")}.epochmap`;
}

/** What became of an epoch that no step may lose. */
const RUBBISH = "00".repeat(500);

/** What is searched. */
export const SCENARIOS: Scenario[] = [
  {
    name: "a first start",
    setup: fresh(),
    steps: [begin(3), write],
    isProof: true,
  },
  {
    name: "a first start after one that was killed early",
    setup: fresh((disk) => disk.mkdir("/home")),
    steps: [begin(3), write],
    isProof: true,
  },
  {
    name: "a first start after one that was killed late",
    setup: fresh(() => makeDirectory(DIRECTORY)),
    steps: [begin(3), write],
    isProof: true,
  },
  {
    name: "a full epoch and deltas",
    setup: fresh(),
    steps: [begin(3), write, write, write],
    isProof: true,
  },
  {
    name: "a directory that is replaced by another",
    setup: fresh(),
    steps: [begin(3), write, write, replaceDirectory, write, write],
  },
  {
    name: "retention",
    setup: fresh(),
    steps: [begin(1), write, write, full, full, write, full],
  },
  {
    name: "a restart",
    setup: used([begin(2), write, write, write]),
    steps: [begin(2), write, write, full, full],
  },
  {
    name: "a restart after an interrupted write",
    setup: used([begin(2), write, write], (files) => {
      files[`${nameOf(3)}.part`] = files[nameOf(2)].slice(0, 100);
    }),
    steps: [begin(2), write, write],
  },
  {
    name: "a restart beside a damaged epoch",
    setup: used([begin(9), full, full, write, full], (files) => {
      files[nameOf(2)] = RUBBISH;
    }),
    steps: [begin(2), full, full, write],
    damaged: RUBBISH,
  },
  {
    name: "an epoch that is made of entries",
    setup: fresh(),
    steps: [begin(1), build],
    isProof: true,
  },
  {
    name: "epochs by themselves",
    setup: fresh(),
    steps: [begin(1), one, build, one],
  },
];

/**
 * Restarts a program on what a loss of power left, and lets it go on; returns what the disk
 * holds then.
 */
export async function goOn(program: Program, state: State): Promise<State> {
  const disk = Disk.of(state);
  use(disk);
  const { acknowledged, attempts } = program;
  using next = new Program();
  next.attempts.push(...attempts);
  next.acknowledged = acknowledged;
  await next.begin(2); // which looks at what it restores
  await next.write();
  for (const left of ["all", "none"] as const) {
    const found = await restored(Disk.of(disk.cut(left)));
    assertEquals(found, next.attempts.at(-1), "after it went on");
  }
  return disk.cut("all");
}
