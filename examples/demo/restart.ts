/**
 * The restart: the index goes to disk, and another process restores it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
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

const DIRECTORY = pathOf("./epochs");
const RESTORED = pathOf("./restored.ts");
/**
 * The runtime, as it was called when the demo began: that is the name that was permitted.
 * Its file may be moved while the demo runs, by an installer such as `npx`, and
 * `Deno.execPath()` gives the new name then.
 */
const RUNTIME = Deno.execPath();

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** The permissions that this process lacks to write files and to start another one, as flags. */
export async function missingPermissions(): Promise<string[]> {
  const wanted = [
    { name: "write", path: DIRECTORY },
    { name: "run", command: RUNTIME },
  ] as const;
  const missing: string[] = [];
  for (const permission of wanted) {
    const { state } = await Deno.permissions.query(permission);
    if (state === "granted") continue;
    const to = "path" in permission ? permission.path : permission.command;
    missing.push(`--allow-${permission.name}=${to}`);
  }
  return missing;
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
  const process = new Deno.Command(RUNTIME, {
    args: [
      "run",
      `--allow-read=${DIRECTORY}`,
      RESTORED,
      DIRECTORY,
      `${maxBytes}`,
    ],
    stdin: "null",
    stderr: "inherit",
  });
  const { success, stdout } = await process.output();
  if (!success) throw new Error("The new process did not restore the index");
  return JSON.parse(new TextDecoder().decode(stdout));
}
