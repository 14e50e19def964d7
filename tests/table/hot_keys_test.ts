import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  H_HOT,
  H_MINUTE,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
} from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import {
  forEachHot,
  hotKeysOf,
  nextRandom,
  noteHot,
} from "../../src/table/hot_keys.ts";
import { forSeeds } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const BASE = PARTICIPANTS + 3 * PARTICIPANT_WORDS;
const LINE_PAIRS = 8;
const LINES = 13;

function tracking() {
  const { words } = Segment.create({
    maxBytes: 2 ** 20,
    keyCodec: "string",
    valueCodec: "any",
    evict: false,
    keepsHeat: true,
    keepsUses: true,
    minCapacityShift: 8,
  });
  return { words, hotKeys: hotKeysOf(words, BASE) };
}

function seen(words: ReturnType<typeof tracking>["words"]) {
  const counts = new Map<number, number>();
  forEachHot(words, BASE, (hash, count) => {
    counts.set(hash, (counts.get(hash) ?? 0) + count);
  });
  return counts;
}

Deno.test("hot keys: no count is too low, nor too high by more than its line's share", () => {
  const { words, hotKeys } = tracking();
  forSeeds(20 * SCALE, (random) => {
    words.fill(0, hotKeys, hotKeys + PARTICIPANT_WORDS);
    const hashes = Array.from({ length: 300 }, () => random.word() || 1);
    const lineOf = (hash: number) => ((hash & 0xffff) * LINES) >>> 16;
    const actual = new Map<number, number>();
    const perLine = new Map<number, number>();
    for (let i = 0; i < 5_000; i++) {
      const hash = hashes[Math.floor(300 * random.fraction() ** 4)];
      noteHot(words, hotKeys, hash);
      actual.set(hash, (actual.get(hash) ?? 0) + 1);
      const line = lineOf(hash);
      perLine.set(line, (perLine.get(line) ?? 0) + 1);
    }
    const counts = seen(words);
    for (const [hash, uses] of actual) {
      const most = perLine.get(lineOf(hash))! / LINE_PAIRS;
      const count = counts.get(hash);
      if (count === undefined) assert(uses <= most, "it is used rarely");
      else assert(count >= uses && count - uses <= most);
    }
  });
});

Deno.test("hot keys are those of this minute and of the one before", () => {
  const { words, hotKeys } = tracking();
  for (const minute of [100, 0xffff]) {
    const after = (minutes: number) => (minute + minutes) & 0xffff;
    words[H_MINUTE] = minute;
    noteHot(words, hotKeys, 7);
    noteHot(words, hotKeys, 7);
    words[H_MINUTE] = after(1);
    assertEquals(seen(words), new Map([[7, 2]]));
    noteHot(words, hotKeys, 8);
    assertEquals(seen(words), new Map([[8, 1], [7, 2]]));
    words[H_MINUTE] = after(2);
    assertEquals(seen(words), new Map([[8, 1]]));
    noteHot(words, hotKeys, 9);
    assertEquals(seen(words), new Map([[9, 1], [8, 1]]));
    words[H_MINUTE] = after(20);
    assertEquals(seen(words), new Map());
  }
});

Deno.test("a participant writes its own hot keys only", () => {
  const { words, hotKeys } = tracking();
  const before = words.slice();
  assert(hotKeys >= words[H_HOT]);
  for (let i = 0; i < 10_000; i++) {
    noteHot(words, hotKeys, nextRandom(words, hotKeys));
  }
  for (let i = 0; i < words.length; i++) {
    if (i >= hotKeys && i < hotKeys + PARTICIPANT_WORDS) continue;
    assertStrictEquals(words[i], before[i], `${i}`);
  }
});
