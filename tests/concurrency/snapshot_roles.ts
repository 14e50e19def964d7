import { assert, assertEquals } from "@std/assert";
import type { SharedMap, SharedMapSnapshot } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

type Shared = SharedMap<string, number>;
type Snapshot = SharedMapSnapshot<string, number>;

/** Opens snapshots until it is told to stop, and looks at each; returns how many. */
async function lookAtSnapshots(
  context: WorkerContext,
  look: (snapshot: Snapshot, map: Shared) => void,
): Promise<number> {
  const map: Shared = context.attach();
  let looks = 0;
  for (; looks < 20 || !context.stopped; looks++) {
    using snapshot = map.snapshot();
    look(snapshot, map);
    if (looks % 8 === 0) await context.rest();
  }
  return looks;
}

function contents(snapshot: Snapshot): [string, number][] {
  return [...snapshot].sort(([a], [b]) => a < b ? -1 : 1);
}

/** Numbers of the keys of a kind, in order. */
function numbersOf(keys: Iterable<string>, kind: string): number[] {
  return [...keys].filter((key) => key.startsWith(kind))
    .map((key) => Number(key.slice(kind.length)))
    .sort((a, b) => a - b);
}

export const roles = {
  /** Writes a, then b, greater and greater. */
  leader(
    context: WorkerContext,
    { pairs, rounds }: { pairs: number; rounds: number },
  ) {
    const map: Shared = context.attach();
    for (let round = 1; round <= rounds; round++) {
      for (let i = 0; i < pairs; i++) {
        map.set(`a${i}`, round);
        map.set(`b${i}`, round);
      }
    }
  },

  /** Writes to c what it reads of b, as long as the leader leads. */
  follower(context: WorkerContext, { pairs }: { pairs: number }): number {
    const map: Shared = context.attach();
    let followed = 0;
    for (; followed === 0 || !context.stopped; followed++) {
      for (let i = 0; i < pairs; i++) {
        const b = map.get(`b${i}`);
        if (b !== undefined) map.set(`c${i}`, b);
      }
    }
    return followed;
  },

  /** An effect is never shown without its cause. */
  causalReader(
    context: WorkerContext,
    { pairs }: { pairs: number },
  ): Promise<number> {
    return lookAtSnapshots(context, (snapshot, map) => {
      const all = new Map(snapshot);
      for (let i = 0; i < pairs; i++) {
        const [a = 0, b = 0, c = 0] = ["a", "b", "c"]
          .map((name) => snapshot.get(`${name}${i}`));
        assert(a >= b && b >= c, `${i}: a ${a}, b ${b}, c ${c}`);
        assertEquals([all.get(`a${i}`) ?? 0, all.get(`b${i}`) ?? 0], [a, b]);
        assert((map.get(`a${i}`) ?? 0) >= a, "the map is behind a snapshot");
      }
    });
  },

  /** Inserts keys in order and deletes them in order, `width` behind. */
  shifter(
    context: WorkerContext,
    { width, steps }: { width: number; steps: number },
  ) {
    const map: Shared = context.attach();
    for (let i = 0; i < steps; i++) {
      map.set(`w${context.index} ${i}`, i);
      if (i >= width) map.delete(`w${context.index} ${i - width}`);
    }
  },

  /** Keys that came and go in order are shown without a gap. */
  gapReader(
    context: WorkerContext,
    { width, shifters }: { width: number; shifters: number },
  ): Promise<number> {
    return lookAtSnapshots(context, (snapshot) => {
      const keys = [...snapshot.keys()];
      assertEquals(snapshot.size, keys.length);
      for (let worker = 0; worker < shifters; worker++) {
        const numbers = numbersOf(keys, `w${worker} `);
        const last = numbers.at(-1) ?? 0;
        const first = numbers.at(0) ?? 0;
        assertEquals(
          numbers.length === 0 ? 1 : numbers.length,
          last - first + 1,
        );
        assert(numbers.length <= width + 1, `${numbers.length} keys`);
        if (last > width) assert(numbers.length >= width, `${numbers.length}`);
      }
    });
  },

  /** Adds, and notes each addition before and after in a map of its own. */
  counter(
    context: WorkerContext,
    { log, additions, keys }: {
      log: SharedArrayBuffer;
      additions: number;
      keys: number;
    },
  ): void {
    const map: Shared = context.attach();
    const [started, done] = [2 * context.index, 2 * context.index + 1];
    const words = new Int32Array(log);
    for (let i = 0; i < additions; i++) {
      Atomics.add(words, started, 1);
      map.increment(`n${context.random.below(keys)}`);
      Atomics.add(words, done, 1);
    }
  },

  /** A snapshot shows all that was done before it was opened, and nothing that began after. */
  sumReader(
    context: WorkerContext,
    { log, counters }: { log: SharedArrayBuffer; counters: number },
  ): Promise<number> {
    const words = new Int32Array(log);
    const sum = (offset: number) => {
      let sum = 0;
      for (let i = 0; i < counters; i++) {
        sum += Atomics.load(words, 2 * i + offset);
      }
      return sum;
    };
    const map: Shared = context.attach();
    return lookAtSnapshots(context, () => {
      const least = sum(1);
      using snapshot = map.snapshot();
      const most = sum(0);
      let shown = 0;
      for (const value of snapshot.values()) shown += value;
      assert(least <= shown && shown <= most, `${least} ${shown} ${most}`);
    });
  },

  /** Writes anything anywhere. */
  scribbler(
    context: WorkerContext,
    { keys, writes }: { keys: number; writes: number },
  ): void {
    const map: Shared = context.attach();
    for (let i = 0; i < writes; i++) {
      const key = `s${context.random.below(keys)}`;
      if (context.random.fraction() < 0.3) map.delete(key);
      else map.set(key, i);
    }
  },

  /** A snapshot shows the same again, in every way of looking. */
  repeatReader(
    context: WorkerContext,
    { keys }: { keys: number },
  ): Promise<number> {
    return lookAtSnapshots(context, (snapshot) => {
      const first = contents(snapshot);
      const shown = new Map(first);
      for (let i = 0; i < keys; i++) {
        assertEquals(snapshot.get(`s${i}`), shown.get(`s${i}`));
        assertEquals(snapshot.has(`s${i}`), shown.has(`s${i}`));
      }
      assertEquals(contents(snapshot), first);
      assertEquals(snapshot.size, first.length);
    });
  },

  /** Keeps many snapshots open, and closes them in any order. */
  async hoarder(
    context: WorkerContext,
    { open, rounds }: { open: number; rounds: number },
  ): Promise<void> {
    const map: Shared = context.attach();
    const kept: { snapshot: Snapshot; shown: [string, number][] }[] = [];
    for (let round = 0; round < rounds || kept.length > 0; round++) {
      if (round < rounds && kept.length < open) {
        const snapshot = map.snapshot();
        kept.push({ snapshot, shown: contents(snapshot) });
        continue;
      }
      const [{ snapshot, shown }] = kept.splice(
        context.random.below(kept.length),
        1,
      );
      assertEquals(contents(snapshot), shown);
      snapshot.close();
      await context.rest();
    }
  },
};
