import { assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import {
  add,
  compareAndSet,
  fixed,
  hint,
  load,
  own,
  pause,
  poke,
  release,
  store,
  type Words,
} from "../../src/segment/atomics.ts";

const LEAST = -(2 ** 31);

function words(...values: number[]): Words {
  const made = new Int32Array(new SharedArrayBuffer(4 * values.length));
  made.set(values);
  return made;
}

Deno.test("words: each way to write is seen by each way to read", () => {
  for (const write of [store, release, poke]) {
    for (const read of [load, hint, own, fixed]) {
      for (const value of [0, 1, -1, LEAST, 2 ** 31 - 1]) {
        const at = words(7, 7, 7);
        write(at, 1, value);
        assertStrictEquals(read(at, 1), value);
        assertEquals([at[0], at[2]], [7, 7]);
      }
    }
  }
});

Deno.test("compareAndSet() writes only where the expected word stands", () => {
  const at = words(5, LEAST);
  assertFalse(compareAndSet(at, 0, 6, 7));
  assertStrictEquals(at[0], 5);
  assertStrictEquals(compareAndSet(at, 0, 5, 7), true);
  assertStrictEquals(at[0], 7);
  assertStrictEquals(compareAndSet(at, 1, LEAST, -1), true);
  assertStrictEquals(at[1], -1);
});

Deno.test("add() returns what was there before, and wraps at 32 bits", () => {
  const at = words(2 ** 31 - 1);
  assertStrictEquals(add(at, 0, 1), 2 ** 31 - 1);
  assertStrictEquals(add(at, 0, -1), LEAST);
  assertStrictEquals(at[0], 2 ** 31 - 1);
});

Deno.test("pause() can be called", () => {
  pause();
});
