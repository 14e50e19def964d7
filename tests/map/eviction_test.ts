import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { MapFullError, SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import {
  H_ROOT,
  SLOT_WORDS,
  T_CAPACITY,
  T_SHIFT,
  T_SLOTS,
} from "../../src/segment/layout.ts";
import { capacityOf } from "../../src/map/capacity.ts";
import { layOut } from "../../src/segment/segment.ts";
import { homePlace } from "../../src/table/slot.ts";
import { Random } from "../testing/random.ts";

const MIB = 2 ** 20;

function evicting<V>(
  maxBytes = MIB,
  policy?: "random",
): SharedMap<string, V> {
  return SharedMap.create<string, V>({ maxBytes, onFull: "evict", policy });
}

for (const size of [1, 8, 100, 3000, 50_000]) {
  for (const mib of [1, 4]) {
    Deno.test(`SharedMap of ${mib} MiB that evicts goes on taking values of ${size} bytes`, () => {
      using map = evicting<Uint8Array>(mib * MIB);
      const value = new Uint8Array(size).fill(1);
      const count = Math.ceil(4 * mib * MIB / (size + 60));
      let most = 0;
      for (let i = 0; i < count; i++) {
        map.set(`k${i}`, value);
        if (i % 64 !== 0) continue;
        assertEquals(map.get(`k${i}`), value, "what was just set is there");
        most = Math.max(most, map.size);
      }
      assertGreater(map.stats().evicted, 0);
      assertStrictEquals([...map.keys()].length, map.size);
      assertGreater(
        map.size,
        most / 2,
        "it does not throw away more than it must",
      );
    });
  }
}

Deno.test("SharedMap that evicts goes on taking entries with long keys", () => {
  for (const length of [3000, 30_000, 100_000]) {
    using map = evicting<number>();
    for (let i = 0; i < 4 * MIB / length; i++) {
      map.set(`${i}`.padEnd(length, "x"), i);
    }
    assertGreater(map.size, 1);
  }
});

Deno.test("SharedMap that evicts goes on taking values of mixed sizes", () => {
  const random = new Random(5);
  using map = evicting<Uint8Array>(2 * MIB);
  for (let i = 0; i < 20_000; i++) {
    const size = random.chance(0.02)
      ? random.below(100_000)
      : random.below(500);
    map.set(`k${random.below(10_000)}`, new Uint8Array(size));
  }
  assertGreater(map.stats().evicted, 0);
});

Deno.test("SharedMap that evicts refuses what can never fit, and evicts nothing for it", () => {
  using map = evicting<Uint8Array>();
  for (let i = 0; i < 100; i++) map.set(`k${i}`, new Uint8Array(100));
  for (const size of [MIB - 200_000, MIB, 4 * MIB]) {
    const error = assertThrows(
      () => map.set("big", new Uint8Array(size)),
      MapFullError,
    );
    assertGreater(error.needed, size);
    assertStrictEquals(map.stats().evicted, 0);
    assertStrictEquals(map.size, 100);
  }
  map.set("small", new Uint8Array(1));
  assertStrictEquals(map.size, 101);
});

Deno.test("SharedMap that evicts either takes a large value or evicts nothing for it", () => {
  for (let size = 100_000; size < MIB; size += 24_000) {
    using map = evicting<Uint8Array>();
    const small = new Uint8Array(100);
    for (let i = 0; i < 8000; i++) map.set(`k${i}`, small);
    const before = map.stats().evicted;
    const entries = map.size;
    const value = new Uint8Array(size);
    try {
      map.set("large", value);
      assertEquals(map.get("large")?.length, size);
    } catch (error) {
      assert(error instanceof MapFullError);
      assertStrictEquals(
        map.stats().evicted - before,
        0,
        `evicted for ${size} bytes in vain, of ${entries} entries`,
      );
    }
  }
});

Deno.test("SharedMap that evicts after a value that could never fit goes on as before", () => {
  using map = evicting<unknown>();
  assertThrows(() => map.set("big", "x".repeat(2 * MIB)), MapFullError);
  for (let i = 0; i < 60_000; i++) map.set(`k${i}`, i);
  assertGreater(map.size, 1000);
});

Deno.test("SharedMap that evicts leaves all parts of its table equally full", () => {
  using map = SharedMap.create<string, number>({
    maxBytes: MIB,
    value: "number",
    onFull: "evict",
  });
  for (let i = 0; map.stats().evicted <= 20 * map.size; i++) {
    map.set(`k${i}`, i);
  }
  const { participant, segment: { words }, table: { migration } } =
    attachmentOf(map);
  participant.pin();
  migration.finishIfMoving();
  participant.unpin();
  const table = words[H_ROOT] * 4;
  const mask = words[table + T_CAPACITY] - 1;
  let linked = 0;
  let probes = 0;
  for (let i = 0; i <= mask; i++) {
    const slot = table + T_SLOTS + i * SLOT_WORDS;
    if (words[slot + 1] <= 0) continue; // empty, or deleted
    linked++;
    probes += 1 + ((i - homePlace(words[slot], words[table + T_SHIFT])) & mask);
  }
  assertStrictEquals(linked, map.size);
  // Linear probing takes 4.5 on average at the fullest that a table may be; it was a
  // hundred when places were patchy.
  assertLess(probes / linked, 6);
});

Deno.test("SharedMap that evicts by chance chooses among all entries", () => {
  using map = evicting<number>(MIB, "random");
  let count = 0;
  while (map.stats().evicted === 0) map.set(`old${count++}`, count);
  for (let i = 0; i < count; i++) map.set(`new${i}`, i);
  const left = (kind: string) =>
    [...map.keys()].filter((key) => key.startsWith(kind)).length;
  // By chance a third or so of the old ones would be left, and two thirds of the new.
  assertGreater(left("old"), count / 5);
  assertGreater(left("new"), count / 2);
});

Deno.test("SharedMap that evicts by chance prefers entries that expire soon", () => {
  using map = evicting<number>(MIB, "random");
  const kinds = [{}, { ttl: 3_600_000 }, { ttl: 60_000 }];
  let count = 0;
  while (map.stats().evicted === 0) {
    map.set(`${count % 3}:${count}`, count, kinds[count % 3]);
    count++;
  }
  const fresh = Math.floor(count / 6);
  for (let i = 0; i < fresh; i++) map.set(`new${i}`, i);
  const left = (kind: string) =>
    [...map.keys()].filter((key) => key.startsWith(kind)).length;
  assertLess(left("2:"), left("1:") * 0.7);
  assertGreater(left("0:"), count / 3 * 0.95);
});

Deno.test("SharedMap that evicts removes expired entries first", () => {
  let now = 1000;
  using _ = stub(Date, "now", () => now);
  using map = evicting<Uint8Array>();
  const value = new Uint8Array(100);
  for (let i = 0; i < 1000; i++) map.set(`old${i}`, value, { ttl: 10 });
  for (let i = 0; i < 2000; i++) map.set(`kept${i}`, value);
  now = 2000;
  for (let i = 0; i < 1500; i++) map.set(`new${i}`, value);
  const { evicted, expired } = map.stats();
  if (evicted === 0) assertStrictEquals(map.has("kept0"), true);
  else {assertStrictEquals(
      expired,
      1000,
      "none is evicted before they are gone",
    );}
});

Deno.test("SharedMap that evicts does so in every method that writes", () => {
  using map = SharedMap.create<string, number>({
    maxBytes: MIB,
    value: "number",
    onFull: "evict",
  });
  for (let i = 0; i < 40_000; i++) {
    const key = `k${i}`;
    switch (i % 7) {
      case 0:
        map.set(key, i);
        break;
      case 1:
        map.swap(key, i);
        break;
      case 2:
        map.getOrInsert(key, i);
        break;
      case 3:
        map.getOrInsertComputed(key, () => i);
        break;
      case 4:
        assert(map.compareAndSet(key, undefined, i));
        break;
      case 5:
        map.update(key, () => i);
        break;
      default:
        map.increment(key, i);
    }
    assertStrictEquals(map.get(key), i);
  }
  assertGreater(map.stats().evicted, 0);
});

Deno.test("SharedMap that evicts keeps what an open snapshot shows", () => {
  using map = evicting<Uint8Array>();
  for (let i = 0; i < 500; i++) map.set(`k${i}`, new Uint8Array([i]));
  using snapshot = map.snapshot();
  try {
    for (let i = 0; i < 3000; i++) map.set(`n${i}`, new Uint8Array(300));
  } catch (error) {
    assert(error instanceof MapFullError);
  }
  assertStrictEquals(snapshot.size, 500);
  for (let i = 0; i < 500; i++) {
    assertEquals(snapshot.get(`k${i}`), new Uint8Array([i]));
  }
});

Deno.test("SharedMap that evicts goes on beside an open snapshot, with what is younger", () => {
  using map = evicting<string>(2 * MIB);
  const value = "x".repeat(250);
  for (let i = 0; map.stats().evicted < 100; i++) map.set(`old ${i}`, value);
  using snapshot = map.snapshot();
  const before = [...snapshot].sort();
  for (let i = 0; i < 20_000; i++) map.set(`new ${i}`, value);
  assertEquals([...snapshot].sort(), before);
  assertEquals(map.stats().heldVersions, 0);
});

Deno.test("SharedMap that throws when it is full evicts nothing", () => {
  using map = SharedMap.create<string, Uint8Array>({ maxBytes: MIB });
  assertThrows(() => {
    for (let i = 0;; i++) map.set(`k${i}`, new Uint8Array(1000));
  }, MapFullError);
  assertStrictEquals(map.stats().evicted, 0);
});

Deno.test("SharedMap: eviction is the map's choice, not the attachment's", () => {
  using map = evicting<Uint8Array>();
  using other = SharedMap.attach<string, Uint8Array>(map.handle);
  for (let i = 0; i < 2000; i++) other.set(`k${i}`, new Uint8Array(1000));
  assertGreater(other.stats().evicted, 0);
});

Deno.test("SharedMap that evicts advises a size that is enough, with what it remembers of its entries", () => {
  const without = layOut(8 * MIB, true);
  for (const policy of ["s3-fifo", "random"] as const) {
    const create = (maxBytes: number) =>
      SharedMap.create<string, string>({ maxBytes, onFull: "evict", policy });
    using small = create(MIB);
    const { minCapacityShift } = attachmentOf(small).segment;
    // With a version's header, key and all it just fits, unless there are ghosts, too.
    const value = "x".repeat(capacityOf(without, minCapacityShift) - 64);
    const error = assertThrows(() => small.set("a", value), MapFullError);
    const [, advised] = /such as (\d+)/.exec(error.message) ?? [];
    assertStrictEquals(Number(advised), (policy === "random" ? 8 : 16) * MIB);
    using larger = create(Number(advised));
    larger.set("a", value);
    assertStrictEquals(larger.get("a"), value);
  }
});

Deno.test("SharedMap evicts no more while a reader keeps what is evicted from being free", () => {
  using map = evicting<Uint8Array>();
  const set = (i: number) => map.set(`k${i}`, new Uint8Array(1000));
  let next = 0;
  while (map.stats().evicted < 100) set(next++);
  const { evicted } = map.stats();
  using other = SharedMap.attach<string, Uint8Array>(map.handle);
  const { participant } = attachmentOf(other);
  participant.pin();
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    try {
      set(next++);
    } catch (error) {
      assert(error instanceof MapFullError);
      refused++;
    }
  }
  participant.unpin();
  assertGreater(refused, 0);
  // The first writes evict before they know that it is in vain.
  assertLess(map.stats().evicted - evicted, 64);
  for (let i = 0; i < 40; i++) set(next++);
});
