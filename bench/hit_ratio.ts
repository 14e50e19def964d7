/**
 * How much of what is asked for does a full map that evicts still have? `--help`
 * says how it is measured.
 */
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { Progress } from "./measure/progress.ts";
import { summarize } from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";
import { type Trace, tracesOf } from "./hit_ratio/traces.ts";

const ACCESSES = 600_000;
const ROUNDS = 5;
const MAX_BYTES = 2 ** 22;
const VALUE = "x".repeat(100);

const HELP = `Hit ratio: what a full map that evicts still has.

  git worktree add ../before COMMIT
  deno run --allow-read=.,../before bench/hit_ratio.ts --before ../before [options]

  --before PATH  a checkout of another version, to compare with (default: none)
  --accesses N   the length of each trace (default ${ACCESSES})
  --rounds N     how often each is measured (default ${ROUNDS})
  --seed N       of the traces (default 1)

A map of 4 MiB with values of 100 characters. Each access of a trace is a get,
and a set if that finds nothing. The figure is the share of gets that find
something: the median of the rounds, which differ in what the map itself leaves
to chance. Beside it, LRU with as many entries as the map holds at the end.
`;

/** What a run of one trace gave. */
interface Run {
  readonly ratio: number;
  readonly entries: number;
}

type Make = () => {
  readonly size: number;
  get(key: string): unknown;
  set(key: string, value: string): unknown;
  close(): void;
};

async function makeOf(checkout: string): Promise<Make> {
  const root = new URL(`file://${Deno.realPathSync(checkout)}/`);
  const { SharedMap } = await import(new URL("mod.ts", root).href);
  return () => SharedMap.create({ maxBytes: MAX_BYTES, onFull: "evict" });
}

function play(make: Make, { accesses }: Trace): Run {
  const map = make();
  let hits = 0;
  for (const access of accesses) {
    const key = `key:${access}`;
    if (map.get(key) !== undefined) hits++;
    else map.set(key, VALUE);
  }
  const entries = map.size;
  map.close();
  return { ratio: hits / accesses.length, entries };
}

/** The same by a list of the keys from the one that was asked for longest ago. */
function playLru({ accesses }: Trace, entries: number): number {
  const keys = new Set<number>();
  let hits = 0;
  for (const access of accesses) {
    if (keys.delete(access)) hits++;
    else if (keys.size >= entries) keys.delete(keys.values().next().value!);
    keys.add(access);
  }
  return hits / accesses.length;
}

function percent(ratios: readonly number[]): string {
  const { median, low, high } = summarize(ratios);
  const show = (ratio: number) => (100 * ratio).toFixed(2);
  return `${show(median)} [${show(low)}–${show(high)}]`;
}

if (import.meta.main) {
  await runCommand(async () => {
    const options = readOptions(Deno.args, {
      before: "",
      accesses: `${ACCESSES}`,
      rounds: `${ROUNDS}`,
      seed: "1",
    });
    if (options === undefined) return console.log(HELP);
    const accesses = wholeNumber("accesses", options.accesses, 1, 2 ** 24);
    const rounds = wholeNumber("rounds", options.rounds, 1, 1000);
    const seed = wholeNumber("seed", options.seed, 0, 2 ** 24);
    const here = new URL("..", import.meta.url).pathname;
    const checkouts = [here, ...options.before === "" ? [] : [options.before]];
    const makes = await Promise.all(checkouts.map(makeOf));
    const traces = tracesOf(seed, accesses);
    const progress = new Progress(traces.length * makes.length);
    const rows = traces.map((trace) => {
      const runs = makes.map((make) => {
        progress.step(trace.name);
        return Array.from({ length: rounds }, () => play(make, trace));
      });
      const [{ entries }] = runs[0];
      const cells = runs.map((each) => percent(each.map(({ ratio }) => ratio)));
      const lru = percent([playLru(trace, entries)]);
      return [trace.name, ...cells, lru, `${entries}`];
    });
    progress.end();
    const heads = ["", "this version", "before"].slice(0, makes.length + 1);
    console.log(formatTable([[...heads, "LRU", "entries"], ...rows]));
  });
}
