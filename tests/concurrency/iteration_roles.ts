import { assert, assertEquals } from "@std/assert";
import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /** Makes the table grow and shrink: inserts many keys and deletes them again. */
  async churner(
    context: WorkerContext,
    { rounds, keys }: { rounds: number; keys: number },
  ): Promise<void> {
    const map = context.attach<string, number>();
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < keys; i++) map.set(`c${context.index} ${i}`, i);
      await context.rest();
      for (let i = 0; i < keys; i++) map.delete(`c${context.index} ${i}`);
      await context.rest();
    }
  },

  /** Goes over all entries again and again; returns how often. */
  async iterator(
    context: WorkerContext,
    { permanent }: { permanent: number },
  ): Promise<number> {
    const map = context.attach<string, number>();
    let rounds = 0;
    for (; rounds < 3 || !context.stopped; rounds++) {
      checkOnce(map.keys(), permanent, "iteration");
      using snapshot = map.snapshot();
      const first = checkOnce(snapshot.keys(), permanent, "a snapshot");
      const second = checkOnce(snapshot.keys(), permanent, "it again");
      assertEquals(second.size, first.size);
      assertEquals(first.difference(second).size, 0);
      await context.rest();
    }
    return rounds;
  },
};

/** Every permanent key is there once, and no key twice. */
function checkOnce(
  keys: Iterable<string>,
  permanent: number,
  how: string,
): Set<string> {
  const seen = new Set<string>();
  let count = 0;
  for (const key of keys) {
    assert(!seen.has(key), `${how} shows ${key} twice`);
    seen.add(key);
    if (key.startsWith("p")) count++;
  }
  assertEquals(count, permanent, `permanent keys in ${how}`);
  return seen;
}
