// Several workers fill a map that evicts. What one frees another may take, and what was
// evicted is free only when nobody reads it any more. Still every write finds memory, and
// the map is not emptied for it.
import { assertGreater, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { inCrews } from "../testing/in_crews.ts";
import type { roles } from "./eviction_roles.ts";
import { assertSound } from "../testing/inspection.ts";

const SCRIPT = new URL("./eviction_roles.ts", import.meta.url);
const MAX_BYTES = 2 ** 20;

for (const length of [8, 1000, 4000, 20_000]) {
  for (const workers of [2, 3]) {
    Deno.test(
      `SharedMap that evicts takes values of ${length} bytes from ${workers} workers`,
      inCrews(async (run) => {
        using map = SharedMap.create<string, Uint8Array>({
          value: "bytes",
          maxBytes: MAX_BYTES,
          onFull: "evict",
        });
        {
          await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
          // In all runs together five times what the map holds, at least.
          const operations = run.share(
            Math.ceil(5 * MAX_BYTES / (length + 200)),
          );
          const input = { length, operations };
          const hoarders = crew.add("hoarder", workers, input);
          await crew.start();
          for (const set of await hoarders) {
            assertStrictEquals(set, operations);
          }
        }
        assertGreater(map.stats().evicted, 0);
        assertGreater(map.size, 1);
        assertSound(map);
      }),
    );
  }
}
