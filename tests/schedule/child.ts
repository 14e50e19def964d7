/**
 * Searches side by side, each in a process of its own, whose modules go through the
 * instrumented words.
 *
 * @module
 */
import { outputOf } from "../testing/child.ts";
import { SCALE } from "../testing/scale.ts";
import { configFor, type Steps } from "../testing/steps.ts";
import type { Report, Task } from "./search.ts";

/** A search that has not ended after this long never will. */
const TIMEOUT_MS = 300_000 * SCALE;
/** One worker of a search runs at a time, so two searches keep two cores busy. */
const SIDE_BY_SIDE = 2;

/** Shares out what there is to explore. */
export async function searchAll(
  task: Task,
  steps: Steps,
): Promise<Report[]> {
  const shares = Array.from({ length: SIDE_BY_SIDE }, (_, from) => [{
    ...task,
    share: { of: SIDE_BY_SIDE, from },
  }]);
  const reports = await Promise.all(
    shares.map((tasks) => search(tasks, steps)),
  );
  return reports.flat();
}

/** Does tasks one after another. */
export async function search(
  tasks: readonly Task[],
  steps: Steps = "TypeScript",
): Promise<Report[]> {
  const text = JSON.stringify(tasks);
  const lines = await runInstrumented("./search.ts", text, steps);
  return lines.map((line): Report => JSON.parse(line));
}

/** Runs a script of this folder; returns the lines that it printed. */
export async function runInstrumented(
  script: string,
  argument: string,
  steps: Steps = "TypeScript",
): Promise<string[]> {
  const path = new URL(script, import.meta.url).pathname;
  const flags = ["--allow-env", "--allow-read"];
  const config = ["--config", configFor(steps, import.meta.url)];
  const output = await outputOf(
    ["run", ...flags, ...config, path, argument],
    { timeoutMs: TIMEOUT_MS },
  );
  return output.split("\n").filter(Boolean);
}
