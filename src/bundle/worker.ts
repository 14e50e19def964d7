/**
 * Bundles the code of the workers that write and restore snapshots: all modules that they need,
 * as one text.
 *
 * ```sh
 * deno task worker    # writes src/persist/worker_code.ts
 * ```
 *
 * The text stays legible, with all its names. That costs nothing at run time, a reader can see
 * what the package starts, and the stack of an error shows names and lines, which are those of
 * the file.
 *
 * @module
 */

const HERE = import.meta.url;
const ROOT = new URL("../../", HERE);
const ENTRY = "src/persist/worker_main.ts";
const TARGET = "src/persist/worker_code.ts";

/** The module that has the code. */
export async function bundle(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--no-lock", "--platform=deno", ENTRY],
    cwd: ROOT, // the text names its parts by their paths from here
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot bundle ${ENTRY}: ${decoder.decode(stderr)}`);
  }
  return moduleOf(decoder.decode(stdout));
}

/** The first line of the module is the first one of the text. */
function moduleOf(code: string): string {
  const literal = code.trim().replaceAll(/[`\\]|\$\{/g, "\\$&");
  return `export const CODE: string = \`// Made by \\\`deno task worker\\\`.\n${literal}\n\`;\n`;
}

if (import.meta.main) {
  const module = await bundle();
  Deno.writeTextFileSync(new URL(TARGET, ROOT), module);
  console.log(
    `The code of the workers takes ${module.length} bytes: ${TARGET}`,
  );
}
