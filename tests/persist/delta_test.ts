import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import { restoreSnapshot, SharedMap, type SnapshotInfo } from "../../mod.ts";
import { ticker } from "../../src/map/background.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { LOST, P_HORIZON } from "../../src/segment/layout.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { Folder } from "../testing/folder.ts";
import { seriesOf, silent } from "./series.ts";

/** The entries of a map, in order. */
function contents(map: Iterable<[string, unknown]>): [string, unknown][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

/** What the newest epoch of a folder holds. */
async function restored(
  folder: Folder,
): Promise<{ info: SnapshotInfo; entries: [string, unknown][] }> {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 26 });
  const info = (await restoreSnapshot(map, folder.path))!;
  assertEquals(info.rejected, []);
  const entries = contents(map);
  assertStrictEquals(info.entries, entries.length);
  return { info, entries };
}

/** Some random writes. */
function change(map: SharedMap<string, unknown>, chance: Random): void {
  const keys = [10, 300, 3000][chance.below(3)];
  const writes = [5, 50, 3000, 20_000][chance.below(4)];
  if (chance.below(25) === 0) map.clear();
  const deletes = chance.below(3);
  for (let i = 0; i < writes; i++) {
    const key = `key ${chance.below(keys)}`;
    switch (chance.below(8)) {
      case 0:
      case 1:
      case 2:
        if (deletes > 0) map.delete(key);
        else map.set(key, i);
        break;
      case 3:
        map.set(key, i, { ttl: chance.below(2) === 0 ? 1 : 1e9 });
        break;
      case 4: // comes and goes
        map.set(`once ${chance.below(2 ** 30)}`, i);
        map.set(`gone ${i}`, 1);
        map.delete(`gone ${i}`);
        break;
      default:
        map.set(key, `text ${i}`);
    }
  }
  if (chance.below(40) === 0) map.set(key(0), new Uint8Array(400_000));
  if (chance.below(20) === 0) {
    for (const name of map.keys()) {
      if (name.startsWith("once")) map.delete(name);
    }
  }
}

function key(i: number): string {
  return `key ${i}`;
}

Deno.test(
  "a chain of epochs restores to what the map held at each of them, whatever happens in between",
  seeded(async (chance) => {
    let deltas = 0;
    for (let history = 0; history < 2 * SCALE; history++) {
      using folder = new Folder();
      using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 24 });
      const series = seriesOf(map, folder.path, { keep: 2 });
      for (let epoch = 0; epoch < 30; epoch++) {
        change(map, chance);
        if (chance.below(3) === 0) attachmentOf(map).resident!.tick();
        await new Promise((resolve) => setTimeout(resolve, 2)); // what lives for 1 ms is over
        const info = await series.write(silent);
        const expected = contents(map);
        if (info === undefined) continue;
        if (info.kind === "delta") deltas++;
        assertStrictEquals(info.entries, expected.length);
        assertEquals((await restored(folder)).entries, expected);
      }
    }
    assertGreater(deltas, 5 * SCALE);
  }),
);

Deno.test("a delta holds only what changed, deletions included, and nothing is written when nothing did", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  for (let i = 0; i < 20_000; i++) map.set(key(i), i);
  const series = seriesOf(map, folder.path);
  const full = (await series.write(silent))!;
  assertEquals([full.kind, full.records], ["full", 20_000]);
  assertStrictEquals(await series.write(silent), undefined);
  map.set(key(1), -1);
  map.delete(key(2));
  map.set("new", 1);
  map.set("short", 1);
  map.delete("short");
  const delta = (await series.write(silent))!;
  assertEquals([delta.kind, delta.base], ["delta", full.epoch]);
  assertEquals([delta.records, delta.entries], [4, 20_000]);
  assertLess(delta.bytes, 500);
  assertStrictEquals(await series.write(silent), undefined);
  const { entries } = await restored(folder);
  assertEquals(entries, contents(map));
  assertEquals(folder.names.length, 2);
});

Deno.test("an entry that expired since the epoch before hides what it replaced", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  for (let i = 0; i < 100; i++) map.set(key(i), i);
  const series = seriesOf(map, folder.path);
  await series.write(silent);
  map.set(key(7), 70, { ttl: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const delta = (await series.write(silent))!;
  assertEquals([delta.kind, delta.entries], ["delta", 99]);
  assertEquals((await restored(folder)).entries, contents(map));
});

Deno.test("a chain ends in a full epoch after 16 deltas, or when they are half as large", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  for (let i = 0; i < 1000; i++) map.set(key(i), i);
  const series = seriesOf(map, folder.path);
  const kinds: string[] = [];
  for (let i = 0; i < 19; i++) {
    map.increment(key(1));
    kinds.push((await series.write(silent))!.kind);
  }
  assertEquals(kinds.lastIndexOf("full"), 17);
  assertEquals(kinds.filter((kind) => kind === "full").length, 2);
  for (let i = 0; i < 700; i++) map.set(key(i), -i);
  assertStrictEquals((await series.write(silent))!.kind, "delta");
  map.increment(key(1));
  assertStrictEquals((await series.write(silent))!.kind, "full");
});

Deno.test("keeping few epochs never removes what a kept one builds on", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  for (let i = 0; i < 1000; i++) map.set(key(i), i);
  const series = seriesOf(map, folder.path, { keep: 1 });
  for (let i = 0; i < 40; i++) {
    map.set(key(i), -1);
    map.delete(key(i + 1));
    await series.write(silent);
    assertEquals((await restored(folder)).entries, contents(map));
    assertLess(folder.names.length, 19);
  }
});

Deno.test("a chain whose base was removed is begun anew", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  map.set("a", 1);
  const series = seriesOf(map, folder.path);
  const { path } = (await series.write(silent))!;
  Deno.removeSync(path);
  map.set("b", 2);
  assertStrictEquals((await series.write(silent))!.kind, "full");
  assertEquals((await restored(folder)).entries, contents(map));
});

Deno.test("a damaged base makes restoreSnapshot() fall back to the newest epoch that does without it", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  for (let i = 0; i < 100; i++) map.set(key(i), i);
  const series = seriesOf(map, folder.path);
  await series.write(silent);
  const before = contents(map);
  series.end();
  map.set("n", 1);
  const second = (await series.write(silent))!;
  map.set("n", 2);
  const third = (await series.write(silent))!;
  assertEquals([second.kind, third.kind], ["full", "delta"]);
  const bytes = Deno.readFileSync(second.path);
  bytes[200] ^= 4;
  Deno.writeFileSync(second.path, bytes);
  using other = SharedMap.create<string, number>();
  const info = (await restoreSnapshot(other, folder.path))!;
  assertStrictEquals(info.epoch, 1);
  assertEquals(info.rejected.map(({ path }) => path), [second.path]);
  assertEquals(contents(other), before);
});

Deno.test("a map short of memory drops its tombstones, and the next epoch is full", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 22 });
  const series = seriesOf(map, folder.path);
  map.set("a", 1);
  await series.write(silent);
  const { participant, segment } = attachmentOf(map);
  const horizon = () => segment.words[participant.base + P_HORIZON];
  assertGreater(horizon(), 0);
  for (let i = 0; horizon() !== LOST; i++) {
    assertLess(i, 1_000_000);
    map.set(`key ${i}`, i);
    map.delete(`key ${i}`);
  }
  map.delete("a");
  map.set("b", 2);
  assertStrictEquals((await series.write(silent))!.kind, "full");
  assertEquals((await restored(folder)).entries, [["b", 2]]);
});

Deno.test(
  "an evicting map is dumped as it is",
  seeded(async (chance) => {
    using folder = new Folder();
    using map = SharedMap.create<string, unknown>({
      maxBytes: 2 ** 20,
      onFull: "evict",
    });
    const series = seriesOf(map, folder.path);
    for (let epoch = 0; epoch < 12; epoch++) {
      for (let i = 0; i < 3000; i++) {
        map.set(key(chance.below(2 ** 30)), "x".repeat(100));
      }
      await series.write(silent);
      assertEquals((await restored(folder)).entries, contents(map));
    }
    assert(map.stats().evicted > 0);
  }),
);

/** A map in which what has expired stays where it is. */
function unswept(): SharedMap<string, unknown> {
  const map = SharedMap.create<string, unknown>();
  ticker.delete(attachmentOf(map).resident!);
  return map;
}

Deno.test("what is there again, because the clock was set back, is in the next epoch, which is full", async () => {
  using folder = new Folder();
  using map = unswept();
  const series = seriesOf(map, folder.path);
  const { now } = Date;
  try {
    map.set("stays", 1).set("leased", 2, { ttl: 10_000 });
    Date.now = () => now() + 60_000;
    assertEquals((await series.write(silent))!.entries, 1);
    Date.now = () => now() - 60_000;
    map.set("changed", 3);
    const { entries, kind } = (await series.write(silent))!;
    assertEquals({ entries, kind }, { entries: 3, kind: "full" });
    assertEquals((await restored(folder)).entries, contents(map));
    // From there on deltas are written again.
    map.set("changed", 4);
    assertStrictEquals((await series.write(silent))!.kind, "delta");
    assertEquals((await restored(folder)).entries, contents(map));
  } finally {
    Date.now = now;
  }
});

Deno.test("what is there again counts as a change, also where the next epoch is full anyway", async () => {
  using folder = new Folder();
  using map = unswept();
  const series = seriesOf(map, folder.path);
  const { now } = Date;
  try {
    map.set("leased", "x".repeat(1000), { ttl: 10_000 });
    await series.write(silent);
    Date.now = () => now() + 60_000;
    // Deltas that are together larger than the full epoch: the next one is full.
    map.set("large", "y".repeat(5000));
    assertEquals((await series.write(silent))!.entries, 1);
    Date.now = now;
    const { entries, kind } = (await series.write(silent))!;
    assertEquals({ entries, kind }, { entries: 2, kind: "full" });
    assertEquals((await restored(folder)).entries, contents(map));
    assertStrictEquals(await series.write(silent), undefined);
  } finally {
    Date.now = now;
  }
});
