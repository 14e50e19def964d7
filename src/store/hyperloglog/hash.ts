/**
 * The hash that HyperLogLogs go by: MurmurHash64A, by Austin Appleby, with the seed that Redis has.
 *
 * @module
 */

import { REGISTERS } from "./registers.ts";

const SEED = 0xadc83b19n;
const FACTOR = 0xc6a4a7935bd1e995n;
const SHIFT = 47n;
/** The bits of a hash that are an index. */
const INDEX_BITS = 14n;
/** The bits that are behind them. */
const REST_BITS = 50n;

/** Where an element is counted: its register, and what that is at least. */
export interface Place {
  readonly register: number;
  readonly value: number;
}

/** The place of an element. */
export function placeOf(element: string): Place {
  const hash = hashOf(element);
  // A bit that is set ends the count, if there is no other.
  let rest = hash >> INDEX_BITS | 1n << REST_BITS;
  let value = 1;
  while ((rest & 1n) === 0n) {
    value++;
    rest >>= 1n;
  }
  return { register: Number(hash & BigInt(REGISTERS - 1)), value };
}

function times(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, a * b);
}

function hashOf(element: string): bigint {
  const { length } = element;
  const blocks = length - length % 8;
  let hash = SEED ^ times(BigInt(length), FACTOR);
  for (let at = 0; at < blocks; at += 8) {
    let block = times(wordAt(element, at, at + 8), FACTOR);
    block = times(block ^ block >> SHIFT, FACTOR);
    hash = times(hash ^ block, FACTOR);
  }
  if (blocks < length) {
    hash = times(hash ^ wordAt(element, blocks, length), FACTOR);
  }
  hash = times(hash ^ hash >> SHIFT, FACTOR);
  return hash ^ hash >> SHIFT;
}

/** Some bytes as a number, lowest first. */
function wordAt(element: string, from: number, to: number): bigint {
  let word = 0n;
  for (let i = to - 1; i >= from; i--) {
    word = word << 8n | BigInt(element.charCodeAt(i));
  }
  return word;
}
