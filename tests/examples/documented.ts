/**
 * The command lines that an example gives in its first lines.
 *
 * @module
 */
import { type Ended, runDeno } from "../testing/child.ts";

export const ROOT = new URL("../../", import.meta.url);

/** What is in its first block of `sh`. */
export function commandOf(path: string): string[] {
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  const [, line] = /```sh\n \* ([^\n]+)/.exec(text) ?? [];
  return line?.split(" ") ?? [];
}

/** Runs a command of Deno in the project's folder, exactly as it is documented. */
export async function runDocumented(
  [program, ...args]: readonly string[],
): Promise<Ended> {
  if (program !== "deno") throw new TypeError(`Cannot run ${program}`);
  return await runDeno(args, { cwd: ROOT });
}
