import {
  assert,
  assertEquals,
  assertGreater,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap, writeSnapshot } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { FileReader } from "../../src/persist/file_reader.ts";
import { BulkLoader } from "../../src/persist/bulk_load.ts";
import { loadShare } from "../../src/persist/bulk_load_share.ts";
import {
  BulkLoadCrew,
  suitableShares,
} from "../../src/persist/bulk_load_crew.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";

const SHARES = 3;
const MAX_BYTES = 32 * 2 ** 20;

function newMap(): SharedMap<string, string> {
  return SharedMap.create({ value: "string", maxBytes: MAX_BYTES });
}

/** Many blocks, and among them entries that take several. */
function contents(): Map<string, string> {
  const entries = new Map<string, string>();
  for (let i = 0; i < 5_000; i++) {
    entries.set(`key ${i}`, `${i}`.repeat(100));
  }
  for (let i = 0; i < 3; i++) entries.set(`large ${i}`, "x".repeat(2_500_000));
  return entries;
}

async function withFile(
  use: (path: string, entries: Map<string, string>) => Promise<void>,
): Promise<void> {
  using folder = new Folder();
  const entries = contents();
  using map = newMap();
  map.setMany(entries);
  const { path } = await writeSnapshot(map, folder.path);
  await use(path, entries);
}

async function fillIn(
  map: SharedMap<string, string>,
  file: FileReader,
  index: number,
): Promise<void> {
  const loader = new BulkLoader(attachmentOf(map), 0, false);
  file.rewind();
  await loadShare(loader, file, { index, of: SHARES }, () => {});
  loader.end();
}

Deno.test("the shares of a file are all of it, and nothing twice", () =>
  withFile(async (path, entries) => {
    using file = FileReader.open(path);
    const seen = new Map<string, string>();
    for (let index = 0; index < SHARES; index++) {
      using map = newMap();
      await fillIn(map, file, index);
      assertGreater(map.size, 0);
      for (const [key, value] of map) {
        assert(!seen.has(key), `${key} is in two shares`);
        seen.set(key, value);
      }
    }
    assertEquals(seen, entries);
  }));

Deno.test("BulkLoadCrew fills in all shares but the first", () =>
  withFile(async (path, entries) => {
    using file = FileReader.open(path);
    using map = newMap();
    using crew = new BulkLoadCrew(attachmentOf(map), file, SHARES);
    assertEquals(await crew.unfinished(), []);
    assertStrictEquals(crew.others, map.size);
    await fillIn(map, file, 0);
    assertEquals(new Map(map), entries);
    // What one of them could not give away as it left is taken over in the background.
    await eventually(() =>
      assertStrictEquals(map.stats().participants, 1, "the others have left")
    );
  }));

Deno.test("BulkLoadCrew leaves shares of a file that is gone, or another one now, to who asked", () =>
  withFile(async (path, entries) => {
    using file = FileReader.open(path);
    using map = newMap();
    {
      using _other = newMap();
      await writeSnapshot(_other, path.slice(0, path.lastIndexOf("/")));
    }
    Deno.removeSync(path);
    {
      using crew = new BulkLoadCrew(attachmentOf(map), file, SHARES);
      assertEquals(await crew.unfinished(), [1, 2]);
    }
    for (let index = 0; index < SHARES; index++) {
      await fillIn(map, file, index);
    }
    assertEquals(new Map(map), entries);
  }));

Deno.test("suitableShares() makes one share of what is soon done", () => {
  assertStrictEquals(suitableShares(0), 1);
  assertStrictEquals(suitableShares(100_000), 1);
  const many = suitableShares(2 ** 30);
  assert(many >= 1 && many <= navigator.hardwareConcurrency);
});
