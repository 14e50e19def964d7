/**
 * What `deno task soak` runs: one map, used in every way for as long as one likes,
 * by workers that are terminated and replaced all the time, while snapshots are
 * opened and epochs are written. Every few seconds it is checked.
 * `--help` says more.
 */
import { parseArgs } from "@std/cli/parse-args";
import {
  listSnapshots,
  SharedMap,
  SnapshotWriter,
  verifySnapshot,
} from "../../mod.ts";
import {
  type Assignment,
  ATTACHED,
  ATTACHING,
  CAUSE,
  checkText,
  counterOf,
  EFFECT,
  STARTING,
} from "./worker.ts";

const HELP =
  `Uses one map hard, for as long as one likes, and checks it meanwhile.

  deno task soak [--minutes N] [--workers N] [--mebibytes N]

  --minutes N    how long (default 5)
  --workers N    how many at a time (default: twice the processors)
  --mebibytes N  the size of the map (default 64)

Workers write, read and delete values that say whose they are; one is terminated
and replaced about every second. Each line of the report is a check of the whole:
acknowledged operations are there, no value is torn, every snapshot shows a cause
where it shows the effect, epochs on disk verify, memory does not grow. A worker
that dies before it has attached leaves nothing to recover: it is counted apart.
In the end all are terminated, and each that had attached must be recovered once.

Exit codes: 0 nothing was found, 1 something was, 2 the command line is wrong
`;

const CHECK_MS = 5_000;
const DEATH_MS = 1_000;
/** The dead are found within a second or two. */
const RECOVERY_MS = 60_000;

/** What a soak needs to know. */
interface Settings {
  readonly minutes: number;
  readonly workers: number;
  readonly mebibytes: number;
}

async function main(): Promise<number> {
  const args = parseArgs(Deno.args, {
    string: ["minutes", "workers", "mebibytes"],
    boolean: ["help"],
  });
  if (args.help) {
    console.log(HELP);
    return 0;
  }
  const settings: Settings = {
    minutes: Number(args.minutes ?? 5),
    workers: Number(args.workers ?? 2 * navigator.hardwareConcurrency),
    mebibytes: Number(args.mebibytes ?? 64),
  };
  const wrong = Object.entries(settings).find(([, value]) => !(value > 0));
  if (wrong !== undefined) {
    console.error(`--${wrong[0]} takes a number above 0: see --help`);
    return 2;
  }
  return await soak(settings);
}

/** The workers, each at its place; a place lives on when its worker is replaced. */
class Crew implements Disposable {
  readonly acknowledged: Int32Array<SharedArrayBuffer>;
  readonly #map: SharedMap<string, unknown>;
  readonly #workers: Worker[] = [];
  /** How far those have come who have these places, and those who were terminated. */
  readonly #living: Int32Array<SharedArrayBuffer>[] = [];
  readonly #dead: Int32Array<SharedArrayBuffer>[] = [];
  /** The first thing that a worker found. */
  finding: string | undefined;

  constructor(map: SharedMap<string, unknown>, count: number) {
    this.#map = map;
    this.acknowledged = new Int32Array(new SharedArrayBuffer(count * 4));
    for (let place = 0; place < count; place++) this.#start(place);
  }

  #start(place: number): void {
    const url = new URL("./worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      this.finding ??= event.message;
    };
    const { acknowledged } = this;
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const assignment: Assignment = {
      handle: this.#map.handle,
      acknowledged,
      place,
      progress,
    };
    worker.postMessage(assignment);
    this.#workers[place] = worker;
    this.#living[place] = progress;
  }

  /** Terminates one worker, and puts another in its place. */
  replaceOne(): void {
    const place = Math.floor(Math.random() * this.#workers.length);
    this.#end(place);
    this.#start(place);
  }

  #end(place: number): void {
    this.#workers[place].terminate();
    this.#dead.push(this.#living[place]);
  }

  /** How many were terminated. */
  get deaths(): number {
    return this.#dead.length;
  }

  /** How many of them came so far, and no further; some may still be on their way for a moment. */
  deathsWhile(progress: number): number {
    return this.#dead
      .filter((life) => Atomics.load(life, 0) === progress).length;
  }

  /** Terminates all, for good. */
  end(): void {
    for (const place of this.#workers.keys()) this.#end(place);
    this.#workers.length = 0;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

async function soak(settings: Settings): Promise<number> {
  const directory = new URL("./epochs/", import.meta.url);
  Deno.mkdirSync(directory, { recursive: true });
  using map = SharedMap.create<string, unknown>({
    maxBytes: settings.mebibytes * 2 ** 20,
  });
  const writer = new SnapshotWriter(map, { directory, interval: 3_000 });
  let finding: string | undefined;
  writer.onError = (error) => finding ??= error.message;
  try {
    await writer.start();
    using crew = new Crew(map, settings.workers);
    const killer = setInterval(() => crew.replaceOne(), DEATH_MS);
    const end = performance.now() + settings.minutes * 60_000;
    console.log(
      "    time       writes  entries  used MB  held  deaths  early  recovered  RSS MB  epoch",
    );
    while (performance.now() < end && finding === undefined) {
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
      finding ??= crew.finding ?? check(map, crew) ??
        await checkDisk(directory);
      report(map, crew, writer, end);
    }
    clearInterval(killer);
    await writer.stop();
    finding ??= await awaitRecoveries(map, crew);
  } finally {
    await writer.stop();
    Deno.removeSync(directory, { recursive: true });
  }
  console.log(finding ? `\nFOUND: ${finding}` : "\nNothing was found.");
  return finding === undefined ? 0 : 1;
}

/** Checks the map; returns what is wrong. */
function check(
  map: SharedMap<string, unknown>,
  { acknowledged }: Crew,
): string | undefined {
  for (const place of acknowledged.keys()) {
    const least = Atomics.load(acknowledged, place);
    const there = Number(map.get(counterOf(place)) ?? 0);
    if (there < least) {
      return `${counterOf(place)} is ${there}, of ${least} acknowledged`;
    }
  }
  using snapshot = map.snapshot();
  for (const place of acknowledged.keys()) {
    const cause = Number(snapshot.get(CAUSE(place)) ?? 0);
    const effect = Number(snapshot.get(EFFECT(place)) ?? 0);
    if (effect > cause) return `effect ${effect} has only the cause ${cause}`;
  }
  try {
    for (const [key, value] of snapshot) {
      if (key.startsWith("key:")) checkText(key, value);
    }
  } catch (error) {
    return (error as Error).message;
  }
}

/** Terminates all workers, and waits until they are recovered; returns what is wrong. */
async function awaitRecoveries(
  map: SharedMap<string, unknown>,
  crew: Crew,
): Promise<string | undefined> {
  crew.end();
  const end = performance.now() + RECOVERY_MS;
  while (map.stats().participants > 1 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { participants, recoveries } = map.stats();
  const [early, halfway, late] = [STARTING, ATTACHING, ATTACHED]
    .map((progress) => crew.deathsWhile(progress));
  const sum = `${crew.deaths} deaths: ${early} before attach(), ${halfway} ` +
    `in it, ${late} after it. ${recoveries} were recovered.`;
  console.log(`\n${sum}`);
  if (participants > 1) {
    return `${participants - 1} of the dead are still there`;
  }
  const isTrue = late <= recoveries && recoveries <= late + halfway;
  return isTrue ? undefined : `not each death was recovered once: ${sum}`;
}

/** Verifies the last epoch, unless it was removed meanwhile. */
async function checkDisk(directory: URL): Promise<string | undefined> {
  const newest = (await listSnapshots(directory)).at(0);
  if (newest === undefined) return undefined;
  try {
    await verifySnapshot(newest.path);
  } catch (error) {
    const { cause, message } = error as Error;
    if (!(cause instanceof Deno.errors.NotFound)) return message;
  }
}

function report(
  map: SharedMap<string, unknown>,
  crew: Crew,
  writer: SnapshotWriter,
  end: number,
): void {
  const stats = map.stats();
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  const cells: [string | number, number][] = [
    [`${left} s left`, 10],
    [stats.sets.toLocaleString("en-US"), 12],
    [stats.entries, 8],
    [(stats.usedBytes / 1e6).toFixed(1), 8],
    [stats.heldVersions, 5],
    [crew.deaths, 7],
    [crew.deathsWhile(STARTING), 6],
    [stats.recoveries, 10],
    [(Deno.memoryUsage().rss / 1e6).toFixed(0), 7],
    [writer.stats.lastEpoch, 6],
  ];
  console.log(
    cells.map(([cell, width]) => `${cell}`.padStart(width)).join(" "),
  );
}

if (import.meta.main) Deno.exit(await main());
