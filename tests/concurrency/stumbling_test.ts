// The same again with workers that stumble: at any operation on a shared word
// they may pause long enough for the others to do a lot in between. That finds
// what needs an unlucky moment; `crash/atomics.ts` makes the pauses.
import { assert } from "@std/assert";
import { testStumbling } from "../crash/child.ts";

function path(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function assertSome(lines: string[]): void {
  assert(lines.some((line) => /^ok \| [1-9]\d* passed/.test(line)));
}

Deno.test("SharedMap.get() without a pin is safe for a reader that stumbles", async () => {
  const paths = [path("./churn_test.ts")];
  assertSome(
    await testStumbling("10:20:optimisticReader", "/not pin/", ...paths),
  );
});

Deno.test("SharedMap and its snapshots are safe for workers that stumble", async () => {
  const files = ["snapshot", "growth", "iteration"];
  const paths = files.map((file) => path(`./${file}_test.ts`));
  const filter = "/same again|without its cause|come and go/";
  assertSome(await testStumbling("3000:3", filter, ...paths));
});
