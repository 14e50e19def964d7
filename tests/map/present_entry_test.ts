// Changes of what is there, made by this module's own code: alone, and in transactions.
import { assertEquals, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import { KEEP, SharedMap } from "../../mod.ts";
import { attachmentOf, partsOf } from "../../src/api/shared_map.ts";
import type { Change } from "../../src/map/present_entry.ts";
import { NO_NODES } from "../../src/map/structure_maker.ts";
import { assertSound } from "../testing/inspection.ts";
import { Pairs } from "../testing/pairs.ts";

const START = 1_700_000_000_000;

/** Changes the entry of a key: in either way. */
type Changer = (
  map: SharedMap<string, unknown>,
  key: string,
  change: Change<unknown>,
) => void;

const WAYS: Record<string, Changer> = {
  "by a write": (map, key, change) =>
    partsOf(map).writer.change(key, change, "change"),
  "in a transaction": (map, key, change) =>
    partsOf(map).transactor.run((transaction) => {
      const next = change(transaction.present(key, "look"), undefined as never);
      if (next !== KEEP && next !== NO_NODES) {
        transaction.replace(key, next, "change");
      }
    }, "change"),
};

for (const [way, run] of Object.entries(WAYS)) {
  Deno.test(`an entry is replaced, renewed, deleted or left ${way}`, () => {
    const clock = { now: START };
    using _ = stub(Date, "now", () => clock.now);
    using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
    const change = (change: Change<unknown>) => run(map, "a", change);

    change(({ bytes, end, isThere, value }) => {
      assertEquals([isThere, value, bytes, end], [
        false,
        undefined,
        undefined,
        Infinity,
      ]);
      return { value: "first", end: START + 1000 };
    });
    assertEquals([map.get("a"), map.ttl("a")], ["first", 1000]);
    change(({ end, value }) => {
      assertEquals([value, end], ["first", START + 1000]);
      return { value: new Uint8Array([1, 2, 3]) }; // keeps its expiry
    });
    assertEquals(map.ttl("a"), 1000);
    change(({ bytes }) => {
      const { from, memory, to } = bytes!;
      assertEquals([to - from, memory[from], memory[to - 1]], [3, 1, 3]);
      return { end: START + 5000 };
    });
    assertEquals([map.get("a"), map.ttl("a")], [
      new Uint8Array([1, 2, 3]),
      5000,
    ]);
    change(() => KEEP);
    assertEquals(map.ttl("a"), 5000);
    change(() => ({ end: Infinity }));
    assertEquals(map.ttl("a"), Infinity);
    change(() => ({ end: START + 10 }));
    clock.now += 10;
    change(({ isThere }) => {
      assertEquals(isThere, false);
      return { end: START + 99_999 }; // there is nothing to renew
    });
    assertEquals(map.has("a"), false);
    change(() => ({ value: 5 }));
    assertEquals([map.get("a"), map.ttl("a")], [5, Infinity]);
    assertThrows(
      () =>
        change(() => {
          throw new Error("no");
        }),
      Error,
      "no",
    );
    change(() => undefined);
    change(() => undefined);
    assertEquals([map.has("a"), map.size], [false, 0]);
  });
}

for (const [way, run] of Object.entries(WAYS)) {
  Deno.test(`a structure gets another expiry, or is replaced, ${way}`, () => {
    using _ = stub(Date, "now", () => START);
    using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
    const pairs = new Pairs<string>(attachmentOf(map), "string");
    const change = (change: Change<unknown>) => run(map, "a", change);
    pairs.put("a", 1, 2);
    change(({ bytes, isThere, structure }) => {
      assertEquals([isThere, bytes, structure?.roots?.length], [
        true,
        undefined,
        1,
      ]);
      return { end: START + 1000 };
    });
    assertEquals([pairs.read("a"), map.ttl("a")], [[1, 2], 1000]);
    change(() => ({ end: START + 2000 }));
    assertEquals([pairs.read("a"), map.ttl("a")], [[1, 2], 2000]);
    assertThrows(
      () => change((present) => ({ value: present.value })),
      TypeError,
      "a collection of a store",
    );
    change(() => ({ value: 5 })); // keeps its expiry
    assertEquals([map.get("a"), map.ttl("a")], [5, 2000]);
    pairs.put("a", 1, 2);
    change(() => undefined);
    assertEquals(map.size, 0);
    attachmentOf(map).participant.collectAll();
    assertSound(map);
  });
}
