/**
 * The demo: all workers build one search index together, in one shared map; a
 * reader queries it meanwhile, a snapshot is taken in the middle, one worker is
 * terminated; at the end all of it is proved, and restored by another process.
 *
 * ```sh
 * deno run --allow-read=. examples/demo.ts --help
 * ```
 *
 * @module
 */
import { build, type BuildReport } from "./demo/build.ts";
import { compare } from "./demo/comparison.ts";
import { duration } from "./demo/figures.ts";
import { readFiles } from "./demo/files.ts";
import type { Input } from "./demo/input.ts";
import { createMaps, type Maps } from "./demo/job.ts";
import { totalOperations } from "./demo/meter.ts";
import { HELP, type Options, readOptions } from "./demo/options.ts";
import { type Proof, prove } from "./demo/proof.ts";
import * as report from "./demo/report.ts";
import { missingPermissions, restart } from "./demo/restart.ts";
import { UsageError } from "./demo/usage_error.ts";
import { readWordNet } from "./demo/wordnet.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

/**
 * Returns the exit code: 0, or 1 if a proof fails, or 2 if the command line asks for what
 * cannot be.
 */
async function main(words: string[]): Promise<number> {
  try {
    const options = readOptions(words);
    if (options.help) {
      console.log(HELP);
      return 0;
    }
    const input = options.paths.length > 0
      ? await readFiles(options.paths)
      : await readWordNet();
    return await show(input, options) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nTry: deno task demo --help`);
    return 2;
  }
}

/** Plays the whole demo; tells whether all proofs hold. */
async function show(input: Input, options: Options): Promise<boolean> {
  const start = performance.now();
  report.opening(input, options);
  using maps = createMaps(input);
  const built = await build(maps, input, options);
  report.built(built, maps);

  const proofs = [
    proveSnapshot(built, input, options),
    proveIndex(maps, input, options),
  ];
  const isRestored = await showRestart(maps);
  report.topPhrases(maps.index, options.longest);
  report.workers(built, maps, input, options.workers);
  report.latencies(built);

  report.heading("The same job through postMessage to an owner worker");
  const operations = totalOperations(maps, options.workers);
  report.comparison(operations, await compare(input, options));

  const holds = proofs.every((proof) => proof.equal && proof.untorn) &&
    built.reader.wrong === 0 && isRestored;
  report.closing(holds, duration((performance.now() - start) / 1000));
  return holds;
}

/** Tells whether the index came back from disk as it was, or whether it was not tried. */
async function showRestart(maps: Maps): Promise<boolean> {
  report.heading("Restart: dumped to disk, restored by a new process");
  const missing = await missingPermissions();
  if (missing.length > 0) {
    report.restartSkipped(missing);
    return true;
  }
  const restarted = await restart(maps);
  report.restarted(restarted);
  return restarted.equal;
}

function proveSnapshot(
  { snapshot }: BuildReport,
  input: Input,
  { longest }: Options,
): Proof {
  using _ = snapshot;
  report.heading("The snapshot, counted again from the input");
  const proof = prove(snapshot, input, longest);
  report.proof(proof, "snapshot");
  return proof;
}

function proveIndex(
  { index }: Maps,
  input: Input,
  { longest }: Options,
): Proof {
  report.heading("The finished index, counted again by one thread");
  const proof = prove(index, input, longest);
  report.proof(proof, "index");
  return proof;
}
