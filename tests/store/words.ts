/**
 * Arguments of commands, by chance: few keys, so that commands meet; values of every kind.
 *
 * @module
 */

import type { Random } from "../testing/random.ts";

const KEYS = ["a", "b", "c", "key:d", "\xff\0"];
const VALUES = [
  "",
  "0",
  "1",
  "-17",
  "007",
  "3.25",
  "hello",
  "hello world",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "\xc3\xa9t\xc3\xa9",
  "\0\xff\x80binary",
];
const INTEGERS = [
  "0",
  "1",
  "-1",
  "12",
  "4294967296",
  "9007199254740991",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "1.5",
  "+1",
  "",
];

export function key(random: Random): string {
  return random.pick(KEYS);
}

/** One to three different keys. */
export function keys(random: Random): string[] {
  const count = 1 + random.below(3);
  return [...new Set(Array.from({ length: count }, () => key(random)))];
}

export function value(random: Random): string {
  return random.chance(0.05)
    ? random.pick(VALUES).padEnd(300, random.pick(["x", "\xe9"]))
    : random.pick(VALUES);
}

export function integer(random: Random): string {
  return random.pick(INTEGERS);
}

export function decimal(random: Random): string {
  return random.pick(["0.25", "-2.5", "3", "1e2", "x", "5.0", "-0.5"]);
}

export function index(random: Random): string {
  return random.pick([
    "0",
    "1",
    "2",
    "5",
    "12",
    "-1",
    "-2",
    "-3",
    "-100",
    "70",
  ]);
}

export function offset(random: Random): string {
  return random.pick(["0", "1", "7", "8", "13", "100", "-1", "x"]);
}

/** These words, or none. */
export function maybe(random: Random, words: readonly string[]): string[] {
  return random.chance(0.3) ? [...words] : [];
}

/** An expiry that is far from now. */
export function ending(random: Random): string[] {
  return random.pick([
    ["EX", "1000"],
    ["PX", "1000000"],
    ["EXAT", second(random)],
    ["PXAT", `${second(random)}000`],
  ]);
}

/** A second since 1970, of a few. */
export function second(random: Random): string {
  return random.pick(["1000", "4000000000", "5000000000", "6000000000"]);
}

export function conditions(random: Random): string[] {
  return random.pick([
    [],
    ["NX"],
    ["XX"],
    ["GT"],
    ["LT"],
    ["XX", "GT"],
    ["NX", "GT"],
    ["GT", "LT"],
  ]);
}

export function pattern(random: Random): string {
  return random.pick([
    "*",
    "?",
    "[ab]",
    "[^a]",
    "[a-c]*",
    "key:*",
    "*:d",
    "k*y*d",
    "\\a",
    "a\\",
    "[",
    "[a",
    "[c-a]",
    "",
  ]);
}

export function bits(random: Random): string {
  return random.pick(["i8", "u8", "i5", "u63", "i64", "u1", "u64", "i0", "x"]);
}

export function bitfield(random: Random): string[] {
  const place = [
    bits(random),
    random.pick(["0", "3", "8", "#1", "#2", "100", "-1"]),
  ];
  return random.pick([
    ["GET", ...place],
    ["SET", ...place, random.pick(["0", "1", "-1", "127", "255", "1000", "x"])],
    [
      "INCRBY",
      ...place,
      random.pick(["1", "-1", "100", "9223372036854775807"]),
    ],
    ["OVERFLOW", random.pick(["WRAP", "SAT", "FAIL", "X"])],
  ]);
}

/** A member, a field or an element. */
export function member(random: Random): string {
  return random.chance(0.1)
    ? value(random)
    : random.pick(["m", "n", "o", "member", "1", "2", "17", "-5", "1000"]);
}

export function members(random: Random): string[] {
  return Array.from({ length: 1 + random.below(4) }, () => member(random));
}

export function count(random: Random): string {
  return random.pick(["0", "1", "2", "3", "100"]);
}

export function score(random: Random): string {
  return random.pick([
    "0",
    "1",
    "2",
    "2.5",
    "-1",
    "1e3",
    "inf",
    "-inf",
    "x",
    "3",
    "-0",
    "1e17",
  ]);
}

export function scoreBound(random: Random): string {
  return random.pick(["-inf", "+inf", "(1", "1", "2", "(2.5", "(x", "3", "-2"]);
}

export function memberBound(random: Random): string {
  return random.pick(["-", "+", "[m", "(m", "[n", "(o", "[", "x", "[17"]);
}

/** What changes the types of keys, or takes keys away. */
export const OTHERS: readonly ((random: Random) => readonly string[])[] = [
  (r) => ["SET", key(r), value(r)],
  (r) => ["DEL", key(r)],
  (r) => ["RPUSH", key(r), member(r)],
  (r) => ["SADD", key(r), member(r)],
  (r) => ["HSET", key(r), member(r), value(r)],
  (r) => ["ZADD", key(r), "1", member(r)],
  (r) => ["XADD", key(r), "5-*", member(r), value(r)],
  (r) => ["XGROUP", "CREATE", key(r), member(r), "0", "MKSTREAM"],
  (r) => ["EXPIREAT", key(r), "5000000000"],
  (r) => ["TTL", key(r)],
  (r) => ["TYPE", key(r)],
  (r) => ["RENAME", key(r), key(r)],
  (r) => ["COPY", key(r), key(r), "REPLACE"],
];
