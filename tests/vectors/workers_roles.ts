import { HotVectorIndex, type VectorItem } from "../../src/vectors/mod.ts";
import type { WorkerContext } from "../testing/role.ts";

/** Dimensions of the vectors. */
export const DIMENSIONS = 5;
/** How many vectors a group has, which are always there together. */
export const TOGETHER = 4;

/** A vector that tells its worker, its number and how often it was changed. */
export function vectorOf(
  worker: number,
  number: number,
  change: number,
): number[] {
  return [worker + 1, number + 1, change, worker + number + change, 1];
}

/** What a worker has left behind: of each number the last change, or -1 if it is not there. */
export type Left = number[];

export const roles = {
  /** Adds, updates and removes vectors of its own; each time it sees what it has done. */
  gardener({ handle, index: me, random }: WorkerContext, times: number): Left {
    using index = HotVectorIndex.attach<number>(handle);
    const left: Left = new Array(20).fill(-1);
    for (let change = 0; change < times; change++) {
      const number = random.below(left.length);
      const id = `${me}:${number}`;
      const vector = vectorOf(me, number, change);
      const before = left[number];
      if (before >= 0 && random.chance(0.4)) {
        expect(index.remove(id), "it was there");
        left[number] = -1;
      } else if (before >= 0 && random.chance(0.5)) {
        expect(index.update(id, { vector, metadata: change }), "it is there");
        left[number] = change;
      } else {
        expect(
          index.add(id, vector, change) === before < 0,
          "it is new or not",
        );
        left[number] = change;
      }
      const metadata = index.get(id)?.metadata ?? -1;
      expect(metadata === left[number], `${id}: ${metadata}`);
    }
    return left;
  },

  /** Adds and removes vectors, and lets the event loop run now and then: there it may end. */
  async mortal(context: WorkerContext): Promise<void> {
    const index = HotVectorIndex.attach<number>(context.handle);
    const { index: me, random } = context;
    const snapshots = [];
    for (let change = 0;; change++) {
      const number = random.below(100);
      const id = `${me}:${number}`;
      if (random.chance(0.3)) index.remove(id);
      else index.add(id, vectorOf(me, number, change), change);
      if (change < 5) snapshots.push(index.snapshot());
      if (change % 20 === 0) await context.rest();
    }
  },

  /** Adds and replaces the vectors of a group by one write, so that all have one number. */
  setter({ handle, index: me }: WorkerContext, times: number): void {
    using index = HotVectorIndex.attach<number>(handle);
    for (let change = 0; change < times; change++) {
      const group = Array.from(
        { length: TOGETHER },
        (_, i): VectorItem<number> => [
          `group ${i}`,
          vectorOf(me, i, change),
          me * times + change,
        ],
      );
      index.addMany(group);
    }
  },

  /**
   * Searches until the others are done: each search sees one moment, in which vectors and metadata
   * belong together. Returns how many there were.
   */
  searcher(context: WorkerContext): number {
    using index = HotVectorIndex.attach<number>(context.handle);
    const { random } = context;
    let searches = 0;
    for (; !context.stopped || searches === 0; searches++) {
      const query = vectorOf(random.below(3), random.below(20), 7);
      const found = index.search(query, 1000);
      const ids = new Set(found.map(({ id }) => id));
      expect(ids.size === found.length, "an id was found twice");
      const group = found.filter(({ id }) => `${id}`.startsWith("group"));
      const changes = new Set(group.map(({ metadata }) => metadata));
      const isWhole = group.length === TOGETHER && changes.size === 1;
      expect(isWhole, `a group of ${group.length} has ${changes.size} states`);
      checkSnapshot(index);
    }
    return searches;
  },
};

/** In a snapshot, nothing changes, and each vector belongs to its id and its metadata. */
function checkSnapshot(index: HotVectorIndex<number>): void {
  using snapshot = index.snapshot();
  const all = snapshot.search(vectorOf(0, 0, 0), 1000);
  expect(all.length === snapshot.size, `${all.length} of ${snapshot.size}`);
  for (const { id, metadata } of all) {
    const entry = snapshot.get(id);
    expect(entry !== undefined && entry.metadata === metadata, `${id}`);
    const [worker, number, change] = entry!.vector;
    if (!`${id}`.startsWith("group")) {
      expect(
        id === `${worker - 1}:${number - 1}`,
        `${id} has another's vector`,
      );
      expect(change === metadata, `${id} has another's metadata`);
    }
  }
}

function expect(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}
