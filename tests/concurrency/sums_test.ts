// Nothing that a worker adds is lost, however many add to the same number.
import { assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import { ADDERS, type roles } from "./sums_roles.ts";

const SCRIPT = new URL("./sums_roles.ts", import.meta.url);
const WORKERS = 4;

for (const load of SNAPSHOT_LOADS) {
  for (const keys of [1, 300]) {
    const on = keys === 1 ? "one key" : "many keys";
    const name = `SharedMap adds up what workers add to ${on}, ${load}`;
    Deno.test(
      name,
      inCrews(async (run, t) => {
        using map = SharedMap.create<string, number>({ value: "number" });
        {
          await using _ = await runSnapshotLoad(load, run, map.handle);
          await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
          const additions = run.share(5_000);
          const adders = crew.add("adder", WORKERS, { keys, additions });
          await crew.start();
          const sums = sumUp(await adders);
          for (const name of Object.keys(ADDERS)) {
            await t.step(name, () => checkSums(map, name, sums));
          }
          assertEquals(map.size, sums.size);
        }
        assertSound(map);
      }),
    );
  }
}

Deno.test(
  "SharedMap.swap() and take() hand each value on exactly once",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({ value: "number" });
    {
      await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
      const movers = crew.add("mover", WORKERS, run.share(10_000));
      await crew.start();
      const net = (await movers).reduce((sum, it) => sum + it, 0);
      assertEquals(map.get("pot") ?? 0, net);
    }
    assertSound(map);
  }),
);

function sumUp(added: Record<string, number>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, by] of added.flatMap((it) => Object.entries(it))) {
    sums.set(key, (sums.get(key) ?? 0) + by);
  }
  return sums;
}

function checkSums(
  map: SharedMap<string, number>,
  adder: string,
  sums: Map<string, number>,
): void {
  for (const [key, sum] of sums) {
    if (!key.startsWith(adder)) continue;
    assertEquals(map.get(key), sum, `${key}`);
  }
}
