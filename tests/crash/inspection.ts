/**
 * The inspection: what must hold in a world after a death and a recovery.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { attach } from "../../src/map/attach.ts";
import {
  inspectBlocks,
  type Inspected,
  inspectMemory,
} from "../testing/inspection.ts";
import type { Random } from "../testing/random.ts";
import { textOf, type Value } from "./text.ts";
import type { World } from "./world.ts";

/** Throws if anything is wrong; returns what was lost. */
export function inspect(world: World, random: Random): Inspected {
  const cost = inspectMemory(world.buffer);
  inspectEntries(world);
  inspectSnapshots(world);
  inspectSlots(world);
  inspectUse(world);
  if (random.chance(0.3)) inspectRoom(world, random);
  return cost;
}

function inspectEntries(world: World): void {
  const { map, model, pending } = world;
  const seen = new Map<string, Value>();
  for (const [key, value] of map) {
    assert(!seen.has(key), `the key ${key} is there twice`);
    seen.set(key, value);
  }
  for (
    const key of new Set([...model.keys(), ...pending.keys(), ...seen.keys()])
  ) {
    const value = map.get(key);
    const allowed = pending.get(key) ?? [model.get(key)];
    assert(allowed.includes(value), `the key ${key} shows ${value}`);
    assertEquals(seen.get(key), value, `iteration shows another ${key}`);
    assertEquals(map.has(key), value !== undefined, key);
    if (value === undefined) model.delete(key);
    else model.set(key, value);
  }
  pending.clear();
}

/** Those of the survivors show what they did; those of the dead are closed. */
function inspectSnapshots(world: World): void {
  for (const { snapshot, shows } of world.snapshots) {
    assertEquals(new Map(snapshot), shows, "an open snapshot changed");
  }
  assertEquals(world.map.stats().openSnapshots, world.snapshots.length);
  world.closeSnapshots();
  using snapshot = world.map.snapshot();
  assertEquals(new Map(snapshot), world.model, "a new snapshot differs");
}

function inspectSlots(world: World): void {
  assertEquals(world.slots(), [0, 1]);
  for (let i = 0; i < 5; i++) {
    assert(world.survivor.participant.advance(), "the era stands still");
  }
  const newcomer = attach(world.map.handle);
  assertEquals(newcomer.participant.slot, 2);
  newcomer.close();
}

/** Every key can be deleted, and then written again, by newcomers too. */
function inspectUse(world: World): void {
  using newcomer = world.attachMap();
  for (const [key, value] of world.model) {
    assertEquals(world.map.take(key), value);
    assertEquals(newcomer.get(key), undefined);
  }
  for (const key of [...world.model.keys(), "the key", "a new one"]) {
    const text = textOf(key, 9, 60);
    newcomer.set(key, text);
    assertEquals(world.map.get(key), text);
    assertEquals(world.map.take(key), text);
  }
  world.model.clear();
}

/** No block is given out twice, and what is full can be emptied. */
function inspectRoom(world: World, random: Random): void {
  const texts = world.fillUp(random);
  const { evicted } = world.map.stats();
  for (const [key, text] of texts) {
    const value = world.map.get(key);
    if (value === undefined && evicted > 0) texts.delete(key);
    else assert(value === text, `${key} is torn: ${value}`);
  }
  for (const key of texts.keys()) assert(world.map.delete(key), key);
  assertEquals([...world.map], []);
  inspectBlocks(world.buffer);
}
