/**
 * Scores as key words: so that two unsigned words compare as the numbers do.
 *
 * Of a positive number the sign bit is set; of a negative one all bits are inverted. What is more
 * below 0 is less then. `-0` is 0; `NaN` has no place in the order, and is not asked for.
 *
 * @module
 */

const scratch = new DataView(new ArrayBuffer(8));
const SIGN = 1 << 31;

/** The key words of a score. */
export interface ScoreWords {
  high: number;
  low: number;
}

/** Writes the key words of a score. */
export function toScoreWords(score: number, into: ScoreWords): void {
  scratch.setFloat64(0, score + 0); // -0 + 0 is 0
  const high = scratch.getInt32(0);
  const low = scratch.getInt32(4);
  into.high = high < 0 ? ~high : high ^ SIGN;
  into.low = high < 0 ? ~low : low;
}

/** The score that has these key words. */
export function fromScoreWords(high: number, low: number): number {
  const isNegative = high >= 0; // the sign bit is that of positive numbers
  scratch.setInt32(0, isNegative ? ~high : high ^ SIGN);
  scratch.setInt32(4, isNegative ? ~low : low);
  return scratch.getFloat64(0);
}
