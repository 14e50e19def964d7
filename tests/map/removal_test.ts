import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { Remover } from "../../src/map/removal.ts";
import { Cursor } from "../../src/table/cursor.ts";

Deno.test("Remover.remove() removes a version that is still the newest, and stops without memory for a tombstone", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  for (let i = 0; i < 3; i++) map.set(`${i}`, i);
  const attachment = attachmentOf(map);
  const { participant: { allocator }, segment, table } = attachment;
  const refs: number[] = [];
  using _ = map.pin();
  for (const cursor = new Cursor(segment, table.migration); !cursor.done;) {
    const range: number[] = [];
    cursor.next(range);
    refs.push(...range);
  }
  assertStrictEquals(refs.length, 3);
  const remover = new Remover(attachment);
  assert(remover.remove(refs[0], "evicted"));
  assertFalse(remover.remove(refs[0], "evicted"), "it is gone");
  assertFalse(remover.isStuck);
  for (const bytes of [4096, 500, 48, 32]) {
    while (allocator.allocate(bytes, "tombstone") !== 0) { /* all of it */ }
  }
  assertFalse(remover.remove(refs[1], "evicted"));
  assert(remover.isStuck);
  assertStrictEquals(map.size, 2);
});
