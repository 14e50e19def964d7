/**
 * The quick way over a segment that has no kernel.
 *
 * @module
 */

import type { Kernel } from "../segment/kernel.ts";
import type { Floats } from "../segment/machine.ts";
import type { Words } from "../segment/words.ts";
import * as glances from "./glance.ts";
import * as quick from "./quick.ts";

/** The quick operations on a segment. */
export type Quick = Pick<
  Kernel,
  | "exchange"
  | "glance"
  | "increment"
  | "look"
  | "lookPacked"
  | "publish"
  | "putNumber"
  | "remove"
>;

// Constants of its own: `layout.ts` says why.
const { UNDECIDED } = glances;
const { exchange, increment, publish, putNumber, remove } = quick;

/**
 * The same as the kernel's, from the functions that it is compiled from. But looks and glances
 * decide nothing: each of their many reads would be a call here, and so other ways take less time.
 */
export function quickOver(words: Words, floats: Floats): Quick {
  return {
    look: () => UNDECIDED,
    lookPacked: () => UNDECIDED,
    glance: () => UNDECIDED,
    putNumber: (base, hash, info, valueInfo, value) =>
      putNumber(words, floats, base, hash, info, valueInfo, value),
    publish: (base, hash, version, expected) =>
      publish(words, base, hash, version, expected),
    remove: (base, hash, info, expected) =>
      remove(words, base, hash, info, expected),
    increment: (base, hash, info, valueInfo, by) =>
      increment(words, floats, base, hash, info, valueInfo, by),
    exchange: (base, hash, info, valueInfo, expected, value) =>
      exchange(words, floats, base, hash, info, valueInfo, expected, value),
  };
}
