// The kernel of the vectors: it is made of its source, and does what the TypeScript does; and a
// search by codes finds what a search without them finds.
import { assert, assertEquals } from "@std/assert";
import { attachmentOf, SharedMap } from "../../src/api/shared_map.ts";
import { assemble } from "../../src/kernel/vectors.ts";
import { codedQuery, codeRow, codeRowBytes } from "../../src/vectors/codes.ts";
import { VECTOR_KERNEL } from "../../src/vectors/kernel_binary.ts";
import { HotVectorIndex, type Metric } from "../../src/vectors/mod.ts";
import { PlainKernel } from "../../src/vectors/plain_kernel.ts";
import { rowOf } from "../../src/vectors/row.ts";
import { Workspace } from "../../src/vectors/workspace.ts";
import { withoutKernel } from "../testing/kernels.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { anyVector } from "./brute_force.ts";

const METRICS: readonly Metric[] = ["cosine", "dot", "euclidean"];

Deno.test("the kernel of the vectors is what its source is assembled to: deno task kernel", () => {
  assert(assemble().toBase64() === VECTOR_KERNEL, "run `deno task kernel`");
});

/** A number of any size, often 0. */
function anyFloat(random: Random): number {
  const size = 2 ** (random.below(40) - 20);
  return random.chance(0.1) ? 0 : (random.fraction() - 0.5) * size;
}

Deno.test("the kernel of the vectors has the results of the TypeScript, to the last bit", () => {
  using map = SharedMap.create({ maxBytes: 2 ** 20 });
  const { segment } = attachmentOf(map);
  const compiled = new Workspace(segment, true);
  assert(!(compiled.kernel instanceof PlainKernel), "it runs here");
  const plain = new Workspace(segment, false);
  assert(plain.kernel instanceof PlainKernel);
  const floats = new Float32Array(segment.buffer);
  const bytes = new Uint8Array(segment.buffer);
  const rows = 2 ** 18;
  const factors = 2 ** 17;
  forSeeds(30 * SCALE, (random) => {
    const dimensions = 1 + random.below(200);
    const count = random.below(20);
    const metric = random.pick(METRICS);
    const shape = {
      dimensions,
      metric,
      quantize: "int8",
      perBlock: 20,
      perCodes: 20,
    } as const;
    const length = ((dimensions + 3) & ~3) * 4;
    const scores = 16384;
    const slacks = scores + count * 4;
    const query = Float32Array.from(
      { length: dimensions },
      () => anyFloat(random),
    );
    query[0] = 1;
    const results = (act: (space: Workspace) => void) =>
      [compiled, plain].map((space) => {
        space.reserve(2 ** 17);
        space.bytes.fill(0);
        act(space);
        return space.bytes.slice(scores, slacks + count * 4);
      });
    for (let i = 0; i < count * length / 4; i++) {
      floats[rows / 4 + i] = anyFloat(random);
    }
    for (let i = 0; i < count; i++) floats[factors / 4 + i] = anyFloat(random);
    for (const compare of ["dots", "closeness"] as const) {
      const [a, b] = results((space) => {
        space.floats.set(query);
        space.kernel[compare](rows, factors, count, length, 0, scores);
      });
      assertEquals(a, b);
    }
    for (let i = 0; i < count; i++) {
      const vector = Float32Array.from(query, () => anyFloat(random));
      vector[random.below(dimensions)] = 1;
      const row = codeRow(shape, rowOf(shape, vector, "test"));
      bytes.set(row, rows + i * row.length);
    }
    const codes = codedQuery(shape, rowOf(shape, query, "test"));
    const [a, b] = results((space) => {
      space.bytes.set(codes);
      const step = codeRowBytes(shape);
      space.kernel.estimates(rows, step, count, 0, scores, slacks);
    });
    assertEquals(a, b);
  });
});

/** Vectors of very different lengths, some of them near to one another, and some the same. */
function anyVectors(random: Random, dimensions: number, count: number) {
  const centres = Array.from(
    { length: 8 },
    () => anyVector(random, dimensions).map((x) => x * 2 ** random.below(12)),
  );
  return Array.from({ length: count }, () => {
    const centre = random.pick(centres);
    const spread = random.pick([0, 1e-6, 1e-3, 1]);
    return centre.map((x) => x + spread * (random.fraction() - 0.5));
  });
}

Deno.test("a search by codes finds what one without them finds, in WebAssembly and without", () => {
  forSeeds(8 * SCALE, (random) => {
    const metric = random.pick(METRICS);
    const dimensions = 1 + random.below(100);
    const count = 300 + random.below(1500);
    const vectors = anyVectors(random, dimensions, count);
    const items = vectors.map((vector, i) => [i, vector] as const);
    using coded = HotVectorIndex.create({ dimensions, metric });
    using floats = HotVectorIndex.create({
      dimensions,
      metric,
      quantize: "none",
    });
    coded.addMany(items);
    floats.addMany(items);
    using plainCoded = HotVectorIndex.attach(withoutKernel(coded.handle));
    using plain = HotVectorIndex.attach(withoutKernel(floats.handle));
    for (let i = 0; i < 10; i++) {
      const [query] = random.chance(0.5)
        ? [random.pick(vectors)]
        : anyVectors(random, dimensions, 1);
      const k = 1 + random.below(random.pick([3, 30, count + 2]));
      const wanted = floats.search(query, k);
      for (const index of [coded, plainCoded, plain]) {
        assertEquals(index.search(query, k), wanted);
      }
    }
  });
});
