// What happens to an entry, and to memory, while the callback of an update runs.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import { type roles, ROUNDS } from "./update_roles.ts";

const SCRIPT = new URL("./update_roles.ts", import.meta.url);

function small(): SharedMap<string, string> {
  return SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
}

Deno.test(
  "SharedMap.update() is not given up, however often others come in between",
  inCrews(async (run) => {
    using map = small();
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const runs = crew.add("disturb", 2, undefined);
      await crew.start();
      assertEquals(await runs, [ROUNDS + 1, 0]);
    }
    assertStrictEquals(map.get("disturbed"), `${ROUNDS}!`);
    assertSound(map);
  }),
);

Deno.test(
  "SharedMap.update() keeps no memory from others while its callback runs",
  inCrews(async (run) => {
    using map = small();
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const ended = crew.add("linger", 2, undefined);
      await crew.start();
      await ended;
    }
    assertStrictEquals(map.get("lingering"), "done");
    assertSound(map);
  }),
);
