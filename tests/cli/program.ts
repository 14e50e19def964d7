/**
 * The command line as a program of its own.
 *
 * @module
 */

import { type Ended, runDeno } from "../testing/child.ts";

const { pathname: MAIN } = new URL("../../src/cli/main.ts", import.meta.url);

/** What it is to run, and where. */
export interface Call {
  /** The flags for Deno. */
  permissions: readonly string[];
  args: readonly string[];
  cwd: string;
}

/** What follows `deno` to run it; nobody can be asked for a permission. */
export function commandLine({ args, permissions }: Call): string[] {
  return ["run", "--no-prompt", ...permissions, MAIN, ...args];
}

/** Runs it; `input` is what it reads. */
export async function runProgram(call: Call, input?: string): Promise<Ended> {
  return await runDeno(commandLine(call), { cwd: call.cwd, input });
}
