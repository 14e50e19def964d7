// Fetching in many workers: one loads, a dead one is followed by the next, nothing old stays.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { Crew } from "../testing/crew.ts";
import { eventually } from "../testing/eventually.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import { seeded } from "../testing/random.ts";
import type { roles } from "./fetch_roles.ts";

const SCRIPT = new URL("./fetch_roles.ts", import.meta.url);
const OPTIONS = { value: "number", maxBytes: 2 ** 20 } as const;
const WORKERS = 3;

function words(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

Deno.test(
  "SharedMap.fetch() loads each key once, however many workers miss it",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>(OPTIONS);
    const rounds = run.share(300);
    const loads = words(rounds);
    await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
    const fetchers = crew.add("fetcher", WORKERS, { rounds, loads });
    await crew.start();
    assertEquals(await fetchers, [0, 0, 0]);
    assertEquals([...loads], new Array(rounds).fill(1));
    const { loadFailures, loads: counted } = map.stats();
    assertEquals([counted, loadFailures], [rounds, 0]);
    assertSound(map);
  }),
);

Deno.test(
  "SharedMap.fetch() leaves nothing old in the map, whatever others write meanwhile",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>(OPTIONS);
    const database = words(8);
    const rounds = run.share(150);
    await using crew = run.crew<typeof roles>(SCRIPT, map.handle);
    const users = crew.add("user", 4, { database, rounds });
    await crew.start();
    assertEquals((await users).flat(), []);
    assertSound(map);
  }),
);

Deno.test(
  "SharedMap.fetch() loads when the worker that loads is terminated",
  seeded(async ({ seed }) => {
    using map = SharedMap.create<string, number>(OPTIONS);
    const gate = words(1);
    const crew = new Crew<typeof roles>(SCRIPT, map.handle, seed);
    void crew.add("dying", 1, { gate });
    await crew.start();
    await eventually(() => Atomics.load(gate, 0) === 1);
    let loads = 0;
    const fetched = map.fetch("a", () => ++loads);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertStrictEquals(loads, 0);
    crew.terminate();
    assertStrictEquals(await fetched, 1);
    assertStrictEquals(map.get("a"), 1);
    await crew[Symbol.asyncDispose]();
  }),
);
