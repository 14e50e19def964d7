import { assert } from "@std/assert";
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

/** What both sides of a test have besides the map of the crew. */
export interface Input {
  /** Memory that is read and written plainly, by no atomic access. */
  readonly plain: SharedArrayBuffer;
  /** Another map. */
  readonly other: SharedMapHandle;
  readonly rounds: number;
}

/** How often the writer begins anew with a deleted key. */
const EVERY = 16;

export const roles = {
  /**
   * In each round it writes elsewhere first, and then to the map; now and then it deletes,
   * to say so, but not in the last.
   */
  teller(context: WorkerContext, { plain, other, rounds }: Input): void {
    const map = context.attach<string, number>();
    using second = SharedMap.attach<string, number>(other);
    const words = new Int32Array(plain);
    for (let round = 1; round <= rounds; round++) {
      words.fill(round);
      second.set("told", round);
      map.set("first", round);
      if (round % EVERY === 0 && round < rounds) map.delete("round");
      else map.set("round", round);
    }
  },

  /**
   * Whatever it sees in the map, it sees all that was done before. Returns how many rounds
   * it saw, and how many deletions.
   */
  listener(context: WorkerContext, { plain, other }: Input): [number, number] {
    const map = context.attach<string, number>();
    using second = SharedMap.attach<string, number>(other);
    const words = new Int32Array(plain);
    let seen = 0;
    let deletions = 0;
    let last = 0;
    while (seen === 0 || !context.stopped) {
      const atLeast = last - last % EVERY + EVERY;
      const round = map.get("round");
      const told = round ?? (last === 0 ? 0 : atLeast);
      if (round === undefined && last > 0) deletions++;
      if (round !== undefined && round !== last) {
        seen++;
        last = round;
      }
      const [first, elsewhere] = [map.get("first"), second.get("told")];
      assert((first ?? 0) >= told, `first ${first}, round ${told}`);
      assert((elsewhere ?? 0) >= told, `other ${elsewhere}, round ${told}`);
      for (let i = 0; i < words.length; i++) {
        assert(words[i] >= told, `plain ${words[i]}, round ${told}`);
      }
    }
    return [seen, deletions];
  },
};
