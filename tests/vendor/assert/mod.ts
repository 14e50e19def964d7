/**
 * Stands in for `@std/assert`, whose registry cannot be reached where this
 * project is built and tested: the same names, signatures and verdicts for what
 * the tests use. The messages differ in their words.
 *
 * @module
 */
import { AssertionError as NodeAssertionError } from "node:assert";
import { inspect } from "node:util";
import { equal } from "./equal.ts";

export { equal };

/** What every assertion of this module throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** What {@linkcode assertFalse} lets through. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

// deno-lint-ignore no-explicit-any
type ClassOf<T> = abstract new (...args: any[]) => T;

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

export function fail(msg?: string): never {
  throw failure("Failed assertion", msg);
}

export function unreachable(msg?: string): never {
  throw failure("Unreachable", msg);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string) {
  if (equal(actual, expected)) return;
  throw failure("Values are not equal", msg, diff(actual, expected));
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string) {
  if (!equal(actual, expected)) return;
  throw failure(`Expected a value other than ${inspect(actual)}`, msg);
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw failure("Values are not strictly equal", msg, diff(actual, expected));
}

export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
) {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  if (delta <= tolerance) return;
  throw failure(
    `Expected ${actual} to be close to ${expected}: ` +
      `delta ${delta} is greater than ${tolerance}`,
    msg,
  );
}

export function assertGreater<T>(actual: T, expected: T, msg?: string) {
  assertOrder(actual > expected, actual, ">", expected, msg);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string) {
  assertOrder(actual >= expected, actual, ">=", expected, msg);
}

export function assertLess<T>(actual: T, expected: T, msg?: string) {
  assertOrder(actual < expected, actual, "<", expected, msg);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string) {
  assertOrder(actual <= expected, actual, "<=", expected, msg);
}

export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw failure(`Expected a value, not ${actual}`, msg);
}

export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: ClassOf<T>,
  msg?: string,
): asserts actual is T {
  if (actual instanceof expectedType) return;
  throw failure(
    `Expected an instance of ${expectedType.name}, not ${inspect(actual)}`,
    msg,
  );
}

export function assertMatch(actual: string, expected: RegExp, msg?: string) {
  if (expected.test(actual)) return;
  throw failure(`Expected ${inspect(actual)} to match ${expected}`, msg);
}

export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
) {
  if (actual.includes(expected)) return;
  throw failure(
    `Expected ${inspect(actual)} to include ${inspect(expected)}`,
    msg,
  );
}

export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ClassOf<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  assertInstanceOf(error, Error, msg);
  if (ErrorClass) assertInstanceOf(error, ErrorClass, msg);
  if (msgMatches instanceof RegExp) {
    assertMatch(error.message, msgMatches, msg);
  } else if (msgMatches !== undefined) {
    assertStringIncludes(error.message, msgMatches, msg);
  }
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ClassOf<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  ...expectation: Expectation
): unknown {
  try {
    fn();
  } catch (error) {
    return assertExpected(error, expectation);
  }
  throw failure("Expected function to throw", messageOf(expectation));
}

export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ClassOf<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  ...expectation: Expectation
): Promise<unknown> {
  const msg = messageOf(expectation);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw failure("Function throws when expected to reject", msg);
  }
  if (typeof promise?.then !== "function") {
    throw failure("Expected function to return a promise", msg);
  }
  try {
    await promise;
  } catch (error) {
    return assertExpected(error, expectation);
  }
  throw failure("Expected function to reject", msg);
}

/** The two ways to say after the function what it should throw. */
type Expectation =
  | [msg?: string]
  | [ErrorClass: ClassOf<Error>, msgIncludes?: string, msg?: string];

function messageOf([first, , msg]: Expectation): string | undefined {
  return typeof first === "string" ? first : msg;
}

function assertExpected(error: unknown, expectation: Expectation): unknown {
  const [ErrorClass, msgIncludes, msg] = expectation;
  if (typeof ErrorClass === "function") {
    assertIsError(error, ErrorClass, msgIncludes, msg);
  }
  return error;
}

function assertOrder(
  holds: boolean,
  actual: unknown,
  relation: string,
  expected: unknown,
  msg = `Expect ${inspect(actual)} ${relation} ${inspect(expected)}`,
) {
  if (!holds) throw new AssertionError(msg);
}

function failure(text: string, msg = "", details = ""): AssertionError {
  return new AssertionError(text + (msg ? `: ${msg}` : ".") + details);
}

/** The two values side by side, as `node:assert` shows them. */
function diff(actual: unknown, expected: unknown): string {
  const operator = "deepStrictEqual";
  const { message } = new NodeAssertionError({ actual, expected, operator });
  return message.slice(message.indexOf("\n"));
}
