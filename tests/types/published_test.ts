// Users who link the sources check them with options of their own, and rely on what is inferred.
import { assertStrictEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const STRICT = new URL("./strict.json", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url);

/** Checks modules; returns what the compiler says. */
async function check(...modules: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--config", STRICT, ...modules],
    cwd: ROOT.pathname,
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("what is published checks under the strictest options, and so does what is inferred from it", async () => {
  const modules = Object.values(config.exports);
  assertStrictEquals(await check(...modules, "tests/types/inference.ts"), "");
});
