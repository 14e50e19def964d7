import { assertEquals, assertStrictEquals } from "@std/assert";
import { numberKeys } from "../../src/codec/keys.ts";
import { HashMemo } from "../../src/table/hash_memo.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { forSeeds } from "../testing/random.ts";

Deno.test("HashMemo recalls what was remembered last in a place, and nothing else", () => {
  const memo = new HashMemo();
  assertStrictEquals(memo.recall(0), 0);
  memo.remember(0, 17);
  memo.remember(-1, 18);
  assertStrictEquals(memo.recall(0), 17);
  assertStrictEquals(memo.recall(-1), 18);
  memo.remember(2 ** 20, 19);
  assertStrictEquals(memo.recall(2 ** 20), 19);
  assertStrictEquals(memo.recall(0), 0, "it was in the same place");
  assertStrictEquals(memo.recall(1), 0);
});

Deno.test("EncodedKey.packNumber() gives a number one hash, remembered or not", () => {
  forSeeds(3, (random) => {
    const seed = [random.below(2 ** 31), random.below(2 ** 31)] as const;
    const remembering = new EncodedKey(seed, new HashMemo());
    const numbers = [0, -0, NaN, 1.5, -1.5, Infinity, -(2 ** 31), 2 ** 31, 2e9];
    for (let i = 0; i < 5_000; i++) {
      // Few, so that they come again; and such that several have one place.
      const number = random.below(8) === 0
        ? numbers[random.below(numbers.length)]
        : (random.below(200) - 100) * (random.below(2) === 0 ? 1 : 1024);
      const fresh = new EncodedKey(seed);
      numberKeys.pack(number, fresh);
      numberKeys.pack(number, remembering);
      assertEquals(
        [...remembering.words.subarray(0, 2), remembering.hash],
        [...fresh.words.subarray(0, 2), fresh.hash],
      );
      assertEquals([remembering.count, remembering.info], [2, 8]);
    }
  });
});
