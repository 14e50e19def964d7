// The demo, with little text, and its restart.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { stub } from "@std/testing/mock";
import { missingPermissions } from "../../examples/demo/restart.ts";
import config from "../../deno.json" with { type: "json" };
import { runDocumented } from "./documented.ts";

/** What `deno task demo` runs. */
const TASK = config.tasks.demo.command
  .replace(`"$(deno eval -p 'Deno.execPath()')"`, Deno.execPath())
  .split(" ");
const LITTLE = ["--longest", "1", "--workers", "2", "LICENSE"];

Deno.test("deno task demo proves all of it, the restart included", async () => {
  const { code, out, err } = await runDocumented([...TASK, ...LITTLE]);
  assertEquals(code, 0, out + err);
  assertStringIncludes(out, "checksum of all entries: equal");
  assertStringIncludes(out, "All proofs hold.");
});

Deno.test("the demo names the permissions for a restart that it lacks", async () => {
  const args = ["--allow-read=.", "examples/demo.ts", ...LITTLE];
  const { code, out } = await runDocumented(["deno", "run", ...args]);
  assertEquals(code, 0, out);
  assertStringIncludes(out, `--allow-run=${Deno.execPath()}\n`);
  assertStringIncludes(out, "examples/demo/epochs\n");
});

Deno.test("the demo restarts though the runtime's file was moved meanwhile", async () => {
  const isWanted = (flag: string) => flag.startsWith("--allow-run");
  const before = (await missingPermissions()).filter(isWanted);
  using _ = stub(Deno, "execPath", () => "/elsewhere/deno");
  assertEquals((await missingPermissions()).filter(isWanted), before);
});
