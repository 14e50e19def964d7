import { assert, assertFalse } from "@std/assert";
import { Entries } from "./entries.ts";
import { Checker, type Event } from "./history.ts";
import * as op from "./operations.ts";
import type { Operation, Result } from "./operations.ts";

function event(
  worker: number,
  operation: Operation,
  [begin, end]: [number, number],
  result?: Result,
): Event {
  return { worker, operation, begin, end, result };
}

const EMPTY = new Entries();
const ONE = new Entries([[1, 10]]);

Deno.test("Checker.explains() finds an order for operations at the same time", () => {
  const late = event(1, op.get(1), [1, 3], undefined);
  const soon = event(1, op.get(1), [1, 3], 10);
  const set = event(0, op.set(1, 10), [0, 2]);
  assert(new Checker(EMPTY).explains([set, late], ONE));
  assert(new Checker(EMPTY).explains([set, soon], ONE));
});

Deno.test("Checker.explains() refuses a read of what is over", () => {
  const set = event(0, op.set(1, 10), [0, 1]);
  const stale = event(1, op.get(1), [2, 3], undefined);
  assertFalse(new Checker(EMPTY).explains([set, stale], ONE));
});

Deno.test("Checker.explains() refuses reads that go back in time", () => {
  const set = event(0, op.set(1, 10), [0, 5]);
  const first = event(1, op.get(1), [1, 2], 10);
  const second = event(1, op.get(1), [3, 4], undefined);
  assert(new Checker(EMPTY).explains([set, first], ONE));
  assertFalse(new Checker(EMPTY).explains([set, first, second], ONE));
});

Deno.test("Checker.explains() refuses what leads to another map", () => {
  const set = event(0, op.set(1, 10), [0, 1]);
  assertFalse(new Checker(EMPTY).explains([set], EMPTY));
  assertFalse(new Checker(ONE).explains([], EMPTY));
});

Deno.test("Checker.explains() refuses a snapshot that shows what came later", () => {
  const opened = event(0, op.openSnapshot, [0, 1]);
  const set = event(1, op.set(1, 10), [2, 3]);
  const look = (result: Result) => event(0, op.readSnapshot(1), [4, 5], result);
  assert(new Checker(EMPTY).explains([opened, set, look(undefined)], ONE));
  assertFalse(new Checker(EMPTY).explains([opened, set, look(10)], ONE));
});

Deno.test("Checker.explains() takes no notice of what has no meaning for the map", () => {
  const collected = event(0, op.collect, [0, 3]);
  const set = event(1, op.set(1, 10), [1, 2]);
  assert(new Checker(EMPTY).explains([collected, set], ONE));
});

Deno.test("Checker.explains() lets an entry be seen until its time is over", () => {
  const brief = new Entries(ONE);
  brief.expire(1, 5);
  const pass = event(0, op.pass(5), [2, 3]);
  const seen = (begin: number, result?: Result) =>
    event(1, op.get(1), [begin, begin + 1], result);
  assert(new Checker(brief).explains([seen(0, 10), pass, seen(4)], EMPTY));
  assertFalse(new Checker(brief).explains([seen(0), pass], EMPTY));
  assertFalse(new Checker(brief).explains([pass, seen(4, 10)], EMPTY));
});

Deno.test("Checker.explains() lets an entry be saved only in time", () => {
  const brief = new Entries(ONE);
  brief.expire(1, 5);
  const pass = event(0, op.pass(5), [2, 3]);
  const save = (begin: number, result: Result) =>
    event(1, op.expire(1, Infinity), [begin, begin + 1], result);
  const later = new Entries(brief);
  later.expire(1, Infinity);
  later.pass(5);
  assert(new Checker(brief).explains([save(0, 1), pass], later));
  assert(new Checker(brief).explains([pass, save(4, 0)], EMPTY));
  assertFalse(new Checker(brief).explains([pass, save(4, 1)], later));
  assertFalse(new Checker(brief).explains([save(0, 1), pass], EMPTY));
});
