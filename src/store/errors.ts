/**
 * The errors of commands, worded as Redis words them.
 *
 * @module
 */

/**
 * A command that cannot be done: its arguments are wrong, or the key holds something else. Nothing
 * was changed. The message begins with the code, as Redis words it.
 *
 * @example Usage
 * ```ts
 * import { SharedStore, StoreError } from "@epochmap/epochmap/store";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * using store = SharedStore.create();
 * store.rpush("jobs", "a");
 * const error = assertThrows(() => store.incr("jobs"), StoreError);
 * assertEquals(error.code, "WRONGTYPE");
 * ```
 */
export class StoreError extends Error {
  /** The first word of the message: `"ERR"`, `"WRONGTYPE"` … */
  readonly code: string;

  /**
   * Constructs the error.
   *
   * @param message What is wrong; its first word is the code.
   */
  constructor(message: string) {
    super(message);
    this.name = "StoreError";
    this.code = message.slice(0, message.indexOf(" "));
  }
}

/** Throws a `StoreError`. */
export function fail(message: string): never {
  throw new StoreError(message);
}

export const WRONG_TYPE =
  "WRONGTYPE Operation against a key holding the wrong kind of value";
export const SYNTAX = "ERR syntax error";
export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
export const NOT_A_FLOAT = "ERR value is not a valid float";
export const NO_SUCH_KEY = "ERR no such key";
