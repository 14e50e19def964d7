// The table grows from its smallest size, and shrinks again, under workers that
// use it all the while: nothing is lost on the way.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { SEED } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { COMPANIES, keepCompany } from "./company.ts";
import { Crew } from "../testing/crew.ts";
import { assertSound } from "./sound.ts";
import type { roles } from "./growth_roles.ts";

const SCRIPT = new URL("./growth_roles.ts", import.meta.url);
const WORKERS = 4;
const MEBIBYTE = 2 ** 20;

/** How many keys each worker inserts into a map of how many bytes. */
const SIZES = [
  { maxBytes: MEBIBYTE, keys: 500 },
  { maxBytes: 64 * MEBIBYTE, keys: 5_000 * SCALE },
];

for (const { maxBytes, keys } of SIZES) {
  for (const company of COMPANIES) {
    const size = `${maxBytes / MEBIBYTE} MiB`;
    const name =
      `SharedMap of ${size} grows and shrinks under workers, ${company}`;
    Deno.test(name, async () => {
      using map = SharedMap.create<string, string>({ maxBytes });
      {
        await using _ = await keepCompany(company, map.handle, SEED);
        await grow(map, keys);
        await shrink(map, keys);
      }
      assertSound(map);
    });
  }
}

async function grow(map: SharedMap<string, string>, keys: number) {
  await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
  const inserters = crew.add("inserter", WORKERS, keys);
  await crew.start();
  await inserters;
  assertEquals(map.size, keys * (WORKERS + 1));
  assert(map.stats().migrations >= 3);
  for (let i = 0; i < keys; i++) {
    assertEquals(map.get(`all ${i}`), `all:${i}`);
    for (let worker = 0; worker < WORKERS; worker++) {
      assertEquals(map.get(`own ${worker} ${i}`), `${worker}:${i}`);
    }
  }
}

async function shrink(map: SharedMap<string, string>, keys: number) {
  const { migrations } = map.stats();
  await using crew = new Crew<typeof roles>(SCRIPT, map.handle, SEED);
  const deleters = crew.add("deleter", WORKERS, keys);
  const readers = crew.add("reader", 2, { workers: WORKERS, keys });
  await crew.start();
  await deleters;
  for (let i = 0; i < keys; i++) map.delete(`all ${i}`);
  if (map.stats().openSnapshots === 0) {
    await eventually(() => assert(map.stats().migrations > migrations));
  }
  crew.stop();
  await readers;
  assertEquals(map.size, WORKERS * Math.ceil(keys / 100));
}
