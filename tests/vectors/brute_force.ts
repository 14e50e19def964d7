/**
 * What an index should say: vectors in a `Map`, each compared with the query in double precision.
 *
 * @module
 */
import type {
  HotVectorIndex,
  Metric,
  VectorId,
  VectorMatch,
  VectorSnapshot,
} from "../../src/vectors/mod.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Random } from "../testing/random.ts";

/** What is under an id. */
export interface Entry<M> {
  readonly vector: Float32Array;
  readonly metadata: M | undefined;
}

/** How far scores of 32-bit floats may be off, beside those of doubles. */
const TOLERANCE = 1e-4;

/** The score of two vectors. */
export function scoreOf(
  metric: Metric,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): number {
  let dot = 0, aa = 0, bb = 0, squares = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    squares += (a[i] - b[i]) ** 2;
  }
  if (metric === "euclidean") return Math.sqrt(squares);
  return metric === "dot" ? dot : dot / Math.sqrt(aa * bb);
}

/** A vector with components between -1 and 1. */
export function anyVector(random: Random, dimensions: number): Float32Array {
  const vector = Float32Array.from(
    { length: dimensions },
    () => random.fraction() * 2 - 1,
  );
  vector[random.below(dimensions)] = 1; // so it is not zero
  return vector;
}

/** The scores of the vectors that pass, the closest first. */
function ranked<M>(
  entries: ReadonlyMap<VectorId, Entry<M>>,
  metric: Metric,
  query: ArrayLike<number>,
  passes: (id: VectorId, metadata: M | undefined) => boolean,
): number[] {
  const scores = [...entries]
    .filter(([id, { metadata }]) => passes(id, metadata))
    .map(([, { vector }]) => scoreOf(metric, vector, query));
  return scores.sort((a, b) => metric === "euclidean" ? a - b : b - a);
}

/** Checks that a search has found what is closest, in this order. */
export function assertClosest<M>(
  found: readonly VectorMatch<M>[],
  entries: ReadonlyMap<VectorId, Entry<M>>,
  metric: Metric,
  query: ArrayLike<number>,
  k: number,
  passes: (id: VectorId, metadata: M | undefined) => boolean = () => true,
): void {
  const wanted = ranked(entries, metric, query, passes).slice(0, k);
  assertEquals(found.length, wanted.length);
  assertEquals(new Set(found.map(({ id }) => id)).size, found.length);
  for (const [i, { id, metadata, score }] of found.entries()) {
    const entry = entries.get(id);
    assert(entry !== undefined, `${id} is not there`);
    assertEquals(metadata, entry.metadata);
    assert(passes(id, metadata), `${id} does not pass`);
    const real = scoreOf(metric, entry.vector, query);
    assertAlmostEquals(score, real, TOLERANCE);
    assertAlmostEquals(score, wanted[i], TOLERANCE);
  }
}

/** Checks that an index has these vectors, and no others. */
export function assertHolds<M>(
  index: HotVectorIndex<M> | VectorSnapshot<M>,
  entries: ReadonlyMap<VectorId, Entry<M>>,
): void {
  assertEquals(index.size, entries.size);
  for (const [id, entry] of entries) assertEquals(index.get(id), { ...entry });
}
