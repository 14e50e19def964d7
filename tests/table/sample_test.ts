import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { type Sample, sampleVersions } from "../../src/table/sample.ts";
import { homeAt, SmallTable } from "./small_table.ts";

/** How often each value comes first in so many samples. */
function countFirst(of: SmallTable, samples: number): Map<number, number> {
  const counts = new Map<number, number>();
  const sample: Sample = { refs: [], hashes: [] };
  const { refs, hashes } = sample;
  of.participant.pin();
  for (let i = 0; i < samples; i++) {
    sampleVersions(of.words, 1, sample);
    assertStrictEquals(refs.length, 1);
    assertStrictEquals(hashes.length, 1);
    const value = of.valueOf(refs[0]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  of.participant.unpin();
  return counts;
}

Deno.test("sampleVersions() takes one key as often as another, and none that was deleted", () => {
  const of = new SmallTable({ shift: 10 });
  for (let n = 0; n < 500; n++) of.set(n, n);
  for (let n = 0; n < 500; n += 2) of.delete(n);
  const mean = 200;
  const counts = countFirst(of, 250 * mean);
  assertEquals(counts.size, 250);
  for (const [value, count] of counts) {
    assertStrictEquals(value % 2, 1);
    assertGreater(count, mean / 2, `${value}`);
    assertLess(count, mean * 1.5, `${value}`);
  }
});

Deno.test("sampleVersions() finds keys in both tables of a move", () => {
  const of = new SmallTable({ shift: 10 });
  // Each at home: one that slid over the edge of what is moved may be hidden by what is not.
  for (let n = 0; n < 500; n++) of.set({ n, hash: homeAt(n * 2, 2, 10) }, n);
  of.startMove();
  for (let i = 0; i < 8; i++) of.table.migration.help(of.root);
  assert(of.next !== 0);
  assertStrictEquals(countFirst(of, 20_000).size, 500);
});

Deno.test("sampleVersions() gives as many as are wanted, or are near", () => {
  const of = new SmallTable({ shift: 10 });
  const sample: Sample = { refs: [1], hashes: [2] };
  const { refs } = sample;
  sampleVersions(of.words, 8, sample);
  assertEquals(sample, { refs: [], hashes: [] }, "the table is empty");
  of.set(1, 1);
  for (let i = 0; i < 100; i++) {
    sampleVersions(of.words, 8, sample);
    assertLessOrEqual(refs.length, 1);
  }
  for (let n = 0; n < 500; n++) of.set(n, n);
  for (let i = 0; i < 100; i++) {
    sampleVersions(of.words, 8, sample);
    assertStrictEquals(refs.length, 8);
    assertStrictEquals(new Set(refs).size, 8);
  }
});

Deno.test("sampleVersions() tells the hashes of the keys, and may be told where to look", () => {
  const of = new SmallTable({ shift: 10 });
  for (let n = 0; n < 500; n++) of.set({ n, hash: homeAt(n * 2, 2, 10) }, n);
  const sample: Sample = { refs: [], hashes: [] };
  const seen = new Set<number>();
  for (let i = 0; i < 2000; i++) {
    sampleVersions(of.words, 1, sample, 2 ** 30);
    const n = of.valueOf(sample.refs[0]);
    assertStrictEquals(sample.hashes[0], homeAt(n * 2, 2, 10));
    seen.add(n);
  }
  assertEquals(seen.size, 128, "a quarter of the table");
});
