/**
 * A hundred workers die at the same step, one after another: what each leaves
 * behind must not add up to a map that can no longer be filled or emptied.
 * Prints a report for each operation.
 *
 * `deno run --config tests/crash/instrumented.json repeats.ts DEATHS FIRST STRIDE`
 *
 * FIRST is the first step at which they die; every STRIDE-th after it is tried, too.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { inspectBlocks } from "../testing/inspection.ts";
import { Random } from "../testing/random.ts";
import { textOf, type Value } from "./text.ts";
import { World } from "./world.ts";

/** What came of one operation. */
export interface Report {
  readonly name: string;
  deaths: number;
  failures: string[];
}

type Operation = (map: SharedMap<string, Value>, i: number) => void;

const OPERATIONS: Record<string, Operation> = {
  "set() of new keys": (map, i) => map.set(`k${i}`, textOf(`k${i}`, 0, 40)),
  "set() over one value": (map, i) => map.set("one", textOf("one", i, 40)),
  "set() of large values": (map, i) =>
    map.set("large", textOf("large", i, 50_000)),
  "set() and delete()": (map, i) => {
    map.set(`d${i}`, textOf("d", i, 100));
    map.delete(`d${i}`);
  },
  "a snapshot": (map, i) => {
    using _snapshot = map.snapshot();
    map.set("one", i);
    map.set("one", i + 1);
  },
};

/** Bytes of the largest block that a death may cost, rounded up. */
const MOST_LOST = 60_000;

const [deaths, first, stride] = Deno.args.map(Number);
for (const [name, operate] of Object.entries(OPERATIONS)) {
  console.log(JSON.stringify(repeatEverywhere(name, operate)));
}
Deno.exit();

function repeatEverywhere(name: string, operate: Operation): Report {
  const report: Report = { name, deaths: 0, failures: [] };
  for (let step = first, died = deaths; died > 0; step += stride) {
    // A death may cost the block that it had in its hands.
    const world = new World({ maxBytes: 2 ** 20 + deaths * MOST_LOST });
    try {
      died = repeat(world, operate, step);
      report.deaths += died;
      inspectTheRest(world);
    } catch (error) {
      report.failures.push(`step ${step}: ${(error as Error).stack}`);
      if (report.failures.length === 3) break;
    }
    world.close();
  }
  return report;
}

/** Returns how many died; that the others took fewer steps is their good luck. */
function repeat(world: World, operate: Operation, step: number): number {
  let count = 0;
  for (let i = 0; i < deaths; i++) {
    const victim = SharedMap.attach<string, Value>(world.map.handle);
    operate(victim, -1);
    const { died } = world.kill(step, "writes", () => operate(victim, i));
    if (died) count++;
    world.recover(world.deadSlots.slice(-1));
    world.abandon(victim);
    world.survivor.participant.collectAll();
  }
  return count;
}

function inspectTheRest(world: World): void {
  const texts = world.fillUp(new Random(1));
  assert(texts.size > 100, `only ${texts.size} entries fit`);
  for (const [key, text] of texts) assertEquals(world.map.get(key), text);
  for (const key of world.map.keys()) assert(world.map.delete(key), key);
  assertEquals([...world.map], []);
  for (let i = 0; i < 1_000; i++) world.map.set(`again${i}`, i);
  inspectBlocks(world.buffer);
}
