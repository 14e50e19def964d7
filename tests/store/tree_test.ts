import { assert, assertEquals } from "@std/assert";
import { MOST_INLINE } from "../../src/store/tree/part.ts";
import { MOST_CHILDREN } from "../../src/store/tree/splice.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { type Element, Ordered } from "./ordered.ts";
import { TreeMemory } from "./tree_memory.ts";

const OPERATIONS = 3000 * SCALE;

/** Bytes of a random length: mostly short, now and then a blob. */
function anyBytes(random: Random, most: number): Uint8Array {
  const length = random.chance(0.02)
    ? MOST_INLINE - 3 + random.below(600)
    : random.below(most);
  return Uint8Array.from({ length }, () => random.word());
}

/** Names with much in common: so that separators have bytes, and are cut. */
function likeName(random: Random): Uint8Array {
  const prefix = random.pick([0, 3, 62, 63, 64, 65, 70]);
  const length = prefix + random.below(3);
  return Uint8Array.from(
    { length },
    (_, i) => i < prefix ? 7 : random.below(3),
  );
}

/** Elements of the largest tree: enough for three levels. */
const MOST = 800;

/** Says whether a tree is to grow at the moment: up to the largest, and then to nearly none. */
class Tides {
  #grows = true;

  isRising(elements: number): boolean {
    if (elements > MOST) this.#grows = false;
    if (elements < 10) this.#grows = true;
    return this.#grows;
  }
}

Deno.test(
  "a tree by position does what an array does",
  seeded((random) => {
    const list = new Ordered(new TreeMemory(64), 0);
    const item = (most: number): Element => ({
      high: 0,
      low: 0,
      name: anyBytes(random, most),
    });
    const tides = new Tides();
    for (let step = 0; step < OPERATIONS; step++) {
      const { length } = list.elements;
      const grows = tides.isRising(length);
      const index = random.pick([0, length, random.below(length + 1)]);
      const added = Array.from(
        { length: random.pick([0, 1, 1, 1, 2, 40]) },
        () => item(30),
      );
      const limit = grows ? 2 : random.pick([2, 2, 2, 60, length >> 2]);
      const count = Math.min(random.below(limit), length - index);
      list.splice(
        index,
        count,
        ...(grows ? added : []),
      );
      list.check();
    }
  }),
);

/** Removes a few whole leaves, and brings some of what was in them back: into their neighbours. */
function removeLeaves(tree: Ordered, random: Random): void {
  const starts = tree.memory.leafStarts(tree.root);
  const first = random.below(starts.length);
  const last = Math.min(first + 1 + random.below(3), starts.length - 1);
  const removed = tree.elements.slice(starts[first], starts[last]);
  tree.splice(starts[first], removed.length);
  tree.check();
  for (const element of removed) if (random.chance(0.1)) tree.put(element);
}

for (
  const [name, keyWords, hashes] of [
    ["by hash", 1, 2 ** 32],
    ["by hashes that are often equal", 1, 5],
    ["by score", 2, 3],
  ] as const
) {
  Deno.test(
    `a tree ${name} does what a sorted array does`,
    seeded((random) => {
      const tree = new Ordered(new TreeMemory(64), keyWords);
      const any = (): Element => ({
        high: random.below(hashes) - (hashes >> 1) | 0,
        low: keyWords > 1 ? random.below(2) - 1 : 0,
        name: hashes < 10 ? likeName(random) : anyBytes(random, 12),
        value: anyBytes(random, 120), // so that a tree of some hundred has three levels
      });
      const tides = new Tides();
      for (let step = 0; step < OPERATIONS; step++) {
        const { length } = tree.elements;
        const grows = tides.isRising(length);
        if (random.chance(grows ? 0.9 : 0.2)) tree.put(any());
        else if (random.chance(0.1)) tree.remove(any());
        else if (random.chance(0.3)) removeLeaves(tree, random);
        else if (length > 0) {
          const index = random.below(length);
          const most = grows ? 1 : random.pick([1, 1, 12, 30, length >> 3]);
          tree.splice(index, Math.min(1 + random.below(most), length - index));
        }
        tree.check();
      }
    }),
  );
}

Deno.test(
  "an old tree is what it was, whatever becomes of the new ones",
  seeded((random) => {
    const memory = new TreeMemory(64);
    const tree = new Ordered(memory, 1);
    const old: { root: number; elements: Element[] }[] = [];
    const kept = new Map<number, number>();
    const any = () => ({
      high: random.word(),
      low: 0,
      name: anyBytes(random, 20),
    });
    for (let step = 0; step < 1000; step++) {
      if (step % 100 === 50) {
        old.push({ root: tree.root, elements: [...tree.elements] });
      }
      const { length } = tree.elements;
      if (random.chance(0.7)) tree.put(any());
      else if (length > 0) {
        tree.from.findIndex(memory, tree.root, random.below(length));
        tree.remove(tree.elements[tree.from.index]);
      }
      memory.publish(kept);
    }
    for (const { root, elements } of old) tree.checkElements(root, elements);
    assert(kept.size > 1000, "nodes were left out");
  }),
);

Deno.test(
  "a change for which there is no memory changes nothing",
  seeded((random) => {
    const memory = new TreeMemory(16);
    const tree = new Ordered(memory, 1);
    const any = () => ({
      high: random.word(),
      low: 0,
      name: anyBytes(random, 20),
    });
    for (let i = 0; i < 500; i++) tree.put(any());
    let failed = 0;
    for (let i = 0; i < 500; i++) {
      memory.publish();
      const { root } = tree;
      memory.budget = random.below(3000);
      if (random.chance(0.5)) tree.put(any());
      else tree.remove(tree.elements[random.below(tree.elements.length)]);
      memory.budget = Infinity;
      if (tree.root === root) failed++;
      tree.check();
    }
    assert(failed > 50 && failed < 500, `${failed} changes failed`);
  }),
);

Deno.test("a tree that is filled at an end has full leaves", () => {
  for (const atEnd of [true, false]) {
    const memory = new TreeMemory(16);
    const list = new Ordered(memory, 0);
    for (let i = 0; i < 5000; i++) {
      const name = new TextEncoder().encode(`element ${i}`);
      list.splice(atEnd ? i : 0, 0, { high: 0, low: 0, name });
    }
    list.check();
    const [leaves, inner] = memory.check(list.root);
    const bytes = leaves.bytes / leaves.nodes;
    assert(bytes > 480, `leaves have ${bytes} bytes`);
    const children = leaves.nodes / inner.nodes;
    assert(
      children > MOST_CHILDREN - 2,
      `inner nodes have ${children} children`,
    );
  }
});

Deno.test("a range is removed by whole subtrees, at the cost of two paths", () => {
  const memory = new TreeMemory(16);
  const list = new Ordered(memory, 0);
  const name = new Uint8Array(10);
  list.splice(
    0,
    0,
    ...Array.from({ length: 50_000 }, () => ({ high: 0, low: 0, name })),
  );
  list.check();
  const before = memory.drafted;
  list.splice(100, 49_800);
  assertEquals(list.elements.length, 200);
  assert(
    memory.drafted - before < 8000,
    `${memory.drafted - before} bytes were written`,
  );
  list.check();
});
