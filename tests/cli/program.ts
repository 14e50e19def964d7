/**
 * The command line as a program of its own.
 *
 * @module
 */

/** Longer than any command takes: one that does not end is killed then. */
const PATIENCE_MS = 60_000;

const { pathname: MAIN } = new URL("../../src/cli/main.ts", import.meta.url);

/** What it is to run, and where. */
export interface Call {
  /** The flags for Deno. */
  permissions: string[];
  args: string[];
  cwd: string;
}

/** The program, about to run; nobody can be asked for a permission. */
export function program(
  { args, cwd, permissions }: Call,
  stdin: "null" | "piped" = "null",
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, MAIN, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin,
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** Runs it; `input` is what it reads. */
export async function runProgram(
  call: Call,
  input?: string,
): Promise<{ code: number; out: string; err: string }> {
  const child = program(call, input === undefined ? "null" : "piped").spawn();
  const writing = input === undefined
    ? undefined
    : new Blob([input]).stream().pipeTo(child.stdin);
  const [{ code, stderr, stdout }] = await Promise.all([
    child.output(),
    writing,
  ]);
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code, out, err };
}
