import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import { bundle } from "../../src/bundle/worker.ts";
import { CODE } from "../../src/persist/worker_code.ts";
import { runDeno } from "../testing/child.ts";

const FILE = new URL("../../src/persist/worker_code.ts", import.meta.url);

Deno.test("the code of the workers is what its sources are bundled to: deno task worker", async () => {
  const module = await bundle();
  assert(module === Deno.readTextFileSync(FILE), "run `deno task worker`");
});

Deno.test("the code of the workers needs nothing but itself and built-ins, and does not hold itself", () => {
  const imports = [...CODE.matchAll(/^import .*"([^"]+)";$/gm)];
  assert(imports.length > 5);
  for (const [, of] of imports) assertMatch(of, /^node:/);
  assert(!/\bimport\(|import\.meta/.test(CODE));
  assert(CODE.length < 650_000, `${CODE.length}`);
});

const BROKEN = `
import { startWorker } from "${new URL(
  "../../src/persist/worker.ts",
  import.meta.url,
)}";
startWorker("broken", { kind: "load", assignment: {} });
`;

Deno.test("an error in a worker says where it was thrown: by names, and by lines of the file", async () => {
  const { err } = await runDeno(["eval", "--quiet", "--no-lock", BROKEN]);
  const [, line] = err.match(/at runBulkLoad \(blob:\S+?:(\d+):\d+\)/) ?? [];
  assert(line !== undefined, err);
  const lines = Deno.readTextFileSync(FILE).split("\n");
  assertStringIncludes(lines[Number(line) - 1], "await work(assignment)");
});
