import type { WorkerContext } from "../testing/role.ts";

/** How much is written. */
export interface Input {
  readonly rounds: number;
}

/** How many watch. */
export const MIRRORS = 2;
const KEYS = 1000;
const OFTEN = 256;

export const roles = {
  /** Sets and deletes keys that others set and delete, too. */
  async writer(
    context: WorkerContext,
    { rounds }: Input,
  ): Promise<void> {
    const map = context.attach<string, number>();
    const { random } = context;
    for (let i = 0; i < rounds; i++) {
      const key = `${random.below(KEYS)}`;
      if (random.chance(0.3)) map.delete(key);
      else map.set(key, i);
      if (i % OFTEN === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    }
  },

  /** What a watcher makes of the changes, once the writers are done. */
  async mirror(
    context: WorkerContext,
    _input: Input,
  ): Promise<[string, number][]> {
    const map = context.attach<string, number>();
    // The writers are at work already. What this made of a reading of its own beside the watch might
    // come and go between two looks of the watch.
    const watch = map.watch("all", { initial: true });
    const mirror = new Map<string, number>();
    for await (const { key, value } of watch) {
      if (value === undefined) mirror.delete(key);
      else mirror.set(key, value);
      if (map.has("writers are done") && isSame(mirror, new Map(map))) break;
    }
    return [...mirror];
  },
};

function isSame(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): boolean {
  return one.size === other.size &&
    one.entries().every(([key, value]) => other.get(key) === value);
}
