// Collections as packs, beside arrays and maps that say what is in them.
import { assert, assertEquals } from "@std/assert";
import type { BytesAt } from "../../src/map/present_entry.ts";
import type { ScanStep } from "../../src/store/collections.ts";
import { CompactFields } from "../../src/store/compact/fields.ts";
import { CompactList } from "../../src/store/compact/list.ts";
import { CompactMembers } from "../../src/store/compact/members.ts";
import { CompactSortedSet } from "../../src/store/compact/sorted_set.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const STEPS = 1500 * SCALE;
/** Where the form of an element changes, or that of its length. */
const LENGTHS = [
  0,
  1,
  2,
  3,
  19,
  20,
  21,
  190,
  191,
  192,
  255,
  256,
  65_535,
  65_536,
];
const INTEGERS = [
  7n,
  8n,
  15n,
  16n,
  31n,
  32n,
  47n,
  48n,
  52n,
  53n,
  54n,
  55n,
  56n,
  63n,
];

/** An element of any form. */
function element(random: Random): string {
  switch (random.below(5)) {
    case 0:
      return String.fromCharCode(random.below(256)).repeat(
        random.chance(0.05) ? random.pick(LENGTHS) : random.below(200),
      );
    case 1: {
      const power = 1n << random.pick(INTEGERS);
      const integer = power + BigInt(random.below(3) - 1);
      return String(random.chance(0.5) ? -integer : integer);
    }
    case 2:
      return random.pick(["-0", "00", "-", "1.0", " 1", "+1", "0", "-1", ""]);
    default:
      return String(random.below(60));
  }
}

function elements(random: Random): string[] {
  const count = random.chance(0.1) ? random.below(40) : random.below(4);
  return Array.from({ length: count }, () => element(random));
}

/** Bytes that lie somewhere in others, as they do in a map. */
function placed(bytes: Uint8Array): BytesAt {
  const memory = new Uint8Array(bytes.length + 20).fill(0xee);
  memory.set(bytes, 7);
  return { memory, from: 7, to: 7 + bytes.length };
}

/** What a scan gives in all its steps. */
function scanned<T>(step: (cursor: number) => ScanStep<T>): T[] {
  const found: T[] = [];
  let cursor = 0;
  do {
    const { cursor: next, items } = step(cursor);
    assert(items.length > 0 || next === 0);
    found.push(...items);
    cursor = next;
  } while (cursor !== 0);
  return found;
}

Deno.test(
  "a list in a pack has what an array has",
  seeded((random) => {
    let list = new CompactList();
    const model: string[] = [];
    for (let i = 0; i < STEPS; i++) {
      const index = random.below(model.length + 1);
      const to = index + random.below(model.length - index + 1);
      switch (random.below(6)) {
        case 0:
        case 1: {
          const more = elements(random);
          list.insert(index, more);
          model.splice(index, 0, ...more);
          break;
        }
        case 2:
          if (index === model.length) break;
          model[index] = element(random);
          list.replace(index, model[index]);
          break;
        case 3:
          if (random.chance(0.5)) break;
          list.removeRange(index, to);
          model.splice(index, to - index);
          break;
        case 4: {
          const gone = model.map((_, i) => i).filter(() => random.chance(0.1));
          list.remove(gone);
          gone.toReversed().forEach((i) => model.splice(i, 1));
          break;
        }
        default:
          assertEquals(list.slice(index, to), model.slice(index, to));
          if (index < model.length) assertEquals(list.at(index), model[index]);
      }
      assertEquals(list.length, model.length);
      list = new CompactList(placed(list.stored)); // as another command sees it
    }
    assertEquals(list.slice(0, list.length), model);
  }),
);

Deno.test(
  "a set in a pack has what a Set has",
  seeded((random) => {
    let set = new CompactMembers();
    const model = new Set<string>();
    for (let i = 0; i < STEPS; i++) {
      const some = elements(random);
      const before = model.size;
      if (random.chance(0.6)) {
        some.forEach((one) => model.add(one));
        assertEquals(set.add(some), model.size - before);
      } else {
        some.forEach((one) => model.delete(one));
        assertEquals(set.remove(some), before - model.size);
      }
      assertEquals(set.length, model.size);
      for (const one of [...some, element(random)]) {
        assertEquals(set.has(one), model.has(one), one);
      }
      set = new CompactMembers(placed(set.stored));
    }
    assertEquals(new Set(set.all()), model);
    const count = 1 + random.below(5);
    const all = scanned((cursor) => set.scan(cursor, count));
    assertEquals(all.toSorted(), [...model].toSorted());
  }),
);

Deno.test(
  "equal sets are stored alike, however they were made",
  seeded((random) => {
    const members = [
      ...new Set(Array.from({ length: 50 }, () => element(random))),
    ];
    const one = new CompactMembers();
    one.add(members);
    const other = new CompactMembers();
    other.add([...members, "gone"]);
    for (const member of members.toReversed()) other.add([member]);
    other.remove(["gone"]);
    assertEquals(one.stored, other.stored);
  }),
);

Deno.test(
  "a hash in a pack has what a Map has",
  seeded((random) => {
    let hash = new CompactFields();
    const model = new Map<string, string>();
    for (let i = 0; i < STEPS; i++) {
      const before = model.size;
      const some = elements(random);
      if (random.chance(0.6)) {
        const fields = some.map((one) => [one, element(random)] as const);
        fields.forEach(([field, value]) => model.set(field, value));
        assertEquals(hash.set(fields), model.size - before);
      } else {
        some.forEach((one) => model.delete(one));
        assertEquals(hash.remove(some), before - model.size);
      }
      assertEquals(hash.length, model.size);
      for (const one of [...some, element(random)]) {
        assertEquals(hash.get(one), model.get(one), one);
      }
      hash = new CompactFields(placed(hash.stored));
    }
    assertEquals(new Map(hash.all()), model);
    const all = scanned((cursor) => hash.scan(cursor, 7));
    assertEquals(new Map(all), model);
    assertEquals(all.length, model.size);
  }),
);

/** A score of any form. */
function score(random: Random): number {
  return random.pick([
    0,
    1,
    -1,
    0.5,
    Infinity,
    -Infinity,
    2 ** 53,
    -(2 ** 53),
    1e300,
    random.below(20),
    random.fraction(),
  ]);
}

Deno.test(
  "a sorted set in a pack has what a sorted array has",
  seeded((random) => {
    let set = new CompactSortedSet();
    const model = new Map<string, number>();
    const order = () =>
      [...model].sort(([a, x], [b, y]) =>
        x < y ? -1 : x > y ? 1 : a < b ? -1 : Number(a > b)
      );
    for (let i = 0; i < STEPS / 3; i++) {
      const some = [...new Set(elements(random))];
      if (random.chance(0.6)) {
        const scored = some.map((one) => [one, score(random)] as const);
        scored.forEach(([member, score]) => model.set(member, score));
        set.set(scored);
      } else if (random.chance(0.7)) {
        const before = model.size;
        some.forEach((one) => model.delete(one));
        assertEquals(set.remove(some), before - model.size);
      } else {
        const from = random.below(model.size + 1);
        const to = Math.min(model.size, from + random.below(3));
        order().slice(from, to).forEach(([member]) => model.delete(member));
        set.removeRange(from, to);
      }
      set = new CompactSortedSet(placed(set.stored));
      const sorted = order();
      assertEquals(set.slice(0, set.length), sorted);
      const bound = score(random);
      const below = sorted.filter(([, score]) => score < bound).length;
      const upTo = sorted.filter(([, score]) => score <= bound).length;
      assertEquals(set.countBelow(bound, false), below);
      assertEquals(set.countBelow(bound, true), upTo);
      for (const one of [...some, element(random)]) {
        assertEquals(set.scoreOf(one), model.get(one));
        const index = sorted.findIndex(([member]) => member === one);
        assertEquals(set.indexOf(one) ?? -1, index);
      }
    }
    const all = scanned((cursor) => set.scan(cursor, 5));
    assertEquals(new Map(all), model);
    assertEquals(all.length, model.size);
  }),
);

Deno.test(
  "a scan gives once what is there throughout",
  seeded((random) => {
    const set = new CompactMembers();
    const lasting = Array.from({ length: 100 }, (_, i) => `lasting ${i}`);
    set.add(lasting);
    const found = scanned((cursor) => {
      set.add([`new ${random.below(50)}`]);
      set.remove([`new ${random.below(50)}`]);
      return set.scan(cursor, 3);
    });
    const lastingFound = found.filter((one) => one.startsWith("lasting"));
    assertEquals(lastingFound.toSorted(), lasting.toSorted());
  }),
);

Deno.test("an element of ten bytes takes eleven", () => {
  const list = new CompactList();
  const before = list.stored.length;
  list.insert(0, Array.from({ length: 100 }, (_, i) => `element${100 + i}`));
  assertEquals(list.stored.length - before, 100 * 11);
});
