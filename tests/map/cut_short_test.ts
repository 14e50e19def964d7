// An exception out of the middle of an operation, here of a stack that overflows: a
// little later at each try, so that there is one at every call. The next call repairs
// what was left half done.
import { assert, assertEquals } from "@std/assert";
import { SharedMap, type SharedMapOptions } from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { inspectMemory } from "../testing/inspection.ts";

type Map = SharedMap<string, string>;

/** Dives to the end of the stack. */
const DIVES = 60;
/**
 * How often `act` comes to its regular end, with more and more of the stack left, before a
 * dive is over.
 */
const ENDS = 3;

/**
 * Runs `act` again and again where the stack is at its end, then a little before it, and so
 * on; returns how often it failed.
 */
function overflow(act: (i: number) => void): number {
  let runs = 0;
  let failed = 0;
  for (let dive = 0; dive < DIVES; dive++) {
    let ended = 0;
    // Arguments make frames larger: so each dive ends at another place.
    const down = (...rest: number[]): void => {
      try {
        down(...rest);
      } catch (error) {
        if (!isOverflow(error)) throw error;
      }
      if (ended === ENDS) return;
      try {
        act(runs++);
        ended++;
      } catch (error) {
        if (!isOverflow(error)) throw error;
        failed++;
      }
    };
    down(...Array(dive % 8).fill(0));
  }
  return failed;
}

/**
 * Whether an error says that the stack overflowed; a regular expression says so in a way of
 * its own, and `using` makes one of two.
 */
function isOverflow(error: unknown): boolean {
  return error instanceof SuppressedError
    ? isOverflow(error.error)
    : error instanceof Error && /stack/i.test(error.message);
}

/** Nothing is in two hands or in none, and all counts are true. */
function checkMap(map: Map, mostLeaks: number): void {
  map.set("heal", "what was cut short");
  for (let i = 0; i < 4; i++) map.snapshot().close();
  const { counters, leaks } = inspectMemory(map.handle.buffer);
  assert(leaks.length <= mostLeaks, `${leaks.length} leaks`);
  assertEquals(map.size, [...map].length);
  const { usedRefs } = counters;
  assertEquals(usedRefs.counted, usedRefs.real);
}

/** Snapshots that an exception left open: the test has to close them. */
let open: Disposable[] = [];

function closeAll(map: Map): void {
  while (open.length > 0) {
    open[open.length - 1][Symbol.dispose]();
    open.length--;
  }
  assertEquals(map.stats().openSnapshots, 0);
}

const OPERATIONS: Record<string, (map: Map, i: number) => unknown> = {
  "set()": (map, i) => map.set(`k${i % 7}`, "v".repeat(i % 50)),
  "set() of new keys": (map, i) => map.set(`n${i}`, "v".repeat(i % 50)),
  "set() of a value of many chunks": (map, i) =>
    map.set("large", "v".repeat(20_000 + i)),
  "delete()": (map, i) => map.delete(`k${i}`),
  "take()": (map, i) => map.take(`k${i}`),
  "update()": (map) => map.update("k1", (text = "") => text.slice(0, 9) + "x"),
  "swap()": (map, i) => map.swap("k2", `${i}`),
  "compareAndSet()": (map) => map.compareAndSet("k3", map.get("k3"), "new"),
  "expire()": (map) => map.expire("k4", 1e6),
  "snapshot() and its close()": (map, i) => {
    closeAll(map);
    open[open.length] = map.snapshot(); // no call, so that none gets lost here
    map.set("k5", `${i}`);
    closeAll(map);
  },
  "transaction()": (map, i) =>
    map.transaction((tx) => {
      const [x, y] = [tx.get("x") ?? "0", tx.get("y") ?? "0"];
      if (x !== y) throw new TypeError(`${x}, and ${y}`);
      tx.set("x", `${i}`).set("y", `${i}`);
      tx.set(`n${i}`, "v".repeat(i % 50));
      tx.delete(`n${i - 1}`);
      tx.has("nothing");
    }),
  "a transaction of many keys": (map, i) => {
    map.transaction((tx) => {
      for (let j = i; j < i + 40; j++) {
        tx.update(`k${j % 400}`, (text = "") => j % 5 ? text + "x" : undefined);
      }
    });
    assertEquals(map.stats().openSnapshots, 0);
  },
  "iteration": (map) => [...map].length,
  "clear()": (map) => map.clear(),
};

const PLACES: Record<string, SharedMapOptions<string, string>> = {
  "with the kernel": { maxBytes: 2 ** 24 },
  "without it": { maxBytes: 2 ** 24 },
};

for (const [place, options] of Object.entries(PLACES)) {
  for (const [name, operate] of Object.entries(OPERATIONS)) {
    Deno.test(`SharedMap ${place}: ${name} may be cut short by an exception`, () => {
      using maker = SharedMap.create<string, string>(options);
      const { buffer, memory } = maker.handle;
      using map = SharedMap.attach<string, string>(
        place === "without it" ? { buffer } : { buffer, memory },
      );
      open = [];
      for (let i = 0; i < 400; i++) map.set(`k${i}`, `v${i}`);
      const failed = overflow((i) => operate(map, i));
      operate(map, 0); // what it left is closed by the next one, if not before
      assert(failed > 0, "the stack never ran out");
      closeAll(map);
      checkMap(map, failed);
      for (const key of map.keys()) assert(map.delete(key), key);
      assertEquals(map.size, 0);
      assertEquals(maker.size, 0);
    });
  }
}

Deno.test("SharedMap: the timer brings to an end what an exception left, and gives up its pin", async () => {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 24 });
  using other = SharedMap.attach<string, string>(map.handle);
  const failed = overflow((i) => map.set(`k${i}`, "v"));
  await eventually(() => {
    const { reclaimed } = other.stats();
    for (let i = 0; i < 500; i++) other.set("one", "v".repeat(i % 50));
    assert(other.stats().reclaimed > reclaimed + 300, "a pin is left");
  });
  checkMap(other, failed);
});
