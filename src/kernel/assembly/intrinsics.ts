// What `segment/intrinsics.ts` is in the kernel.
import { KeyWords, Words } from "./atomics.ts";

export type Float = f64;
/** An open text: see `text_units.ts`. */
export type Text = i32;

/** Opens a string of the caller's, from a place in the array on. */
@external("units", "open")
export declare function openText(text: externref, at: i32): Text;

@external("units", "unit")
declare function unit(at: i32): i32;

@inline
export function unitsIn(text: Text): i32 {
  return text & 0xffff;
}

@inline
export function unitAt(text: Text, index: i32): i32 {
  return unit((text >>> 16) + index);
}

/** The segment, as floats. */
@final
export class Floats {
  @inline @operator("[]")
  get(index: i32): f64 {
    return f64.load(<usize> index << 3);
  }

  @inline @operator("[]=")
  set(index: i32, value: f64): void {
    f64.store(<usize> index << 3, value);
  }
}

@inline
export function floatAt(words: Words, index: i32): f64 {
  return f64.load(<usize> index << 2);
}

@inline
export function loadFloat(words: Words, index: i32): f64 {
  return reinterpret<f64>(i64.atomic.load(<usize> index << 2));
}

@inline
export function addToFloat(words: Words, index: i32, by: i32): void {
  const at = <usize> index << 2;
  f64.store(at, f64.load(at) + <f64> by);
}

@inline
export function isPairOf(
  words: Words,
  index: i32,
  key: KeyWords,
  i: i32,
): bool {
  return i64.atomic.load(<usize> index << 2) ==
    i64.load(changetype<usize>(key) + (<usize> i << 2));
}

@inline
export function copyPair(words: Words, from: i32, to: i32): void {
  i64.store(<usize> to << 2, i64.atomic.load(<usize> from << 2));
}

@inline
export function asKey(words: Words): KeyWords {
  return changetype<KeyWords>(0);
}

@inline
export function leadingZeros(word: i32): i32 {
  return clz(word);
}

@inline
export function partOf(count: i32, hash: i32): i32 {
  return <i32> ((<u64> <u32> count * <u64> <u32> hash) >>> 32);
}

@inline
export function remainder(number: i32, by: i32): i32 {
  return <i32> (<u32> number % <u32> by);
}

@external("host", "now")
export declare function now(): f64;

export function minuteNow(): i32 {
  return (<i32> (now() / 60000.0)) & 0xffff;
}
