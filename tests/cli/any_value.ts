/**
 * Random values of every kind that a map takes.
 *
 * @module
 */
import type { Random } from "../testing/random.ts";

const NUMBERS = [0, -0, 1, -1.5, NaN, Infinity, -Infinity, 2 ** 53, 5e-324];
const TEXTS = ["", "a", "ä", "日本", "\ud800", "\udc00x", '"\\\n\u2028', "\0"];
const NAMES = [
  ...["a", "b", "key", "7", "__proto__", "constructor", "toJSON", ""],
  ...["$bigint", "$number", "$object", "$clone", "$", "$unknown"],
];

/** A value that has a form of its own in tagged JSON. */
export function plainValue(chance: Random, depth = 3): unknown {
  const kind = chance.below(depth > 0 ? 14 : 9);
  const few = () => Array.from({ length: chance.below(4) });
  const part = () => plainValue(chance, depth - 1);
  switch (kind) {
    case 0:
      return [null, true, false, undefined][chance.below(4)];
    case 1:
      return chance.pick(NUMBERS);
    case 2:
      return (chance.below(2 ** 32) - 2 ** 31) / 2 ** chance.below(40);
    case 3:
      return chance.pick(TEXTS).repeat(1 + chance.below(3));
    case 4:
      return (BigInt(chance.below(2 ** 32)) << BigInt(chance.below(90))) *
        (chance.below(2) === 0 ? 1n : -1n);
    case 5:
      return someBytes(chance, 9);
    case 6:
      return new Date(
        chance.pick([NaN, 0, -1, 8.64e15, chance.below(2 ** 32)]),
      );
    case 7:
      return new RegExp(chance.pick(["", "a+", "[/]\\/", "\\u{1F600}"]), "gu");
    case 8:
      return chance.pick(NAMES);
    case 9:
    case 10:
      return few().map(part);
    case 11:
      return new Map(few().map(() => [part(), part()]));
    case 12:
      return new Set(few().map(part));
  }
  return Object.fromEntries(few().map(() => [chance.pick(NAMES), part()]));
}

/** A value that is kept as a structured clone. */
export function cloneOnly(chance: Random): unknown {
  const inside = plainValue(chance, 1);
  const shared = [1];
  const cycle: unknown[] = [inside];
  cycle.push(cycle);
  const holes: unknown[] = [inside];
  holes[3] = 1;
  let deep: unknown = inside;
  for (let i = 0; i < 300; i++) deep = [deep];
  return chance.pick([
    cycle,
    [shared, shared],
    holes,
    Object.assign([1, 2], { extra: inside }),
    deep,
    new Float64Array([1.5, NaN, -0]),
    someBytes(chance, 5).buffer,
    twoViews(someBytes(chance, 5).buffer),
    [new Uint8Array(new ArrayBuffer(3, { maxByteLength: 9 }))],
    { error: new RangeError("wrong") },
    Object("text"),
    Object(5n),
  ]);
}

/** They share it when they come out, too. */
function twoViews(buffer: ArrayBuffer): unknown {
  return [new Uint8Array(buffer), { again: new Uint8Array(buffer) }];
}

/** Any value but undefined. */
export function anyValue(chance: Random): unknown {
  const value = chance.below(5) === 0 ? cloneOnly(chance) : plainValue(chance);
  return value === undefined ? null : value;
}

/** A string that may be of any kind. */
export function someText(chance: Random): string {
  const length = chance.below(5);
  return Array.from({ length }, () => chance.pick(TEXTS)).join("");
}

/** Some bytes. */
export function someBytes(
  chance: Random,
  most: number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: chance.below(most + 1) },
    () => chance.below(256),
  );
}

/** A number of any kind. */
export function someNumber(chance: Random): number {
  return chance.below(2) === 0
    ? chance.pick(NUMBERS)
    : chance.below(2 ** 32) / 2 ** chance.below(30);
}

/** What JSON can express. */
export function someJson(chance: Random, depth = 3): unknown {
  const few = () => Array.from({ length: chance.below(4) });
  const part = () => someJson(chance, depth - 1);
  switch (chance.below(depth > 0 ? 5 : 3)) {
    case 0:
      return [null, true, false, 0, -1.5][chance.below(5)];
    case 1:
      return someText(chance);
    case 2:
      return chance.below(1000);
    case 3:
      return few().map(part);
  }
  return Object.fromEntries(few().map(() => [chance.pick(NAMES), part()]));
}
