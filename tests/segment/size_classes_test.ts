import { assert, assertStrictEquals } from "@std/assert";
import { MAX_CLASSES } from "../../src/segment/layout.ts";
import { classOf, SizeClasses } from "../../src/segment/size_classes.ts";

const CHUNKS = [2 ** 8, 2 ** 9, 2 ** 10, 2 ** 11, 2 ** 12];

function forEachKind(test: (classes: SizeClasses, chunkRefs: number) => void) {
  for (const chunkRefs of CHUNKS) test(new SizeClasses(chunkRefs), chunkRefs);
}

Deno.test("SizeClasses grow from class to class, up to half a chunk", () => {
  forEachKind(({ refs, largest }, chunkRefs) => {
    assert(refs.length <= MAX_CLASSES);
    for (let c = 1; c < refs.length; c++) assert(refs[c] > refs[c - 1]);
    assertStrictEquals(largest, refs[refs.length - 1]);
    assertStrictEquals(largest, chunkRefs / 2);
  });
});

Deno.test("classOf() names the smallest class that holds each size", () => {
  forEachKind(({ refs, largest }) => {
    assertStrictEquals(classOf(largest), refs.length - 1);
    for (let size = 0; size <= largest; size++) {
      const c = classOf(size);
      assert(refs[c] >= size, `size ${size}`);
      assert(c === 0 || refs[c - 1] < size, `size ${size}`);
    }
  });
});

Deno.test("SizeClasses waste at most an eighth beyond 128 bytes, and 16 bytes up to there", () => {
  forEachKind(({ refs, largest }) => {
    for (let size = 2; size <= largest; size++) {
      const waste = refs[classOf(size)] - size;
      assert(waste <= (size <= 8 ? 0 : size / 8), `size ${size}: ${waste}`);
    }
  });
});

Deno.test("SizeClasses.batch is about 4 KiB worth, and at least one block", () => {
  forEachKind(({ refs, batch }) => {
    assertStrictEquals(batch.length, refs.length);
    batch.forEach((count, c) => {
      assert(Number.isInteger(count) && count >= 1 && count <= 64);
      assert(count === 1 || count * refs[c] <= 256);
    });
  });
});
