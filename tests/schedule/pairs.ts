/**
 * Pairs of numbers in trees, as operations that a history explains: there a pair is one number,
 * larger than those of plain values.
 *
 * @module
 */
import { versionAt } from "../../src/table/clock.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { endOf, valueIndex } from "../../src/table/version.ts";
import { PairLoad } from "../testing/pair_load.ts";
import type { Found } from "../testing/pairs.ts";
import type { Client } from "./client.ts";
import type { Operation, Result } from "./operations.ts";

/** All that is less is a plain value. */
const PAIR = 1_000_000;
/** The first number counts so much; none is as large. */
const FIRST = 1_000;
/** Stands for a number that was cut off. */
const CUT = FIRST - 1;

/** A pair as one number. */
export function pairOf(a: number, b: number = CUT): number {
  return PAIR + a * FIRST + b;
}

function isPair(value: Result): value is number {
  return value !== undefined && value >= PAIR;
}

function hasBoth(value: number): boolean {
  return value % FIRST !== CUT;
}

function numberOf(found: Found): Result {
  return Array.isArray(found) ? pairOf(found[0], found[1]) : undefined;
}

/** What is under a key: a pair, or a plain value. */
export function valueOf({ map, pairs }: Client, key: number): Result {
  return numberOf(pairs.read(key)) ?? map.get(key);
}

/** The same at a tick of which a snapshot is open. */
export function valueAt(me: Client, key: number, tick: number): Result {
  const { attachment: { table }, pairs, segment } = me;
  const pair = numberOf(pairs.readAt(key, tick));
  if (pair !== undefined) return pair;
  const scratch = new EncodedKey(segment.seed);
  scratch.packNumber(key);
  return me.pinned(() => {
    const ref = versionAt(segment.words, table.find(scratch), tick);
    if (endOf(segment, ref) === -Infinity) return undefined;
    return segment.floats[valueIndex(segment.words, ref)];
  });
}

export const getPair = (key: number): Operation => ({
  text: `get(${key})`,
  run: (me) => numberOf(me.pairs.read(key)),
  spec: ({ map }) => isPair(map.get(key)) ? map.get(key) : undefined,
});

/** Adds to the first number, or the second. */
export const addTo = (key: number, which: 0 | 1, by: number): Operation => ({
  text: `add(${key}, ${which}, ${by})`,
  run: ({ pairs }) => pairs.add(key, which, by) as undefined,
  spec: ({ map }) => {
    const before = map.get(key);
    const more = which === 0 ? by * FIRST : by;
    if (!isPair(before)) map.change(key, PAIR + more);
    else if (which === 0 || hasBoth(before)) map.change(key, before + more);
    else map.change(key, before - CUT + by);
    return undefined;
  },
});

export const putPair = (key: number, a: number, b: number): Operation => ({
  text: `put(${key}, ${a}, ${b})`,
  run: ({ pairs }) => pairs.put(key, a, b) as undefined,
  spec: ({ map }) => map.change(key, pairOf(a, b)) as undefined,
});

/** Makes ready for a pair from a file. */
export const expectPair: Operation = {
  text: "expectPair()",
  run(me) {
    me.pairLoad = new PairLoad(me.attachment);
    return undefined;
  },
};

/** Loads the first part of it; nobody sees anything of that. */
export const beginLoad = (key: number, a: number, b: number): Operation => ({
  text: `beginLoad(${key}, ${a}, ${b})`,
  run({ pairLoad }) {
    pairLoad!.begin(new Uint8Array(Float64Array.of(key).buffer), a, b);
    return undefined;
  },
});

/** Loads the rest of it, which puts it in the place of whatever is there. */
export const endLoad = (key: number, a: number, b: number): Operation => ({
  text: "endLoad()",
  run: ({ pairLoad }) => pairLoad!.end() as undefined,
  spec: putPair(key, a, b).spec,
});

/** Loads it at once. */
export const load = (key: number, a: number, b: number): Operation => ({
  text: `load(${key}, ${a}, ${b})`,
  run(me) {
    expectPair.run(me);
    beginLoad(key, a, b).run(me);
    return me.pairLoad!.end() as undefined;
  },
  spec: putPair(key, a, b).spec,
});

/** Gives up what was begun. */
export const giveUpLoad: Operation = {
  text: "giveUpLoad()",
  run: ({ pairLoad }) => pairLoad!.giveUp() as undefined,
};

export const cut = (key: number): Operation => ({
  text: `cut(${key})`,
  run: ({ pairs }) => pairs.cut(key) as undefined,
  spec: ({ map }) => {
    const before = map.get(key);
    if (isPair(before) && hasBoth(before)) {
      map.change(key, before - before % FIRST + CUT);
    }
    return undefined;
  },
});

/** Adds to the first numbers of two keys at one moment. */
export const addToBoth = (a: number, b: number, by: number): Operation => ({
  text: `add(${a} and ${b}, ${by})`,
  run: ({ pairs }) => pairs.addToBoth(a, b, by) as undefined,
  spec: (model, worker, result) => {
    for (const key of [a, b]) addTo(key, 0, by).spec!(model, worker, result);
    return undefined;
  },
});

/** What the worker's own snapshot shows. */
export const getPairInSnapshot = (key: number): Operation => ({
  text: `snapshot.get(${key})`,
  run: (me) => valueAt(me, key, me.snapshot!.tick),
  spec: ({ snapshots }, worker) => snapshots.get(worker)!.get(key),
});
