import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  H_QUEUE,
  H_QUEUE_HEAD,
  H_QUEUE_TAIL,
  H_QUEUE_WORDS,
} from "../../src/segment/layout.ts";
import type { Words } from "../../src/segment/atomics.ts";
import {
  dequeue,
  enqueue,
  NO_HASH,
  queueLength,
} from "../../src/table/small_queue.ts";
import { evictingSegment } from "./evicting_segment.ts";

/** Everything that comes out. */
function drain(words: Words): number[] {
  const hashes: number[] = [];
  for (let hash; (hash = dequeue(words)) !== NO_HASH;) hashes.push(hash);
  return hashes;
}

Deno.test("small queue: what went in comes out in the same order", () => {
  const { words } = evictingSegment(100);
  assertStrictEquals(dequeue(words), NO_HASH);
  let next = 2;
  for (let round = 0; round < 50; round++) {
    const hashes = Array.from({ length: round % 20 }, () => next++);
    for (const hash of hashes) enqueue(words, hash);
    assertStrictEquals(queueLength(words), hashes.length);
    assertEquals(drain(words), hashes);
  }
});

Deno.test("small queue: it holds a tenth of the entries, and some more", () => {
  const { words } = evictingSegment(1000);
  assert(words[H_QUEUE_WORDS] >= 116);
});

Deno.test("small queue: the oldest are passed over where there are too many", () => {
  const { words } = evictingSegment(100);
  const size = words[H_QUEUE_WORDS];
  for (let hash = 2; hash < 2 + size + 10; hash++) enqueue(words, hash);
  const hashes = drain(words);
  assertEquals(hashes, Array.from({ length: size }, (_, i) => 12 + i));
});

Deno.test("small queue: a place that nobody wrote to gives nothing, and is passed", () => {
  const { words } = evictingSegment(100);
  enqueue(words, 5);
  words[H_QUEUE_TAIL]++; // somebody took a number, and stopped
  enqueue(words, 6);
  assertStrictEquals(dequeue(words), 5);
  assertStrictEquals(dequeue(words), NO_HASH);
  assertStrictEquals(dequeue(words), 6);
  const size = words[H_QUEUE_WORDS];
  words[words[H_QUEUE] + 1] = 7; // it goes on, late
  for (let i = 3; i < size; i++) enqueue(words, 100 + i);
  assertStrictEquals(drain(words).length, size - 3);
  enqueue(words, 8);
  enqueue(words, 9);
  assertEquals(drain(words), [8, 9], "its place was taken by another");
});

Deno.test("small queue: numbers wrap", () => {
  const { words } = evictingSegment(100);
  words[H_QUEUE_HEAD] = words[H_QUEUE_TAIL] = -3;
  const hashes = [2, 3, 4, 5, 6];
  for (const hash of hashes) enqueue(words, hash);
  assertStrictEquals(queueLength(words), 5);
  const left = [dequeue(words), dequeue(words), dequeue(words)];
  assertEquals(left.sort(), [2, 3, 4]);
  assertEquals(drain(words), [5, 6]);
});
