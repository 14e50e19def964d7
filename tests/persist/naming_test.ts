// Errors of snapshots on disk say which map they are about.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ClosedError,
  type PersistOptions,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder, Home } from "../testing/folder.ts";

const MIB = 2 ** 20;

/** A name that no other test uses. */
function freshName(): string {
  return `naming ${crypto.randomUUID().slice(0, 8)}`;
}

/** An error names the map once, and the place. */
function assertNamed(error: SnapshotError, name: string, place: string): void {
  assertEquals(error.mapName, name);
  const quoted = JSON.stringify(name);
  assertEquals(error.message.split(quoted).length, 2, error.message);
  assertStringIncludes(error.message, place);
  assertStringIncludes(error.path ?? "", place);
}

/** A file that is no epoch. */
function damageIn(folder: Folder): string {
  const path = `${folder.path}/000000000009.epochmap`;
  Deno.writeTextFileSync(path, "no epoch");
  return path;
}

Deno.test("SnapshotError names the map of writeSnapshot() and restoreSnapshot()", async () => {
  using folder = new Folder();
  const name = freshName();
  using map = await SharedMap.open(name, { maxBytes: MIB });
  const missing = `${folder.path}/missing`;
  const write = () => writeSnapshot(map, missing);
  assertNamed(await assertRejects(write, SnapshotError), name, missing);
  {
    using other = SharedMap.create({ value: "json", maxBytes: MIB });
    await writeSnapshot(other, folder.path);
  }
  const restore = () => restoreSnapshot(map, folder.path);
  assertNamed(await assertRejects(restore, SnapshotError), name, folder.path);
});

Deno.test("SnapshotError names the map whose damaged epoch is passed over", async () => {
  using folder = new Folder();
  const name = freshName();
  using map = await SharedMap.open(name, { maxBytes: MIB });
  const path = damageIn(folder);
  const warnings: SnapshotError[] = [];
  const onWarning = (error: SnapshotError) => warnings.push(error);
  await restoreSnapshot(map, folder.path, { onWarning });
  assertEquals(warnings.length, 1);
  assertNamed(warnings[0], name, path);
});

Deno.test("SnapshotError names the map of a SnapshotWriter", async () => {
  using folder = new Folder();
  const name = freshName();
  using map = await SharedMap.open(name, { maxBytes: MIB });
  const directory = `${folder.path}/missing`;
  const writer = new SnapshotWriter(map, { directory, interval: 1 });
  const heard: SnapshotError[] = [];
  writer.onError = (error) => heard.push(error);
  const write = () => writer.write();
  assertNamed(await assertRejects(write, SnapshotError), name, directory);
  const start = () => writer.start();
  assertNamed(await assertRejects(start, SnapshotError), name, directory);
  Deno.mkdirSync(directory);
  await writer.start();
  Deno.renameSync(directory, `${folder.path}/elsewhere`);
  map.set("a", 1);
  await eventually(() => heard.length > 0);
  assertNamed(heard[0], name, directory);
  await assertRejects(() => writer.stop(), SnapshotError);
});

Deno.test("SnapshotError names the map that SharedMap.open() cannot restore", async () => {
  await using home = new Home();
  {
    using other = SharedMap.create({ value: "json", maxBytes: MIB });
    await writeSnapshot(other, home.path);
  }
  const name = freshName();
  const persist = { directory: home.path, interval: 1e6 };
  const open = () => SharedMap.open(name, { persist, maxBytes: MIB });
  assertNamed(await assertRejects(open, SnapshotError), name, home.path);
});

Deno.test("SnapshotError names the map that SharedMap.open() cannot keep on disk", async () => {
  using folder = new Folder();
  const directory = damageIn(folder);
  const persist = { directory, interval: 1e6 };
  const name = freshName();
  const open = () => SharedMap.open(name, { persist, maxBytes: MIB });
  assertNamed(await assertRejects(open, SnapshotError), name, directory);
  using map = await SharedMap.open(name, { maxBytes: MIB }); // it is there by now
  assertNamed(await assertRejects(open, SnapshotError), name, directory);
  assertEquals(map.size, 0);
});

Deno.test("what SharedMap.open() reports of a directory names the map", async () => {
  await using home = new Home();
  const path = damageIn(home);
  const name = freshName();
  const heard: SnapshotError[] = [];
  const persist: PersistOptions = {
    directory: home.path,
    interval: 1e6,
    onError: (error) => heard.push(error),
  };
  {
    using _map = await SharedMap.open(name, { persist, maxBytes: MIB });
  }
  assert(heard.length >= 1);
  assertNamed(heard[0], name, path);
});

Deno.test("ClosedError names the map that was closed while it was dumped", async () => {
  using folder = new Folder();
  const name = freshName();
  const map = await SharedMap.open<string, string>(name, {
    maxBytes: 16 * MIB,
  });
  for (let i = 0; i < 5000; i++) map.set(`key ${i}`, "x".repeat(1000));
  const onProgress = () => map.close();
  const write = () => writeSnapshot(map, folder.path, { onProgress });
  const error = await assertRejects(write, ClosedError);
  assertEquals(error.mapName, name);
  assertStringIncludes(error.message, JSON.stringify(name));
});
