import { assert, assertEquals } from "@std/assert";
import { fromScoreWords, toScoreWords } from "../../src/store/tree/score.ts";
import { seeded } from "../testing/random.ts";

const SPECIAL = [
  -Infinity,
  -Number.MAX_VALUE,
  -1.5,
  -1,
  -Number.MIN_VALUE,
  0,
  Number.MIN_VALUE,
  1,
  1 + Number.EPSILON,
  2 ** 31,
  2 ** 53,
  Number.MAX_VALUE,
  Infinity,
];

function wordsOf(score: number) {
  const words = { high: 0, low: 0 };
  toScoreWords(score, words);
  return words;
}

function compare(a: number, b: number): number {
  const [x, y] = [wordsOf(a), wordsOf(b)];
  const high = (x.high >>> 0) - (y.high >>> 0);
  return Math.sign(high !== 0 ? high : (x.low >>> 0) - (y.low >>> 0));
}

Deno.test(
  "scores compare as numbers do, by their key words, and come back from them",
  seeded((random) => {
    const bits = new DataView(new ArrayBuffer(8));
    const any = () => {
      bits.setInt32(0, random.word());
      bits.setInt32(4, random.word());
      return bits.getFloat64(0);
    };
    const scores = [...SPECIAL, ...Array.from({ length: 300 }, any)].filter((
      x,
    ) => !isNaN(x));
    for (const a of scores) {
      const { high, low } = wordsOf(a);
      assertEquals(fromScoreWords(high, low), a);
      for (const b of scores) {
        assertEquals(compare(a, b), Math.sign(a === b ? 0 : a - b));
      }
    }
  }),
);

Deno.test("-0 has the key words of 0", () => {
  assertEquals(wordsOf(-0), wordsOf(0));
  assert(Object.is(fromScoreWords(wordsOf(-0).high, wordsOf(-0).low), 0));
});
