import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { sampleVersions } from "../../src/table/sample.ts";
import { homeAt, SmallTable } from "./small_table.ts";

/** How often each value comes first in so many samples. */
function countFirst(of: SmallTable, samples: number): Map<number, number> {
  const counts = new Map<number, number>();
  const refs: number[] = [];
  of.participant.pin();
  for (let i = 0; i < samples; i++) {
    sampleVersions(of.words, 1, refs);
    assertStrictEquals(refs.length, 1);
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
  const refs = [1];
  sampleVersions(of.words, 8, refs);
  assertEquals(refs, [], "the table is empty");
  of.set(1, 1);
  for (let i = 0; i < 100; i++) {
    sampleVersions(of.words, 8, refs);
    assertLessOrEqual(refs.length, 1);
  }
  for (let n = 0; n < 500; n++) of.set(n, n);
  for (let i = 0; i < 100; i++) {
    sampleVersions(of.words, 8, refs);
    assertStrictEquals(refs.length, 8);
    assertStrictEquals(new Set(refs).size, 8);
  }
});
