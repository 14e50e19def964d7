// Programs in processes of their own, run without any permission.
import { assertEquals } from "@std/assert";
import { outputOf } from "../testing/child.ts";

Deno.test("A program that forgets to close its maps ends by itself", async () => {
  assertEquals(await run("./forgetful.ts"), "1 2 1\n");
});

Deno.test("A program with no permission can create, attach and open", async () => {
  assertEquals(await run("./unprivileged.ts"), "granted: none\nok\n");
});

async function run(script: string): Promise<string> {
  const { pathname } = new URL(script, import.meta.url);
  return await outputOf(["run", "--no-prompt", pathname]);
}
