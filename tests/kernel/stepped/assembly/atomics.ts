// What `src/kernel/assembly/atomics.ts` is in the stepped kernel: each operation on a shared
// word calls the module that stands in for `src/segment/atomics.ts`.
import { KeyWords, Words } from "../kernel/assembly/atomics.ts";
export { KeyWords, Words };

export declare function load(words: Words, index: i32): i32;

export declare function hint(words: Words, index: i32): i32;

export declare function own(words: Words, index: i32): i32;

export declare function fixed(words: Words, index: i32): i32;

export declare function touch(words: Words, index: i32): i32;

export declare function store(words: Words, index: i32, value: i32): void;

export declare function release(words: Words, index: i32, value: i32): void;

export declare function poke(words: Words, index: i32, value: i32): void;

export declare function notify(words: Words, index: i32): void;

export declare function add(words: Words, index: i32, by: i32): i32;

export declare function compareAndSet(
  words: Words,
  index: i32,
  expected: i32,
  value: i32,
): bool;
