// Several workers insert into a map with a most number of entries, and read and delete in
// it. When they are done, there are no more.
import { assert, assertGreater } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { assertSound } from "../testing/inspection.ts";
import { inCrews } from "../testing/in_crews.ts";
import type { roles } from "./entry_limit_roles.ts";

const SCRIPT = new URL("./entry_limit_roles.ts", import.meta.url);

for (const maxEntries of [5, 1000]) {
  for (const policy of ["s3-fifo", "random"] as const) {
    Deno.test(
      `a map with maxEntries has no more when several workers have filled it: ${maxEntries}, ${policy}`,
      inCrews(async (run) => {
        using map = SharedMap.create<string, number>({
          value: "number",
          maxBytes: 2 ** 22,
          onFull: "evict",
          maxEntries,
          policy,
        });
        const workers = 3;
        {
          await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
          const operations = run.share(6_000);
          const keys = 4 * maxEntries;
          const users = crew.add("user", workers, { keys, operations });
          await crew.start();
          for (const most of await users) {
            // Each of the workers may be one entry ahead, and the sum is not of one moment.
            assert(most <= maxEntries + 2 * workers, `${most} entries`);
          }
        }
        assert(map.size <= maxEntries, `${map.size} entries at the end`);
        assertGreater(map.stats().evicted, 0);
        assertSound(map);
      }),
    );
  }
}
