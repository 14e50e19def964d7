import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { H_HAND } from "../../src/segment/layout.ts";
import { LINE_SLOTS, nextLine } from "../../src/table/hand.ts";
import { residentAt, residentOf } from "../../src/table/resident.ts";
import { homeAt, SmallTable } from "./small_table.ts";

Deno.test("nextLine() takes every line once in a round, whatever number it begins with", () => {
  for (const start of [0, 5, -20]) {
    const { root, words } = new SmallTable({ shift: 10 });
    words[H_HAND] = start;
    const places = Array.from({ length: 128 }, () => nextLine(words, root));
    assertEquals(
      places.sort((a, b) => a - b),
      Array.from({ length: 128 }, (_, i) => i * LINE_SLOTS),
    );
  }
});

Deno.test("nextLine() spreads the lines of any stretch of a round evenly", () => {
  const { root, words } = new SmallTable({ shift: 12 });
  for (let stretch = 0; stretch < 10; stretch++) {
    const quarters = [0, 0, 0, 0];
    for (let i = 0; i < 50; i++) quarters[nextLine(words, root) >>> 10]++;
    assertLessOrEqual(Math.max(...quarters) - Math.min(...quarters), 4);
  }
});

Deno.test("nextLine() takes lines for the hashes below a limit only", () => {
  const { root, words } = new SmallTable({ shift: 10 });
  const places = new Set<number>();
  for (let i = 0; i < 200; i++) places.add(nextLine(words, root, 2 ** 30 - 1));
  assertEquals(
    [...places].sort((a, b) => a - b),
    Array.from({ length: 32 }, (_, i) => i * LINE_SLOTS),
  );
});

Deno.test("residentOf() finds the newest version by a hash, in either table of a move", () => {
  const of = new SmallTable({ shift: 8 });
  const keys = Array.from(
    { length: 100 },
    (_, n) => ({ n, hash: homeAt(n * 2, 2, 8) }),
  );
  for (const key of keys) of.set(key, key.n);
  const find = (hash: number) => {
    of.participant.pin();
    const ref = residentOf(of.words, hash);
    of.participant.unpin();
    return ref === 0 ? undefined : of.valueOf(ref);
  };
  const check = () => {
    for (const { hash, n } of keys) {
      assertEquals(find(hash), n % 3 === 0 ? undefined : n);
    }
    assertEquals(find(homeAt(201, 3, 8)), undefined);
  };
  for (let n = 0; n < 100; n += 3) of.delete(keys[n]);
  check();
  of.startMove();
  check();
  of.table.migration.help(of.root);
  check();
});

Deno.test("residentAt() finds what stands in a slot, or was moved from there", () => {
  const of = new SmallTable({ shift: 8 });
  for (let n = 0; n < 100; n++) of.set({ n, hash: homeAt(n * 2, 2, 8) }, n);
  const values = () => {
    const found = new Set<number>();
    of.participant.pin();
    for (let place = 0; place < 256; place++) {
      const ref = residentAt(of.words, place);
      if (ref !== 0) found.add(of.valueOf(ref));
    }
    of.participant.unpin();
    return found.size;
  };
  assertEquals(values(), 100);
  of.startMove();
  assertEquals(values(), 100);
  of.table.migration.help(of.root);
  assert(of.next !== 0);
  assertEquals(values(), 100);
});
