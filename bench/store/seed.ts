/**
 * How fast is a store at the simplest there is? 100,000 strings are set, and read again.
 *
 * ```sh
 * deno run bench/store/seed.ts
 * ```
 */
import { SharedStore } from "../../src/store/mod.ts";

const OPERATIONS = 100_000;

/** Runs something for each number; prints how long it took. */
function time(name: string, run: (i: number) => void): void {
  const start = performance.now();
  for (let i = 0; i < OPERATIONS; i++) run(i);
  const seconds = (performance.now() - start) / 1_000;
  const rate = Math.round(OPERATIONS / seconds).toLocaleString("en-US");
  const count = OPERATIONS.toLocaleString("en-US");
  console.log(
    `${name}: ${count} operations in ${seconds.toFixed(3)} s: ${rate} a second`,
  );
}

if (import.meta.main) {
  using store = SharedStore.create();
  time("SET", (i) => store.set(`bench:${i}`, `value:${i}`));
  time("GET", (i) => {
    if (store.get(`bench:${i}`) !== `value:${i}`) {
      throw new Error(`bench:${i} has another value`);
    }
  });
  console.log(JSON.stringify(store.metrics(), null, 2));
}
