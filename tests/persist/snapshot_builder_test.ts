import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  verifySnapshot,
} from "../../mod.ts";
import { SnapshotBuilder } from "../../src/persist/snapshot_builder.ts";
import { Folder } from "../testing/folder.ts";

const CODECS = { keyCodec: "string", valueCodec: "any" };

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`SnapshotBuilder writes entries of all sizes in the order of their hashes (${compression})`, async () => {
    using folder = new Folder();
    const builder = new SnapshotBuilder(CODECS);
    const entries = new Map<string, unknown>();
    for (let i = 0; i < 20_000; i++) {
      entries.set(`key ${i}`, "x".repeat(i % 99));
    }
    entries.set("large", "日".repeat(2 ** 20));
    entries.set("k".repeat(300_000), new Uint8Array(1_200_000).fill(1));
    for (const [key, value] of entries) {
      builder.add({ key, value, expiry: Infinity });
    }
    let last = 0;
    const { path, ...info } = await builder.write({
      directory: folder.path,
      compression,
      onProgress: ({ entries }) => last = entries,
    });
    // Which checks the order, too.
    assertEquals(await verifySnapshot(path), {
      path,
      bytes: info.bytes,
      entries: entries.size,
      records: entries.size,
      epoch: 1,
      kind: "full",
      time: info.time,
    });
    assertEquals(last > 0, true);
    using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 26 });
    await restoreSnapshot(map, folder.path);
    assertStrictEquals(map.size, entries.size);
    for (const [key, value] of entries) assertEquals(map.get(key), value);
  });
}

Deno.test("SnapshotBuilder takes a key that comes again and again", async () => {
  using folder = new Folder();
  const builder = new SnapshotBuilder({
    keyCodec: "number",
    valueCodec: "number",
  });
  for (let i = 0; i < 50_000; i++) {
    builder.add({ key: i % 2, value: i, expiry: Infinity });
  }
  const target = { directory: folder.path, compression: "none" } as const;
  const { entries, replaced } = await builder.write(target);
  assertEquals([entries, replaced], [2, 49_998]);
  using map = SharedMap.create<number, number>({
    key: "number",
    value: "number",
  });
  await restoreSnapshot(map, folder.path);
  assertEquals([map.get(0), map.get(1)], [49_998, 49_999]);
});

Deno.test("SnapshotBuilder refuses what the codecs do not take, and stays as it was", async () => {
  using folder = new Folder();
  const builder = new SnapshotBuilder({
    keyCodec: "string",
    valueCodec: "mine",
  });
  const add = (key: unknown, value: unknown) =>
    builder.add({ key, value, expiry: Infinity });
  add("a", new Uint8Array(3));
  assertThrows(() => add(1, new Uint8Array(3)), TypeError, "the key");
  assertThrows(() => add("b", "text"), TypeError, 'the codec "mine"');
  const missing = `${folder.path}/missing`;
  await assertRejects(
    () => builder.write({ directory: missing, compression: "none" }),
    SnapshotError,
    "no such file or directory",
  );
  const target = { directory: folder.path, compression: "none" } as const;
  assertStrictEquals((await builder.write(target)).entries, 1);
  assertEquals(folder.names, ["000000000001.epochmap"]);
  assertThrows(
    () => new SnapshotBuilder({ keyCodec: "", valueCodec: "any" }),
    RangeError,
  );
});
