// Four workers want the same key: exactly one of them gets it.
import { assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { COMPANIES, keepCompany } from "./company.ts";
import { Crew } from "../testing/crew.ts";
import { assertSound } from "./sound.ts";
import { RACES, type roles } from "./winners_roles.ts";

const SCRIPT = new URL("./winners_roles.ts", import.meta.url);
const WORKERS = 4;
const KEYS = 2_000 * SCALE;

for (const company of COMPANIES) {
  const name = `SharedMap lets one worker win each key, ${company}`;
  Deno.test(name, async (t) => {
    using map = SharedMap.create<string, string>();
    const names = Object.keys(RACES);
    for (const name of names.filter((name) => name.startsWith("taken"))) {
      for (let i = 0; i < KEYS; i++) map.set(`${name} ${i}`, "prize");
    }
    {
      await using _ = await keepCompany(company, map.handle, SEED);
      await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
      const racers = crew.add("racer", WORKERS, KEYS);
      await crew.start();
      const won = await racers;
      for (const name of names) {
        const keys = won.map((by) => by[name]);
        await t.step(name, () => checkWinners(map, name, keys));
      }
    }
    assertSound(map);
  });
}

function checkWinners(
  map: SharedMap<string, string>,
  race: string,
  won: number[][],
): void {
  const all = won.flat().sort((a, b) => a - b);
  const expected = Array.from({ length: KEYS }, (_, i) => i);
  assertEquals(all, expected, `seed ${SEED}`);
  for (const [worker, keys] of won.entries()) {
    const winner = race.startsWith("put") ? `worker ${worker}` : undefined;
    for (const key of keys) assertEquals(map.get(`${race} ${key}`), winner);
  }
}
