// Structures on disk: values that are trees of nodes. They come back whole, as they were at one
// moment, and a delta has what changed of them.
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import {
  MapFullError,
  restoreSnapshot,
  SharedMap,
  type SnapshotInfo,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { evacuate } from "../../src/map/evacuation.ts";
import { RECORD_HEAD_WORDS } from "../../src/persist/format.ts";
import { readKey } from "../../src/persist/record_reader.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { P_HELD_COUNT, P_LOADING } from "../../src/segment/layout.ts";
import { sumOver } from "../../src/segment/participants.ts";
import { revokeDumps } from "../../src/reclamation/registry.ts";
import { Folder, Home } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { type Numbers, NumberTrees } from "../testing/number_trees.ts";
import { Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { seriesOf, silent } from "./series.ts";

type StringMap = SharedMap<string, unknown>;

function newMap(options: object = {}): StringMap {
  return SharedMap.create({ maxBytes: 2 ** 24, ...options });
}

function treesOf(map: StringMap): NumberTrees<string> {
  return new NumberTrees(attachmentOf(map), "string");
}

/** Numbers from `from` on. */
function range(length: number, from = 1): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

/** What a map holds. */
function contentsOf(map: StringMap): Map<string, unknown> {
  const trees = treesOf(map);
  return new Map(
    [...map.keys()].sort().map((
      key,
    ) => [key, trees.read(key) ?? map.get(key)]),
  );
}

/** Frees all that can be freed; then nothing must be left of what is not there any more. */
function assertSettled(map: StringMap): void {
  attachmentOf(map).participant.collectAll();
  assertSound(map);
}

/** All that is in the map can be deleted, and leaves nothing behind. */
function assertNothingLeft(map: StringMap): void {
  assertSettled(map);
  map.clear();
  assertSettled(map);
  assertEquals(map.stats().liveBytes, 0);
  assertEquals(sumOver(attachmentOf(map).segment.words, P_HELD_COUNT), 0);
}

/** What the newest epoch of a folder brings; checks that it leaves nothing behind. */
async function restored(
  folder: Folder,
  options: object = {},
): Promise<{ info: SnapshotInfo; contents: Map<string, unknown> }> {
  using map = newMap(options);
  const info = (await restoreSnapshot(map, folder.path))!;
  assertEquals(info.rejected, []);
  const contents = contentsOf(map);
  assertEquals(info.entries, contents.size);
  assertNothingLeft(map);
  return { info, contents };
}

const SAMPLE: Record<string, Numbers> = {
  "": { lists: [[7]], label: "under the empty key" },
  empty: { lists: [[], []], label: "" },
  none: { lists: [], label: "no tree at all" },
  several: { lists: [range(10), [], range(100, -50), [0]], label: "x" },
  zeros: { lists: [new Array(50).fill(0)], label: "\0\0\0" },
  large: { lists: [range(40_000)], label: "y".repeat(300_001) },
  ключ: { lists: [range(3)], label: "a key in UTF-16" },
};

function fill(map: StringMap): void {
  const trees = treesOf(map);
  for (const [key, numbers] of Object.entries(SAMPLE)) trees.put(key, numbers);
  for (let i = 0; i < 300; i++) {
    map.set(`plain ${i}`, i);
    trees.put(`small ${i}`, { lists: [range(i % 30)], label: `${i}` });
  }
  const leaf = { leaf: 100_000, fan: 2 };
  new NumberTrees(attachmentOf(map), "string", leaf)
    .put("large nodes", { lists: [range(250_000)], label: "" });
}

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`writeSnapshot() writes structures, and restoreSnapshot() brings them back (${compression})`, async () => {
    using folder = new Folder();
    using map = newMap();
    fill(map);
    const options = { compression };
    const written = await writeSnapshot(map, folder.path, options);
    assertEquals([written.entries, written.records], [map.size, map.size]);
    assertEquals(await verifySnapshot(written.path), written);
    const { contents, info } = await restored(folder);
    assertEquals(info, { ...written, rejected: [] } as SnapshotInfo);
    assertEquals(contents, contentsOf(map));
    assertNothingLeft(map);
  });
}

Deno.test("... into a map in use, too, where they take the place of what is there", async () => {
  using folder = new Folder();
  using map = newMap();
  fill(map);
  map.expire("several", 1e9);
  await writeSnapshot(map, folder.path);
  using other = newMap();
  const trees = treesOf(other);
  trees.put("several", { lists: [range(5)], label: "before" });
  trees.put("plain 7", { lists: [range(5)], label: "before" });
  other.set("large", "before").set("another", 1);
  const before = contentsOf(other);
  const snapshot = other.snapshot();
  await restoreSnapshot(other, folder.path);
  assertEquals(contentsOf(other), contentsOf(map.set("another", 1)));
  assert(other.ttl("several")! > 9e8);
  assertSettled(other);
  assertEquals(
    trees.readAt("several", snapshot.tick),
    before.get("several") as Numbers,
  );
  snapshot.close();
  assertNothingLeft(other);
});

const KEYS = ["a", "b", "c", "d"];

/** Changes something, whatever is there. */
function change(map: StringMap, random: Random): void {
  const trees = treesOf(map);
  const key = random.pick(KEYS);
  const numbers = trees.read(key);
  const list = random.below(2);
  const count = numbers?.lists[list]?.length ?? 0;
  switch (random.below(12)) {
    case 0:
      return trees.put(key, {
        lists: [range(random.below(80)), range(random.below(20))],
        label: `${random.below(100)}`,
      });
    case 1:
      return trees.rotate(key, list);
    case 2:
      return trees.raise(key, list);
    case 3:
      if (random.chance(0.3)) trees.empty(key, list);
      return;
    case 4:
      return trees.name(key, "z".repeat(random.below(50)));
    case 5:
      if (random.chance(0.3)) map.delete(key);
      return;
    case 6:
      if (random.chance(0.3)) map.set(key, "a plain value");
      return;
    case 7:
      map.expire(key, random.pick([1e9, Infinity]));
      return;
    case 8:
      if (random.chance(0.3)) expireNow(map, key);
      return;
    case 9:
      evacuate(attachmentOf(map), [0, 20]);
      return;
    default:
      if (count === 0) return;
      return trees.set(key, list, random.below(count), random.below(1000));
  }
}

/** Its time is over when this returns. */
function expireNow(map: StringMap, key: string): void {
  map.expire(key, 1);
  for (const now = Date.now(); Date.now() < now + 2;);
}

Deno.test(
  "a chain brings structures as they were at each epoch, whatever happens in between",
  seeded(async (random) => {
    using folder = new Folder();
    let map = newMap({ maxBytes: 2 ** 20 });
    let series = seriesOf(map, folder.path, { keep: 2 });
    for (const key of KEYS) {
      treesOf(map).put(key, { lists: [range(60), range(9)], label: key });
    }
    let deltas = 0;
    for (let i = 0; i < 40 * SCALE; i++) {
      for (let n = random.below(6); n >= 0; n--) change(map, random);
      const info = await series.write(silent);
      if (info?.kind === "delta") deltas++;
      const { contents } = await restored(folder, { maxBytes: 2 ** 20 });
      assertEquals(contents, contentsOf(map), `step ${i}`);
      if (!random.chance(0.1)) continue;
      // As after a start of the process: the series goes on with a new map.
      assertNothingLeft(map);
      map.close();
      map = newMap({ maxBytes: 2 ** 20 });
      await restoreSnapshot(map, folder.path);
      assertSettled(map);
      assertEquals(contentsOf(map), contents);
      series = seriesOf(map, folder.path, { keep: 2 });
    }
    assertGreater(deltas, 10);
    assertNothingLeft(map);
    map.close();
  }),
);

Deno.test("a delta takes as much as was changed of a structure, not as much as there is", async () => {
  using folder = new Folder();
  using map = newMap({ maxBytes: 2 ** 25 });
  const shape = { leaf: 64, fan: 32 };
  const trees = new NumberTrees(attachmentOf(map), "string", shape);
  trees.put("p", { lists: [range(1_000_000)], label: "a million" });
  const series = seriesOf(map, folder.path);
  const full = (await series.write(silent))!;
  assertGreater(full.bytes, 4_000_000);
  // A path of a leaf and three nodes above it, beside what every file has.
  const most = 400 + 64 * 4 + 3 * 32 * 4 + 300;
  for (const index of [0, 999_999, 333_333]) {
    trees.set("p", 0, index, -1);
    const delta = (await series.write(silent))!;
    assertEquals(delta.kind, "delta");
    assertLess(delta.bytes, most);
  }
  trees.name("p", "renamed");
  map.expire("p", 1e9);
  assertLess((await series.write(silent))!.bytes, 500);
  using other = newMap({ maxBytes: 2 ** 25 });
  await restoreSnapshot(other, folder.path);
  assertEquals(treesOf(other).read("p"), trees.read("p"));
  // What was restored has births of its own: the next delta is as small.
  const next = seriesOf(other, folder.path);
  assertEquals((await next.write(silent))!.kind, "full");
  treesOf(other).set("p", 0, 5, -1);
  assertLess((await next.write(silent))!.bytes, most);
  assertNothingLeft(other);
});

Deno.test("structures whose keys have one hash are told apart in a chain", async () => {
  using folder = new Folder();
  using map = newMap();
  const trees = treesOf(map);
  const [one, other] = keysOfOneHash(attachmentOf(map).segment.seed);
  for (const name of [one, other]) {
    trees.put(name, { lists: [range(30_000)], label: name });
  }
  const series = seriesOf(map, folder.path);
  await series.write(silent);
  trees.set(one, 0, 20_000, -1);
  trees.set(other, 0, 10_000, -2);
  await series.write(silent);
  assertEquals((await restored(folder)).contents, contentsOf(map));
  trees.set(other, 0, 3, -2);
  trees.set(one, 0, 5, -2);
  await series.write(silent);
  assertEquals((await restored(folder)).contents, contentsOf(map));
  trees.name(one, "renamed");
  map.set(other, "a plain value");
  await series.write(silent);
  assertEquals((await restored(folder)).contents, contentsOf(map));
});

/** Two keys that have the same hash: about one in so many is found soon. */
function keysOfOneHash(seed: readonly [number, number]): [string, string] {
  const encoded = new EncodedKey(seed);
  const record = new Int32Array(RECORD_HEAD_WORDS + 3);
  const bytes = new Uint8Array(record.buffer, RECORD_HEAD_WORDS * 4);
  const seen = new Map<number, string>();
  for (let i = 0;; i++) {
    const name = `key ${i}`;
    new TextEncoder().encodeInto(name, bytes);
    record[0] = name.length;
    readKey(record, 0, encoded);
    const other = seen.get(encoded.hash);
    if (other !== undefined) return [other, name];
    seen.set(encoded.hash, name);
  }
}

Deno.test("a structure under load is written as it was at one moment", async () => {
  using folder = new Folder();
  using map = newMap();
  const trees = treesOf(map);
  trees.put("p", { lists: [new Array(20_000).fill(0)], label: "" });
  const random = new Random(1);
  let restarts = 0;
  for (let epoch = 0; epoch < 3; epoch++) {
    await writeSnapshot(map, folder.path, {
      onProgress: (progress) => {
        restarts = progress.restarts;
        for (let i = 0; i < 1000; i++) {
          trees.move("p", 0, random.below(20_000), random.below(20_000), 1);
        }
      },
    });
    const { contents } = await restored(folder);
    assertBalanced(contents.get("p") as Numbers, 20_000);
  }
  assertEquals(restarts, 0);
  assertNothingLeft(map);
});

/** So many numbers, of which none came from nowhere, or went there. */
function assertBalanced({ lists: [list] }: Numbers, length: number): void {
  assertEquals(list.length, length);
  assertEquals(list.reduce((sum, n) => sum + n, 0), 0);
}

Deno.test("a dump that is revoked within a structure begins again, and is right", async () => {
  using folder = new Folder();
  using map = newMap();
  const trees = treesOf(map);
  trees.put("p", { lists: [new Array(60_000).fill(0)], label: "" });
  const { words } = attachmentOf(map).segment;
  const random = new Random(2);
  let restarts = 0;
  await writeSnapshot(map, folder.path, {
    onProgress: (progress) => {
      restarts = progress.restarts;
      if (restarts === 2) return;
      // From here on blocks of nodes that the dump shows are used for others.
      revokeDumps(words);
      for (let i = 0; i < 300; i++) {
        trees.move("p", 0, random.below(60_000), random.below(60_000), 1);
        attachmentOf(map).participant.collectAll();
      }
    },
  });
  assertEquals(restarts, 2);
  const { contents } = await restored(folder);
  assertEquals(contents, contentsOf(map));
  assertBalanced(contents.get("p") as Numbers, 60_000);
  assertNothingLeft(map);
});

Deno.test("a restore makes room for a structure as for any entry, in its middle, too", async () => {
  using folder = new Folder();
  using map = newMap();
  treesOf(map).put("p", { lists: [range(9_000)], label: "" });
  await writeSnapshot(map, folder.path);
  using cache = newMap({ maxBytes: 2 ** 20, onFull: "evict" });
  for (let i = 0; cache.stats().evicted === 0; i++) {
    cache.set(`${i}`, "x".repeat(200));
    if (i % 50 === 0) {
      treesOf(cache).put(`t ${i}`, { lists: [range(99)], label: "" });
    }
  }
  await restoreSnapshot(cache, folder.path);
  assertEquals(treesOf(cache).read("p"), treesOf(map).read("p"));
  assertNothingLeft(cache);
});

Deno.test("a structure that does not fit is left out whole, and the error says what it needs", async () => {
  using folder = new Folder();
  using map = newMap();
  treesOf(map).put("p", { lists: [range(60_000)], label: "" });
  await writeSnapshot(map, folder.path);
  using small = newMap({ maxBytes: 2 ** 20 });
  small.set("q", 1);
  const error = await assertRejects(
    () => restoreSnapshot(small, folder.path),
    MapFullError,
    "create the map with a larger maxBytes",
  );
  assertEquals(contentsOf(small), new Map<string, unknown>([["q", 1]]));
  assertEquals(sumOver(attachmentOf(small).segment.words, P_LOADING), 0);
  assertNothingLeft(small);
  const [, size] = error.message.match(/such as (\d+)/)!;
  using enough = newMap({ maxBytes: Number(size) });
  enough.set("q", 1);
  await restoreSnapshot(enough, folder.path);
  assertEquals(treesOf(enough).read("p"), treesOf(map).read("p"));
});

Deno.test("open() brings structures back, and goes on with their epochs", async () => {
  await using home = new Home();
  const options = {
    maxBytes: 2 ** 22,
    persist: { directory: home.path, interval: 1e9 },
  };
  let before: Map<string, unknown> | undefined;
  for (let start = 0; start < 3; start++) {
    using map: StringMap = await SharedMap.open(
      `structures ${home.path}`,
      options,
    );
    if (before !== undefined) assertEquals(contentsOf(map), before);
    const trees = treesOf(map);
    if (start === 0) trees.put("p", { lists: [range(5_000)], label: "" });
    await map.flush();
    trees.set("p", 0, start * 7, -1);
    trees.put(`${start}`, { lists: [[start], []], label: "" });
    await map.flush();
    before = contentsOf(map);
  }
});

Deno.test("a structure that had expired, and was saved by a clock set back, is whole in a delta", async () => {
  using folder = new Folder();
  using map = newMap();
  const trees = treesOf(map);
  const series = seriesOf(map, folder.path);
  using clock = new Clock();
  map.set("q", "x".repeat(5_000));
  trees.put("p", { lists: [range(100)], label: "" });
  map.expire("p", 1_000);
  clock.advance(2_000);
  assertEquals((await series.write(silent))!.entries, 1);
  clock.advance(-1_500);
  trees.set("p", 0, 7, -7);
  assert(map.expire("p", Infinity));
  clock.advance(1_500);
  const info = (await series.write(silent))!;
  assertEquals([info.kind, info.entries], ["delta", 2]);
  assertEquals((await restored(folder)).contents, contentsOf(map));
  // From then on its nodes are in the chain.
  trees.set("p", 0, 8, -8);
  assertLess((await series.write(silent))!.bytes, info.bytes / 2);
  assertEquals((await restored(folder)).contents, contentsOf(map));
});

/** The wall clock, as far ahead of the real one as is said. */
class Clock implements Disposable {
  readonly #real = Date.now;
  #ahead = 0;

  constructor() {
    Date.now = () => this.#real.call(Date) + this.#ahead;
  }

  advance(ms: number): void {
    this.#ahead += ms;
  }

  [Symbol.dispose](): void {
    Date.now = this.#real;
  }
}
