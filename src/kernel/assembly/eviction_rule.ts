// What `table/eviction_rule.ts` is in the kernel: a rule is a number.
import { Words } from "../segment/atomics.ts";
import { freesMemory, isEntry } from "./evictable.ts";

export type Rule = i32;

const FREES_MEMORY: i32 = 1;

export function mayGo(rule: Rule, words: Words, ref: i32, hash: i32): bool {
  return rule == FREES_MEMORY
    ? freesMemory(words, ref, hash)
    : isEntry(words, ref);
}
