// Several workers write to a map whose entries are weighed. What they weigh is counted
// exactly, and is within the limit when they are done.
import { assert, assertGreater, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { assertSound } from "../testing/inspection.ts";
import { inCrews } from "../testing/in_crews.ts";
import { type roles, type Value, weigh } from "./weight_limit_roles.ts";

const SCRIPT = new URL("./weight_limit_roles.ts", import.meta.url);
const MOST = 1000;
const HEAVIEST = 40;

for (const keys of [10, 300]) {
  Deno.test(
    `what entries weigh is counted when several workers write, and within maxWeight at the end: ${keys} keys`,
    inCrews(async (run) => {
      using map = SharedMap.create<string, Value>({
        maxBytes: 2 ** 22,
        onFull: "evict",
        maxWeight: MOST,
        weigh,
      });
      const workers = 3;
      {
        await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
        const operations = run.share(6_000);
        const input = { keys, operations, heaviest: HEAVIEST };
        const writers = crew.add("writer", workers, input);
        await crew.start();
        for (const most of await writers) {
          // Each may be a transaction of two entries ahead, and the sum is not of one moment.
          assert(most <= MOST + 4 * workers * HEAVIEST, `${most} at once`);
        }
      }
      map.set("light", 0); // if the last one to evict was in vain
      const { weight } = map.stats();
      assert(weight <= MOST, `${weight} at the end`);
      if (keys > 100) assertGreater(map.stats().evicted, 0);
      assertSound(map); // compares what is counted with what is there
      map.clear();
      assertStrictEquals(map.stats().weight, 0);
    }),
  );
}
