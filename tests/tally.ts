/**
 * Runs the parts of a check one after another, and counts the results.
 *
 * @module
 */
import { tmpdir } from "node:os";

/** What the tests may do. */
export const PERMISSIONS: readonly string[] = [
  // Workers load their modules from here; snapshots are read back.
  `--allow-read=.,${tmpdir()}`,
  // Snapshots and logs are written to temporary folders only.
  `--allow-write=${tmpdir()}`,
  // A failed schedule is replayed from a seed in the environment.
  "--allow-env",
  // What must crash, or be called from a shell, gets a process of its own.
  // The store's commands are compared with those of a Redis server, where there is one.
  `--allow-run=${Deno.execPath()},redis-server,redis-cli`,
  // The server is tried by clients on this machine.
  "--allow-net=127.0.0.1",
];

/** What a part came to. */
export interface Count {
  passed: number;
  failed: number;
}

/** A command that ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** All parts, and which of them failed. */
export class Tally {
  readonly #total: Count = { passed: 0, failed: 0 };
  readonly #failures: string[] = [];

  add(name: string, { passed, failed }: Count): void {
    this.#total.passed += passed;
    this.#total.failed += failed;
    if (failed > 0) this.#failures.push(name);
  }

  /** Prints the sums, in the last line `N passed, N failed`; returns the exit code. */
  end(): number {
    const { passed, failed } = this.#total;
    if (failed > 0) console.log(`\nFailed: ${this.#failures.join(", ")}`);
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  }
}

/** Runs a command; what it prints is shown at once, and kept. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const [shown, kept] = child.stdout.tee();
  const [{ code }, output] = await Promise.all([
    child.status,
    new Response(kept).text(),
    shown.pipeTo(Deno.stdout.writable, { preventClose: true }),
  ]);
  return { code, output };
}

/** Reads the test runner's summary, `ok | 12 passed (3 steps) | 0 failed (1s)`. */
export function countTests({ code, output }: Ended): Count {
  // The last one, as a test may run tests of its own.
  const summary = [
    ...output.matchAll(/^(?:ok|FAILED) \| (\d+) passed.* \| (\d+) failed/gm),
  ].at(-1);
  const [passed, failed] = summary?.slice(1).map(Number) ?? [0, 0];
  // A run may fail without a failed test, and even before the first one.
  const failedAnyway = code === 0 && summary ? 0 : 1;
  return { passed, failed: Math.max(failed, failedAnyway) };
}
