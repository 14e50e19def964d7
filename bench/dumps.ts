/**
 * What a dump costs those who write to a full map that evicts. `--help` says how it
 * is measured.
 */
import { SharedMap, SnapshotWriter } from "../mod.ts";
import { freshKey } from "./measure/fresh_keys.ts";
import { formatGoal } from "./measure/goal.ts";
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { summarize } from "./measure/statistics.ts";

const DEFAULTS = { mib: "64", rounds: "5" };

const HELP = `What a dump costs those who write to a full map that evicts.

  deno run --allow-read --allow-write bench/dumps.ts [options]

  --mib N     the size of the map (default 64)
  --rounds N  how often each is done, taking turns (default 5)

Sets new keys, with values of 500 characters, in turns: while a worker dumps all of
the map into a temporary directory, and for as long while it does not. Each set is
timed. None may fail.
`;

const MIB = 2 ** 20;
const VALUE = "x".repeat(500);
/** Before the event loop has a turn, in which the end of a dump is heard of. */
const BURST_MS = 5;
/** Full, and every part of it written to. */
const TURNOVER = 1.5;

/** Times sets, in microseconds. */
class Stopwatch {
  readonly #map: SharedMap<string, string>;
  #keys = 0;

  constructor(map: SharedMap<string, string>) {
    this.#map = map;
  }

  /** Sets new keys until `isOver`; what each took, in order of that. */
  async sets(isOver: () => boolean): Promise<Float64Array> {
    const times: number[] = [];
    while (!isOver()) {
      const end = performance.now() + BURST_MS;
      for (let now = performance.now(); now < end;) {
        this.#map.set(freshKey(this.#keys++), VALUE);
        const then = performance.now();
        times.push((then - now) * 1000);
        now = then;
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return Float64Array.from(times).sort();
  }
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)];
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const mib = wholeNumber("mib", options.mib, 2, 4096);
  const rounds = wholeNumber("rounds", options.rounds, 1, 1000);
  using map = SharedMap.create<string, string>({
    maxBytes: mib * MIB,
    onFull: "evict",
  });
  const stopwatch = new Stopwatch(map);
  await stopwatch.sets(() => map.stats().evicted > TURNOVER * map.size);
  const directory = Deno.makeTempDirSync();
  const writer = new SnapshotWriter(map, {
    directory,
    interval: 2 ** 30,
    keep: 1,
  });
  let restarts = 0;
  writer.onProgress = (progress) => {
    restarts = Math.max(restarts, progress.restarts);
  };
  const ratios: number[] = [];
  const [during, without]: number[][] = [[], []];
  try {
    await writer.write(); // starts the worker
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      let isDone = false;
      const dump = writer.write().finally(() => isDone = true);
      dump.catch(() => {}); // awaited below
      const beside = quantile(await stopwatch.sets(() => isDone), 0.99);
      await dump;
      const end = 2 * performance.now() - began;
      const alone = quantile(
        await stopwatch.sets(() => performance.now() > end),
        0.99,
      );
      ratios.push(beside / alone);
      during.push(beside);
      without.push(alone);
    }
  } finally {
    await writer.stop();
    Deno.removeSync(directory, { recursive: true });
  }
  const shown = (times: number[]) => `${summarize(times).median.toFixed(0)} µs`;
  console.log(formatGoal({
    what: "p99 of a set while a dump is under way, to without",
    goal: { atMost: 2 },
    measured: summarize(ratios),
    remark: `${shown(during)}, without ${
      shown(without)
    }; dumps begun again: ${restarts}`,
  }));
}

if (import.meta.main) await runCommand(main);
