/**
 * The command line: inspects, verifies, exports and imports the snapshots of shared maps on disk,
 * and serves a store to Redis clients.
 *
 * ```sh
 * deno run jsr:@epochmap/epochmap/cli --help
 * deno run --allow-read=snapshots jsr:@epochmap/epochmap/cli inspect snapshots
 * ```
 *
 * Each command explains itself with `--help`, and names the permissions that it needs.
 * Results go to standard output, all else to standard error.
 *
 * @module
 */

import { run } from "./run.ts";
import { Streams } from "./streams.ts";

/**
 * Runs a command line as the program does, but for ending the process.
 *
 * @param args The words of the command line: a command and what follows.
 * @returns The exit code: 0 fine, 1 the data is bad, 2 the command line is wrong or cannot
 * be followed here.
 *
 * @example Usage
 * ```ts
 * import { main } from "@epochmap/epochmap/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * assertEquals(await main(["verify", directory]), 1); // there is no snapshot in it
 * await Deno.remove(directory);
 * ```
 */
export function main(args: string[]): Promise<number> {
  return run(args, Streams.standard());
}

if (import.meta.main) Deno.exit(await main(Deno.args));
