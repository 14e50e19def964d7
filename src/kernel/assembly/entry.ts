// What the kernel exports: `Kernel` in `segment/kernel.ts`.
import * as collection from "../../reclamation/collection.ts";
import * as limbo from "../../reclamation/limbo.ts";
import { MEDIUM_TEXT, P_KEY } from "../../segment/layout.ts";
import { Floats, openText } from "../../segment/intrinsics.ts";
import { KeyWords, Words } from "../../segment/atomics.ts";
import { findOptimistically as findIn } from "../../table/optimistic_read.ts";
import { afterGap as afterGapIn } from "../../table/gap.ts";
import * as lookups from "../../table/fast_lookup.ts";
import * as strides from "../../table/strides.ts";
import * as commits from "../../table/fast_commits.ts";
import * as fastPath from "../../table/fast_path.ts";
import * as texts from "../../table/fast_text.ts";
import * as eviction from "../../table/fast_eviction.ts";
import * as fifo from "../../table/s3_fifo.ts";
import { packText as packTextIn } from "../../table/text_key.ts";

const WORDS = changetype<Words>(0);
const FLOATS = changetype<Floats>(0);

/** Where the caller's strings are opened: `text_units.ts` says how long they may be. */
const KEY = 0;
const VALUE = MEDIUM_TEXT;

export function putNumber(
  base: i32,
  hash: i32,
  info: i32,
  valueInfo: i32,
  value: f64,
): i32 {
  return fastPath.putNumber(WORDS, FLOATS, base, hash, info, valueInfo, value);
}

export function publish(
  base: i32,
  hash: i32,
  version: i32,
  expected: i32,
): i32 {
  return fastPath.publish(WORDS, base, hash, version, expected);
}

export function remove(base: i32, hash: i32, info: i32, expected: i32): i32 {
  return fastPath.remove(WORDS, base, hash, info, expected);
}

export function evict(base: i32, ref: i32): i32 {
  return fastPath.evict(WORDS, base, ref);
}

export function increment(
  base: i32,
  hash: i32,
  info: i32,
  valueInfo: i32,
  by: f64,
): i32 {
  return fastPath.increment(WORDS, FLOATS, base, hash, info, valueInfo, by);
}

export function exchange(
  base: i32,
  hash: i32,
  info: i32,
  valueInfo: i32,
  expected: f64,
  value: f64,
): i32 {
  return fastPath.exchange(
    WORDS,
    FLOATS,
    base,
    hash,
    info,
    valueInfo,
    expected,
    value,
  );
}

export function putNumberByText(
  base: i32,
  text: externref,
  valueInfo: i32,
  value: f64,
): i32 {
  return texts.putNumberByText(
    WORDS,
    FLOATS,
    base,
    scratch(base),
    openText(text, KEY),
    valueInfo,
    value,
  );
}

export function putTextByText(
  base: i32,
  text: externref,
  value: externref,
): i32 {
  return texts.putTextByText(
    WORDS,
    base,
    scratch(base),
    openText(text, KEY),
    openText(value, VALUE),
  );
}

export function makeByText(base: i32, text: externref, valueInfo: i32): i32 {
  return texts.makeByText(
    WORDS,
    base,
    scratch(base),
    openText(text, KEY),
    valueInfo,
  );
}

export function removeByText(base: i32, text: externref, expected: i32): i32 {
  return texts.removeByText(WORDS, base, scratch(base), openText(text, KEY), expected);
}

export function findByText(base: i32, text: externref): i32 {
  return texts.findByText(WORDS, base, scratch(base), openText(text, KEY));
}

export function incrementByText(
  base: i32,
  text: externref,
  valueInfo: i32,
  by: f64,
): i32 {
  return texts.incrementByText(
    WORDS,
    FLOATS,
    base,
    scratch(base),
    openText(text, KEY),
    valueInfo,
    by,
  );
}

export function exchangeByText(
  base: i32,
  text: externref,
  valueInfo: i32,
  expected: f64,
  value: f64,
): i32 {
  return texts.exchangeByText(
    WORDS,
    FLOATS,
    base,
    scratch(base),
    openText(text, KEY),
    valueInfo,
    expected,
    value,
  );
}

export function lookup(base: i32, text: externref, most: i32): i32 {
  return lookups.lookup(WORDS, FLOATS, base, scratch(base), openText(text, KEY), most);
}

export function lookupNoting(base: i32, text: externref, most: i32): i32 {
  return lookups.lookupNoting(WORDS, FLOATS, base, scratch(base), openText(text, KEY), most);
}

export function lookupPackedNoting(
  base: i32,
  hash: i32,
  info: i32,
  most: i32,
): i32 {
  return lookups.lookupPackedNoting(WORDS, FLOATS, base, scratch(base), hash, info, most);
}

export function lookupPacked(base: i32, hash: i32, info: i32, most: i32): i32 {
  return lookups.lookupPacked(WORDS, FLOATS, base, scratch(base), hash, info, most);
}

export function findToWrite(base: i32, hash: i32, info: i32): i32 {
  return fastPath.findToWrite(WORDS, hash, scratch(base), info);
}

export function findOptimistically(base: i32, hash: i32, info: i32): i32 {
  return findIn(WORDS, hash, scratch(base), info);
}

@inline
function scratch(base: i32): KeyWords {
  return changetype<KeyWords>((base + P_KEY) << 2);
}

export function draftVersion(
  base: i32,
  hash: i32,
  info: i32,
  valueInfo: i32,
  expected: i32,
): i32 {
  return commits.draftVersion(WORDS, base, hash, info, valueInfo, expected);
}

export function draftGuard(
  base: i32,
  hash: i32,
  info: i32,
  expected: i32,
): i32 {
  return commits.draftGuard(WORDS, base, hash, info, expected);
}

export function commitRecord(base: i32): i32 {
  return commits.commitRecord(WORDS, base);
}

export function packText(base: i32, text: externref): i32 {
  return packTextIn(WORDS, base, scratch(base), openText(text, KEY));
}

export function afterGap(table: i32, from: i32, to: i32): i32 {
  return afterGapIn(WORDS, table, from, to);
}

export function moveSome(base: i32, table: i32): i32 {
  return i32(strides.moveSome(WORDS, base, table));
}

export function noteInsertion(hash: i32): void {
  fifo.noteInsertion(WORDS, hash);
}

export function choose(base: i32, last: i32, rule: i32): i32 {
  return fifo.choose(WORDS, base, last, rule);
}

export function evictSome(base: i32, rule: i32, entries: i32, refs: i32): i32 {
  return eviction.evictSome(WORDS, base, rule, entries, refs);
}

export function collectOnTheWay(base: i32): i32 {
  return i32(collection.collectOnTheWay(WORDS, base));
}

export function drain(base: i32, most: i32): i32 {
  return limbo.drain(WORDS, base, most);
}
