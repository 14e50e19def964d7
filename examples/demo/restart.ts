/**
 * The restart: the index goes to disk, and another process restores it.
 *
 * @module
 */
import { writeSnapshot } from "../../mod.ts";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";
import type { Maps } from "./job.ts";
import type { Restored } from "./restored.ts";

/** What the restart showed. */
export interface RestartReport {
  readonly bytes: number;
  readonly dumpSeconds: number;
  readonly restored: Restored;
  readonly before: Fingerprint;
  /** Whether totals and checksum are those from before. */
  readonly equal: boolean;
}

const DIRECTORY = new URL("./epochs/", import.meta.url);
const RESTORED = new URL("./restored.ts", import.meta.url);

/** Whether this process may write files and start another one. */
export async function mayRestart(): Promise<boolean> {
  const wanted = [
    { name: "write", path: DIRECTORY },
    { name: "run", command: Deno.execPath() },
  ] as const;
  for (const permission of wanted) {
    const { state } = await Deno.permissions.query(permission);
    if (state !== "granted") return false;
  }
  return true;
}

/** Dumps the index, restores it in a new process, and compares. */
export async function restart({ index }: Maps): Promise<RestartReport> {
  Deno.mkdirSync(DIRECTORY, { recursive: true });
  try {
    const start = performance.now();
    const { bytes } = await writeSnapshot(index, DIRECTORY, { keep: 1 });
    const dumpSeconds = (performance.now() - start) / 1000;
    const restored = await restoreElsewhere(index.stats().reservedBytes);
    const before = fingerprintOf(index);
    const equal =
      JSON.stringify(before) === JSON.stringify(restored.fingerprint);
    return { bytes, dumpSeconds, restored, before, equal };
  } finally {
    Deno.removeSync(DIRECTORY, { recursive: true });
  }
}

async function restoreElsewhere(maxBytes: number): Promise<Restored> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      `--allow-read=${DIRECTORY.pathname}`,
      RESTORED.pathname,
      DIRECTORY.pathname,
      `${maxBytes}`,
    ],
    stdin: "null",
    stderr: "inherit",
  });
  const { success, stdout } = await process.output();
  if (!success) throw new Error("The new process did not restore the index");
  return JSON.parse(new TextDecoder().decode(stdout));
}
