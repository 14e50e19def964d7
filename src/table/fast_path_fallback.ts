/**
 * The fast path over a segment that has no kernel.
 *
 * @module
 */

import type { Kernel } from "../segment/kernel.ts";
import type { Floats } from "../segment/intrinsics.ts";
import type { Words } from "../segment/atomics.ts";
import * as layout from "../segment/layout.ts";
import * as optimistic from "./optimistic_read.ts";
import * as commits from "./fast_commits.ts";
import * as rules from "./eviction_rule.ts";
import * as eviction from "./fast_eviction.ts";
import * as fastPath from "./fast_path.ts";
import * as texts from "./fast_text.ts";
import * as textKeys from "./text_key.ts";

/** The operations of the fast path on a segment. */
export type FastPath = Pick<
  Kernel,
  | "draftGuard"
  | "draftVersion"
  | "evict"
  | "evictSome"
  | "exchange"
  | "exchangeByText"
  | "findByText"
  | "findOptimistically"
  | "findToWrite"
  | "increment"
  | "incrementByText"
  | "lookup"
  | "lookupPacked"
  | "makeByText"
  | "packText"
  | "publish"
  | "putNumber"
  | "putNumberByText"
  | "putTextByText"
  | "remove"
  | "removeByText"
>;

// Constants of its own: `layout.ts` says why.
const { UNDECIDED } = optimistic;
const { KEY_SCRATCH_WORDS, P_KEY } = layout;
const { evict, exchange, increment, publish, putNumber, remove } = fastPath;
const {
  exchangeByText,
  incrementByText,
  makeByText,
  putNumberByText,
  putTextByText,
  removeByText,
} = texts;
const { ruleFor } = rules;
const { evictSome } = eviction;
const { packText } = textKeys;
const { draftGuard, draftVersion } = commits;

/**
 * The same as the kernel's, from the functions that it is compiled from. But fast lookups and
 * optimistic reads decide nothing: each of their many reads would be a call here, so that it takes
 * less time to pin.
 *
 * @param words The segment.
 * @param floats The same.
 * @param record Where the participant's record begins: keys are packed there.
 */
export function fastPathFallback(
  words: Words,
  floats: Floats,
  record: number,
): FastPath {
  const from = record + P_KEY;
  const key = words.subarray(from, from + KEY_SCRATCH_WORDS);
  return {
    lookup: () => UNDECIDED,
    lookupPacked: () => UNDECIDED,
    findOptimistically: () => UNDECIDED,
    findToWrite: () => UNDECIDED,
    findByText: () => UNDECIDED,
    evict: (base, ref) => evict(words, base, ref),
    evictSome: (base, rule, entries, refs) =>
      evictSome(words, base, ruleFor(words, rule), entries, refs),
    putNumberByText: (base, text, valueInfo, value) =>
      putNumberByText(words, floats, base, key, text, valueInfo, value),
    putTextByText: (base, text, value) =>
      putTextByText(words, base, key, text, value),
    makeByText: (base, text, valueInfo) =>
      makeByText(words, base, key, text, valueInfo),
    removeByText: (base, text, expected) =>
      removeByText(words, base, key, text, expected),
    incrementByText: (base, text, valueInfo, by) =>
      incrementByText(words, floats, base, key, text, valueInfo, by),
    exchangeByText: (base, text, valueInfo, expected, value) =>
      exchangeByText(
        words,
        floats,
        base,
        key,
        text,
        valueInfo,
        expected,
        value,
      ),
    packText: (base, text) => packText(words, base, key, text),
    draftVersion: (base, hash, info, valueInfo, expected) =>
      draftVersion(words, base, hash, info, valueInfo, expected),
    draftGuard: (base, hash, info, expected) =>
      draftGuard(words, base, hash, info, expected),
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
