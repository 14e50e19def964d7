/**
 * Exact search: the vector is compared with all others, or with what their codes stand for, and
 * then with those that may be closer than the others.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import { highest, Ranking } from "./best.ts";
import { factorsAt, rowsAt } from "./block.ts";
import { codedQuery, codedQueryBytes } from "./codes.ts";
import type { Contents } from "./contents.ts";
import type { Kernel } from "./kernel.ts";
import type { Row } from "./row.ts";
import { type Shape, strideOf } from "./shape.ts";
import { Workspace } from "./workspace.ts";

/** What was found: a number, and its score as `scoreOf` says. */
export interface Found {
  readonly number: number;
  readonly score: number;
}

/** With fewer vectors, to compare floats takes less time than to choose by codes. */
const LEAST_CODED = 256;

/** Searches one version of an index after the other, in one thread. */
export class ExactSearch {
  /** Vectors, and codes of vectors, that were compared with a query. */
  comparisons = 0;
  readonly #segment: Segment;
  /** Unless a search is under way that has taken it. */
  #spare: Workspace | undefined;
  readonly #hasWebAssembly: boolean;

  /** @param hasWebAssembly Whether WebAssembly is used, where it runs. */
  constructor(segment: Segment, hasWebAssembly = true) {
    this.#segment = segment;
    this.#hasWebAssembly = hasWebAssembly;
  }

  /**
   * The `k` vectors that are closest to one, the closest first; fewer if there are not so many that
   * pass. O(vectors × dimensions).
   *
   * @param contents The index. The map is pinned.
   * @param query The vector.
   * @param k How many are wanted.
   * @param passes Whether the vector with a number may be among them. It may be the caller's code.
   */
  search(
    contents: Contents,
    query: Row,
    k: number,
    passes?: (number: number) => boolean,
  ): Found[] {
    const space = this.#spare ??
      new Workspace(this.#segment, this.#hasWebAssembly);
    this.#spare = undefined;
    const comparison = new Comparison(contents, space, query);
    const usesCodes = passes === undefined && contents.count > LEAST_CODED &&
      contents.shape.quantize === "int8";
    const candidates = usesCodes
      ? comparison.byCodes(k)
      : comparison.byVectors(passes === undefined ? k : contents.count);
    this.comparisons += contents.count + (usesCodes ? candidates.length : 0);
    const found = comparison.best(candidates, k, passes);
    this.#spare = space;
    return found;
  }
}

/** One search. In its own memory the query comes first, then its codes, then scores. */
class Comparison {
  readonly #contents: Contents;
  readonly #space: Workspace;
  readonly #query: Row;
  readonly #compare: Kernel["dots"];
  readonly #codes: number;
  readonly #scores: number;
  readonly #slacks: number;

  constructor(contents: Contents, space: Workspace, query: Row) {
    const { count, shape } = contents;
    this.#contents = contents;
    this.#space = space;
    this.#query = query;
    this.#codes = (strideOf(shape) * 4 + 15) & ~15;
    this.#scores = this.#codes + codedQueryBytes(shape);
    this.#slacks = this.#scores + count * 4;
    space.reserve(this.#slacks + count * 4);
    space.floats.set(query.floats);
    const { kernel } = space;
    this.#compare = shape.metric === "euclidean"
      ? (...args) => kernel.closeness(...args)
      : (...args) => kernel.dots(...args);
  }

  /** Compares the query with all; returns the numbers of the `k` best. */
  byVectors(k: number): Uint32Array {
    const { count, vectors } = this.#contents;
    let scores = this.#scores;
    this.#contents.forEachBlock((block, some) => {
      this.#compareRows(
        rowsAt(vectors, block),
        factorsAt(block),
        some,
        scores,
      );
      scores += some * 4;
    });
    return highest(this.#floats(this.#scores), count, k);
  }

  #compareRows(
    rows: number,
    factors: number,
    count: number,
    scores: number,
  ): void {
    const { rowBytes } = this.#contents.vectors;
    this.#compare(rows, factors, count, rowBytes, 0, scores);
  }

  /** The scores, or how far they are off, by number. */
  #floats(from: number): Float32Array {
    const first = from / 4;
    return this.#space.floats.subarray(first, first + this.#contents.count);
  }

  /**
   * Compares the query with the codes of all, and then with those vectors that may be among the `k`
   * best; returns their numbers.
   */
  byCodes(k: number): Uint32Array {
    const { count, shape } = this.#contents;
    if (k >= count) return this.byVectors(k);
    this.#space.bytes.set(codedQuery(shape, this.#query), this.#codes);
    this.#estimate();
    const estimates = this.#floats(this.#scores);
    const slacks = this.#floats(this.#slacks);
    const lower = new Float32Array(count);
    for (let i = 0; i < count; i++) lower[i] = estimates[i] - slacks[i];
    let bound = Infinity;
    for (const number of highest(lower, count, k)) {
      bound = Math.min(bound, lower[number]);
    }
    const candidates: number[] = [];
    for (let i = 0; i < count; i++) {
      if (estimates[i] + slacks[i] >= bound) candidates.push(i);
    }
    for (const number of candidates) {
      const { factor, row } = this.#contents.place(number);
      this.#compareRows(row * 4, factor * 4, 1, this.#scores + number * 4);
    }
    return Uint32Array.from(candidates);
  }

  #estimate(): void {
    const { codes } = this.#contents;
    const { kernel } = this.#space;
    let first = 0;
    this.#contents.forEachCodes((block, some) => {
      kernel.estimates(
        rowsAt(codes, block),
        codes.rowBytes,
        some,
        this.#codes,
        this.#scores + first,
        this.#slacks + first,
      );
      first += some * 4;
    });
  }

  /** The `k` best of some that pass, the best first. */
  best(
    candidates: Uint32Array,
    k: number,
    passes?: (number: number) => boolean,
  ): Found[] {
    const { shape } = this.#contents;
    const scores = this.#floats(this.#scores);
    const ranking = new Ranking(scores, candidates);
    const found: Found[] = [];
    while (found.length < k) {
      const number = ranking.next();
      if (number < 0) break;
      if (passes !== undefined && !passes(number)) continue;
      const score = scoreOf(shape, this.#query, scores[number]);
      found.push({ number, score });
    }
    return found;
  }
}

/** What the caller is told of what a comparison gave. */
function scoreOf({ metric }: Shape, query: Row, compared: number): number {
  if (metric === "euclidean") return Math.sqrt(-compared);
  if (metric === "dot") return compared;
  return Math.max(-1, Math.min(1, compared * query.factor));
}
