/// <reference lib="deno.worker" />
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { freshKey } from "../measure/fresh_keys.ts";
import { Random } from "../measure/random.ts";
import { loadContender } from "../peers/all.ts";
import type { NearMap } from "../peers/contender.ts";
import { lock, unlock } from "../peers/mutex.ts";
import type { LockedTableHandle } from "../peers/locked_table.ts";

/** The contenders that can be frozen. */
export type Frozen = "epochmap" | "mutex" | "striped";

/** What a worker is to do. */
export interface Order {
  readonly role: "freezes" | "goes on";
  readonly contender: Frozen;
  readonly handle: unknown;
  /** What goes on: see `Phase`. */
  readonly phase: Int32Array<SharedArrayBuffer>;
  readonly entries: number;
}

/** Before one freezes, while it is frozen, afterwards. */
export const Phase = { BEFORE: 0, FROZEN: 1, AFTER: 2 } as const;

/** Microseconds of the operation that only one in a thousand exceeds, and of the longest. */
export interface Tail {
  readonly slowest: number;
  readonly longest: number;
}

/** What the one that goes on has seen. */
export interface Reply {
  readonly before: Tail;
  readonly frozen: Tail;
}

const BEFORE_MS = 1_000;
const FROZEN_MS = 1_000;

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  if (data.role === "freezes") freeze(data);
  else self.postMessage(await goOn(data));
};

/** Stops in the middle of an operation: behind its lock, where there is one. */
function freeze({ contender, handle, phase }: Order): void {
  Atomics.wait(phase, 0, Phase.BEFORE, BEFORE_MS);
  const sleep = () => {
    Atomics.store(phase, 0, Phase.FROZEN);
    Atomics.wait(phase, 0, Phase.FROZEN, FROZEN_MS);
    Atomics.store(phase, 0, Phase.AFTER);
  };
  if (contender === "epochmap") {
    using map = SharedMap.attach<string, number>(handle as SharedMapHandle);
    map.update(freshKey(0), (value = 0) => {
      sleep();
      return value;
    });
    return;
  }
  const words = new Int32Array((handle as LockedTableHandle).buffer);
  lock(words, 0);
  sleep();
  unlock(words, 0);
}

/** Reads and writes, half and half, until the other one is back. */
async function goOn(
  { contender, handle, phase, entries }: Order,
): Promise<Reply> {
  const { attach } = await loadContender(contender);
  const map = attach(handle) as NearMap;
  const random = new Random(1);
  const before: number[] = [];
  const frozen: number[] = [];
  while (Atomics.load(phase, 0) !== Phase.AFTER) {
    const key = freshKey(random.below(entries));
    const isRead = random.below(2) === 0;
    const began = performance.now();
    if (isRead) map.get(key);
    else map.set(key, 1);
    const took = (performance.now() - began) * 1_000;
    // By how it ended: one that began before may have had to wait.
    (Atomics.load(phase, 0) === Phase.BEFORE ? before : frozen).push(took);
  }
  map.close?.();
  return { before: tailOf(before), frozen: tailOf(frozen) };
}

function tailOf(times: number[]): Tail {
  times.sort((a, b) => a - b);
  return {
    slowest: times[Math.floor(times.length * 0.999)],
    longest: times[times.length - 1],
  };
}
