// Values of any kind and shape: what comes out of the map equals what went in, or a
// TypeError says that the value cannot be stored, and the old value stays.
import { assertEquals, assertThrows } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { forSeeds, Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const ROUNDS = 400 * SCALE;
const DEEPEST = 4;

function randomText(random: Random): string {
  const most = random.pick([0xff, 0x7f, 0xffff]);
  return Array.from(
    { length: random.below(random.pick([3, 60, 2_000])) },
    () => String.fromCharCode(random.below(most)),
  ).join("");
}

function randomNumber(random: Random): number {
  const odd = [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, 2 ** 53];
  return random.pick([
    random.pick(odd),
    random.below(100),
    random.word(),
    random.word() / random.word(),
  ]);
}

type Make = (random: Random, depth: number) => unknown;

function several(random: Random, depth: number, make: Make): unknown[] {
  return Array.from({ length: random.below(5) }, () => make(random, depth + 1));
}

/** What JSON can express. */
function randomJson(random: Random, depth = 0): unknown {
  const leaf = [
    () => randomText(random),
    () => random.word() / 8,
    () => random.chance(0.5),
    () => null,
  ];
  const branch = [
    () => several(random, depth, randomJson),
    () =>
      Object.fromEntries(
        several(random, depth, randomJson).map((
          value,
        ) => [randomText(random), value]),
      ),
  ];
  return random.pick(depth < DEEPEST ? [...leaf, ...branch] : leaf)();
}

/** What the structured clone algorithm takes. */
function randomClone(random: Random, depth = 0): unknown {
  const bytes = () =>
    Uint8Array.from({ length: random.below(300) }, () => random.below(256));
  const leaf = [
    () => randomText(random),
    () => randomNumber(random),
    () => random.pick([true, false, null]),
    () => BigInt(random.word()) ** BigInt(random.below(9)),
    () => new Date(random.pick([0, NaN, random.word() * 1e3])),
    bytes,
    () => new Float64Array(several(random, DEEPEST, randomNumber) as number[]),
    () => /a(b|c)*\d/giu,
    () => bytes().buffer,
  ];
  const branch = [
    () => several(random, depth, randomClone),
    () => [, ...several(random, depth, randomClone)],
    () => new Set(several(random, depth, randomClone)),
    () =>
      new Map(
        several(random, depth, randomClone).map((value) => [
          randomText(random),
          value,
        ]),
      ),
    () => ({ [randomText(random)]: randomClone(random, depth + 1) }),
    () => {
      const cycle: Record<string, unknown> = { a: randomClone(random, 9) };
      cycle.self = cycle;
      return cycle;
    },
  ];
  return random.pick(depth < DEEPEST ? [...leaf, ...branch] : leaf)();
}

const CODECS: Record<string, Make> = {
  any: randomClone,
  json: randomJson,
  string: randomText,
  number: randomNumber,
};

for (const [value, make] of Object.entries(CODECS)) {
  Deno.test(`SharedMap gives back any value of the codec "${value}"`, () => {
    using map = SharedMap.create<string, unknown>({
      value: value as "any",
      maxBytes: 2 ** 22,
    });
    forSeeds(ROUNDS, (random) => {
      const key = randomText(random);
      const wanted = make(random, 0);
      map.set(key, wanted);
      assertEquals(map.get(key), wanted);
      assertEquals(map.compareAndSet(key, wanted, make(random, 0)), true);
      map.delete(key);
    });
  });
}

Deno.test("SharedMap keeps the old value when a new one cannot be encoded", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  map.set("key", "old");
  const random = new Random(1);
  const hopeless = [() => 1, Symbol("s"), new WeakMap(), undefined, () => {}];
  for (let i = 0; i < 100; i++) {
    const value = random.pick(hopeless);
    const deep = { list: [randomJson(random), value ?? (() => {})] };
    assertThrows(() => map.set("key", value), TypeError);
    assertThrows(() => map.set("key", deep), TypeError);
    assertEquals(map.get("key"), "old");
  }
});
