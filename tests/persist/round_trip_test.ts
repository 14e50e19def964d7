import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  type AnyKeyCodec,
  type AnyValueCodec,
  type Codec,
  listSnapshots,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { SCALE } from "../testing/scale.ts";
import { Folder } from "../testing/folder.ts";

const pairs: Codec<[number, number]> = {
  name: "pair",
  encode: (pair) => new Uint8Array(new Float64Array(pair).buffer),
  decode: (bytes) => [...new Float64Array(bytes.buffer)] as [number, number],
};

const KEYS: [AnyKeyCodec, unknown[]][] = [
  ["string", [
    "",
    "a",
    "abc",
    "abcd",
    "abcde",
    "ä".repeat(70),
    "日本",
    "\ud800",
  ]],
  ["string", ["x".repeat(100_000), "日".repeat(300_000)]],
  ["number", [0, -1, 1.5, NaN, Infinity, 2 ** 53]],
  ["bytes", [new Uint8Array(), new Uint8Array([0]), new Uint8Array(9)]],
  [pairs, [[1, 2], [3, 4]]],
];

const VALUES: [AnyValueCodec, unknown[]][] = [
  ["any", [
    ...[null, true, false, 0, -0, NaN, 1e300, 0n, -5n, 2n ** 70n],
    ...["", "a", "äö", "日本", "\ud800", "x".repeat(2_000_000)],
    ...[new Uint8Array(), new Uint8Array([1, 2, 3]), new Date(5), [1, {
      a: 2,
    }]],
    ...[new Map([[1, 2]]), /x/g],
  ]],
  ["string", ["", "abc", "日本", "y".repeat(300_001)]],
  ["number", [0, -0, 1.5, NaN, -Infinity]],
  ["bytes", [new Uint8Array(), new Uint8Array(1_048_577).fill(7)]],
  ["json", [null, { a: [1, "x"] }, "日本"]],
  [pairs, [[1, 2], [-0, NaN]]],
];

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`restoreSnapshot() brings back every kind of key and value (${compression})`, async () => {
    for (const [key, keys] of KEYS) {
      for (const [value, values] of VALUES) {
        using folder = new Folder();
        const options = { key, value, maxBytes: 2 ** 26 };
        using map = SharedMap.create(options);
        values.forEach((value, i) => map.set(keys[i % keys.length], value));
        const info = await writeSnapshot(map, folder.path, { compression });
        assertStrictEquals(info.entries, map.size);
        assertStrictEquals(info.bytes, Deno.statSync(info.path).size);
        assertEquals(await verifySnapshot(info.path), info);
        assertEquals(await listSnapshots(folder.path), [info]);
        using restored = SharedMap.create(options);
        const { rejected, ...rest } =
          (await restoreSnapshot(restored, folder.path))!;
        assertEquals(rejected, []);
        assertEquals(rest, info);
        assertStrictEquals(restored.size, map.size);
        for (const [key, value] of map) {
          const back = restored.get(key);
          assertEquals(back, value);
          if (typeof value === "number") assert(Object.is(back, value));
        }
      }
    }
  });
}

Deno.test("restoreSnapshot() brings back many entries into a map with another hash seed, or the same", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>({ value: "number" });
  for (let i = 0; i < 50_000; i++) map.set(`key ${i}`, i);
  await writeSnapshot(map, folder.path);
  using other = SharedMap.create<string, number>({ value: "number" });
  await restoreSnapshot(other, folder.path);
  using again = SharedMap.create<string, number>({ value: "number" });
  const { seed } = attachmentOf(map).segment;
  assert(seed[0] !== attachmentOf(other).segment.seed[0]);
  await restoreSnapshot(again, folder.path);
  for (const restored of [other, again]) {
    assertStrictEquals(restored.size, 50_000);
    for (let i = 0; i < 50_000; i++) {
      assertStrictEquals(restored.get(`key ${i}`), i);
    }
  }
});

Deno.test("restoreSnapshot() restores an empty map, and values of many megabytes", async () => {
  using folder = new Folder();
  using empty = SharedMap.create<string, Uint8Array>({ value: "bytes" });
  await writeSnapshot(empty, folder.path);
  assertStrictEquals((await restoreSnapshot(empty, folder.path))?.entries, 0);
  const large = new Uint8Array(SCALE > 1 ? 2 ** 28 : 2 ** 26);
  for (let i = 0; i < large.length; i += 4099) large[i] = i;
  empty.set("large", large);
  empty.set("small", large.subarray(0, 3));
  const { path } = await writeSnapshot(empty, folder.path);
  await verifySnapshot(path);
  using restored = SharedMap.create<string, Uint8Array>({ value: "bytes" });
  await restoreSnapshot(restored, folder.path);
  const back = restored.get("large")!;
  assertStrictEquals(back.length, large.length);
  assertStrictEquals(Buffer.compare(back, large), 0);
  assertStrictEquals(restored.get("small")!.length, 3);
});

Deno.test("restoreSnapshot() keeps the time left to an entry, and leaves out what has expired", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  map.set("long", 1, { ttl: 1e9 }).set("short", 2, { ttl: 30 }).set("none", 3);
  await writeSnapshot(map, folder.path);
  await new Promise((resolve) => setTimeout(resolve, 40));
  using restored = SharedMap.create<string, number>();
  await restoreSnapshot(restored, folder.path);
  assertStrictEquals(restored.size, 2);
  assert(Math.abs(restored.ttl("long")! - map.ttl("long")!) < 1000);
  assertStrictEquals(restored.ttl("none"), Infinity);
  const later = await writeSnapshot(map, folder.path);
  assertStrictEquals(later.entries, 2);
});

Deno.test("restoreSnapshot() merges over what the map has", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  map.set("a", 1).set("b", 2);
  await writeSnapshot(map, folder.path);
  using other = SharedMap.create<string, number>();
  other.set("b", 20).set("c", 30);
  await restoreSnapshot(other, folder.path);
  assertEquals([...other].sort(), [["a", 1], ["b", 2], ["c", 30]]);
});

Deno.test("restoreSnapshot() refuses a map with other codecs before anything changes", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>({ value: "number" });
  map.set("a", 1);
  await writeSnapshot(map, folder.path);
  using other = SharedMap.create<string, string>({ value: "string" });
  other.set("b", "x");
  const error = await assertRejects(
    () => restoreSnapshot(other, folder.path),
    SnapshotError,
    `"number" for values, this one has "string" and "string"`,
  );
  assertEquals(error.reason, "other codecs");
  assertEquals([...other], [["b", "x"]]);
});

Deno.test("restoreSnapshot() finds nothing in an empty or missing directory", async () => {
  using folder = new Folder();
  using map = SharedMap.create();
  assertStrictEquals(await restoreSnapshot(map, folder.path), undefined);
  const missing = `${folder.path}/missing`;
  assertStrictEquals(await restoreSnapshot(map, missing), undefined);
  assertEquals(await listSnapshots(missing), []);
});

Deno.test("writeSnapshot() numbers epochs, and keeps as many as it is told", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  for (let i = 1; i <= 4; i++) {
    map.set("n", i);
    assertStrictEquals((await writeSnapshot(map, folder.path)).epoch, i);
  }
  assertStrictEquals((await listSnapshots(folder.path)).length, 4);
  await writeSnapshot(map, new URL(`file://${folder.path}/`), { keep: 2 });
  const epochs = (await listSnapshots(folder.path)).map(({ epoch }) => epoch);
  assertEquals(epochs, [5, 4]);
});

Deno.test("writeSnapshot() says how far it is", async () => {
  using folder = new Folder();
  using map = SharedMap.create<number, string>({ key: "number" });
  for (let i = 0; i < 30_000; i++) map.set(i, `some text ${i}`);
  const seen: number[] = [];
  let total = 0;
  await writeSnapshot(map, folder.path, {
    onProgress(progress) {
      seen.push(progress.entries);
      total = progress.total;
    },
  });
  assert(seen.length > 2);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals([seen.at(-1), total], [30_000, 30_000]);
});

Deno.test("writeSnapshot(), restoreSnapshot() and listSnapshots() refuse bad arguments", async () => {
  using folder = new Folder();
  const map = SharedMap.create();
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown) => value as any;
  await assertRejects(() => writeSnapshot(any({}), folder.path), TypeError);
  await assertRejects(() => writeSnapshot(map, any(5)), TypeError);
  await assertRejects(() => writeSnapshot(map, ""), TypeError);
  await assertRejects(
    () => writeSnapshot(map, folder.path, { keep: 0 }),
    RangeError,
  );
  await assertRejects(
    () => writeSnapshot(map, folder.path, { compression: any("gzip") }),
    TypeError,
  );
  await assertRejects(() => listSnapshots(any(undefined)), TypeError);
  map.close();
  await assertRejects(() => writeSnapshot(map, folder.path), Error, "closed");
  await assertRejects(() => restoreSnapshot(map, folder.path), Error, "closed");
  assertEquals(folder.names, []);
});
