import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Words } from "../../src/segment/atomics.ts";
import { H_HEAT, H_HEAT_MASK } from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { cool, coolTo, heatOf, MOST_HEAT, warm } from "../../src/table/heat.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { late } from "./late.ts";

/** A segment of the smallest size that keeps heat. */
function heated(): Words {
  return Segment.create({
    maxBytes: 2 ** 20,
    keyCodec: "string",
    valueCodec: "any",
    evict: true,
    keepsHeat: true,
    minCapacityShift: 8,
  }).words;
}

/** A hash by its fingerprint and its word, with any bits in between. */
function hashOf(fingerprint: number, word: number, random: Random): number {
  return (fingerprint << 26) | (random.below(2 ** 12) << 14) | word;
}

/** The four cells of a word: fingerprints and counts. */
function cellsAt(words: Words, word: number): [number, number][] {
  const cells = words[words[H_HEAT] + word];
  return [0, 8, 16, 24].map((shift) => {
    const cell = (cells >>> shift) & 0xff;
    return [cell >>> 2, cell & 3];
  });
}

/** A word as the simplest code would keep it. */
class Model {
  readonly cells: [fingerprint: number, count: number][] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ];

  #find(fingerprint: number) {
    return this.cells.find(([there]) => there === fingerprint);
  }

  heat(fingerprint: number): number {
    return this.#find(fingerprint)?.[1] ?? 0;
  }

  warm(fingerprint: number): void {
    const there = this.#find(fingerprint);
    if (there !== undefined) there[1] = Math.min(MOST_HEAT, there[1] + 1);
    else {
      const least = Math.min(...this.cells.map(([, count]) => count));
      const coldest = this.cells.findIndex(([, count]) => count === least);
      this.cells[coldest] = [fingerprint, 1];
    }
  }

  cool(fingerprint: number): number {
    const there = this.#find(fingerprint);
    return there === undefined || there[1] === 0 ? 0 : there[1]--;
  }
}

Deno.test("heat words hold the counts of four keys each, and of the last ones that were read", () => {
  const words = heated();
  forSeeds(50 * SCALE, (random) => {
    const word = random.below(words[H_HEAT_MASK] + 1);
    words[words[H_HEAT] + word] = 0;
    const model = new Model();
    const fingerprints = Array.from(
      { length: 1 + random.below(8) },
      () => random.below(64),
    );
    for (let i = 0; i < 200; i++) {
      const fingerprint = random.pick(fingerprints);
      const hash = hashOf(fingerprint, word, random);
      assertStrictEquals(heatOf(words, hash), model.heat(fingerprint));
      if (random.chance(2 / 3)) {
        warm(words, hash);
        model.warm(fingerprint);
      } else {
        assertStrictEquals(cool(words, hash), model.cool(fingerprint));
      }
      assertEquals(cellsAt(words, word), model.cells);
    }
  });
});

Deno.test("whatever is written late, every cell holds a heat of one key that was read", () => {
  const words = heated();
  forSeeds(50 * SCALE, (random) => {
    const word = random.below(words[H_HEAT_MASK] + 1);
    const at = words[H_HEAT] + word;
    words[at] = 0;
    const read = new Set<number>();
    const before: number[] = [0];
    for (let i = 0; i < 200; i++) {
      const fingerprint = 1 + random.below(63);
      const hash = hashOf(fingerprint, word, random);
      const by = random.chance(1 / 2)
        ? late(words, at, random.pick(before))
        : words;
      if (random.chance(2 / 3)) {
        read.add(fingerprint);
        warm(by, hash);
      } else cool(by, hash);
      before.push(words[at]);
      const used = cellsAt(words, word).filter(([there]) => there !== 0);
      const keys = new Set(used.map(([there]) => there));
      assertStrictEquals(keys.size, used.length, "a key has one cell");
      assert(keys.isSubsetOf(read), "of keys that were read");
    }
  });
});

Deno.test("a key at its highest heat is not written any more", () => {
  const words = heated();
  const hash = 0x7654_3210;
  for (let i = 0; i < MOST_HEAT; i++) {
    assertStrictEquals(heatOf(words, hash), i);
    warm(words, hash);
  }
  const unwritable = new Proxy(words, {
    get: (target, name) => Reflect.get(target, name),
    set: () => false,
  });
  warm(unwritable, hash);
  assertStrictEquals(heatOf(words, hash), MOST_HEAT);
});

Deno.test("every hash has its heat among the heat words", () => {
  const words = heated();
  const [first, last] = [words[H_HEAT], words[H_HEAT] + words[H_HEAT_MASK]];
  const before = words.slice();
  for (const hash of [2, -1, 2 ** 31 - 1, -(2 ** 31), 0x03ff_ffff]) {
    warm(words, hash);
    assertStrictEquals(heatOf(words, hash), 1, `${hash}`);
  }
  for (let i = 0; i < words.length; i++) {
    if (i < first || i > last) assertStrictEquals(words[i], before[i], `${i}`);
  }
});

Deno.test("a map that keeps no heat reads and writes none", () => {
  const { keepsHeat, words } = freshSegment();
  assertStrictEquals(keepsHeat, false);
  const before = words.slice();
  for (const hash of [2, -1, 0x1234_5678]) {
    warm(words, hash);
    assertStrictEquals(heatOf(words, hash), 0);
    assertStrictEquals(cool(words, hash), 0);
  }
  assert(words.every((word, i) => word === before[i]));
});

Deno.test("coolTo() lowers heat to at most so much, and that of no other key", () => {
  const words = heated();
  forSeeds(20 * SCALE, (random) => {
    const hashes = [1, 2, 3].map((one) => hashOf(one, 5, random));
    for (const hash of hashes) {
      for (let i = random.below(5); i > 0; i--) warm(words, hash);
    }
    const [hash, ...others] = random.pick([hashes, hashes.toReversed()]);
    const before = heatOf(words, hash);
    const unchanged = others.map((other) => heatOf(words, other));
    const most = random.below(4);
    assertStrictEquals(coolTo(words, hash, most), before);
    assertStrictEquals(heatOf(words, hash), Math.min(before, most));
    assertEquals(others.map((other) => heatOf(words, other)), unchanged);
  });
});
