/**
 * Processes whose modules go through the instrumented words.
 *
 * @module
 */
import { outputOf } from "../testing/child.ts";
import { SCALE } from "../testing/scale.ts";
import { configFor, type Steps } from "../testing/steps.ts";

/** A child takes a minute or two; one that has not ended after this long never will. */
const TIMEOUT_MS = 600_000 * Math.max(1, SCALE);

/** What `atomics.ts` and `faults.ts` read: how workers pause, and what fault is planted. */
export interface Conditions {
  /** Whose steps count; those of the TypeScript if not said. */
  readonly steps?: Steps;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** Where it may write; nowhere if not said. */
  readonly folder?: string;
  readonly EPOCHMAP_TEST_STUMBLE?: string;
  readonly EPOCHMAP_TEST_FAULT?: string;
}

/** Runs a script of this folder; returns the lines that it printed. */
export async function runInstrumented(
  script: string,
  ...args: (string | number)[]
): Promise<string[]> {
  return await runUnder({}, script, ...args);
}

/** The same under conditions. */
export async function runUnder(
  { folder, steps, timeoutMs, ...env }: Conditions,
  script: string,
  ...args: (string | number)[]
): Promise<string[]> {
  const path = new URL(script, import.meta.url).pathname;
  const flags = ["run", "--allow-env", "--allow-read"];
  if (folder !== undefined) flags.push(`--allow-write=${folder}`);
  return await deno(flags, { env, steps, timeoutMs }, path, ...args);
}

/** Runs tests in which workers pause: see `EPOCHMAP_TEST_STUMBLE` in `atomics.ts`. */
export async function testStumbling(
  stumble: string,
  filter: string,
  ...paths: string[]
): Promise<string[]> {
  const flags = [
    "test",
    "--parallel",
    "--no-check",
    "--allow-env",
    "--allow-read",
  ];
  // Each operation takes several times as long there.
  const scale = `${SCALE / 3}`;
  const env = { EPOCHMAP_TEST_STUMBLE: stumble, EPOCHMAP_TEST_SCALE: scale };
  return await deno(flags, { env }, `--filter=${filter}`, ...paths);
}

async function deno(
  flags: string[],
  { env, steps = "TypeScript", timeoutMs = TIMEOUT_MS }: {
    env: Record<string, string>;
    steps?: Steps | undefined;
    timeoutMs?: number | undefined;
  },
  ...args: (string | number)[]
): Promise<string[]> {
  const config = configFor(steps, import.meta.url);
  const output = await outputOf(
    [...flags, "--config", config, ...args.map(String)],
    { env, timeoutMs },
  );
  return output.split("\n").filter(Boolean);
}
