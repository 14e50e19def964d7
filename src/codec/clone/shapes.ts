/**
 * The keys of objects as they are written. Most objects of a program have the same keys, in the
 * same order, as others before. So the bytes of the keys are kept, and found again by following
 * the keys one by one.
 *
 * @module
 */

import { Scratch } from "../scratch.ts";
import { isLatin1, writeLatin1, writeUtf16 } from "../strings.ts";
import { MOST_KEYS } from "./tokens.ts";

/** Keys in an order. */
export interface Shape {
  readonly keys: readonly string[];
  /**
   * A varint of the count, then of each key a varint, `length * 2` and 1 more if it is UTF-16, and
   * its characters.
   */
  readonly block: Int32Array<ArrayBuffer>;
  readonly byteLength: number;
  /** Which value had it last, and the number of this shape among those of that value. */
  value: number;
  place: number;
}

/** Keys that objects began with. */
export interface Step {
  readonly before: Step | undefined;
  readonly key: string;
  readonly count: number;
  /** Where objects went on last from here. */
  last: Step | undefined;
  others: Map<string, Step> | undefined;
  shape: Shape | undefined;
}

/** How many steps are kept at most, over all shapes. */
const MOST_STEPS = 10_000;
/** Longer blocks are not worth it. */
const MOST_BLOCK_BYTES = 4096;

let root = step(undefined, "");
let steps = 0;

function step(before: Step | undefined, key: string): Step {
  const count = before === undefined ? 0 : before.count + 1;
  return {
    before,
    key,
    count,
    last: undefined,
    others: undefined,
    shape: undefined,
  };
}

/** Where every object begins. */
export function firstStep(): Step {
  return root;
}

/** Where an object with this next key is. After `MOST_KEYS` it does not matter. */
export function nextStep(from: Step, key: string): Step {
  const { last } = from;
  if (last !== undefined && last.key === key) return last;
  return otherStep(from, key);
}

function otherStep(from: Step, key: string): Step {
  if (from.count > MOST_KEYS) return from;
  const others = from.others ??= new Map();
  let next = others.get(key);
  if (next === undefined) {
    if (++steps > MOST_STEPS) forget();
    next = step(from, key);
    others.set(key, next);
  }
  return from.last = next;
}

/** Starts afresh. Writers that are under way go on with the old steps. */
function forget(): void {
  root = step(undefined, "");
  steps = 0;
}

/**
 * The shape of an object that has all its keys by now; undefined if it has too many, or too long
 * ones: a dictionary.
 */
export function shapeAt(step: Step): Shape | undefined {
  return step.shape ?? makeShape(step);
}

const scratch = new Scratch();

function makeShape(step: Step): Shape | undefined {
  if (step.count > MOST_KEYS) return undefined;
  const keys: string[] = [];
  for (let at = step; at.before !== undefined; at = at.before) {
    keys.push(at.key);
  }
  keys.reverse();
  // The key of an array's element, or of what looks like one: such objects hardly ever have the
  // keys of others.
  if (keys.length > 0 && isDigit(keys[0])) return undefined;
  const bytes = keys.reduce((sum, key) => sum + 3 + key.length * 2, 3);
  if (bytes > MOST_BLOCK_BYTES) return undefined;
  const byteLength = encodeKeys(keys, bytes);
  const block = scratch.words.slice(0, Math.ceil(byteLength / 4));
  return step.shape = { keys, block, byteLength, value: 0, place: 0 };
}

function isDigit(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

/** Leaves the block in the scratch; returns its length. */
function encodeKeys(keys: readonly string[], most: number): number {
  scratch.reserve(0, most);
  const bytes = scratch.plain;
  let at = writeSmall(bytes, 0, keys.length);
  for (const key of keys) {
    const narrow = isLatin1(key);
    at = writeSmall(bytes, at, key.length * 2 + (narrow ? 0 : 1));
    if (narrow) writeLatin1(bytes, at, key);
    else writeUtf16(bytes, at, key);
    at += narrow ? key.length : key.length * 2;
  }
  return at;
}

/** A varint of at most two bytes. */
function writeSmall(bytes: Uint8Array, at: number, number: number): number {
  if (number < 0x80) {
    bytes[at] = number;
    return at + 1;
  }
  bytes[at] = number | 0x80;
  bytes[at + 1] = number >> 7;
  return at + 2;
}
