/**
 * The command lines that an example documents, at its top.
 *
 * @module
 */

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
): Promise<{ code: number; out: string; err: string }> {
  if (program !== "deno") throw new TypeError(`Cannot run ${program}`);
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code, out, err };
}
