// A worker that waits for a key learns of each change, in whatever way it is made: with
// the kernel and in TypeScript.
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap, type SharedMapOptions, writeSnapshot } from "../../mod.ts";
import { stringKeys } from "../../src/codec/keys.ts";
import { evacuate } from "../../src/map/evacuation.ts";
import { sweep } from "../../src/map/expiry_sweep.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { BulkLoader } from "../../src/persist/bulk_load.ts";
import { loadShare } from "../../src/persist/bulk_load_share.ts";
import { FileReader } from "../../src/persist/file_reader.ts";
import {
  ARMED,
  CHANGE_WORDS,
  CHANGES,
  H_WATCHED,
} from "../../src/segment/layout.ts";
import { arm, changeWord } from "../../src/table/changes.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { Folder } from "../testing/folder.ts";
import { withoutKernel } from "../testing/kernels.ts";

type SomeMap = SharedMap<string, unknown>;

const KEY = "the key";
/** Too long for the scratch in the record. */
const LONG_KEY = "k".repeat(400);

function packed(map: SomeMap, key: string): EncodedKey {
  const scratch = new EncodedKey(attachmentOf(map).segment.seed);
  stringKeys.pack(stringKeys.prepare(key), scratch);
  return scratch;
}

function hashOf(map: SomeMap, key: string): number {
  return packed(map, key).hash;
}

let others = 0;

/** Sets one more key, which does not share the word of this one. */
function setAnother(map: SomeMap, key: string, value: unknown): void {
  const word = changeWord(hashOf(map, key));
  let another;
  do another = `${others++}`; while (changeWord(hashOf(map, another)) === word);
  map.set(another, value);
}

/** Whether the word of a key was disarmed meanwhile. */
function isDisarmed(map: SomeMap, key: string, act: () => void): boolean {
  const { segment: { words } } = attachmentOf(map);
  const hash = hashOf(map, key);
  const armed = arm(words, changeWord(hash));
  assertStrictEquals(words[changeWord(hash)], armed);
  act();
  return words[changeWord(hash)] !== armed;
}

/** A way to change the key, with what must be there before; undefined: nothing. */
interface Way {
  readonly before?: unknown;
  readonly ttl?: number;
  change(map: SomeMap, key: string): unknown;
}

const WAYS: Readonly<Record<string, Way>> = {
  "set() of a new key": { change: (map, key) => map.set(key, 1) },
  "set() of a number": { before: 1, change: (map, key) => map.set(key, 2) },
  "set() of a text": { before: "a", change: (map, key) => map.set(key, "b") },
  "set() with a time": {
    before: 1,
    change: (map, key) => map.set(key, 2, { ttl: 1000 }),
  },
  "set() of what it is": { before: 1, change: (map, key) => map.set(key, 1) },
  "setMany()": { before: 1, change: (map, key) => map.setMany([[key, 2]]) },
  "getOrInsert()": { change: (map, key) => map.getOrInsert(key, 1) },
  "getOrInsertComputed()": {
    change: (map, key) => map.getOrInsertComputed(key, () => 1),
  },
  "swap()": { before: 1, change: (map, key) => map.swap(key, 2) },
  "compareAndSet() of a number": {
    before: 1,
    change: (map, key) => map.compareAndSet(key, 1, 2),
  },
  "compareAndSet() of a text": {
    before: "a",
    change: (map, key) => map.compareAndSet(key, "a", "b"),
  },
  "compareAndSet() of nothing": {
    change: (map, key) => map.compareAndSet(key, undefined, 2),
  },
  "update()": { before: 1, change: (map, key) => map.update(key, () => 2) },
  "update() to nothing": {
    before: 1,
    change: (map, key) => map.update(key, () => undefined),
  },
  "increment()": { before: 1, change: (map, key) => map.increment(key) },
  "increment() of nothing": { change: (map, key) => map.increment(key) },
  "expire()": { before: 1, change: (map, key) => map.expire(key, 1000) },
  "expire() later": {
    before: 1,
    ttl: 1000,
    change: (map, key) => map.expire(key, 2000),
  },
  "delete()": { before: 1, change: (map, key) => map.delete(key) },
  "take()": { before: "a", change: (map, key) => map.take(key) },
  "compareAndDelete()": {
    before: 1,
    change: (map, key) => map.compareAndDelete(key, 1),
  },
  "clear()": { before: 1, change: (map) => map.clear() },
  "the sweep of what has expired": {
    before: 1,
    ttl: 1,
    change(map) {
      const end = Date.now() + 2;
      while (Date.now() < end);
      assert(sweep(attachmentOf(map), Infinity));
    },
  },
  "eviction": {
    before: 1,
    change(map, key) {
      // To look it up would keep it in the map.
      const isThere = () => map.keys().some((other) => other === key);
      while (isThere()) setAnother(map, key, "x".repeat(2000));
    },
  },
  "evacuation": {
    before: 1,
    change(map, key) {
      const attachment = attachmentOf(map);
      const { participant, segment, table } = attachment;
      participant.pin();
      const ref = table.find(packed(map, key));
      const chunk = segment.chunkOf(ref);
      assert(evacuate(attachment, [chunk, chunk + 1]));
      assertNotEquals(table.find(packed(map, key)), ref);
      participant.unpin();
    },
  },
};

function withMap(
  hasKernel: boolean,
  use: (map: SomeMap) => void,
): void {
  const options: SharedMapOptions<string, unknown> = {
    maxBytes: 2 ** 20,
    onFull: "evict",
  };
  using maker = SharedMap.create<string, unknown>(options);
  const { handle } = maker;
  using map: SomeMap = SharedMap.attach(
    hasKernel ? handle : withoutKernel(handle),
  );
  use(map);
}

for (const hasKernel of [true, false]) {
  const where = hasKernel ? "with the kernel" : "in TypeScript";

  Deno.test(`every way to change a key disarms its word, ${where}`, async (t) => {
    for (const [name, { before, ttl, change }] of Object.entries(WAYS)) {
      await t.step(name, () => {
        for (const key of [KEY, LONG_KEY]) {
          withMap(hasKernel, (map) => {
            if (before !== undefined) map.set(key, before, { ttl });
            assert(isDisarmed(map, key, () => change(map, key)), key);
          });
        }
      });
    }
  });

  Deno.test(`what changes nothing leaves the word armed, ${where}`, () => {
    withMap(hasKernel, (map) => {
      map.set(KEY, 1);
      const looks: Readonly<Record<string, () => unknown>> = {
        get: () => map.get(KEY),
        has: () => map.has(KEY),
        getMany: () => map.getMany([KEY]),
        iterate: () => [...map],
        getOrInsert: () => map.getOrInsert(KEY, 2),
        compareAndSet: () => map.compareAndSet(KEY, 3, 2),
        compareAndDelete: () => map.compareAndDelete(KEY, 3),
        delete: () => map.delete("another key"),
        snapshot: () => map.snapshot().close(),
        // Links are copied to larger tables, and go on to lead to the same versions.
        grow: () => {
          while (map.stats().migrations < 3) setAnother(map, KEY, 1);
        },
      };
      for (const [name, look] of Object.entries(looks)) {
        assert(!isDisarmed(map, KEY, look), name);
      }
    });
  });

  Deno.test(`nothing is written while nobody has waited, ${where}`, () => {
    withMap(hasKernel, (map) => {
      for (let i = 0; i < 1000; i++) map.set(`${i}`, i);
      map.clear();
      const { words } = attachmentOf(map).segment;
      assertStrictEquals(words[H_WATCHED], 0);
      assert(
        words.subarray(CHANGES, CHANGES + CHANGE_WORDS).every((it) => it === 0),
      );
    });
  });
}

Deno.test("every entry that is loaded in bulk disarms its word", async () => {
  using folder = new Folder();
  using map: SomeMap = SharedMap.create();
  for (let i = 0; i < 100; i++) map.set(`${i}`, `${i}`);
  const { path } = await writeSnapshot(map, folder.path);
  using file = FileReader.open(path);
  for (const isThere of [false, true]) {
    using other: SomeMap = SharedMap.create();
    if (isThere) { for (const key of map.keys()) other.set(key, 0); }
    const { words } = attachmentOf(other).segment;
    for (const key of map.keys()) arm(words, changeWord(hashOf(other, key)));
    file.rewind();
    const loader = new BulkLoader(attachmentOf(other), 100, false);
    await loadShare(loader, file, { index: 0, of: 1 }, () => {});
    loader.end();
    assertEquals(new Map(other), new Map(map));
    for (const key of map.keys()) {
      const word = words[changeWord(hashOf(other, key))];
      assertStrictEquals(word & ARMED, 0, key);
    }
  }
});

Deno.test("arm() is good for one change, and seen by all who wait for the key", () => {
  using map: SomeMap = SharedMap.create();
  const { words } = attachmentOf(map).segment;
  const hash = hashOf(map, KEY);
  const first = arm(words, changeWord(hash));
  assertStrictEquals(arm(words, changeWord(hash)), first);
  map.set(KEY, 1);
  const changed = words[changeWord(hash)];
  assertStrictEquals(changed, first - ARMED + 2);
  map.set(KEY, 2);
  assertStrictEquals(words[changeWord(hash)], changed);
  words[changeWord(hash)] = -2; // the last number
  assertStrictEquals(arm(words, changeWord(hash)), -1);
  map.set(KEY, 3);
  assertStrictEquals(words[changeWord(hash)], 0);
});
