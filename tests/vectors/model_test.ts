// Random operations on an index and on a Map of vectors, which must agree.
import { assert, assertEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import {
  HotVectorIndex,
  type Metric,
  type VectorId,
} from "../../src/vectors/mod.ts";
import { assertSound } from "../testing/inspection.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import {
  anyVector,
  assertClosest,
  assertHolds,
  type Entry,
} from "./brute_force.ts";

type Metadata = { tag: number; text: string };

const METRICS: readonly Metric[] = ["cosine", "dot", "euclidean"];

/** An index and what it should hold. */
class Pair {
  readonly index: HotVectorIndex<Metadata>;
  readonly entries = new Map<VectorId, Entry<Metadata>>();
  readonly #random: Random;
  readonly #metric: Metric;
  readonly #dimensions: number;
  readonly #ids: number;

  constructor(random: Random, metric: Metric) {
    this.#random = random;
    this.#metric = metric;
    this.#dimensions = random.pick([1, 2, 3, 7, 16, 33, 130]);
    this.#ids = random.pick([20, 1000]);
    this.index = HotVectorIndex.create({
      dimensions: this.#dimensions,
      metric,
      quantize: random.pick(["none", "int8"]),
      maxBytes: 32 * 2 ** 20,
    });
  }

  #id(): VectorId {
    const number = this.#random.below(this.#ids);
    return number % 3 === 0 ? number : `id ${number}`;
  }

  #metadata(): Metadata | undefined {
    if (this.#random.chance(0.3)) return undefined;
    const length = this.#random.below(this.#random.chance(0.1) ? 5000 : 50);
    return { tag: this.#random.below(4), text: "é".repeat(length) };
  }

  #vector(): Float32Array {
    return anyVector(this.#random, this.#dimensions);
  }

  add(): void {
    const [id, vector, metadata] = [
      this.#id(),
      this.#vector(),
      this.#metadata(),
    ];
    const isNew = !this.entries.has(id);
    assertEquals(this.index.add(id, vector, metadata), isNew);
    this.entries.set(id, { vector, metadata });
  }

  addMany(): void {
    const items = Array.from(
      { length: this.#random.below(150) },
      () => [this.#id(), this.#vector(), this.#metadata()] as const,
    );
    const before = this.entries.size;
    for (const [id, vector, metadata] of items) {
      this.entries.set(id, { vector, metadata });
    }
    assertEquals(this.index.addMany(items), this.entries.size - before);
  }

  remove(): void {
    const id = this.#id();
    assertEquals(this.index.remove(id), this.entries.delete(id));
    assertEquals(this.index.has(id), false);
  }

  update(): void {
    const id = this.#id();
    const before = this.entries.get(id);
    const changes = this.#random.pick([
      { vector: this.#vector() },
      { metadata: this.#metadata() },
      { vector: this.#vector(), metadata: this.#metadata() },
      {},
    ]);
    assertEquals(this.index.update(id, changes), before !== undefined);
    if (before !== undefined) this.entries.set(id, { ...before, ...changes });
  }

  search(): void {
    const query = this.#vector();
    const k = 1 + this.#random.below(this.#random.chance(0.1) ? 300 : 10);
    const found = this.index.search(query, k);
    assertClosest(found, this.entries, this.#metric, query, k);
    const tag = this.#random.below(4);
    const filter = (_: VectorId, metadata: Metadata | undefined) =>
      metadata?.tag === tag;
    const some = this.index.search(query, k, { filter });
    assertClosest(some, this.entries, this.#metric, query, k, filter);
  }

  /** Takes everything out again: nothing is left of it. */
  empty(): void {
    for (const id of this.entries.keys()) assert(this.index.remove(id));
    this.entries.clear();
    assertHolds(this.index, this.entries);
  }
}

/** What an index takes whose only vector was removed. */
function bytesOfNothing<M>(index: HotVectorIndex<M>): number {
  index.add("once", new Array(index.stats().dimensions).fill(1));
  index.remove("once");
  return index.stats().liveBytes;
}

for (const metric of METRICS) {
  Deno.test(
    `an index does what a Map of vectors does, and gives all memory back: ${metric}`,
    seeded((random) => {
      const pair = new Pair(random, metric);
      using index = pair.index;
      const liveBytes = bytesOfNothing(index);
      for (let i = 0; i < 400 * SCALE; i++) {
        const draw = random.fraction();
        if (draw < 0.4) pair.add();
        else if (draw < 0.43) pair.addMany();
        else if (draw < 0.7) pair.remove();
        else if (draw < 0.85) pair.update();
        else pair.search();
        if (i % 100 === 0) assertHolds(index, pair.entries);
      }
      assertHolds(index, pair.entries);
      pair.empty();
      assertEquals(index.stats().liveBytes, liveBytes);
      using map = SharedMap.attach(index.handle);
      assertSound(map);
    }),
  );
}

Deno.test(
  "arrays of nodes grow and shrink by levels",
  seeded((random) => {
    using index = HotVectorIndex.create({ dimensions: 1, metric: "euclidean" });
    const liveBytes = bytesOfNothing(index);
    const ids = Array.from({ length: 4200 }, (_, i) => i);
    assertEquals(index.addMany(ids.map((id) => [id, [id], id] as const)), 4200);
    for (const id of [0, 63, 64, 4095, 4096, 4199]) {
      assertEquals(index.search([id], 1), [{ id, score: 0, metadata: id }]);
    }
    // The last ones go first, then any, then all that are left.
    const rest = ids.splice(0, 4090);
    for (const id of ids.reverse()) assert(index.remove(id));
    while (rest.length > 60) {
      const [id] = rest.splice(random.below(rest.length), 1);
      assert(index.remove(id));
    }
    for (const id of rest) {
      assertEquals(index.search([id], 1), [{ id, score: 0, metadata: id }]);
    }
    for (const id of rest) assert(index.remove(id));
    assertEquals(index.stats().liveBytes, liveBytes);
    using map = SharedMap.attach(index.handle);
    assertSound(map);
  }),
);
