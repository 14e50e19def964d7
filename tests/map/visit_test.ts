import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { type Codec, SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import {
  TAG_BYTES,
  TAG_LATIN1,
  TAG_NUMBER,
  TAG_UTF16,
} from "../../src/codec/codec.ts";
import type { Codecs } from "../../src/map/codecs.ts";
import { EntryAccess } from "../../src/map/entry_access.ts";
import { EntryReader, type Visitor } from "../../src/map/entry_reader.ts";
import { Hold } from "../../src/map/hold.ts";
import { P_PIN } from "../../src/segment/layout.ts";
import { load } from "../../src/segment/atomics.ts";

const START = 1_700_000_000_000;

function readerOf<K, V>(
  map: SharedMap<K, V>,
  codecs: Codecs = {},
): EntryReader<K, V> {
  const hold = Hold.whole(attachmentOf(map));
  return new EntryReader(new EntryAccess<K, V>(hold, codecs));
}

/** A visitor that copies what it is shown. */
const copy: Visitor<
  { value: Uint8Array; from: number; tag: number; expiry: number }
> = (bytes, from, length, tag, expiry) => ({
  value: new Uint8Array(bytes.subarray(from, from + length)),
  from,
  tag,
  expiry,
});

/** Whether the map is pinned. */
function isPinned<K, V>(map: SharedMap<K, V>): boolean {
  const { participant, segment } = attachmentOf(map);
  return load(segment.words, participant.base + P_PIN) !== 0;
}

Deno.test("EntryReader.visit() shows a value's bytes, its tag and its expiry", () => {
  using _ = stub(Date, "now", () => START);
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  const reader = readerOf(map);
  map.set("text", "abc").set("wide", "€").set("number", 1.5);
  map.set("bytes", new Uint8Array([1, 2, 3]), { ttl: 1000 });
  const text = reader.visit("text", copy);
  assertEquals(text?.value, new TextEncoder().encode("abc"));
  assertEquals([text?.tag, text?.expiry], [TAG_LATIN1, Infinity]);
  const wide = reader.visit("wide", copy);
  assertEquals(wide?.value, new Uint8Array(new Uint16Array([0x20ac]).buffer));
  assertStrictEquals(wide?.tag, TAG_UTF16);
  const number = reader.visit("number", copy);
  assertEquals(number?.value, new Uint8Array(new Float64Array([1.5]).buffer));
  assertStrictEquals(number?.tag, TAG_NUMBER);
  const { from, ...bytes } = reader.visit("bytes", copy)!;
  assertEquals(bytes, {
    value: new Uint8Array([1, 2, 3]),
    tag: TAG_BYTES,
    expiry: START + 1000,
  });
  assertStrictEquals(from % 8, 0, "values begin at 8-byte boundaries");
});

Deno.test("EntryReader.visit() shows values of every length, under keys of every length", () => {
  using map = SharedMap.create<string, Uint8Array>({
    value: "bytes",
    maxBytes: 2 ** 22,
  });
  const reader = readerOf(map);
  for (const length of [0, 1, 7, 8, 9, 500, 5000, 200_000]) {
    const value = Uint8Array.from({ length }, (_, i) => i * 31 + length);
    for (const key of ["", "k", "x".repeat(10_000)]) {
      map.set(key, value);
      assertEquals(reader.visit(key, copy)?.value, value);
    }
  }
});

Deno.test("EntryReader.visit() calls nobody where there is no entry", () => {
  const clock = { now: START };
  using _ = stub(Date, "now", () => clock.now);
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const reader = readerOf(map);
  const fail = () => {
    throw new Error("there is none");
  };
  assertStrictEquals(reader.visit("never there", fail), undefined);
  map.set("deleted", 1);
  using snapshot = map.snapshot(); // its tombstone stays
  map.delete("deleted");
  assertStrictEquals(reader.visit("deleted", fail), undefined);
  map.set("expired", 1, { ttl: 1000 });
  assertStrictEquals(reader.visit("expired", () => 2), 2);
  clock.now += 1000;
  assertStrictEquals(reader.visit("expired", fail), undefined);
  assert(snapshot.has("deleted"));
});

Deno.test("EntryReader.visit() counts hits and misses as get() does", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const reader = readerOf(map);
  map.set("a", 1);
  reader.visit("a", () => {});
  reader.visit("b", () => {});
  const { hits, misses } = map.stats();
  assertEquals([hits, misses], [1, 1]);
});

Deno.test("EntryReader.visit() is pinned meanwhile, and not after it, also when the visitor throws", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const reader = readerOf(map);
  map.set("a", 1);
  assert(reader.visit("a", () => isPinned(map)));
  assert(!isPinned(map));
  const error = new Error("by the visitor");
  const thrown = assertThrows(() =>
    reader.visit("a", () => {
      throw error;
    })
  );
  assertStrictEquals(thrown, error);
  assert(!isPinned(map));
});

Deno.test("EntryReader.visit() shows bytes that stay while the visitor uses the map", () => {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  using other = SharedMap.attach<string, string>(map.handle);
  const reader = readerOf(map);
  const value = "a value ".repeat(100);
  map.set("a", value).set("b", "another");
  const seen = reader.visit("a", (bytes, from, length) => {
    map.set("a", "what replaces it").set("b", "and another");
    for (let i = 0; i < 100; i++) other.set("a", `${i}`.repeat(800));
    assertStrictEquals(map.get("b"), "and another");
    const inner = reader.visit("b", copy);
    assertEquals(inner?.value, new TextEncoder().encode("and another"));
    return bytes.latin1Slice(from, from + length);
  });
  assertStrictEquals(seen, value);
  assertStrictEquals(map.get("a"), "99".repeat(800));
});

Deno.test("EntryReader.visit() shows what a codec of the caller's own wrote, and does not call it", () => {
  const reversed: Codec<string> = {
    name: "reversed",
    encode: (text) => new TextEncoder().encode([...text].reverse().join("")),
    decode() {
      throw new Error("nothing is decoded");
    },
  };
  const codecs = { value: reversed };
  using map = SharedMap.create<string, string>({
    ...codecs,
    maxBytes: 2 ** 20,
  });
  const reader = readerOf(map, codecs);
  map.set("a", "abc");
  const seen = reader.visit("a", copy);
  assertEquals(seen?.value, new TextEncoder().encode("cba"));
});
