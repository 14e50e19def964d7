/// <reference lib="deno.worker" />
import { SharedMap } from "../../mod.ts";
import { freshKey } from "../measure/fresh_keys.ts";
import { Random } from "../measure/random.ts";
import { summarize } from "../measure/statistics.ts";
import type { HotGetReply } from "./reply.ts";

/**
 * Times `get` on both maps in turns, in a worker of its own, so that each
 * repetition is compiled anew.
 *
 * Before each turn both sides get all keys as fresh string objects, built in the
 * same way, outside of the timed part. Every object is used once; a second pass
 * over the same objects shows what `Map` gains by the hash that V8 left in them.
 */

const ENTRIES = 1_000;
const WARM_UP_TURNS = 1_000;
const TURNS = 3_000;

self.onmessage = () => self.postMessage(measure());

function measure(): HotGetReply {
  const map = new Map<string, number>();
  using shared = SharedMap.create<string, number>({ value: "number" });
  for (let n = 0; n < ENTRIES; n++) {
    map.set(freshKey(n), n);
    shared.set(freshKey(n), n);
  }
  const order = Array.from({ length: ENTRIES }, (_, n) => n);
  const random = new Random(1);
  const fresh: number[] = [];
  const again: number[] = [];
  for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) {
    random.shuffle(order);
    const mapKeys = order.map(freshKey);
    const sharedKeys = order.map(freshKey);
    const duel = turn % 2 === 0 ? mapFirst : sharedFirst;
    const first = duel(map, mapKeys, shared, sharedKeys);
    const second = duel(map, mapKeys, shared, sharedKeys);
    if (turn < WARM_UP_TURNS) continue;
    fresh.push(first);
    again.push(second);
  }
  return {
    fresh: summarize(fresh).median,
    again: summarize(again).median,
  };
}

/** Times both, one after the other; who begins has no lasting advantage. */
type Duel = (
  map: Map<string, number>,
  mapKeys: readonly string[],
  shared: SharedMap<string, number>,
  sharedKeys: readonly string[],
) => number;

const mapFirst: Duel = (map, mapKeys, shared, sharedKeys) => {
  const time = timeMap(map, mapKeys);
  return timeShared(shared, sharedKeys) / time;
};

const sharedFirst: Duel = (map, mapKeys, shared, sharedKeys) => {
  const time = timeShared(shared, sharedKeys);
  return time / timeMap(map, mapKeys);
};

/** The sum of what was read: unused results might be compiled away. */
let sum = 0;

// The same text twice, as a shared loop would see two kinds of map and be compiled
// for neither.

function timeMap(map: Map<string, number>, keys: readonly string[]): number {
  const started = performance.now();
  for (let i = 0; i < keys.length; i++) sum += map.get(keys[i])!;
  return performance.now() - started;
}

function timeShared(
  map: SharedMap<string, number>,
  keys: readonly string[],
): number {
  const started = performance.now();
  for (let i = 0; i < keys.length; i++) sum += map.get(keys[i])!;
  return performance.now() - started;
}
