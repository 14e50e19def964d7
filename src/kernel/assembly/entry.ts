// What the kernel exports: `Kernel` in `segment/kernel.ts`.
import * as limbo from "../../reclamation/limbo.ts";
import { P_KEY } from "../../segment/layout.ts";
import { Floats, Text } from "../../segment/intrinsics.ts";
import { KeyWords, Words } from "../../segment/atomics.ts";
import { findOptimistically as findIn } from "../../table/optimistic_read.ts";
import { afterGap as afterGapIn } from "../../table/gap.ts";
import * as lookups from "../../table/fast_lookup.ts";
import * as move from "../../table/move.ts";
import * as fastPath from "../../table/fast_path.ts";

const WORDS = changetype<Words>(0);
const FLOATS = changetype<Floats>(0);

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

export function lookup(base: i32, text: Text, most: i32): i32 {
  return lookups.lookup(WORDS, FLOATS, base, scratch(base), text, most);
}

export function lookupPacked(base: i32, hash: i32, info: i32, most: i32): i32 {
  return lookups.lookupPacked(WORDS, FLOATS, base, scratch(base), hash, info, most);
}

export function findOptimistically(base: i32, hash: i32, info: i32): i32 {
  return findIn(WORDS, hash, scratch(base), info);
}

@inline
function scratch(base: i32): KeyWords {
  return changetype<KeyWords>((base + P_KEY) << 2);
}

export function afterGap(table: i32, from: i32, to: i32): i32 {
  return afterGapIn(WORDS, table, from, to);
}

export function moveSlots(
  base: i32,
  table: i32,
  first: i32,
  count: i32,
): i32 {
  return i32(move.moveSlots(WORDS, base, table, first, count));
}

export function drain(base: i32, most: i32): i32 {
  return limbo.drain(WORDS, base, most);
}
