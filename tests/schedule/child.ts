/**
 * Searches side by side, each in a process of its own, whose modules go through the
 * instrumented words.
 *
 * @module
 */
import { outputOf } from "../testing/child.ts";
import { SCALE } from "../testing/scale.ts";
import type { Report, Task } from "./search.ts";

/** A search that has not ended after this long never will. */
const TIMEOUT_MS = 300_000 * SCALE;
/** One worker of a search runs at a time, so two searches keep two cores busy. */
const SIDE_BY_SIDE = 2;

/** Shares out what there is to explore. */
export async function searchAll(task: Task): Promise<Report[]> {
  const shares = Array.from({ length: SIDE_BY_SIDE }, (_, from) => [{
    ...task,
    share: { of: SIDE_BY_SIDE, from },
  }]);
  const reports = await Promise.all(shares.map(search));
  return reports.flat();
}

/** Does tasks one after another. */
export async function search(tasks: readonly Task[]): Promise<Report[]> {
  const lines = await runInstrumented("./search.ts", JSON.stringify(tasks));
  return lines.map((line): Report => JSON.parse(line));
}

/** Runs a script of this folder; returns the lines that it printed. */
export async function runInstrumented(
  script: string,
  argument: string,
): Promise<string[]> {
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const flags = ["--allow-env", "--allow-read"];
  const config = ["--config", path("./instrumented.json")];
  const output = await outputOf(
    ["run", ...flags, ...config, path(script), argument],
    { timeoutMs: TIMEOUT_MS },
  );
  return output.split("\n").filter(Boolean);
}
