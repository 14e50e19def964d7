/**
 * What is searched step by step: the TypeScript, or what the kernel is compiled to.
 *
 * @module
 */

/** Whose steps are searched. */
export type Steps = "TypeScript" | "kernel";

/** Both. */
export const STEPS: readonly Steps[] = ["TypeScript", "kernel"];

/** The import map of a folder that makes each operation on a shared word a step. */
export function configFor(steps: Steps, folder: string): string {
  const name = steps === "kernel" ? "instrumented_kernel" : "instrumented";
  return new URL(`./${name}.json`, folder).pathname;
}
