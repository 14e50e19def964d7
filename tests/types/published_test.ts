// Users who link the sources check them with options of their own, and rely on the
// inferred types.
import { assertStrictEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { runDeno } from "../testing/child.ts";

const STRICT = new URL("./strict.json", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url);

/** Checks modules; returns what the compiler says. */
async function check(...modules: string[]): Promise<string> {
  const args = ["check", "--quiet", "--config", STRICT, ...modules];
  const { out, err } = await runDeno(args, { cwd: ROOT });
  return out + err;
}

Deno.test("what is published checks under the strictest options, and so does what is inferred from it", async () => {
  const modules = Object.values(config.exports);
  assertStrictEquals(await check(...modules, "tests/types/inference.ts"), "");
});
