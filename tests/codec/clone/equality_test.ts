import { assertStrictEquals } from "@std/assert";
import { areEqual } from "../../../src/codec/clone/equality.ts";
import { forSeeds, Random } from "../../testing/random.ts";
import { SCALE } from "../../testing/scale.ts";
import { CloneMaker } from "./any_clone.ts";

function circle(length: number, end: unknown): object {
  const first: Record<string, unknown> = { end };
  let at = first;
  for (let i = 1; i < length; i++) {
    const next = { end };
    at.next = next;
    at = next;
  }
  at.next = first;
  return first;
}

function ownSet(): Set<unknown> {
  const set = new Set<unknown>([1]);
  return set.add(set);
}

/** Groups of what is equal; between groups everything differs. */
const GROUPS: (() => unknown)[][] = [
  [() => 0, () => -0],
  [() => NaN],
  [() => 1],
  [() => 1n],
  [() => null],
  [() => undefined],
  [() => ({})],
  [() => ({ a: 1, b: 2 }), () => ({ b: 2, a: 1 })],
  [() => ({ a: 1, b: undefined })],
  [() => ({ a: 1, c: undefined })],
  [() => ({ a: 0 }), () => ({ a: -0 })],
  [() => []],
  [() => [1, 2]],
  [() => [2, 1]],
  [() => [1, , 2]],
  [() => [1, undefined, 2]],
  [() => Object.assign([1, 2], { extra: 1 })],
  [
    () => new Map<unknown, unknown>([[1, 2], ["a", {}]]),
    () => new Map<unknown, unknown>([["a", {}], [1, 2]]),
  ],
  [
    () => new Map([[{ k: 1 }, 1], [{ k: 2 }, 2]]),
    () => new Map([[{ k: 2 }, 2], [{ k: 1 }, 1]]),
  ],
  [() => new Map([[{ k: 1 }, 2], [{ k: 2 }, 1]])],
  [() => new Set([1, 2]), () => new Set([2, 1])],
  [() => new Set([[1], [2]]), () => new Set([[2], [1]])],
  [() => new Set([[1], [1]])],
  [ownSet],
  [() => circle(2, 1), () => circle(3, 1), () => circle(1, 1)],
  [() => circle(2, 2)],
  [() => new Date(0)],
  [() => new Date(NaN)],
  [() => /a/g],
  [() => /a/],
  [() => new Number(1)],
  [() => new String("1")],
  [() => new Error("a"), () => new Error("a")],
  [() => new TypeError("a")],
  [() => new Error("a", { cause: 1 })],
  [() => new AggregateError([1])],
  [() => new AggregateError([2])],
  [() => new Uint8Array([1, 2])],
  [() => new Int8Array([1, 2])],
  [() => new Uint8Array([1, 2]).buffer],
  [() => new DataView(new Uint8Array([1, 2]).buffer)],
  [() => new Float64Array([0, NaN]), () => new Float64Array([-0, NaN])],
];

Deno.test("areEqual() compares by content, and numbers as the keys of a Map", () => {
  for (const [i, group] of GROUPS.entries()) {
    for (const [j, others] of GROUPS.entries()) {
      for (const make of group) {
        for (const other of others) {
          const [a, b] = [make(), other()];
          assertStrictEquals(
            areEqual(a, b),
            i === j,
            `${Deno.inspect(a)} and ${Deno.inspect(b)}`,
          );
          assertStrictEquals(areEqual([a, { b: a }], [b, { b }]), i === j);
        }
      }
    }
  }
});

Deno.test("areEqual() finds any value equal to its clone, and not to one that is a bit different", () => {
  forSeeds(500 * SCALE, (random) => {
    const make = () => new CloneMaker(new Random(random.seed)).object(3);
    const value = make();
    assertStrictEquals(areEqual([value], [make()]), true);
    assertStrictEquals(
      areEqual(structuredClone(make()), structuredClone(value)),
      true,
    );
    const other = [value, random.below(9)];
    assertStrictEquals(areEqual([make(), 9], other), false);
    assertStrictEquals(
      areEqual(new Set([[make(), 9]]), new Set([other])),
      false,
    );
  });
});

Deno.test("areEqual() needs no stack as deep as what it compares", () => {
  const deep = (end: unknown) => {
    let value = end;
    for (let i = 0; i < 100_000; i++) value = i % 2 === 0 ? [value] : { value };
    return value;
  };
  assertStrictEquals(areEqual(deep(1), deep(1)), true);
  assertStrictEquals(areEqual(deep(1), deep(2)), false);
});
