import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertLess,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { SharedMap, type SharedMapSnapshot, SnapshotError } from "../../mod.ts";
import { H_CLOCK, LAST_TICK } from "../../src/segment/layout.ts";
import { MapTime } from "./map_time.ts";

function numbers(maxBytes = 2 ** 22): SharedMap<string, number> {
  return SharedMap.create<string, number>({ value: "number", maxBytes });
}

Deno.test("SharedMap.snapshot() shows the map as it was, whatever is written since", () => {
  using map = numbers();
  for (let i = 0; i < 500; i++) map.set(`k${i}`, i);
  using snapshot = map.snapshot();
  for (let i = 0; i < 500; i++) {
    if (i % 3 === 0) map.delete(`k${i}`);
    else if (i % 3 === 1) {
      for (let n = 0; n < 5; n++) map.increment(`k${i}`);
    }
  }
  for (let i = 0; i < 5000; i++) map.set(`new${i}`, i); // the table grows
  map.clear();
  assertStrictEquals(snapshot.size, 500);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 500; i++) {
      assertStrictEquals(snapshot.get(`k${i}`), i);
      assert(snapshot.has(`k${i}`));
    }
    assertFalse(snapshot.has("new0"));
    assertStrictEquals(snapshot.get("new0"), undefined);
  }
});

Deno.test("SharedMapSnapshot iterates over what it shows", () => {
  using map = numbers();
  const expected = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    map.set(`k${i}`, i);
    expected.set(`k${i}`, i);
  }
  using snapshot = map.snapshot();
  map.clear();
  map.set("new", 1);
  assertEquals(new Map(snapshot), expected);
  assertEquals(new Map(snapshot.entries()), expected);
  assertEquals(new Set(snapshot.keys()), new Set(expected.keys()));
  assertEquals(
    [...snapshot.values()].sort((a, b) => a - b),
    [...expected.values()],
  );
  const seen = new Map<string, number>();
  snapshot.forEach((value, key, of) => {
    assertStrictEquals(of, snapshot);
    seen.set(key, value);
  });
  assertEquals(seen, expected);
  assertStrictEquals([...snapshot.keys()].length, 300);
});

Deno.test("SharedMapSnapshot iterates on while the table grows and shrinks under it", () => {
  using map = numbers(2 ** 24);
  for (let i = 0; i < 2000; i++) map.set(`k${i}`, i);
  using snapshot = map.snapshot();
  const seen: string[] = [];
  let step = 0;
  for (const key of snapshot.keys()) {
    seen.push(key);
    step++;
    if (step < 1000) {
      for (let n = 0; n < 20; n++) map.set(`n${step} ${n}`, n);
    } else if (step === 1000) map.clear();
    else map.set(`m${step}`, 1);
  }
  assertStrictEquals(seen.length, 2000);
  assertStrictEquals(new Set(seen).size, 2000);
  assert(seen.every((key) => key.startsWith("k")));
});

Deno.test("SharedMap.snapshot() many times: each shows its own moment", () => {
  using map = numbers();
  const snapshots: SharedMapSnapshot<string, number>[] = [];
  for (let i = 0; i < 32; i++) {
    map.set("a", i);
    if (i % 2 === 0) map.set("even", i);
    else map.delete("even");
    snapshots.push(map.snapshot());
  }
  const check = () =>
    snapshots.forEach((snapshot, i) => {
      assertStrictEquals(snapshot.get("a"), i);
      assertStrictEquals(snapshot.get("even"), i % 2 === 0 ? i : undefined);
      assertStrictEquals(snapshot.size, i % 2 === 0 ? 2 : 1);
    });
  check();
  for (let i = 0; i < 1000; i++) map.set("a", -i);
  check();
  // Closed from the middle on, the rest go on showing theirs.
  for (const i of [15, 16, 3, 31]) snapshots[i].close();
  map.set("a", 0);
  for (const [i, snapshot] of snapshots.entries()) {
    if ([15, 16, 3, 31].includes(i)) continue;
    assertStrictEquals(snapshot.get("a"), i);
    snapshot.close();
  }
  assertStrictEquals(map.stats().openSnapshots, 0);
});

Deno.test("SharedMapSnapshot.tick never falls", () => {
  using map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  let last = 0;
  for (let i = 0; i < 100; i++) {
    using snapshot = (i % 2 === 0 ? map : other).snapshot();
    assert(Number.isInteger(snapshot.tick));
    assert(snapshot.tick >= last && snapshot.tick > 0);
    last = snapshot.tick;
    map.set("a", i);
  }
  assertGreater(last, 50);
});

Deno.test("SharedMap.snapshot() takes no tick of the clock while nothing is written", () => {
  using map = numbers();
  map.set("a", 1);
  const { tick } = map.snapshot();
  for (let i = 0; i < 100; i++) {
    using snapshot = map.snapshot();
    assertEquals([snapshot.tick, snapshot.get("a")], [tick, 1]);
  }
  map.set("a", 2);
  using later = map.snapshot();
  assertEquals([later.tick, later.get("a")], [tick + 1, 2]);
});

Deno.test("SharedMap.snapshot() opens 32 at once in each attachment, and no more", () => {
  using map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  map.set("a", 1);
  for (const attachment of [map, other]) {
    const open = Array.from({ length: 32 }, () => attachment.snapshot());
    const error = assertThrows(
      () => attachment.snapshot(),
      SnapshotError,
      "32",
    );
    assertStrictEquals(error.name, "SnapshotError");
    assertStrictEquals(typeof error.reason, "string");
    assertStrictEquals(error.path, undefined);
    assertStrictEquals(error.offset, undefined);
    assertStrictEquals(attachment.get("a"), 1);
    open[7].close();
    using again = attachment.snapshot();
    assertStrictEquals(again.get("a"), 1);
    for (const snapshot of open) {
      assert(snapshot === open[7] || snapshot.has("a"));
    }
  }
  assertStrictEquals(map.stats().openSnapshots, 62);
});

Deno.test("SharedMap.snapshot() says so when the clock has run out", () => {
  using map = numbers();
  map.set("a", 1);
  const words = new Int32Array(map.handle.buffer);
  words[H_CLOCK] = LAST_TICK - 1;
  map.set("a", 2);
  using last = map.snapshot();
  map.set("a", 3);
  assertStrictEquals(last.get("a"), 2);
  const error = assertThrows(
    () => map.snapshot(),
    SnapshotError,
    "its clock has run out after a billion snapshots",
  );
  assertGreater(error.reason.length, 0);
  assertStrictEquals(map.stats().openSnapshots, 1);
  map.set("a", 4);
  assertStrictEquals(map.get("a"), 4);
  assertStrictEquals(last.get("a"), 2);
});

Deno.test("SharedMap takes many short snapshots beside a long one, in bounded memory", () => {
  using map = numbers(2 ** 21);
  using other = SharedMap.attach<string, number>(map.handle);
  map.set("hot", -1);
  using long = map.snapshot();
  const kept: [number, SharedMapSnapshot<string, number>][] = [];
  let most = 0;
  for (let i = 0; i < 50_000; i++) {
    const by = i % 2 === 0 ? map : other;
    const snapshot = by.snapshot();
    by.set("hot", i);
    if (i % 2500 === 0) kept.push([i - 1, snapshot]);
    else snapshot.close();
    most = Math.max(most, map.stats().heldVersions);
  }
  assertLess(most, 500);
  assertStrictEquals(long.get("hot"), -1);
  for (const [i, snapshot] of kept) {
    assertStrictEquals(snapshot.get("hot"), i);
    snapshot.close();
  }
  assertStrictEquals(long.get("hot"), -1);
});

Deno.test("SharedMap keeps one version per key and snapshot, however often the key is overwritten", () => {
  using map = numbers(2 ** 20);
  for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
  using _ = map.snapshot();
  for (let i = 0; i < 50_000; i++) map.set(`k${i % 100}`, i);
  assertStrictEquals(map.stats().heldVersions, 100);
  using _second = map.snapshot();
  for (let i = 0; i < 50_000; i++) map.set(`k${i % 100}`, i);
  assertStrictEquals(map.stats().heldVersions, 200);
});

Deno.test("SharedMap holds nothing for a snapshot of keys that came later", () => {
  using map = numbers();
  using _ = map.snapshot();
  for (let i = 0; i < 1000; i++) map.set(`k${i % 10}`, i);
  assertStrictEquals(map.stats().heldVersions, 0);
});

/** Some writes, so that the era advances and what was retired is freed. */
function churn(map: SharedMap<string, number>): void {
  for (let i = 0; i < 1000; i++) map.set("churn", i);
  map.delete("churn");
}

Deno.test("SharedMapSnapshot.close() gives back what it kept", () => {
  using map = numbers();
  for (let i = 0; i < 1000; i++) map.set(`k${i}`, i);
  churn(map);
  const before = map.stats();
  const snapshots = [];
  for (let round = 0; round < 5; round++) {
    snapshots.push(map.snapshot());
    for (let i = 0; i < 1000; i++) map.set(`k${i}`, round);
  }
  assertStrictEquals(map.stats().heldVersions, 5000);
  assertGreater(map.stats().usedBytes, before.usedBytes + 5000 * 40);
  assertStrictEquals(map.stats().liveBytes, before.liveBytes);
  for (const snapshot of snapshots) snapshot.close();
  assertStrictEquals(map.stats().heldVersions, 0);
  churn(map);
  assertLess(map.stats().usedBytes, before.usedBytes + 5000);
});

Deno.test("SharedMapSnapshot.close() of one attachment frees what the writes of another hold", () => {
  using map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  for (let i = 0; i < 1000; i++) map.set(`k${i}`, i);
  const snapshot = map.snapshot();
  for (let i = 0; i < 1000; i++) other.set(`k${i}`, -i);
  assertStrictEquals(map.stats().heldVersions, 1000);
  snapshot.close();
  churn(other); // its own operations drain them
  churn(map);
  assertStrictEquals(map.stats().heldVersions, 0);
});

Deno.test("SharedMap.close() hands on what its versions hold for another's snapshot", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
  using snapshot = other.snapshot();
  for (let i = 0; i < 100; i++) map.set(`k${i}`, -1);
  map.close();
  for (let i = 0; i < 1000; i++) other.set(`n${i}`, i);
  for (let i = 0; i < 100; i++) assertStrictEquals(snapshot.get(`k${i}`), i);
});

Deno.test("SharedMapSnapshot keeps deleted entries, and their tombstones go after it", async () => {
  using time = new MapTime();
  using map = numbers(2 ** 20);
  const empty = map.stats().usedBytes;
  for (let i = 0; i < 3000; i++) map.set(`k${i}`, i);
  const snapshot = map.snapshot();
  for (let i = 0; i < 3000; i++) map.delete(`k${i}`);
  time.tick(5000);
  assertStrictEquals(map.size, 0);
  assertStrictEquals(snapshot.size, 3000);
  for (let i = 0; i < 3000; i++) assertStrictEquals(snapshot.get(`k${i}`), i);
  snapshot.close();
  time.tick(5000);
  assertLess(map.stats().usedBytes, empty + 5000);
  await time.runMicrotasks();
});

Deno.test("SharedMap.snapshot() of an empty map is empty", () => {
  using map = numbers();
  using snapshot = map.snapshot();
  map.set("a", 1);
  assertStrictEquals(snapshot.size, 0);
  assertEquals([...snapshot], []);
});

Deno.test("SharedMapSnapshot refuses keys of the wrong type", () => {
  using map = numbers();
  using snapshot = map.snapshot();
  assertThrows(() => snapshot.get(5 as never), TypeError);
  assertThrows(() => snapshot.has(null as never), TypeError);
});
