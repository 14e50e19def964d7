// What `src/kernel/assembly/intrinsics.ts` is in the stepped kernel: what is one access of 64
// bits there is two operations, as in TypeScript.
import { load } from "./atomics.ts";
import { KeyWords, Words } from "../kernel/assembly/atomics.ts";
import {
  addToFloat,
  asKey,
  floatAt,
  Floats,
  leadingZeros,
  minuteNow,
  now,
  openText,
  partOf,
  remainder,
  unitAt,
  unitsIn,
} from "../kernel/assembly/intrinsics.ts";
export {
  addToFloat,
  asKey,
  floatAt,
  Floats,
  leadingZeros,
  minuteNow,
  now,
  openText,
  partOf,
  remainder,
  unitAt,
  unitsIn,
};

export type Float = f64;
export type Text = i32;

export function loadFloat(words: Words, index: i32): f64 {
  const low = <u64> <u32> load(words, index);
  const high = <u64> <u32> load(words, index + 1);
  return reinterpret<f64>(low | (high << 32));
}

export function isPairOf(
  words: Words,
  index: i32,
  key: KeyWords,
  i: i32,
): bool {
  return load(words, index) == key[i] && load(words, index + 1) == key[i + 1];
}

export function copyPair(words: Words, from: i32, to: i32): void {
  words[to] = load(words, from);
  words[to + 1] = load(words, from + 1);
}
