import { assert, assertGreater, assertStrictEquals } from "@std/assert";
import {
  H_GHOST_LINES,
  H_GHOSTS,
  H_QUEUE_TAIL,
  H_QUEUE_WORDS,
} from "../../src/segment/layout.ts";
import {
  forget,
  isQueued,
  noteEvicted,
  noteInserted,
  noteQueued,
} from "../../src/table/ghosts.ts";
import { forSeeds } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { evictingSegment } from "./evicting_segment.ts";

const ENTRIES = 1000;

Deno.test("ghosts: a new key is queued, until it is forgotten or evicted", () => {
  const { words } = evictingSegment(ENTRIES);
  assert(!isQueued(words, 77));
  assert(noteInserted(words, 77, ENTRIES));
  assert(isQueued(words, 77));
  forget(words, 77);
  assert(!isQueued(words, 77));
  noteQueued(words, 77);
  assert(isQueued(words, 77));
  noteEvicted(words, 77);
  assert(!isQueued(words, 77));
  forget(words, 78); // that of no key
});

Deno.test("ghosts: a key that was evicted is not queued when it comes back, once", () => {
  const { words } = evictingSegment(ENTRIES);
  noteInserted(words, 77, ENTRIES);
  noteEvicted(words, 77);
  assert(!noteInserted(words, 77, ENTRIES));
  assert(!isQueued(words, 77));
  assert(noteInserted(words, 77, ENTRIES), "its ghost is gone");
});

Deno.test("ghosts: a key that was evicted too long ago is as good as new", () => {
  const { words } = evictingSegment(ENTRIES);
  for (const [queued, isNew] of [[ENTRIES - 1, false], [ENTRIES + 2, true]]) {
    noteEvicted(words, 77);
    words[H_QUEUE_TAIL] += Number(queued);
    assertStrictEquals(noteInserted(words, 77, ENTRIES), isNew, `${queued}`);
    forget(words, 77);
  }
});

Deno.test("ghosts: a key is queued no longer than the queue takes to turn over", () => {
  const { words } = evictingSegment(ENTRIES);
  noteInserted(words, 77, ENTRIES);
  words[H_QUEUE_TAIL] += words[H_QUEUE_WORDS] - 1;
  assert(isQueued(words, 77));
  words[H_QUEUE_TAIL] += 2;
  assert(!isQueued(words, 77));
});

Deno.test("ghosts: the time wraps, with numbers of the queue that wrap", () => {
  const { words } = evictingSegment(ENTRIES);
  words[H_QUEUE_TAIL] = -5;
  noteEvicted(words, 77);
  noteInserted(words, 78, ENTRIES);
  words[H_QUEUE_TAIL] += 10;
  assert(isQueued(words, 78));
  assert(!noteInserted(words, 77, ENTRIES));
});

Deno.test("ghosts: as many keys as entries are remembered, but for those whose lines are full", () => {
  const { words } = evictingSegment(ENTRIES);
  assertStrictEquals(words[H_GHOST_LINES] * 16, 1008);
  const hash = (i: number) => Math.imul(i + 1, 0x9e3779b1);
  for (let i = 0; i < ENTRIES; i++) noteEvicted(words, hash(i));
  let known = 0;
  for (let i = 0; i < ENTRIES; i++) {
    if (!noteInserted(words, hash(i), ENTRIES)) known++;
  }
  assertGreater(known, 0.8 * ENTRIES);
});

Deno.test("ghosts: where a line is full, the oldest goes", () => {
  const { words } = evictingSegment(16); // one line
  for (let i = 0; i < 17; i++) {
    noteEvicted(words, 100 + i);
    words[H_QUEUE_TAIL]++;
  }
  assert(noteInserted(words, 100, 20), "the oldest");
  assert(
    !noteInserted(words, 102, 20),
    "but for the one that made place for it",
  );
});

Deno.test("ghosts: whatever is in the words, nothing else is written, and all keys can be noted", () => {
  forSeeds(20 * SCALE, (random) => {
    const { words } = evictingSegment(100);
    const first = words[H_GHOSTS];
    const end = first + words[H_GHOST_LINES] * 16;
    for (let at = first; at < end; at++) words[at] = random.below(2 ** 32) | 0;
    const before = words.slice();
    for (let i = 0; i < 200; i++) {
      const hash = random.below(2 ** 32) | 0;
      noteInserted(words, hash, 100);
      isQueued(words, hash);
      noteEvicted(words, hash);
      assert(!isQueued(words, hash));
      assert(!noteInserted(words, hash, 100));
    }
    for (let at = 0; at < words.length; at++) {
      if (at < first || at >= end) assertStrictEquals(words[at], before[at]);
    }
  });
});
