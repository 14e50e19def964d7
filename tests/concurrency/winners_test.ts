// Four workers want the same key: exactly one of them gets it.
import { assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { runSnapshotLoad, SNAPSHOT_LOADS } from "./snapshot_load.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import { RACES, type roles } from "./winners_roles.ts";

const SCRIPT = new URL("./winners_roles.ts", import.meta.url);
const WORKERS = 4;

for (const load of SNAPSHOT_LOADS) {
  const name = `SharedMap lets one worker win each key, ${load}`;
  Deno.test(
    name,
    inCrews(async (run, t) => {
      using map = SharedMap.create<string, string>();
      const names = Object.keys(RACES);
      const count = run.share(2_000);
      for (const name of names.filter((name) => name.startsWith("taken"))) {
        for (let i = 0; i < count; i++) map.set(`${name} ${i}`, "prize");
      }
      {
        await using _ = await runSnapshotLoad(load, run, map.handle);
        await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
        const racers = crew.add("racer", WORKERS, count);
        await crew.start();
        const won = await racers;
        for (const name of names) {
          const keys = won.map((by) => by[name]);
          await t.step(name, () => checkWinners(map, name, keys, count));
        }
      }
      assertSound(map);
    }),
  );
}

function checkWinners(
  map: SharedMap<string, string>,
  race: string,
  won: number[][],
  count: number,
): void {
  const all = won.flat().sort((a, b) => a - b);
  const expected = Array.from({ length: count }, (_, i) => i);
  assertEquals(all, expected);
  for (const [worker, keys] of won.entries()) {
    const winner = race.startsWith("put") ? `worker ${worker}` : undefined;
    for (const key of keys) assertEquals(map.get(`${race} ${key}`), winner);
  }
}
