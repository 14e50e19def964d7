// What `src/table/optimistic_read.ts` is in the stepped kernel: the harness hears when what
// was read is used, and when it is not.
import { KeyWords, Words } from "../segment/atomics.ts";
import * as real from "./optimistic_read_itself.ts";

export const UNDECIDED = real.UNDECIDED;

declare function begin(): void;

declare function drop(): void;

/** Whether what was read is used: the harness may have planted a fault. */

declare function end(isValid: bool): bool;

export function beginOptimisticRead(words: Words): i32 {
  begin();
  return real.beginOptimisticRead(words);
}

export function findOptimistically(
  words: Words,
  hash: i32,
  key: KeyWords,
  info: i32,
): i32 {
  const ref = real.findOptimistically(words, hash, key, info);
  if (ref == UNDECIDED) drop();
  return ref;
}

export function validates(words: Words, before: i32): bool {
  return end(real.validates(words, before));
}
