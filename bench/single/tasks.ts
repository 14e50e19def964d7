/**
 * What is measured of single operations by one worker. Each task runs in an
 * isolate of its own, and its loops are written out: a loop that serves two kinds of
 * map, or two kinds of key, is compiled for neither.
 */
import { SharedMap } from "../../mod.ts";
import { freshKey } from "../measure/fresh_keys.ts";
import { Random } from "../measure/random.ts";
import { fight } from "./duel.ts";

const HOT = 1_000;
const LARGE = 1_000_000;
const HUGE = 5_000_000;
const GROWN = 2_000_000;
/** Keys of a turn that goes all over a large map. */
const PICKED = 2_000;
/** Entries of a turn that lets a map grow. */
const INSERTED = 200_000;
/** Keys of one `getMany`. */
const TOGETHER = 100;

/** What was read, added up: a result that nobody uses might be compiled away. */
let used = 0;

/** Figures of each turn, by task. */
export const TASKS = {
  "get, number keys, hot": () => getNumbers(HOT, HOT, 3_000),
  "get, number keys, 1 M": () => getNumbers(LARGE, PICKED, 500),
  "get, string keys, 1 M": getStrings,
  "set, hot": setHot,
  "insert, growing": insertGrowing,
  "getMany, 5 M": getManyBesideGet,
  "iterate, 1 M": iterate,
  "iterate, 1 M, beside a clone": iterateBesideClone,
  "set, growing, longest": longestSet,
} satisfies Record<string, () => number[]>;

export type TaskName = keyof typeof TASKS;

/** So many keys below `size`, at random; all of them in random order, if it is that many. */
function picker(size: number, count: number): () => number[] {
  const random = new Random(1);
  if (count < size) {
    return () => Array.from({ length: count }, () => random.below(size));
  }
  const all = Array.from({ length: size }, (_, n) => n);
  return () => random.shuffle(all).slice();
}

function getNumbers(size: number, count: number, turns: number): number[] {
  const map = new Map<number, number>();
  using shared = SharedMap.create<number, number>({
    key: "number",
    value: "number",
    capacity: size,
  });
  for (let n = 0; n < size; n++) {
    map.set(n, n);
    shared.set(n, n);
  }
  return fight({
    turns,
    keys: picker(size, count),
    ours(keys) {
      for (let i = 0; i < keys.length; i++) used += shared.get(keys[i])!;
    },
    theirs(keys) {
      for (let i = 0; i < keys.length; i++) used += map.get(keys[i])!;
    },
  });
}

function getStrings(): number[] {
  const map = new Map<string, number>();
  using shared = filled(LARGE);
  for (let n = 0; n < LARGE; n++) map.set(freshKey(n), n);
  const pick = picker(LARGE, PICKED);
  return fight({
    turns: 500,
    keys: () => pick().map(freshKey),
    ours(keys) {
      for (let i = 0; i < keys.length; i++) used += shared.get(keys[i])!;
    },
    theirs(keys) {
      for (let i = 0; i < keys.length; i++) used += map.get(keys[i])!;
    },
  });
}

function setHot(): number[] {
  const map = new Map<string, number>();
  using shared = filled(HOT);
  for (let n = 0; n < HOT; n++) map.set(freshKey(n), n);
  const pick = picker(HOT, HOT);
  return fight({
    turns: 3_000,
    keys: () => pick().map(freshKey),
    ours(keys) {
      for (let i = 0; i < keys.length; i++) shared.set(keys[i], i);
    },
    theirs(keys) {
      for (let i = 0; i < keys.length; i++) map.set(keys[i], i);
    },
  });
}

function insertGrowing(): number[] {
  return fight({
    turns: 9,
    keys: () => Array.from({ length: INSERTED }, (_, n) => freshKey(n)),
    ours(keys) {
      using shared = SharedMap.create<string, number>({ value: "number" });
      for (let i = 0; i < keys.length; i++) shared.set(keys[i], i);
    },
    theirs(keys) {
      const map = new Map<string, number>();
      for (let i = 0; i < keys.length; i++) map.set(keys[i], i);
      used += map.size;
    },
  });
}

function getManyBesideGet(): number[] {
  using shared = filled(HUGE);
  const pick = picker(HUGE, TOGETHER);
  return fight({
    turns: 3_000,
    keys: () => pick().map(freshKey),
    ours(keys) {
      used += shared.getMany(keys).length;
    },
    theirs(keys) {
      const values: (number | undefined)[] = [];
      for (let i = 0; i < keys.length; i++) values.push(shared.get(keys[i]));
      used += values.length;
    },
  });
}

/** Millions of entries a second. */
function iterate(): number[] {
  using shared = filled(LARGE);
  return Array.from({ length: 12 }, () => {
    const began = performance.now();
    for (const [key, value] of shared) used += key.length + value;
    return LARGE / (performance.now() - began) / 1_000;
  }).slice(3);
}

/** Beside what a worker would pay for a `Map` that it is sent. */
function iterateBesideClone(): number[] {
  using shared = filled(LARGE);
  const map = new Map<string, number>();
  for (let n = 0; n < LARGE; n++) map.set(freshKey(n), n);
  return fight({
    turns: 5,
    keys: () => undefined,
    ours() {
      for (const [key, value] of shared) used += key.length + value;
    },
    theirs() {
      for (const [key, value] of structuredClone(map)) {
        used += key.length + value;
      }
    },
  });
}

/** Milliseconds of the longest `set` in a map that grows. */
function longestSet(): number[] {
  return Array.from({ length: 4 }, () => {
    using shared = SharedMap.create<string, number>({ value: "number" });
    let longest = 0;
    for (let n = 0; n < GROWN; n++) {
      const key = freshKey(n);
      const began = performance.now();
      shared.set(key, n);
      const took = performance.now() - began;
      if (took > longest) longest = took;
    }
    return longest;
  }).slice(1);
}

function filled(size: number): SharedMap<string, number> {
  const shared = SharedMap.create<string, number>({
    value: "number",
    capacity: size,
    maxBytes: 2 ** 26 + 256 * size,
  });
  for (let n = 0; n < size; n++) shared.set(freshKey(n), n);
  return shared;
}
