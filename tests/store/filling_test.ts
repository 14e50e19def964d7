import { assert, assertEquals } from "@std/assert";
import { Filling } from "../../src/store/tree/filling.ts";
import { partOf } from "../../src/store/tree/element.ts";
import { countOf } from "../../src/store/tree/node.ts";
import { Place } from "../../src/store/tree/place.ts";
import { NO_MEMORY } from "../../src/store/tree/splice.ts";
import { TreeMemory } from "./tree_memory.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function load(memory: TreeMemory, count: number): number {
  const filling = new Filling(memory, 1);
  for (let i = 0; i < count; i++) {
    const name = i % 1000 === 999 ? "long ".repeat(100) + i : `${i}`;
    if (!filling.add(i >> 1, 0, encoder.encode(name))) return NO_MEMORY;
  }
  return filling.finish();
}

Deno.test("Filling makes a tree of full leaves, and can be walked both ways", () => {
  for (const count of [0, 1, 512, 513, 20_000]) {
    const memory = new TreeMemory(32);
    const root = load(memory, count);
    memory.publish();
    assertEquals(countOf(memory.words, root), count);
    assertEquals(memory.live.size, memory.reachable(root).length);
    const levels = memory.check(root);
    if (count > 1000) assert(levels[0].bytes / levels[0].nodes > 470);
    walkBothWays(memory, root, count);
  }
});

function walkBothWays(memory: TreeMemory, root: number, count: number): void {
  const nameAt = ({ leaf, item }: Place) =>
    decoder.decode(partOf(memory, leaf, item, 0).slice()).replace(
      /^(long )+/,
      "",
    );
  const place = new Place();
  const names = new Set<string>();
  place.findIndex(memory, root, 0);
  for (let more = place.toElement(memory); more; more = place.next(memory)) {
    names.add(nameAt(place));
  }
  assertEquals(names.size, count);
  assertEquals(place.index, count, "the place is behind the last element");
  const back: string[] = [];
  while (place.previous(memory)) back.push(nameAt(place));
  assertEquals(place.index, 0);
  assertEquals(back.reverse(), [...names]);
}

Deno.test("Filling says when there is no memory", () => {
  const memory = new TreeMemory(32);
  memory.budget = 100_000;
  assertEquals(load(memory, 20_000), NO_MEMORY);
});
