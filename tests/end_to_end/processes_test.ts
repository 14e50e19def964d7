// Programs of their own, run without any permission.
import { assertEquals } from "@std/assert";

/** Longer than any of them takes: one that does not end is killed then. */
const PATIENCE_MS = 60_000;

Deno.test("A program that forgets to close its maps ends by itself", async () => {
  assertEquals(await run("./forgetful.ts"), "1 2 1\n");
});

Deno.test("A program with no permission can create, attach and open", async () => {
  assertEquals(await run("./unprivileged.ts"), "granted: none\nok\n");
});

async function run(script: string): Promise<string> {
  const { pathname } = new URL(script, import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", pathname],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
