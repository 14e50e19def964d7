/// <reference lib="deno.worker" />
/**
 * A worker of the soak: uses the map in every way, checks what it reads, and
 * is terminated sooner or later.
 *
 * @module
 */
import { MapFullError, SharedMap, type SharedMapHandle } from "../../mod.ts";

/** What a worker gets in its one message. */
export interface Assignment {
  readonly handle: SharedMapHandle;
  /** The counters of acknowledged operations, one a place. */
  readonly acknowledged: Int32Array<SharedArrayBuffer>;
  readonly place: number;
  /** How far this worker has come: one word. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** How far a worker has come: it loads its modules, is in `attach`, or is attached. */
export const [STARTING, ATTACHING, ATTACHED] = [0, 1, 2];

/** Different keys that all workers use. */
const KEYS = 20_000;
const LONGEST = 3_000;
const BATCH = 500;

/** The counter in the map that stands beside the acknowledged one. */
export function counterOf(place: number): string {
  return `count:${place}`;
}

/** A cause is written before its effect. */
export const CAUSE = (place: number) => `cause:${place}`;
export const EFFECT = (place: number) => `effect:${place}`;

/** A text that says which key it belongs to, and how long it is. */
export function textFor(key: string, length: number): string {
  return `${key}|${length}|${"x".repeat(length)}`;
}

/** Throws if a text is torn, or another key's. */
export function checkText(key: string, value: unknown): void {
  const [owner, length, rest] = `${value}`.split("|");
  if (owner === key && Number(length) === rest?.length) return;
  throw new Error(`${key} shows ${`${value}`.slice(0, 80)}`);
}

/** Does one thing to one key. */
function useKey(map: SharedMap<string, unknown>): void {
  const key = `key:${Math.floor(Math.random() * KEYS)}`;
  const choice = Math.random();
  const text = textFor(key, Math.floor(Math.random() ** 4 * LONGEST));
  const options = Math.random() < 0.1 ? { ttl: 200 } : undefined;
  const found = choice < 0.5
    ? map.get(key)
    : choice < 0.75
    ? (map.set(key, text, options), undefined)
    : choice < 0.9
    ? (map.delete(key), undefined)
    : choice < 0.95
    ? map.swap(key, text)
    : map.take(key);
  if (found !== undefined) checkText(key, found);
}

function useMap(
  map: SharedMap<string, unknown>,
  { acknowledged, place }: Assignment,
): void {
  for (let i = 0; i < BATCH; i++) {
    try {
      useKey(map);
    } catch (error) {
      if (!(error instanceof MapFullError)) throw error;
    }
  }
  map.increment(counterOf(place));
  Atomics.add(acknowledged, place, 1);
  const next = Number(map.get(CAUSE(place)) ?? 0) + 1;
  map.set(CAUSE(place), next);
  map.set(EFFECT(place), next);
}

self.onmessage = ({ data }: MessageEvent<Assignment>) => {
  const { handle, progress } = data;
  Atomics.store(progress, 0, ATTACHING);
  const map = SharedMap.attach<string, unknown>(handle);
  Atomics.store(progress, 0, ATTACHED);
  // Alternating with the event loop: a worker that never rests cannot be terminated.
  const goOn = () => {
    useMap(map, data);
    setTimeout(goOn, 0);
  };
  goOn();
};
