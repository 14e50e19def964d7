/**
 * What does each operation take in this version, beside another one? `--help`
 * says how it is measured.
 */
import { readOptions, runCommand, wholeNumber } from "./measure/options.ts";
import { Progress } from "./measure/progress.ts";
import {
  formatSummary,
  summarize,
  type Summary,
} from "./measure/statistics.ts";
import { formatTable } from "./measure/text_table.ts";
import { type Make, OPERATIONS } from "./versions/operations.ts";

const ROUNDS = 200;
const REHEARSALS = 40;

const HELP = `Versions: each operation of this version beside another one.

  git worktree add ../before COMMIT
  deno run --allow-read=.,../before bench/versions.ts --before ../before [options]

  --before PATH  a checkout of the other version: the same one gives the noise
  --rounds N     how many batches of each operation (default ${ROUNDS})

Both versions are in one process, each with a map of 20,000 places and 64 MiB,
and take turns of one batch. The figure is the time of this version divided by
the time of the other: the median of the rounds, with the middle half of them.
1.00 means as fast, 2.00 half as fast.
`;

async function makeOf(checkout: string): Promise<Make> {
  const root = new URL(`file://${Deno.realPathSync(checkout)}/`);
  const { SharedMap } = await import(new URL("mod.ts", root).href);
  return () => SharedMap.create({ maxBytes: 2 ** 26, capacity: 20_000 });
}

/** The times of this version's batches, divided by those of the other's. */
function duel(
  run: (map: ReturnType<Make>) => void,
  [here, before]: readonly ReturnType<Make>[],
  rounds: number,
): number[] {
  const ratios: number[] = [];
  for (let round = -REHEARSALS; round < rounds; round++) {
    const turns = round % 2 === 0 ? [here, before] : [before, here];
    const times = new Map(turns.map((map) => {
      const start = performance.now();
      run(map);
      return [map, performance.now() - start];
    }));
    if (round >= 0) ratios.push(times.get(here)! / times.get(before)!);
  }
  return ratios;
}

/** Without the slowest and the fastest quarter, so that low and high are quartiles. */
function summarizeMiddle(ratios: number[]): Summary {
  const quarter = ratios.length >> 2;
  return summarize(
    ratios.toSorted((a, b) => a - b).slice(quarter, ratios.length - quarter),
  );
}

if (import.meta.main) {
  await runCommand(async () => {
    const options = readOptions(Deno.args, {
      before: "",
      rounds: `${ROUNDS}`,
    });
    if (options === undefined) return console.log(HELP);
    const rounds = wholeNumber("rounds", options.rounds, 4, 100_000);
    const here = new URL("..", import.meta.url).pathname;
    const makes = [await makeOf(here), await makeOf(options.before || here)];
    const maps = makes.map((make) => make());
    const progress = new Progress(OPERATIONS.length);
    const rows = OPERATIONS.map(({ name, run }) => {
      progress.step(name);
      return [name, formatSummary(summarizeMiddle(duel(run, maps, rounds)))];
    });
    progress.end();
    console.log(formatTable(rows));
  });
}
