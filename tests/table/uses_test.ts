import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Words } from "../../src/segment/atomics.ts";
import {
  H_HEAT,
  H_HEAT_MASK,
  H_MINUTE,
  USE_WAYS,
} from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { cool, coolTo, heatOf, MOST_HEAT, warm } from "../../src/table/heat.ts";
import {
  ageAt,
  countAt,
  countUse,
  FIRST_COUNT,
  isLatest,
  MOST_COUNT,
  noteUse,
  UNUSED,
  useOf,
} from "../../src/table/uses.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { late } from "./late.ts";

const ALWAYS = 0;
const NEVER = 0xffff;

/** A segment of the smallest size that tracks uses. */
function tracking(): Words {
  return Segment.create({
    maxBytes: 2 ** 20,
    keyCodec: "string",
    valueCodec: "any",
    evict: true,
    keepsHeat: true,
    keepsUses: true,
    minCapacityShift: 8,
  }).words;
}

/** A hash by its fingerprint and its set, with any bits in between. */
function hashOf(fingerprint: number, set: number, random: Random): number {
  return (fingerprint << 26) | (random.below(2 ** 12) << 14) | set;
}

function clear(words: Words, set: number): void {
  const at = words[H_HEAT] + set * USE_WAYS;
  words.fill(0, at, at + USE_WAYS);
}

function setAt(words: Words, set: number): Int32Array {
  const at = words[H_HEAT] + set * USE_WAYS;
  return words.slice(at, at + USE_WAYS);
}

interface Use {
  heat: number;
  count: number;
  minute: number;
}

/** What is known of a key, as the simplest code would keep it. */
class Model {
  readonly uses = new Map<number, Use>();

  use(fingerprint: number, minute: number, isRead: boolean): void {
    const use = this.uses.get(fingerprint) ??
      { heat: 0, count: FIRST_COUNT, minute };
    use.count = Math.max(0, use.count - (minute - use.minute));
    use.minute = minute;
    if (isRead) use.heat = Math.min(MOST_HEAT, use.heat + 1);
    this.uses.set(fingerprint, use);
  }

  cool(fingerprint: number, most: number): void {
    const use = this.uses.get(fingerprint);
    if (use !== undefined) use.heat = Math.min(use.heat, most);
  }
}

Deno.test("use words hold heat, count and minute of as many keys as a set has words", () => {
  const words = tracking();
  forSeeds(50 * SCALE, (random) => {
    const set = random.below(words[H_HEAT_MASK] + 1);
    clear(words, set);
    const model = new Model();
    const hashes = new Map(
      Array.from({ length: USE_WAYS }, () => random.below(64))
        .map((fingerprint) => [fingerprint, hashOf(fingerprint, set, random)]),
    );
    let minute = random.below(2 ** 15);
    for (let i = 0; i < 200; i++) {
      if (random.chance(1 / 8)) minute += random.below(4);
      words[H_MINUTE] = minute;
      const fingerprint = random.pick([...hashes.keys()]);
      const hash = hashes.get(fingerprint)!;
      switch (random.below(5)) {
        case 0:
        case 1:
          noteUse(words, hash, true);
          model.use(fingerprint, minute, true);
          break;
        case 2:
          noteUse(words, hash, false);
          model.use(fingerprint, minute, false);
          break;
        case 3:
          cool(words, hash);
          model.cool(
            fingerprint,
            Math.max(0, (model.uses.get(fingerprint)?.heat ?? 0) - 1),
          );
          break;
        default: {
          const most = random.below(4);
          coolTo(words, hash, most);
          model.cool(fingerprint, most);
        }
      }
      for (const [fingerprint, hash] of hashes) {
        const use = model.uses.get(fingerprint);
        const word = useOf(words, hash);
        if (use === undefined) assertStrictEquals(word, UNUSED);
        else {
          const age = minute - use.minute;
          const count = Math.max(0, use.count - age);
          assertStrictEquals(ageAt(word, minute), age);
          assertStrictEquals(countAt(word, minute), count);
          assertStrictEquals(heatOf(words, hash), use.heat);
        }
      }
    }
  });
});

Deno.test("a key without a use word takes the one of its set that was used longest ago", () => {
  const words = tracking();
  forSeeds(20, (random) => {
    const set = random.below(words[H_HEAT_MASK] + 1);
    clear(words, set);
    const hashes = Array.from(
      { length: USE_WAYS + 1 },
      (_, i) => hashOf(i + 1, set, random),
    );
    for (const [i, hash] of hashes.entries()) {
      words[H_MINUTE] = 0xfffe + i; // past the last one, too
      words[H_MINUTE] &= 0xffff;
      noteUse(words, hash, false);
    }
    const known = hashes.map((hash) => useOf(words, hash) !== UNUSED);
    assertEquals(known, hashes.map((_, i) => i > 0));
  });
});

Deno.test("the count rises with each use at first, and then more and more rarely", () => {
  const words = tracking();
  const hash = 0x1234_5678;
  noteUse(words, hash, true);
  let uses = 0;
  let state = 1;
  const counts: number[] = [];
  for (const goal of [10, 20, 50, 100]) {
    while (countAt(useOf(words, hash), words[H_MINUTE]) < goal) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      countUse(words, hash, state >>> 16);
      uses++;
    }
    counts.push(uses);
  }
  assert(counts.every((count, i) => i === 0 || count > 2 * counts[i - 1]));
});

Deno.test("the count stops at the highest one, and decays minute by minute", () => {
  const words = tracking();
  const hash = 0x1234_5678;
  countUse(words, hash, ALWAYS);
  assertStrictEquals(useOf(words, hash), UNUSED, "it was not used yet");
  noteUse(words, hash, true);
  countUse(words, hash, NEVER);
  countUse(words, hash, ALWAYS);
  const minute = words[H_MINUTE];
  for (let i = 0; i < 300; i++) countUse(words, hash, ALWAYS);
  assertStrictEquals(countAt(useOf(words, hash), minute), MOST_COUNT);
  assertStrictEquals(countAt(useOf(words, hash), minute + 55), 200);
  assertStrictEquals(countAt(useOf(words, hash), minute + 300), 0);
  words[H_MINUTE] = minute + 55;
  noteUse(words, hash, false);
  assertStrictEquals(countAt(useOf(words, hash), minute + 55), 200);
});

Deno.test("a key that was just read, and has the highest heat, is not written any more", () => {
  const words = tracking();
  const hash = 0x7654_3210;
  for (let i = 0; i < MOST_HEAT; i++) {
    assert(!isLatest(words, hash));
    assertStrictEquals(heatOf(words, hash), i);
    warm(words, hash);
  }
  assert(isLatest(words, hash));
  const unwritable = new Proxy(words, {
    get: (target, name) => Reflect.get(target, name),
    set: () => false,
  });
  noteUse(unwritable, hash, true);
  words[H_MINUTE]++;
  assert(!isLatest(words, hash), "the minute is over");
});

Deno.test("every hash has its use word among them, and nothing else is written", () => {
  const words = tracking();
  const first = words[H_HEAT];
  const last = first + (words[H_HEAT_MASK] + 1) * USE_WAYS;
  const before = words.slice();
  for (const hash of [2, -1, 2 ** 31 - 1, -(2 ** 31), 0x03ff_ffff]) {
    noteUse(words, hash, true);
    countUse(words, hash, ALWAYS);
    assertStrictEquals(heatOf(words, hash), 1, `${hash}`);
    assertStrictEquals(
      countAt(useOf(words, hash), words[H_MINUTE]),
      FIRST_COUNT + 1,
    );
  }
  for (let i = 0; i < words.length; i++) {
    if (i < first || i >= last) assertStrictEquals(words[i], before[i], `${i}`);
  }
});

Deno.test("whatever is written late, each use word is one of a key that was used", () => {
  const words = tracking();
  forSeeds(50 * SCALE, (random) => {
    const set = random.below(words[H_HEAT_MASK] + 1);
    clear(words, set);
    const minute = words[H_MINUTE];
    const used = new Set<number>();
    const before: [at: number, word: number][] = [];
    for (let i = 0; i < 200; i++) {
      const fingerprint = 1 + random.below(20);
      const hash = hashOf(fingerprint, set, random);
      const by = before.length > 0 && random.chance(1 / 2)
        ? late(words, ...random.pick(before))
        : words;
      if (random.chance(1 / 2)) {
        used.add(fingerprint);
        noteUse(by, hash, random.chance(1 / 2));
      } else if (random.chance(2 / 5)) countUse(by, hash, ALWAYS);
      else cool(by, hash);
      for (const [i, word] of setAt(words, set).entries()) {
        before.push([words[H_HEAT] + set * USE_WAYS + i, word]);
        if (word === UNUSED) continue;
        assert(used.has(word >>> 26), "of a key that was used");
        assert(countAt(word, minute) >= FIRST_COUNT);
        assertStrictEquals(ageAt(word, minute), 0);
      }
    }
  });
});
