// Options of any kind: a map is made, or a TypeError or RangeError says what is wrong
// with them. Nothing else is thrown, and nothing is left behind.
import {
  assert,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap, type SharedMapOptions } from "../../mod.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const codec = { name: "mine", encode: () => new Uint8Array(), decode: () => 1 };
const ODD = [
  undefined,
  null,
  true,
  "",
  "string",
  "number",
  "any",
  "bytes",
  "json",
  "throw",
  "evict",
  "toString",
  "__proto__",
  0,
  -0,
  -1,
  1,
  0.5,
  2 ** 20,
  2 ** 20 - 1,
  2 ** 21 + 0.5,
  2 ** 24,
  2 ** 53,
  NaN,
  Infinity,
  -Infinity,
  10n,
  Symbol("s"),
  {},
  [],
  () => {},
  codec,
  { ...codec, name: "" },
  { ...codec, name: "é".repeat(63) },
  { ...codec, encode: 5 },
  { name: "mine" },
];
const NAMES = ["key", "value", "maxBytes", "capacity", "onFull"];

function randomOptions(random: Random): Record<string, unknown> {
  const options: Record<string, unknown> = { maxBytes: 2 ** 20 };
  for (const name of NAMES) {
    if (random.chance(0.4)) options[name] = random.pick(ODD);
  }
  return options;
}

Deno.test("SharedMap.create() makes a map of any options, or says what is wrong with them", () => {
  let made = 0;
  const rounds = 500 * SCALE;
  forSeeds(rounds, (random) => {
    const options = randomOptions(random);
    try {
      using map = SharedMap.create(
        options as SharedMapOptions<unknown, unknown>,
      );
      assertStrictEquals(map.size, 0);
      made++;
    } catch (error) {
      assertInstanceOf(error, Error);
      const isExpected = error instanceof TypeError ||
        error instanceof RangeError;
      assert(isExpected, `${error}`);
      assertMatch(error.message, /^Cannot (create|use) [^:]+: .+ must .+/);
    }
  });
  assert(made > 0 && made < rounds, `${made} of ${rounds} were made`);
});
