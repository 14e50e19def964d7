// Overlays beside packs: whatever is done to both, they say the same, and so do the trees when the
// steps of an overlay are done to them; and an overlay can be had as it was before.
import { assertEquals, assertThrows } from "@std/assert";
import type {
  Collection,
  Fields,
  List,
  Members,
  ScanStep,
  SortedSet,
} from "../../src/store/collections.ts";
import {
  type AnyOverlay,
  overlayOf,
  packAt,
  planted,
  type View,
  viewOf,
} from "../../src/store/representation.ts";
import { HASH, LIST, SET, SORTED_SET } from "../../src/store/stored.ts";
import type { Overlay } from "../../src/store/tree/overlays.ts";
import { Pieces } from "../../src/store/tree/pieces.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { TreeMemory } from "./tree_memory.ts";

const ROUNDS = 12 * SCALE;
const STEPS = 40;

type AnyPack = ReturnType<typeof packAt>;
/** What is done to a collection, and what it says. */
type Act = (collection: never) => unknown;

/** A collection of trees with what a pack has. */
function grown(memory: TreeMemory, { stored }: AnyPack): View {
  const { roots, tag } = planted(memory, stored);
  memory.publish();
  const none = { at: 0, length: 0, refs: 0, end: Infinity };
  return viewOf(memory, { tag, roots, ...none });
}

/** All that a collection says. */
function contentOf(collection: View | AnyOverlay | AnyPack): unknown {
  if ("entries" in collection) {
    return collection.entries.slice(0, collection.length);
  }
  return "all" in collection
    ? collection.all().sort()
    : collection.slice(0, collection.length);
}

function scanned<T>(
  collection: { scan(cursor: number, count: number): ScanStep<T> },
): T[] {
  const all: T[] = [];
  for (let cursor = 0;;) {
    const step = collection.scan(cursor, 5);
    all.push(...step.items);
    cursor = step.cursor;
    if (cursor === 0) return all.sort();
  }
}

/** Overlays of one kind: how a pack is filled, and what is done to both. */
function compare(
  kind: number,
  fill: (pack: never, random: Random) => void,
  actOf: (random: Random, length: number) => Act,
): (random: Random) => void {
  return (random) => {
    for (let round = 0; round < ROUNDS; round++) {
      const memory = new TreeMemory(4);
      let pack = packAt({
        memory: new Uint8Array([kind, 0, 0, 0, 0]),
        from: 0,
        to: 5,
      });
      fill(pack as never, random);
      const view = grown(memory, pack);
      let overlay = overlayOf(view);
      let before = { age: 0, stored: pack.stored };
      for (let i = 0; i < STEPS; i++) {
        const act = actOf(random, pack.length);
        assertEquals(act(overlay as never), act(pack as never));
        assertEquals(overlay.length, (pack as Collection).length);
        if (i % 5 === 0) assertEquals(contentOf(overlay), contentOf(pack));
        if (random.chance(0.1)) {
          before = { age: overlay.age, stored: pack.stored };
        } else if (random.chance(0.05)) { // back to that
          overlay = overlay.asOf(before.age);
          const to = before.stored.length;
          pack = packAt({ memory: before.stored, from: 0, to });
          assertEquals(contentOf(overlay), contentOf(pack));
        }
      }
      if ("scan" in overlay && "scan" in pack) {
        assertEquals(scanned<unknown>(overlay), scanned<unknown>(pack));
      }
      (overlay as Overlay<unknown>).doTo(view, overlay.age);
      assertEquals(contentOf(view), contentOf(pack));
    }
  };
}

const word = (r: Random) => `${r.below(60)}`.padStart(1 + r.below(4), "é");
const words = (r: Random) => Array.from({ length: r.below(4) }, () => word(r));
const many = (r: Random) =>
  Array.from({ length: 1 + r.below(200) }, () => word(r));
const score = (r: Random) => r.pick([0, 1, -1, 2.5, Infinity, -0]);

Deno.test(
  "an overlay of a list is what a list in a pack is",
  seeded(compare(
    LIST,
    (list: List, r) => list.insert(0, many(r)),
    (r, length) => {
      const [a, b] = [r.below(length + 1), r.below(length + 1)]
        .sort((x, y) => x - y);
      const some = words(r);
      const index = r.below(Math.max(1, length));
      const isEmpty = length === 0;
      return r.pick<Act>([
        (list: List) => list.insert(a, some),
        (list: List) => list.insert(0, some),
        (list: List) => list.insert(length, some),
        (list: List) => list.slice(a, b),
        (list: List) => list.removeRange(a, Math.min(b, a + 3)),
        (list: List) => isEmpty || list.at(index),
        (list: List) => isEmpty || list.replace(index, "another"),
        (list: List) => isEmpty || list.remove([index]),
      ]);
    },
  )),
);

Deno.test(
  "an overlay of a set is what a set in a pack is",
  seeded(compare(
    SET,
    (set: Members, r) => void set.add(many(r)),
    (r) => {
      const some = words(r);
      return r.pick<Act>([
        (set: Members) => set.add(some),
        (set: Members) => set.remove(some),
        (set: Members) => some.map((one) => set.has(one)),
        (set: Members) =>
          Array.from({ length: set.length }, (_, i) => set.at(i)).sort(),
      ]);
    },
  )),
);

Deno.test(
  "an overlay of a hash is what a hash in a pack is",
  seeded(compare(
    HASH,
    (hash: Fields, r) => void hash.set(many(r).map((one) => [one, word(r)])),
    (r) => {
      const some = words(r).map((one) => [one, word(r)] as const);
      const names = some.map(([name]) => name);
      return r.pick<Act>([
        (hash: Fields) => hash.set(some),
        (hash: Fields) => hash.remove(names),
        (hash: Fields) => names.map((one) => hash.get(one)),
        (hash: Fields) =>
          Array.from({ length: hash.length }, (_, i) => hash.at(i)).sort(),
      ]);
    },
  )),
);

Deno.test(
  "an overlay of a sorted set is what a sorted set in a pack is",
  seeded(compare(
    SORTED_SET,
    (set: SortedSet, r) => set.set(scores(many(r), r)),
    (r, length) => {
      const some = scores(words(r), r);
      const names = some.map(([name]) => name);
      const [a, b] = [r.below(length + 1), r.below(length + 1)]
        .sort((x, y) => x - y);
      const at = score(r);
      return r.pick<Act>([
        (set: SortedSet) => set.set(some),
        (set: SortedSet) => set.set(some),
        (set: SortedSet) => set.remove(names),
        (set: SortedSet) => set.removeRange(a, Math.min(b, a + 3)),
        (set: SortedSet) => set.slice(a, b),
        (set: SortedSet) => names.map((one) => set.indexOf(one)),
        (set: SortedSet) => names.map((one) => set.scoreOf(one)),
        (set: SortedSet) => [
          set.countBelow(at, false),
          set.countBelow(at, true),
        ],
      ]);
    },
  )),
);

/** Each name once, with a score. */
function scores(names: readonly string[], r: Random) {
  return [...new Set(names)].map((name) => [name, score(r) + 0] as const);
}

Deno.test("pieces know where what is left of their origin is", () => {
  const pieces = new Pieces(["a", "b", "c", "d"]);
  pieces.splice(1, 3, ["x", "y", "z"]);
  assertEquals(pieces.slice(0, pieces.length), ["a", "x", "y", "z", "d"]);
  assertEquals([pieces.placeOf(0), pieces.placeOf(3)], [0, 4]);
  assertThrows(() => pieces.placeOf(1), RangeError, "was removed");
  assertEquals(pieces.placeOfNew((item) => item === "z"), 3);
  assertThrows(() => pieces.placeOfNew((item) => item === "d"), RangeError);
});
