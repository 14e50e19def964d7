import type { SharedMap } from "../../mod.ts";
import { bytes, numbers, type Pattern, texts } from "./pattern.ts";
import type { WorkerContext } from "../testing/role.ts";

/** What is churned, and how. */
export interface Input {
  readonly values: "bytes" | "string" | "number";
  readonly keys: number;
  readonly longest: number;
  readonly operations: number;
}

type Shared = SharedMap<string, unknown>;

function patternOf({ values }: Input): Pattern<unknown> {
  const patterns = { bytes, string: texts, number: numbers };
  return patterns[values] as Pattern<unknown>;
}

/** Lengths from 8 bytes up: short ones are as frequent as long ones are rare. */
function lengthOf(context: WorkerContext, longest: number): number {
  return Math.floor(8 * (longest / 8) ** context.random.fraction());
}

export const roles = {
  /** Writes, replaces, deletes and takes; checks whatever it gets. */
  churner(context: WorkerContext, input: Input): void {
    const map: Shared = context.attach();
    const { make, check } = patternOf(input);
    for (let i = 0; i < input.operations; i++) {
      const key = `k${context.random.below(input.keys)}`;
      const length = lengthOf(context, input.longest);
      const value = make(key, i * context.count + context.index, length);
      const choice = context.random.below(10);
      const got = choice < 6
        ? map.set(key, value) && value
        : choice < 7
        ? map.swap(key, value)
        : choice < 8
        ? map.take(key)
        : choice < 9
        ? map.getOrInsert(key, value)
        : map.delete(key);
      if (got !== undefined && typeof got !== "boolean") check(key, got);
    }
  },

  /**
   * Keeps so many bytes of its own keys live, whatever comes and goes; returns how many
   * entries it left.
   */
  tenant(
    context: WorkerContext,
    input: { live: number; operations: number },
  ): number {
    const map = context.attach<string, Uint8Array>();
    const sizes = new Map<string, number>();
    const keys: string[] = [];
    let live = 0;
    for (let i = 0; i < input.operations; i++) {
      const choice = context.random.below(10);
      if (live >= input.live || choice < 2 && keys.length > 0) {
        const at = context.random.below(keys.length);
        const key = keys[at];
        keys[at] = keys[keys.length - 1];
        keys.pop();
        live -= sizes.get(key)!;
        sizes.delete(key);
        if (!map.delete(key)) throw new Error(`${key} is lost`);
        continue;
      }
      const isNew = choice < 6 || keys.length === 0;
      const key = isNew
        ? `${context.index}:${i}`
        : keys[context.random.below(keys.length)];
      const size = context.random.below(
        context.random.below(50) === 0 ? 20_000 : 600,
      );
      map.set(key, new Uint8Array(size));
      if (isNew) keys.push(key);
      live += size - (sizes.get(key) ?? 0);
      sizes.set(key, size);
    }
    for (const [key, size] of sizes) {
      if (map.get(key)?.length !== size) throw new Error(`${key} is wrong`);
    }
    return sizes.size;
  },

  /** Looks in every way until it is told to stop; returns how many values it saw. */
  async reader(context: WorkerContext, input: Input): Promise<number> {
    const map: Shared = context.attach();
    const { check } = patternOf(input);
    const keys = Array.from({ length: input.keys }, (_, i) => `k${i}`);
    let seen = 0;
    let looks = 0;
    const look = (key: string, value: unknown) => {
      if (value === undefined) return;
      check(key, value);
      seen++;
    };
    while (seen === 0 || !context.stopped) {
      for (const key of keys) look(key, map.get(key));
      const many = map.getMany(keys);
      for (const [i, key] of keys.entries()) look(key, many[i]);
      for (const [key, value] of map) look(key, value);
      // Rarely, because each keeps memory as long as an older one is open.
      if (looks++ % 16 === 0) {
        using snapshot = map.snapshot();
        for (const [key, value] of snapshot) look(key, value);
      }
      await context.rest();
    }
    return seen;
  },

  /** Reads with nothing but `get`, which does not pin: the others are not held up by it. */
  async optimisticReader(
    context: WorkerContext,
    input: Input,
  ): Promise<number> {
    const map: Shared = context.attach();
    const { check } = patternOf(input);
    let seen = 0;
    while (seen === 0 || !context.stopped) {
      for (let i = 0; i < input.keys; i++) {
        const value = map.get(`k${i}`);
        if (value === undefined) continue;
        check(`k${i}`, value);
        seen++;
      }
      if (seen % 64 === 0) await context.rest();
    }
    return seen;
  },
};
