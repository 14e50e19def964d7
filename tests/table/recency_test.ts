import { assert, assertStrictEquals } from "@std/assert";
import type { Words } from "../../src/segment/atomics.ts";
import {
  GHOST_WAYS,
  H_INSERTIONS,
  H_RECENCY,
  H_RECENCY_SHIFT,
} from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { ageOf, noteRecent, UNKNOWN_AGE } from "../../src/table/recency.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { late } from "./late.ts";

/** A segment that evicts so many entries by LRU. */
function recent(mostEntries: number): Words {
  return Segment.create({
    maxBytes: 2 ** 21,
    keyCodec: "string",
    valueCodec: "any",
    evict: true,
    keepsHeat: true,
    keepsRecency: true,
    mostEntries,
    minCapacityShift: 8,
  }).words;
}

function noteInsertion(words: Words): void {
  words[H_INSERTIONS]++;
}

/** A hash by its line and its lower bits. */
function hashOf(words: Words, line: number, low: number): number {
  return (line << words[H_RECENCY_SHIFT]) | low;
}

function linesOf(words: Words): number {
  return 2 ** (32 - words[H_RECENCY_SHIFT]);
}

Deno.test("recency words know when each of as many keys as a line has words was used last", () => {
  const words = recent(100);
  forSeeds(30 * SCALE, (random) => {
    const line = random.below(linesOf(words));
    const at = words[H_RECENCY] + line * GHOST_WAYS;
    words.fill(0, at, at + GHOST_WAYS);
    words[H_INSERTIONS] = random.word();
    const used = new Map<number, number>();
    let now = 0;
    for (let i = 0; i < 300; i++) {
      if (random.chance(1 / 2)) {
        noteInsertion(words);
        now++;
      }
      const hash = hashOf(words, line, 1 + random.below(GHOST_WAYS));
      assertStrictEquals(
        ageOf(words, hash),
        used.has(hash) ? now - used.get(hash)! : UNKNOWN_AGE,
      );
      if (random.chance(1 / 2)) continue;
      noteRecent(words, hash);
      used.set(hash, now);
    }
  });
});

Deno.test("a key without a recency word takes the one that was used longest ago", () => {
  const words = recent(100);
  const hashes = Array.from(
    { length: GHOST_WAYS + 5 },
    (_, i) => hashOf(words, 1, i + 1),
  );
  for (const hash of hashes) {
    noteInsertion(words);
    noteRecent(words, hash);
  }
  for (const [i, hash] of hashes.entries()) {
    const age = i < 5 ? UNKNOWN_AGE : hashes.length - 1 - i;
    assertStrictEquals(ageOf(words, hash), age);
  }
});

Deno.test("time goes in units of what the map holds, and wraps", () => {
  const words = recent(8_000); // 16,384 words: units of 8 insertions
  const hash = 0x1234_5678;
  noteRecent(words, hash);
  for (let i = 0; i < 80; i++) noteInsertion(words);
  assertStrictEquals(ageOf(words, hash), 10);
  words[H_INSERTIONS] = -5;
  noteRecent(words, hash);
  for (let i = 0; i < 85; i++) noteInsertion(words);
  assertStrictEquals(ageOf(words, hash), 11);
});

Deno.test("every hash has its recency word among them, and nothing else is written", () => {
  const words = recent(100);
  const before = words.slice();
  const first = words[H_RECENCY];
  const last = first + linesOf(words) * GHOST_WAYS;
  for (const hash of [2, -1, 2 ** 31 - 1, -(2 ** 31), 0x7fff_0000]) {
    noteRecent(words, hash);
    assertStrictEquals(ageOf(words, hash), 0, `${hash}`);
  }
  for (let i = 0; i < words.length; i++) {
    if (i < first || i >= last) assertStrictEquals(words[i], before[i], `${i}`);
  }
});

Deno.test("whatever is written late, each recency word is one of a key that was used", () => {
  const words = recent(100);
  forSeeds(30 * SCALE, (random: Random) => {
    const line = random.below(linesOf(words));
    const at = words[H_RECENCY] + line * GHOST_WAYS;
    words.fill(0, at, at + GHOST_WAYS);
    const used = new Set<number>();
    const before: [at: number, word: number][] = [];
    for (let i = 0; i < 200; i++) {
      const low = 1 + random.below(40);
      used.add(low);
      const by = before.length > 0 && random.chance(1 / 2)
        ? late(words, ...random.pick(before))
        : words;
      noteRecent(by, hashOf(words, line, low));
      for (let i = at; i < at + GHOST_WAYS; i++) {
        before.push([i, words[i]]);
        assert(words[i] === 0 || used.has(words[i] >>> 16));
      }
    }
  });
});
