// Histories of workers that stumble: at any operation on a shared word they may
// pause long enough for the others to play on. So operations overlap in places
// where two that just run side by side hardly ever meet.
import { assertMatch } from "@std/assert";
import { testStumbling } from "../crash/child.ts";

/** One pause in so many operations on shared words, of so many milliseconds at most. */
const STUMBLE = "200:0.3";

/** Climates apart that take about as long: an operation on a full map has many steps. */
const PARTS = {
  "in a full map": '/among 3 workers, climate "(full|eviction)"/',
  "in a map with room": '/among 3 workers, climate "(?!full|eviction)/',
};

for (const [where, filter] of Object.entries(PARTS)) {
  Deno.test(`SharedMap is linearizable among workers that stumble ${where}`, async () => {
    const path = new URL("./linearizability_test.ts", import.meta.url).pathname;
    const lines = await testStumbling(STUMBLE, filter, path);
    const line = lines.find((line) => line.startsWith("linearizable: ")) ?? "";
    assertMatch(line, /: [1-9]\d* histories .* [1-9]\d* pairs/);
    console.log(`${line}, with pauses`);
  });
}
