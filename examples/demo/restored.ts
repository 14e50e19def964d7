/**
 * The new process: restores the index from disk, and tells what it found.
 *
 * `deno run --allow-read=DIRECTORY restored.ts DIRECTORY MAX_BYTES`
 *
 * @module
 */
import { restoreSnapshot, SharedMap } from "../../mod.ts";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";

/** What the new process says. */
export interface Restored {
  /** How long the restoring took. */
  readonly seconds: number;
  readonly fingerprint: Fingerprint;
}

if (import.meta.main) {
  const [directory, maxBytes] = Deno.args;
  using index = SharedMap.create<string, string>({
    value: "string",
    maxBytes: Number(maxBytes),
  });
  const start = performance.now();
  await restoreSnapshot(index, directory);
  const seconds = (performance.now() - start) / 1000;
  const restored: Restored = { seconds, fingerprint: fingerprintOf(index) };
  console.log(JSON.stringify(restored));
}
