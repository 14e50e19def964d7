import { assert, assertStrictEquals } from "@std/assert";
import { T_CAPACITY, T_NEXT, T_NUMBER } from "../../src/segment/layout.ts";
import { allocateTable, tableBytes } from "../../src/table/table_record.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { SmallTable } from "./small_table.ts";

Deno.test("allocateTable() makes an empty table, or gives back what it took", () => {
  const of = new SmallTable();
  const before = usedRefs(of.segment);
  assertStrictEquals(allocateTable(of.participant, 28), 0);
  assertStrictEquals(usedRefs(of.segment), before);
  for (let shift = 8; shift <= 15; shift++) {
    const table = allocateTable(of.participant, shift) * 4;
    assertStrictEquals(of.words[table + T_CAPACITY], 2 ** shift);
    assertStrictEquals(of.words[table + T_NEXT], 0);
    const used = of.countSlots((hash, link) => hash !== 0 || link !== 0, table);
    assertStrictEquals(used, 0);
  }
  const numbers = [9, 10].map((shift) =>
    of.words[allocateTable(of.participant, shift) * 4 + T_NUMBER]
  );
  assertStrictEquals(numbers[1], numbers[0] + 1, "each has its number");
  assert(tableBytes(256) >= 256 * 8);
});
