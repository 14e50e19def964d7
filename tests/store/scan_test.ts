import { assert, assertEquals } from "@std/assert";
import { partOf } from "../../src/store/tree/element.ts";
import { scan } from "../../src/store/tree/scan.ts";
import { seeded } from "../testing/random.ts";
import { Ordered } from "./ordered.ts";
import { TreeMemory } from "./tree_memory.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function member(hash: number, name: string) {
  return { high: hash | 0, low: 0, name: encoder.encode(name) };
}

Deno.test(
  "scan() visits what is there throughout exactly once, whatever changes in between",
  seeded((random) => {
    for (const hashes of [2 ** 32, 50, 2]) {
      const tree = new Ordered(new TreeMemory(32), 1);
      // Of some hashes the first and the last, which are where a cursor may go wrong.
      const anyHash = () => random.pick([0, 2 ** 32 - 1, random.below(hashes)]);
      const staying = Array.from(
        { length: 400 },
        (_, i) => member(anyHash(), `stays ${i}`),
      );
      const coming = Array.from(
        { length: 400 },
        (_, i) => member(anyHash(), `comes ${i}`),
      );
      for (const each of staying) tree.put(each);
      const seen = new Map<string, number>();
      let cursor = 0;
      do {
        tree.memory.publish();
        const { memory } = tree;
        let visited = 0;
        cursor = scan(
          memory,
          tree.root,
          cursor,
          1 + random.below(20),
          (leaf, item) => {
            visited++;
            const name = decoder.decode(partOf(memory, leaf, item, 0).slice());
            seen.set(name, (seen.get(name) ?? 0) + 1);
          },
        );
        assert(visited > 0 || cursor === 0, "a call goes on");
        for (let i = 0; i < 20; i++) {
          if (random.chance(0.5)) tree.put(random.pick(coming));
          else tree.remove(random.pick(coming));
        }
      } while (cursor !== 0);
      for (const { name } of staying) {
        assertEquals(seen.get(decoder.decode(name)), 1);
      }
    }
  }),
);

Deno.test("scan() of an empty tree ends at once", () => {
  const memory = new TreeMemory(1);
  assertEquals(
    scan(memory, 0, 0, 10, () => assert(false, "there is nothing")),
    0,
  );
});
