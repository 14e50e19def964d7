// Histories of workers that stumble: at any operation on a shared word they may
// pause long enough for the others to go on. So operations overlap in places
// where two that just run side by side hardly ever meet.
import { assertMatch } from "@std/assert";
import { testStumbling } from "../crash/child.ts";
import { WORKLOADS } from "./workloads.ts";

/** One pause in so many operations on shared words, of so many milliseconds at most. */
const STUMBLE = "200:0.3";

/**
 * An operation on a full map has many steps: the workloads of full maps take as long as all
 * others.
 */
const FULL_MAPS = ["full", "eviction", "idle"];
const PARTS = {
  "in full maps": FULL_MAPS,
  "where there is room": Object.keys(WORKLOADS).filter((workload) =>
    !FULL_MAPS.includes(workload)
  ),
};

for (const [where, workloads] of Object.entries(PARTS)) {
  Deno.test(`SharedMap is linearizable among workers that stumble, ${where}`, async () => {
    const path = new URL("./linearizability_test.ts", import.meta.url).pathname;
    const filter = `/among 3 workers, workload "(${workloads.join("|")})"/`;
    const lines = await testStumbling(STUMBLE, filter, path);
    const line = lines.find((line) => line.startsWith("linearizable: ")) ?? "";
    assertMatch(line, /: [1-9]\d* histories .* [1-9]\d* pairs/);
    console.log(`${line}, with pauses`);
  });
}
