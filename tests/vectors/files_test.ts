// What an index keeps on disk, and what its snapshots show.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ClosedError, HotVectorIndex } from "../../src/vectors/mod.ts";
import { Home } from "../testing/folder.ts";
import { Random } from "../testing/random.ts";
import {
  anyVector,
  assertClosest,
  assertHolds,
  type Entry,
} from "./brute_force.ts";

const DIMENSIONS = 20;

function anyEntries(random: Random, count: number) {
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `vector ${i}`,
      { vector: anyVector(random, DIMENSIONS), metadata: { i } },
    ]),
  );
}

type Entries = Map<string, Entry<{ i: number }>>;

function put(index: HotVectorIndex<{ i: number }>, entries: Entries): void {
  index.addMany(
    [...entries].map(([id, { vector, metadata }]) =>
      [id, vector, metadata] as const
    ),
  );
}

Deno.test("an index is restored from a full epoch, and from deltas", async () => {
  await using home = new Home();
  const options = {
    dimensions: DIMENSIONS,
    persist: { directory: home.path, interval: 60_000 },
  };
  const name = `vectors ${home.path}`;
  const random = new Random(1);
  const entries: Entries = anyEntries(random, 500);
  const open = () => HotVectorIndex.open<{ i: number }>(name, options);
  {
    await using index = await open();
    put(index, entries);
    await index.flush();
  }
  {
    await using index = await open();
    assertHolds(index, entries);
    for (const id of [...entries.keys()].slice(0, 200)) {
      index.remove(id);
      entries.delete(id);
    }
    const more = { vector: anyVector(random, DIMENSIONS), metadata: { i: -1 } };
    index.add("more", more.vector, more.metadata);
    entries.set("more", more);
  }
  {
    await using index = await open();
    assertHolds(index, entries);
    const query = anyVector(random, DIMENSIONS);
    assertClosest(index.search(query, 10), entries, "cosine", query, 10);
  }
  const other = HotVectorIndex.open(name, { ...options, dimensions: 3 });
  const error = await other.then(() => undefined, ({ message }) => message);
  assert(`${error}`.includes("whose dimensions is 20"), `${error}`);
});

Deno.test("a snapshot shows the index as it was, until it is closed", () => {
  using index = HotVectorIndex.create<{ i: number }>({
    dimensions: DIMENSIONS,
  });
  const random = new Random(2);
  const before: Entries = anyEntries(random, 100);
  put(index, before);
  const snapshot = index.snapshot();
  const after: Entries = anyEntries(random, 150);
  put(index, after);
  for (const id of [...after.keys()].slice(0, 50)) {
    index.remove(id);
    after.delete(id);
  }
  assertHolds(index, after);
  assertHolds(snapshot, before);
  const query = anyVector(random, DIMENSIONS);
  assertClosest(snapshot.search(query, 7), before, "cosine", query, 7);
  assertEquals(snapshot.has("vector 0"), true);
  assertEquals(snapshot.has("vector 149"), false);
  snapshot.close();
  snapshot.close();
  assertThrows(() => snapshot.size, ClosedError, "snapshot");
  {
    const open = index.snapshot();
    index.close();
    assertThrows(() => open.search(query, 1), ClosedError);
  }
});
