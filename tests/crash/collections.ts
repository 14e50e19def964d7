/**
 * Collections of trees, as a victim dies in a command that changes them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { SharedMap } from "../../mod.ts";
import { partsOf } from "../../src/api/shared_map.ts";
import { parseCommand } from "../../src/store/commands/table.ts";
import { DirectSpace } from "../../src/store/space.ts";
import { inspectMemory } from "../testing/inspection.ts";
import type { Value } from "./text.ts";
import type { World } from "./world.ts";

/** So that all collections are trees: the map has no codec for packs. */
const TREES = { mostPacked: 0, leastTrees: 0 };
/** What may be in hand: a node, or the version of a list with its chunks, and a record. */
const LEAKS = 80;
const COUNT = 70;
const elements = Array.from({ length: COUNT }, (_, i) => `element ${i}`);
const KEYS = ["list", "other list", "set", "other set", "hash", "zset"];

type Words = readonly string[];

/** A scenario of `scenarios.ts`. */
interface Scenario {
  readonly leaks: number;
  prepare(world: World): void;
  act(world: World): void;
  check(world: World): void;
}

function run(map: SharedMap<string, Value>, ...[name, ...args]: Words) {
  const parts = partsOf<string, unknown>(map as never);
  return parseCommand(name, args)(new DirectSpace(parts, TREES));
}

/** All that is under the keys. */
function contentOf(map: SharedMap<string, Value>): string {
  return JSON.stringify([
    run(map, "LRANGE", "list", "0", "-1"),
    run(map, "LRANGE", "other list", "0", "-1"),
    run(map, "SMEMBERS", "set"),
    run(map, "SMEMBERS", "other set"),
    run(map, "HGETALL", "hash"),
    run(map, "ZRANGE", "zset", "0", "-1", "WITHSCORES"),
  ]);
}

/** What there was before the victim acted, by the worlds. */
const befores = new WeakMap<World, string>();

function fill(world: World): void {
  const { map } = world;
  world.fill("k", 20, (i) => 8 + i * i);
  run(map, "RPUSH", "list", ...elements);
  run(map, "RPUSH", "other list", "one");
  run(map, "SADD", "set", ...elements);
  run(map, "HSET", "hash", ...elements);
  run(map, "ZADD", "zset", ...elements.flatMap((one, i) => [`${i % 7}`, one]));
  run(world.victim, "RPUSH", "other list", "two"); // so that it has blocks at hand
  befores.set(world, contentOf(map));
}

/** What there is after the commands, if nobody dies. */
function check(world: World, command: Words): void {
  const { map } = world;
  const before = befores.get(world)!;
  const found = contentOf(map);
  inspectMemory(world.buffer);
  if (found === before) run(map, ...command); // nothing has happened: so it happens now
  const after = contentOf(map);
  assert(after !== before, "the command changes something");
  if (found !== before) assertEquals(found, after);
  for (const key of KEYS) run(map, "LPUSH", `${key} after`, ...elements);
  for (const key of KEYS) run(map, "DEL", key, `${key} after`);
  world.survivor.participant.collectAll();
}

function scenario(...command: Words): Scenario {
  return {
    leaks: LEAKS,
    prepare: fill,
    act: (world) => run(world.victim, ...command),
    check: (world) => check(world, command),
  };
}

/** The scenarios, by name. */
export const COMMANDS: Record<string, Scenario> = {
  "RPUSH of a few elements": scenario("RPUSH", "list", "a", "b"),
  "LPUSH of many elements": scenario("LPUSH", "list", ...elements),
  "LPOP from the tree": scenario("LPOP", "list", "30"),
  "LTRIM, which leaves subtrees out": scenario("LTRIM", "list", "3", "5"),
  "SADD of a long member": scenario("SADD", "set", "x".repeat(300)),
  "HSET of a field that is there": scenario("HSET", "hash", elements[2], "new"),
  "ZADD of a member that is there": scenario("ZADD", "zset", "99", elements[5]),
  "LMOVE between two lists": scenario(
    "LMOVE",
    "list",
    "other list",
    "LEFT",
    "RIGHT",
  ),
  "RENAME of a set": scenario("RENAME", "set", "other set"),
  "DEL of all": scenario("DEL", ...KEYS),
};
