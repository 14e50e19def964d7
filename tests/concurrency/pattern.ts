/**
 * Values that say which key they belong to, and that show if any part of them belongs to
 * another.
 *
 * @module
 */
import { assert } from "@std/assert";

/** A kind of value that can be checked. */
export interface Pattern<V> {
  /** A value of one key: `length` is about its length in bytes. */
  make(key: string, version: number, length: number): V;
  /** Throws if a value is not one that was made for the key. */
  check(key: string, value: V): void;
}

/** Texts of Latin-1 characters. */
export const texts: Pattern<string> = {
  make(key, version, length) {
    const unit = `${key}/${version}/${length}|`;
    return unit.repeat(Math.max(1, Math.ceil(length / unit.length)));
  },
  check(key, value) {
    const [owner, version, length] = value.split("|", 1)[0].split("/");
    assert(owner === key, `${key} shows a value of ${owner}`);
    const expected = texts.make(key, Number(version), Number(length));
    assert(value === expected, `${key} shows a torn text`);
  },
};

const HEADER = 4;

/** Bytes: owner, version, length and checksum, then what these four decide. */
export const bytes: Pattern<Uint8Array> = {
  make(key, version, length) {
    const words = new Uint32Array(HEADER + (length >> 2));
    words.set([ownerOf(key), version, length]);
    let state = ownerOf(key) ^ Math.imul(version, 0x9e3779b1);
    let sum = 0;
    for (let i = HEADER; i < words.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      words[i] = state;
      sum = (sum + words[i]) | 0;
    }
    words[3] = sum;
    return new Uint8Array(words.buffer);
  },
  check(key, value) {
    const words = new Uint32Array(value.slice().buffer);
    const [owner, version, length] = words;
    assert(owner === ownerOf(key), `${key} shows another's bytes`);
    const expected = new Uint32Array(bytes.make(key, version, length).buffer);
    assert(words.length === expected.length, `${key} shows cut bytes`);
    assert(
      words.every((word, i) => word === expected[i]),
      `${key} shows torn bytes`,
    );
  },
};

/** Numbers: the owner's number, then the version, in one f64. */
export const numbers: Pattern<number> = {
  make: (key, version) => ownerOf(key) * 2 ** 24 + (version % 2 ** 24),
  check(key, value) {
    const owner = Math.floor(value / 2 ** 24);
    assert(owner === ownerOf(key), `${key} shows a number of ${owner}`);
  },
};

/** The number in a key. */
function ownerOf(key: string): number {
  return Number(key.replace(/\D/g, ""));
}
