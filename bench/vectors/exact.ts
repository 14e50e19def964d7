/**
 * What do exact searches, additions and removals take, beside a loop over a `Float32Array`?
 * `--help` says how it is measured.
 */
import { HotVectorIndex, type Quantization } from "../../src/vectors/mod.ts";
import { readOptions, runCommand, wholeNumber } from "../measure/options.ts";
import { summarize } from "../measure/statistics.ts";
import { formatTable } from "../measure/text_table.ts";
import { FlatVectors } from "./flat_vectors.ts";
import { Mixture } from "./mixture.ts";

const DEFAULTS = { vectors: "100000", dimensions: "128", queries: "20" };
const CLOSEST = 10;
const CHANGES = 1000;
const SEED = 7;

const HELP = `Exact searches, beside a loop over a Float32Array in one thread.

  deno run bench/vectors/exact.ts [options]

  --vectors N     how many there are (default ${DEFAULTS.vectors})
  --dimensions N  components of each (default ${DEFAULTS.dimensions})
  --queries N     searches of each kind (default ${DEFAULTS.queries})

A seeded mixture of 200 clusters; searches for the ${CLOSEST} closest, by the dot
product, by turns: the medians, and their ratio to that of the loop. Then what
it takes to add and to remove one vector, the mean of ${CHANGES}, and the bytes that
all entries take, for each vector.
`;

/** A kind of index, and the times of its searches. */
class Contender {
  readonly name: string;
  readonly times: number[] = [];
  readonly #search: (query: Float32Array) => unknown;

  constructor(name: string, search: (query: Float32Array) => unknown) {
    this.name = name;
    this.#search = search;
  }

  /** Searches once. */
  run(query: Float32Array, counts: boolean): void {
    const start = performance.now();
    this.#search(query);
    if (counts) this.times.push(performance.now() - start);
  }
}

function filled(
  vectors: readonly Float32Array[],
  quantize: Quantization,
): HotVectorIndex {
  const [{ length: dimensions }] = vectors;
  const index = HotVectorIndex.create({ dimensions, metric: "dot", quantize });
  index.addMany(vectors.map((vector, id) => [id, vector] as const));
  return index;
}

/** Microseconds that a change takes. */
function timeOf(change: (i: number) => void): string {
  const start = performance.now();
  for (let i = 0; i < CHANGES; i++) change(i);
  return ((performance.now() - start) / CHANGES * 1000).toFixed(0);
}

function main(): void {
  const options = readOptions(Deno.args, DEFAULTS);
  if (options === undefined) return console.log(HELP);
  const dimensions = wholeNumber(
    "dimensions",
    options.dimensions,
    1,
    16_384,
  );
  const count = wholeNumber("vectors", options.vectors, 1, 10_000_000);
  const mixture = new Mixture(dimensions, SEED);
  const vectors = mixture.take(count);
  const searches = wholeNumber("queries", options.queries, 1, 1_000_000);
  const queries = mixture.take(searches);
  const flat = new FlatVectors(dimensions, count);
  for (const vector of vectors) flat.add(vector);
  using floats = filled(vectors, "none");
  using codes = filled(vectors, "int8");
  const loop = new Contender("loop", (query) => flat.search(query, CLOSEST));
  const contenders = [
    loop,
    new Contender("floats", (query) => floats.search(query, CLOSEST)),
    new Contender("codes", (query) => codes.search(query, CLOSEST)),
  ];
  for (const [i, query] of [...queries.slice(0, 5), ...queries].entries()) {
    for (const contender of contenders) contender.run(query, i >= 5);
  }
  const { median: base } = summarize(loop.times);
  const rows = contenders.map(({ name, times }) => {
    const { high, low, median } = summarize(times);
    const ratio = (median / base).toFixed(2);
    return [name, ...[median, low, high].map((ms) => ms.toFixed(2)), ratio];
  });
  const head = ["search, ms", "median", "lowest", "highest", "of the loop"];
  console.log(formatTable([head, ...rows]));
  const changes = [floats, codes].map((index, i) => [
    ["floats", "codes"][i],
    (index.stats().liveBytes / count).toFixed(0),
    timeOf((i) => index.add(`new ${i}`, queries[i % queries.length])),
    timeOf((i) => index.remove(`new ${i}`)),
  ]);
  const names = ["", "bytes each", "add, µs", "remove, µs"];
  console.log(`\n${formatTable([names, ...changes])}`);
}

await runCommand(() => Promise.resolve(main()));
