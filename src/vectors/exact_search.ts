/**
 * Exact search: the vector is compared with all others.
 *
 * @module
 */

import type { Row } from "./block.ts";
import { factorsAt, rowsAt } from "./block.ts";
import { highest, Ranking } from "./best.ts";
import type { Contents } from "./contents.ts";
import { closeness, dots } from "./kernels.ts";
import type { Shape } from "./shape.ts";

/** What was found: a number, and its score as `scoreOf` says. */
export interface Found {
  readonly number: number;
  readonly score: number;
}

/** Searches one version of an index after the other, in one thread. */
export class ExactSearch {
  /** Unless a search is under way that has taken it. */
  #spare: Float32Array | undefined;

  /**
   * The `k` vectors that are closest to one, the closest first; fewer if there are not so many that
   * pass. O(vectors × dimensions).
   *
   * @param contents The index. The map is pinned.
   * @param floats The same memory.
   * @param query The vector.
   * @param k How many are wanted.
   * @param passes Whether the vector with a number may be among them. It may be the caller's code.
   */
  search(
    contents: Contents,
    floats: Float32Array,
    query: Row,
    k: number,
    passes: ((number: number) => boolean) | undefined,
  ): Found[] {
    const { count, shape } = contents;
    const scores = this.#take(count);
    compareAll(contents, floats, query, scores);
    const candidates = highest(scores, count, passes === undefined ? k : count);
    const ranking = new Ranking(scores, candidates);
    const found: Found[] = [];
    while (found.length < k) {
      const number = ranking.next();
      if (number < 0) break;
      if (passes !== undefined && !passes(number)) continue;
      found.push({ number, score: scoreOf(shape, query, scores[number]) });
    }
    this.#spare = scores;
    return found;
  }

  #take(count: number): Float32Array {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare !== undefined && spare.length >= count
      ? spare
      : new Float32Array(Math.ceil(count * 1.25));
  }
}

function compareAll(
  contents: Contents,
  floats: Float32Array,
  query: Row,
  scores: Float32Array,
): void {
  const { shape } = contents;
  const compare = shape.metric === "euclidean" ? closeness : dots;
  let first = 0;
  contents.forEachBlock((block, count) => {
    const rows = rowsAt(shape, block);
    const factors = factorsAt(block);
    compare(floats, query.floats, rows, factors, count, scores, first);
    first += count;
  });
}

/** What the caller is told of what a comparison gave. */
export function scoreOf(
  { metric }: Shape,
  query: Row,
  compared: number,
): number {
  if (metric === "euclidean") return Math.sqrt(-compared);
  if (metric === "dot") return compared;
  return Math.max(-1, Math.min(1, compared * query.factor));
}
