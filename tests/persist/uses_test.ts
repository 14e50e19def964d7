import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  type SharedMapOptions,
  SnapshotWriter,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { heatOf } from "../../src/table/heat.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { Folder } from "../testing/folder.ts";

type Cache = SharedMap<string, unknown>;
type Options = SharedMapOptions<string, unknown>;

const EVICTS: Options = { maxBytes: 2 ** 22, onFull: "evict" };
const TRACKS: Options = { maxBytes: 2 ** 22, track: true };
const BOTH: Options = { ...EVICTS, track: true };
const LRU: Options = { ...EVICTS, policy: "lru" };
const NEITHER: Options = { maxBytes: 2 ** 22 };

const KEYS = Array.from({ length: 3_000 }, (_, i) => `key ${i}`);

function cache(options: Options): Cache {
  return SharedMap.create<string, unknown>(options);
}

/** Entries of which some were read once or more often. */
function filled(options: Options): Cache {
  const map = cache(options);
  for (const [i, key] of KEYS.entries()) {
    map.set(key, i % 100 === 0 ? "x".repeat(2_000) : i);
    for (let reads = i % 5; reads > 0; reads--) map.get(key);
  }
  return map;
}

function heatIn(map: Cache, key: string): number {
  const { seed, words } = attachmentOf(map).segment;
  const encoded = new EncodedKey(seed);
  encoded.packLatin1(key);
  return heatOf(words, encoded.hash);
}

const heats = (map: Cache) => KEYS.map((key) => heatIn(map, key));

async function restored(folder: Folder, options: Options): Promise<Cache> {
  const map = cache(options);
  await restoreSnapshot(map, folder.path);
  return map;
}

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`heat goes into a snapshot, and comes back: ${compression}`, async () => {
    using folder = new Folder();
    using before = filled(EVICTS);
    const { path } = await writeSnapshot(before, folder.path, { compression });
    await verifySnapshot(path);
    const wanted = heats(before);
    for (const options of [EVICTS, BOTH, LRU]) {
      using after = await restored(folder, options);
      const same = heats(after).filter((heat, i) => heat === wanted[i]);
      // A cell, or a word, may be another key's by then: which depends on the hash.
      assert(same.length > 0.95 * KEYS.length, `${same.length} are the same`);
    }
  });
}

Deno.test("what is tracked goes into a snapshot, and comes back", async () => {
  using folder = new Folder();
  using before = filled(TRACKS);
  for (let i = 0; i < 20_000; i++) before.get("key 7");
  await writeSnapshot(before, folder.path);
  using after = await restored(folder, TRACKS);
  const asked = ["key 7", "key 8"].map((key) => after.access(key));
  const told = ["key 7", "key 8"].map((key) => before.access(key));
  assertEquals(asked, told);
  assert(asked[0]!.frequency > 2 * asked[1]!.frequency);
  using evicts = await restored(folder, BOTH);
  assertEquals(heats(evicts).slice(5, 10), heats(before).slice(5, 10));
});

Deno.test("a map that keeps nothing of uses restores a snapshot that has them, and the other way round", async () => {
  using warm = new Folder();
  using plain = new Folder();
  {
    using map = filled(BOTH);
    await writeSnapshot(map, warm.path);
    using other = filled(NEITHER);
    await writeSnapshot(other, plain.path);
  }
  using one = await restored(warm, NEITHER);
  using other = await restored(plain, BOTH);
  for (const map of [one, other]) assertStrictEquals(map.size, KEYS.length);
  assert(heats(other).every((heat) => heat === 0));
  assertEquals(other.access("key 3"), { frequency: 0, idle: undefined });
});

Deno.test("a chain of deltas has the newest of what is known of each entry", async () => {
  using folder = new Folder();
  {
    using map = filled(EVICTS);
    await using writer = new SnapshotWriter(map, {
      directory: folder.path,
      interval: 60_000,
    });
    await writer.write();
    map.set("key 4", 4); // its heat was 3 by then
    for (let i = 0; i < 3; i++) map.get("key 5");
    map.set("key 5", 5); // its heat had been 0
    map.delete("key 6");
    await writer.write();
  }
  using after = await restored(folder, EVICTS);
  assertStrictEquals(heatIn(after, "key 4"), 3);
  assertStrictEquals(heatIn(after, "key 5"), 3);
  assertStrictEquals(heatIn(after, "key 3"), 3, "from the full epoch");
  assert(!after.has("key 6"));
});

Deno.test("a restored cache keeps what was hot", async () => {
  using folder = new Folder();
  const options: Options = { ...EVICTS, maxEntries: 1_000 };
  const hot = KEYS.slice(0, 300);
  {
    using map = cache(options);
    for (const key of KEYS.slice(0, 1_000)) map.set(key, 1);
    for (let i = 0; i < 3; i++) for (const key of hot) map.get(key);
    await writeSnapshot(map, folder.path);
  }
  using map = await restored(folder, options);
  for (let i = 0; i < 1_000; i++) map.set(`new ${i}`, i);
  const there = new Set(map.keys());
  const kept = hot.filter((key) => there.has(key)).length;
  const others = KEYS.slice(300, 1_000).filter((key) => there.has(key)).length;
  assert(kept > 270, `${kept} of what was hot`);
  assert(others < 0.9 * 700, `${others} of the others`);
});

Deno.test("an entry that fills a block to its last word has a use, too", async () => {
  using folder = new Folder();
  using map = cache(TRACKS);
  for (let bytes = 2 ** 18 - 24; bytes <= 2 ** 18; bytes += 4) {
    map.set(`${bytes}`, new Uint8Array(bytes));
    map.get(`${bytes}`);
    const { path } = await writeSnapshot(map, folder.path);
    await verifySnapshot(path);
    map.clear();
  }
});
