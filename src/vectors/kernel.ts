/**
 * The kernel of the vectors: what compares a vector with many others. It uses two memories: that of
 * the segment, and one of its own, for the query and the scores. `workspace.ts` says where it comes
 * from.
 *
 * @module
 */

/** Addresses and lengths are in bytes; queries and scores are in the kernel's own memory. */
export interface Kernel {
  /**
   * Dot products, each times the factor of its vector.
   *
   * @param rows Where the vectors begin.
   * @param factors Where their factors do.
   * @param count How many they are.
   * @param bytes How long each is, and the query.
   * @param query Where that is.
   * @param scores Where the results go, as floats.
   */
  dots(
    rows: number,
    factors: number,
    count: number,
    bytes: number,
    query: number,
    scores: number,
  ): void;
  /** Squares of distances, negated: the higher, the closer. As `dots`. */
  closeness(
    rows: number,
    factors: number,
    count: number,
    bytes: number,
    query: number,
    scores: number,
  ): void;
  /**
   * Estimates of the one or the other from codes (but for the square of the query's length), and
   * how far they are off, at most.
   *
   * @param rows Where the codes begin.
   * @param step How long each row is.
   * @param count How many they are.
   * @param query Where the codes of the query are.
   * @param scores Where the estimates go, as floats.
   * @param slacks Where it goes how far they are off.
   */
  estimates(
    rows: number,
    step: number,
    count: number,
    query: number,
    scores: number,
    slacks: number,
  ): void;
}
