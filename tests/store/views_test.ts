// Collections of trees, beside the same collections as packs: whatever is done to both, they say
// the same, and no node is lost or left over.
import { assertEquals } from "@std/assert";
import type { Collection, ScanStep } from "../../src/store/collections.ts";
import { CompactFields } from "../../src/store/compact/fields.ts";
import { CompactList } from "../../src/store/compact/list.ts";
import { CompactMembers } from "../../src/store/compact/members.ts";
import { CompactSortedSet } from "../../src/store/compact/sorted_set.ts";
import {
  FieldsView,
  ListView,
  MembersView,
  SortedSetView,
  type TreeParts,
  type TreeView,
} from "../../src/store/tree/views.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { transplanted, TreeMemory } from "./tree_memory.ts";

const MEGABYTES = 16;
const STEPS = 1_000 * SCALE;
const EMPTY: TreeParts = {
  roots: [],
  body: { memory: new Uint8Array(), at: 0, length: 0 },
};

/** A collection of trees that is put back after each change, and a pack. */
class Both<V extends TreeView, C extends Collection> {
  readonly pack: C;
  readonly #memory = new TreeMemory(MEGABYTES);
  readonly #make: (memory: TreeMemory, parts: TreeParts) => V;
  #parts = EMPTY;

  constructor(make: (memory: TreeMemory, parts: TreeParts) => V, pack: C) {
    this.#make = make;
    this.pack = pack;
  }

  get view(): V {
    return this.#make(this.#memory, this.#parts);
  }

  /** Does the same to both: it must come to the same. */
  do(act: (collection: V | C) => unknown): void {
    const { pack, view } = this;
    assertEquals(act(view), act(pack));
    this.#memory.publish();
    const { body, roots } = view;
    const memory = new Uint8Array(body.length);
    body.writeTo(memory, 0);
    this.#parts = { roots, body: { memory, at: 0, length: memory.length } };
    assertEquals(view.length, pack.length);
  }

  /** All nodes are those of the trees. */
  check(): void {
    const { roots } = this.#parts;
    for (const root of roots) this.#memory.check(root);
    const reachable = roots.flatMap((root) => this.#memory.reachable(root));
    assertEquals(new Set(this.#memory.live.keys()), new Set(reachable));
  }
}

function word(random: Random, most = 400): string {
  if (random.chance(0.01)) return "\xff".repeat(250 + random.below(300));
  return `${random.below(most)}`.padStart(random.below(20), "é");
}

function words(random: Random, most?: number): string[] {
  const count = random.below(4);
  return Array.from({ length: count }, () => word(random, most));
}

/** All that steps of a scan give. */
function scanned<T>(
  scan: (cursor: number) => ScanStep<T>,
): T[] {
  const all: T[] = [];
  for (let cursor = 0;;) {
    const step = scan(cursor);
    all.push(...step.items);
    cursor = step.cursor;
    if (cursor === 0) return all;
  }
}

Deno.test(
  "a list in a tree is what a list in a pack is",
  seeded((random) => {
    const both = new Both(
      (memory, parts) => new ListView(memory, parts),
      new CompactList(),
    );
    for (let i = 0; i < STEPS; i++) {
      const { length } = both.pack;
      const [a, b] = [random.below(length + 1), random.below(length + 1)]
        .sort((x, y) => x - y);
      const some = words(random);
      switch (random.below(6)) {
        case 0:
        case 1:
          both.do((list) => list.insert(length, some));
          break;
        case 2:
          both.do((list) => list.insert(0, some));
          break;
        case 3:
          both.do((list) => list.insert(a, some));
          break;
        case 4:
          if (a < length) both.do((list) => list.replace(a, "replaced"));
          break;
        case 5:
          both.do((list) => list.removeRange(a, Math.min(b, a + 5)));
      }
      const end = Math.min(b, both.pack.length);
      both.do((list) => list.slice(Math.min(a, end), end));
      if (i % 50 === 0) both.check();
    }
  }),
);

Deno.test(
  "a set in a tree is what a set in a pack is",
  seeded((random) => {
    const both = new Both(
      (memory, parts) => new MembersView(memory, parts),
      new CompactMembers(),
    );
    for (let i = 0; i < STEPS; i++) {
      const some = words(random);
      if (random.chance(0.6)) both.do((set) => set.add(some));
      else both.do((set) => set.remove(some));
      const one = word(random);
      both.do((set) => set.has(one));
      if (i % 50 !== 0) continue;
      both.check();
      both.do((set) => set.all().sort());
      both.do((set) => scanned((cursor) => set.scan(cursor, 7)).sort());
    }
  }),
);

Deno.test(
  "a hash in a tree is what a hash in a pack is",
  seeded((random) => {
    const both = new Both(
      (memory, parts) => new FieldsView(memory, parts),
      new CompactFields(),
    );
    for (let i = 0; i < STEPS; i++) {
      const some = words(random);
      const fields = some.map((field) => [field, word(random)] as const);
      if (random.chance(0.6)) both.do((hash) => hash.set(fields));
      else both.do((hash) => hash.remove(some));
      const one = word(random);
      both.do((hash) => hash.get(one));
      if (i % 50 !== 0) continue;
      both.check();
      both.do((hash) => hash.all().sort());
      both.do((hash) => scanned((cursor) => hash.scan(cursor, 7)).sort());
    }
  }),
);

Deno.test(
  "a sorted set in trees is what a sorted set in a pack is",
  seeded((random) => {
    const both = new Both(
      (memory, parts) => new SortedSetView(memory, parts),
      new CompactSortedSet(),
    );
    for (let i = 0; i < STEPS; i++) {
      const some = [...new Set(words(random))];
      const score = () => random.pick([0, 1, -1, 0.5, Infinity, -Infinity]);
      const scored = some.map((member) => [member, score()] as const);
      const { length } = both.pack;
      const from = random.below(length + 1);
      const to = Math.min(length, from + random.below(5));
      switch (random.below(8)) {
        case 0:
          both.do((set) => set.remove(some));
          break;
        case 1:
          both.do((set) => set.removeRange(from, to));
          break;
        case 2: // most of it, now and then
          if (i % 9 === 0) both.do((set) => set.removeRange(1, length));
          break;
        default:
          both.do((set) => set.set(scored));
      }
      const [one, at] = [word(random), score()];
      both.do((set) => [set.scoreOf(one), set.indexOf(one)]);
      both.do((set) => [set.countBelow(at, false), set.countBelow(at, true)]);
      if (i % 50 !== 0) continue;
      both.check();
      both.do((set) => set.slice(0, set.length));
      both.do((set) => scanned((cursor) => set.scan(cursor, 7)).sort());
    }
  }),
);

Deno.test("nodes that are moved elsewhere with their refs are the same tree", () => {
  const memory = new TreeMemory(MEGABYTES);
  const hash = new FieldsView(memory, EMPTY);
  const list = new ListView(memory, EMPTY);
  for (let i = 0; i < 300; i++) {
    const value = `${i}`.repeat(i % 5 === 0 ? 200 : 2);
    hash.set([[`${value} ${i}`, value]]);
    list.insert(i >> 1, [value]);
    if (i % 7 === 0) hash.remove([`${`${i - 7}`.repeat(2)} ${i - 7}`]);
  }
  const elsewhere = new TreeMemory(MEGABYTES);
  elsewhere.allocate(5000); // so that no ref is what it was
  elsewhere.publish();
  memory.publish();
  const move = (roots: readonly number[]): TreeParts => ({
    roots: roots.map((root) => transplanted(memory, root, elsewhere)),
    body: EMPTY.body,
  });
  const moved = new FieldsView(elsewhere, move(hash.roots));
  assertEquals(moved.all(), hash.all());
  for (const [field, value] of hash.all()) {
    assertEquals(moved.get(field), value);
  }
  const movedList = new ListView(elsewhere, move(list.roots));
  const inTree = movedList.slice(0, movedList.length);
  const all = list.slice(0, list.length);
  const first = all.findIndex((_, i) => all[i] === inTree[0]);
  assertEquals(all.slice(first, first + inTree.length), inTree);
});
