// deno-lint-ignore-file no-explicit-any -- any function can be spied on

/**
 * Stands in for `@std/testing/mock`: spies on functions and methods, stubs, and
 * what the tests assert of them.
 *
 * @module
 */
import { assertEquals, AssertionError, assertIsError } from "@std/assert";

/** A spy was asked for, or restored, where there can be none. */
export class MockError extends Error {
  override name = "MockError";
}

/** One call: what went in and what came out. */
export interface SpyCall<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> {
  args: Args;
  returned?: Return;
  error?: Error;
  self?: Self;
}

/** A function that notes each call before it passes it on. */
export interface Spy<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> {
  (this: Self, ...args: Args): Return;
  original: (this: Self, ...args: Args) => Return;
  calls: SpyCall<Self, Args, Return>[];
  restored: boolean;
  /** Puts the method back that was spied on. */
  restore(): void;
}

export interface MethodSpy<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> extends Spy<Self, Args, Return>, Disposable {}

/** A spy that calls something else than the method in whose place it stands. */
export interface Stub<
  Self = any,
  Args extends unknown[] = any[],
  Return = any,
> extends MethodSpy<Self, Args, Return> {
  fake: (this: Self, ...args: Args) => Return;
}

/** What a call should have been; what is left out is not looked at. */
export interface ExpectedSpyCall {
  args?: unknown[];
  self?: unknown;
  returned?: unknown;
  error?: {
    Class?: new (...args: any[]) => Error;
    msgIncludes?: string;
  };
}

type Method<T, K extends keyof T> = T[K] extends
  (...args: infer Args extends unknown[]) => infer Return
  ? { args: Args; returned: Return }
  : { args: unknown[]; returned: unknown };
type AnyFunction = (this: any, ...args: any[]) => any;

export function spy<
  Self = any,
  Args extends unknown[] = any[],
  Return = undefined,
>(func?: (this: Self, ...args: Args) => Return): Spy<Self, Args, Return>;
export function spy<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): MethodSpy<
  Self,
  Method<Self, Prop>["args"],
  Method<Self, Prop>["returned"]
>;
export function spy(target: any = () => {}, property?: PropertyKey): Spy {
  if (property !== undefined) return replace(target, property);
  return record(target, target, () => {
    throw new MockError("Cannot restore: a function stands nowhere");
  });
}

export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func?: (
    this: Self,
    ...args: Method<Self, Prop>["args"]
  ) => Method<Self, Prop>["returned"],
): Stub<
  Self,
  Method<Self, Prop>["args"],
  Method<Self, Prop>["returned"]
> {
  return replace(self, property, func ?? (() => {}) as AnyFunction);
}

export function assertSpyCalls(spy: Spy, expectedCalls: number) {
  assertEquals(spy.calls.length, expectedCalls, "number of calls of the spy");
}

export function assertSpyCall(
  spy: Spy,
  callIndex: number,
  expected: ExpectedSpyCall = {},
) {
  const call = spy.calls.at(callIndex);
  if (!call) {
    throw new AssertionError(
      `Expected call ${callIndex} of the spy: it has ${spy.calls.length}`,
    );
  }
  for (const part of ["args", "self", "returned"] as const) {
    if (part in expected) assertEquals(call[part], expected[part], part);
  }
  if (expected.error) {
    assertIsError(call.error, expected.error.Class, expected.error.msgIncludes);
  }
}

/** Puts a spy in the place of a method until it is restored. */
function replace(self: any, property: PropertyKey, fake?: AnyFunction): Stub {
  const original = self[property];
  if (original !== undefined && typeof original !== "function") {
    throw new MockError(`Cannot spy: ${String(property)} is not a method`);
  }
  if (original?.calls) {
    throw new MockError(`Cannot spy: ${String(property)} is a spy already`);
  }
  const own = Object.getOwnPropertyDescriptor(self, property);
  const spy = record(original, fake ?? original, () => {
    if (own) Object.defineProperty(self, property, own);
    else delete self[property];
  });
  Object.defineProperty(self, property, {
    enumerable: own?.enumerable ?? false,
    writable: true,
    configurable: true,
    value: spy,
  });
  return spy;
}

function record(
  original: AnyFunction,
  fake: AnyFunction,
  putBack: () => void,
): Stub {
  const calls: SpyCall[] = [];
  function spy(this: unknown, ...args: unknown[]) {
    const call: SpyCall = this ? { args, self: this } : { args };
    try {
      return call.returned = fake.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      throw error;
    } finally {
      calls.push(call);
    }
  }
  function restore() {
    if (result.restored) {
      throw new MockError("Cannot restore: restored already");
    }
    putBack();
    result.restored = true;
  }
  const result = Object.assign(spy, {
    original,
    fake,
    calls,
    restored: false,
    restore,
    [Symbol.dispose]: restore,
  });
  return result;
}
