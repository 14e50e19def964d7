/// <reference lib="deno.worker" />
import { SharedMap } from "../../mod.ts";
import { freshKey } from "../measure/fresh_keys.ts";
import { fight } from "../single/duel.ts";

/** What a transaction does with each of its keys. */
export type Work = "set" | "increment" | "setMany";

/** What a worker measures: transactions over so many keys, beside as many single operations. */
export interface Order {
  readonly work: Work;
  readonly keys: number;
}

const ENTRIES = 10_000;
const TURNS = 60;
/** Keys that are written in one turn. */
const WRITES = 20_000;

/** Ratios of time, turn by turn. */
function measure({ work, keys: size }: Order): number[] {
  using map = SharedMap.create<string, number>({ value: "number" });
  for (let n = 0; n < ENTRIES; n++) map.set(freshKey(n), n);
  const groups = Math.ceil(WRITES / size);
  /** Groups of keys by chance, without one twice. */
  const keys = () =>
    Array.from({ length: groups }, () => {
      const from = Math.floor(Math.random() * ENTRIES);
      const step = 1 + 2 * Math.floor(Math.random() * 1_000); // odd, and no multiple of 5
      const odd = step % 5 === 0 ? step + 2 : step;
      return Array.from(
        { length: size },
        (_, i) => freshKey((from + i * odd) % ENTRIES),
      );
    });
  const ways = {
    set: {
      ours: (group: string[]) =>
        map.transaction((tx) => {
          for (let i = 0; i < group.length; i++) tx.set(group[i], i);
        }),
      theirs: (group: string[]) => {
        for (let i = 0; i < group.length; i++) map.set(group[i], i);
      },
    },
    increment: {
      ours: (group: string[]) =>
        map.transaction((tx) => {
          for (let i = 0; i < group.length; i++) tx.increment(group[i]);
        }),
      theirs: (group: string[]) => {
        for (let i = 0; i < group.length; i++) map.increment(group[i]);
      },
    },
    setMany: {
      ours: (group: string[]) =>
        map.setMany(group.map((key, i) => [key, i] as const), { atomic: true }),
      theirs: (group: string[]) =>
        map.setMany(group.map((key, i) => [key, i] as const)),
    },
  } satisfies Record<Work, unknown>;
  const { ours, theirs } = ways[work];
  return fight({
    turns: TURNS,
    keys,
    ours: (groups) => groups.forEach(ours),
    theirs: (groups) => groups.forEach(theirs),
  });
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  self.postMessage(measure(data));
};
