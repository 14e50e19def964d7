import { assert, assertEquals, assertGreater } from "@std/assert";
import { T_NEXT, T_NUMBER } from "../../src/segment/layout.ts";
import { SmallTable } from "./small_table.ts";

/** The numbers of the tables from one on, as a reader is led through them. */
function tablesFrom(of: SmallTable, first: number): number[] {
  const numbers: number[] = [];
  for (let table = first; table !== 0; table = of.words[table + T_NEXT] * 4) {
    numbers.push(of.words[table + T_NUMBER]);
  }
  return numbers;
}

/** Moves the whole table again and again, as long as there is memory; returns how often. */
function moveOnAndOn(of: SmallTable, most: number): number {
  const { participant, table: { migration, resizer } } = of;
  for (let moves = 0;; moves++) {
    participant.pin();
    const { root } = of;
    const begins = moves < most && resizer.start(root);
    if (begins) migration.finish(root);
    participant.unpin();
    participant.collectAll();
    if (!begins) return moves;
  }
}

Deno.test("Table: moves that pass a pinned reader leave it all the tables that it is led through, and end", () => {
  const of = new SmallTable({ maxBytes: 2 ** 20 });
  for (let n = 0; n < 50; n++) of.set(n, n);
  const reader = of.join();
  reader.participant.pin();
  const first = of.root;
  const most = 10 * of.segment.buffer.byteLength / of.capacity / 8;
  const moves = moveOnAndOn(of, most);
  assertGreater(moves, 3);
  assert(moves < most / 10, `${moves} moves took more memory than there is`);
  const numbers = tablesFrom(of, first);
  assertEquals(numbers, numbers.map((_, i) => numbers[0] + i));
  assertEquals(numbers.length, moves + 1);
  for (let n = 0; n < 50; n++) assertEquals(reader.get(n), n);
  reader.participant.unpin();
  of.participant.collectAll();
  assertEquals(
    moveOnAndOn(of, most),
    most,
    "nobody is passed: no end of moves",
  );
});
