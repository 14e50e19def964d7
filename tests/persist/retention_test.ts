// What is kept can be restored; what is damaged is set aside; what is not
// understood stops the writer.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { crc32 } from "node:zlib";
import {
  listSnapshots,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  type SnapshotInfo,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { SnapshotBuilder } from "../../src/persist/snapshot_builder.ts";
import { Folder } from "../testing/folder.ts";
import { seriesOf, silent } from "./series.ts";

const EPOCH = /^\d{12}\.epochmap$/;

function sample(): SharedMap<string, number> {
  const map = SharedMap.create<string, number>({
    value: "number",
    maxBytes: 2 ** 22,
  });
  for (let i = 0; i < 500; i++) map.set(`key ${i}`, i);
  return map;
}

/** Ways to damage a file; the middle one is not seen by its ends. */
const DAMAGES: Record<string, (path: string) => void> = {
  "cut off": (path) => Deno.truncateSync(path, Deno.statSync(path).size - 9),
  "a byte in the middle": (path) => {
    const bytes = Deno.readFileSync(path);
    bytes[bytes.length >> 1] ^= 0xff;
    Deno.writeFileSync(path, bytes);
  },
  "a byte of the header": (path) => {
    const bytes = Deno.readFileSync(path);
    bytes[41] ^= 1;
    Deno.writeFileSync(path, bytes);
  },
};

function epochsIn(folder: Folder): number[] {
  return folder.names.filter((name) => EPOCH.test(name)).map(parseFloat);
}

/** All files of a folder. */
function contents(folder: Folder): [string, Uint8Array][] {
  return folder.names
    .map((name) => [name, Deno.readFileSync(`${folder.path}/${name}`)]);
}

for (const [what, damage] of Object.entries(DAMAGES)) {
  Deno.test(`a chain with a damaged base is not one of those kept (${what})`, async () => {
    using folder = new Folder();
    using map = sample();
    await writeSnapshot(map, folder.path);
    const series = seriesOf(map, folder.path);
    const chain: SnapshotInfo[] = [];
    for (let i = 0; i < 4; i++) {
      map.set(`key ${i}`, -1);
      chain.push((await series.write(silent))!);
    }
    assertEquals(chain.map(({ kind }) => kind), [
      "full",
      ...Array(3).fill("delta"),
    ]);
    const [{ path }] = chain;
    damage(path);
    const bytes = Deno.readFileSync(path);
    const warnings: SnapshotError[] = [];
    const onWarning = (error: SnapshotError) => warnings.push(error);
    const info = await writeSnapshot(map, folder.path, { keep: 2, onWarning });
    assertStrictEquals(info.epoch, 6);
    assertEquals(epochsIn(folder), [1, 3, 4, 5, 6]);
    assertEquals(warnings.map((error) => error.path), [path]);
    assertEquals(Deno.readFileSync(`${path}.damaged`), bytes);

    // What is older than those kept goes, and the number of what was set aside is not given again.
    const last = await writeSnapshot(map, folder.path, { keep: 2, onWarning });
    assertEquals(epochsIn(folder), [6, 7]);
    assertStrictEquals(warnings.length, 1);
    damage(last.path);
    using other = sample();
    const restored = await restoreSnapshot(other, folder.path);
    assertStrictEquals(restored?.epoch, 6);
    const next = await writeSnapshot(map, folder.path, { keep: 1, onWarning });
    assertStrictEquals(next.epoch, 8);
    assertEquals(Deno.readFileSync(`${path}.damaged`), bytes);
  });

  Deno.test(`a series whose base is damaged begins anew (${what})`, async () => {
    using folder = new Folder();
    using map = sample();
    const warnings: unknown[] = [];
    const series = seriesOf(map, folder.path, {
      keep: 1,
      onWarning: (error) => warnings.push(error),
    });
    await writeSnapshot(map, folder.path);
    const { path } = (await series.write(silent))!;
    const kinds: string[] = [];
    for (let i = 0; i < 4; i++) {
      if (i === 1) {
        await writeSnapshot(map, folder.path); // something to remove later
        damage(path);
      }
      map.set("key 0", -i);
      kinds.push((await series.write(silent))!.kind);
    }
    assertStrictEquals(kinds[0], "delta");
    assert(kinds.slice(1).includes("full"), kinds.join());
    using other = SharedMap.create<string, number>({ value: "number" });
    await restoreSnapshot(other, folder.path);
    assertStrictEquals(other.get("key 0"), -3);
  });
}

Deno.test("with less that can be restored than is to be kept, nothing is removed", async () => {
  using folder = new Folder();
  using map = sample();
  const infos: SnapshotInfo[] = [];
  for (let i = 0; i < 5; i++) infos.push(await writeSnapshot(map, folder.path));
  for (const { path } of infos.slice(1)) DAMAGES["a byte in the middle"](path);
  await writeSnapshot(map, folder.path, { keep: 3 });
  assertEquals(epochsIn(folder), [1, 6]);
  assertStrictEquals(folder.names.length, 6);
});

Deno.test("what was set aside is not set aside over another", async () => {
  using folder = new Folder();
  using map = sample();
  const { path } = await writeSnapshot(map, folder.path);
  Deno.writeTextFileSync(`${path}.damaged`, "an older one");
  Deno.writeTextFileSync(path, "a newer one");
  await writeSnapshot(map, folder.path, { keep: 1 });
  const texts = folder.names.filter((name) => name.includes("damaged"))
    .map((name) => Deno.readTextFileSync(`${folder.path}/${name}`));
  assertEquals(texts, ["an older one", "a newer one"]);
});

Deno.test("names that are not an epoch's are left alone", async () => {
  using folder = new Folder();
  using map = sample();
  const names = [
    ".lock",
    "1.epochmap",
    "0000000000001.epochmap",
    "000000000009.epochmap.old",
    "000000000009.epochmap.damaged.x",
    "notes.txt",
  ];
  for (const name of names) {
    Deno.writeTextFileSync(`${folder.path}/${name}`, "");
  }
  for (let i = 0; i < 3; i++) {
    await writeSnapshot(map, folder.path, { keep: 1, onWarning: fail });
  }
  assertEquals(
    await restoreSnapshot(sample(), folder.path, {
      onWarning: fail,
    }).then((info) => info?.epoch),
    3,
  );
  assertEquals(
    folder.names,
    [...names, "000000000003.epochmap"].sort(),
  );
});

function fail(error: unknown): never {
  throw error;
}

Deno.test("numbers end where names do", async () => {
  using folder = new Folder();
  using map = sample();
  Deno.writeTextFileSync(`${folder.path}/999999999999999.epochmap`, "");
  await assertRejects(
    () => writeSnapshot(map, folder.path),
    SnapshotError,
    "the numbers end",
  );
});

/** Makes a file one of a newer version, with a check that matches or not. */
function asNewer(path: string, isSealed: boolean): void {
  const bytes = Deno.readFileSync(path);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 99, true);
  const end = view.getUint32(16, true) - 4;
  if (isSealed) view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  Deno.writeFileSync(path, bytes);
}

const NOT_UNDERSTOOD: Record<string, (folder: Folder) => Promise<void>> = {
  "of a newer version": async (folder) => {
    using map = sample();
    await writeSnapshot(map, folder.path);
    asNewer((await writeSnapshot(map, folder.path)).path, true);
  },
  "of a newer version with other checks": async (folder) => {
    using map = sample();
    asNewer((await writeSnapshot(map, folder.path)).path, false);
  },
  "with other codecs": async (folder) => {
    using map = SharedMap.create<string, unknown>();
    await writeSnapshot(map, folder.path);
  },
};

for (const [what, prepare] of Object.entries(NOT_UNDERSTOOD)) {
  Deno.test(`an epoch ${what} stops whoever would write beside it`, async () => {
    using folder = new Folder();
    using map = sample();
    await prepare(folder);
    Deno.writeTextFileSync(`${folder.path}/000000000009.epochmap.part`, "");
    Deno.removeSync(`${folder.path}/epochmap.lock`);
    const before = contents(folder);
    const writer = new SnapshotWriter(map, {
      directory: folder.path,
      interval: 1e6,
      keep: 1,
    });
    const codecs = { keyCodec: "string", valueCodec: "number" };
    const compression = "none";
    const tries: (() => Promise<unknown>)[] = [
      () => writeSnapshot(map, folder.path, { keep: 1 }),
      () => writer.write(),
      () =>
        new SnapshotBuilder(codecs).write({
          directory: folder.path,
          compression,
        }),
      () => restoreSnapshot(map, folder.path),
      () =>
        SharedMap.open(`stopped ${what}`, {
          value: "number",
          persist: { directory: folder.path, interval: 10, keep: 1 },
        }),
    ];
    for (const attempt of tries) {
      const error = await assertRejects(attempt, SnapshotError);
      assert(error.path?.startsWith(folder.path), error.message);
      assertEquals(contents(folder), before, error.message);
    }
    assertStrictEquals(map.size, 500);
    await writer.stop().catch(() => {});
    assert((await listSnapshots(folder.path)).length <= 2);
  });
}
