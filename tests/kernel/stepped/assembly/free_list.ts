// What `src/segment/free_list.ts` is in the stepped kernel: the harness hears of blocks that
// are taken and freed, as it does in TypeScript.
import { Words } from "./atomics.ts";
import * as real from "./free_list_itself.ts";
import {
  beginFreeing,
  blockRefs,
  classAt,
  classFor,
  endFreeing,
  endTaking,
  isLong,
  noteFreed,
} from "./free_list_itself.ts";
export {
  beginFreeing,
  blockRefs,
  classAt,
  classFor,
  endFreeing,
  endTaking,
  isLong,
  noteFreed,
};

declare function taken(c: i32, ref: i32): void;

declare function freed(c: i32, ref: i32): void;

export function popBlock(words: Words, base: i32, c: i32): i32 {
  const ref = real.popBlock(words, base, c);
  if (ref != 0) taken(c, ref);
  return ref;
}

export function addBlock(words: Words, base: i32, c: i32, ref: i32): void {
  freed(c, ref);
  real.addBlock(words, base, c, ref);
}

export function pushBlock(words: Words, base: i32, c: i32, ref: i32): void {
  freed(c, ref);
  real.pushBlock(words, base, c, ref);
}
