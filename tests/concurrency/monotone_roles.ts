import { assert, assertEquals } from "@std/assert";
import type { SharedMap, SharedMapSnapshot } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

/** What the readers look at. */
export interface Input {
  readonly keys: number;
  readonly rounds: number;
  /** Whether the numbers are written as numbers, or in texts. */
  readonly as: "number" | "string" | "json";
}

/** A number as it is written: texts go other ways through the map than numbers. */
export function encode(value: number, as: Input["as"]): unknown {
  if (as === "number") return value;
  return as === "string" ? `${value};`.repeat(9) : { value };
}

function decode(stored: unknown): number {
  if (typeof stored === "number") return stored;
  if (typeof stored === "object") return (stored as { value: number }).value;
  const parts = (stored as string).split(";", 9).map(Number);
  assert(parts.every((part) => part === parts[0]), `torn: ${stored}`);
  return parts[0];
}

/** Notes the greatest number seen of each key, and that none goes back. */
class Watch {
  readonly #seen = new Map<string, number>();

  see(key: string, stored: unknown, how: string): void {
    assert(stored !== undefined, `${key} is not there for ${how}`);
    const value = decode(stored);
    const before = this.#seen.get(key) ?? 0;
    assert(value >= before, `${key} went back ${before} -> ${value} in ${how}`);
    this.#seen.set(key, value);
  }
}

type Shared = SharedMap<string, unknown>;
type Snapshot = SharedMapSnapshot<string, unknown>;

function lookOnce(map: Shared, keys: string[], watch: Watch): void {
  for (const key of keys) watch.see(key, map.get(key), "get()");
  const many = map.getMany(keys);
  for (const [i, key] of keys.entries()) watch.see(key, many[i], "getMany()");
  for (const [key, value] of map) watch.see(key, value, "iteration");
  using snapshot: Snapshot = map.snapshot();
  for (const [key, value] of snapshot) watch.see(key, value, "a snapshot");
  for (const key of keys) {
    watch.see(key, snapshot.get(key), "a snapshot's get()");
  }
}

export const roles = {
  /** Writes greater and greater numbers. */
  writer(context: WorkerContext, { keys, rounds, as }: Input): void {
    const map = context.attach<string, unknown>();
    for (let round = 1; round <= rounds; round++) {
      for (let i = 0; i < keys; i++) map.set(`k${i}`, encode(round, as));
    }
  },

  /** Returns how often it looked. */
  async reader(context: WorkerContext, input: Input): Promise<number> {
    const map = context.attach<string, unknown>();
    const keys = Array.from({ length: input.keys }, (_, i) => `k${i}`);
    const watch = new Watch();
    let looks = 0;
    for (; looks === 0 || !context.stopped; looks++) {
      lookOnce(map, keys, watch);
      await context.rest();
    }
    lookOnce(map, keys, watch);
    for (const key of keys) {
      assertEquals(map.get(key), encode(input.rounds, input.as));
    }
    return looks;
  },
};
