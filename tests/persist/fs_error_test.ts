import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  listSnapshots,
  MapFullError,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { outputOf } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";

function sample(): SharedMap<string, number> {
  const map = SharedMap.create<string, number>();
  for (let i = 0; i < 1000; i++) map.set(`key ${i}`, i);
  return map;
}

Deno.test("writeSnapshot() says what is wrong with a directory, and the map goes on", async () => {
  using folder = new Folder();
  using map = sample();
  const file = `${folder.path}/file`;
  Deno.writeTextFileSync(file, "");
  for (
    const [directory, reason] of [
      [`${folder.path}/missing`, "no such file or directory"],
      [file, "it is not a directory"],
    ]
  ) {
    const error = await assertRejects(
      () => writeSnapshot(map, directory),
      SnapshotError,
      directory,
    );
    assertEquals([error.path, error.reason], [directory, reason]);
  }
  assertStrictEquals(map.get("key 7"), 7);
  assertStrictEquals(map.stats().openSnapshots, 0);
  assertEquals(folder.names, ["file"]);
});

Deno.test({
  name: "writeSnapshot() says that the permission to write is missing",
  permissions: { read: ["."], write: false },
  fn: async () => {
    using map = sample();
    const error = await assertRejects(
      () => writeSnapshot(map, "."),
      SnapshotError,
      "permission",
    );
    assertEquals(error.path, Deno.cwd());
    assertStringIncludes(error.message, `grant write access to "${error.path}`);
    assertStrictEquals(map.stats().openSnapshots, 0);
  },
});

Deno.test({
  name: "listSnapshots() and restoreSnapshot() need the permission to read",
  permissions: { read: false },
  fn: async () => {
    using map = sample();
    await assertRejects(() => listSnapshots("."), SnapshotError, "permission");
    await assertRejects(
      () => restoreSnapshot(map, "."),
      SnapshotError,
      "permission",
    );
  },
});

Deno.test("an interrupted write is no epoch, and the next write removes it; that of a living writer stays", async () => {
  using folder = new Folder();
  using map = sample();
  const dead = `${folder.path}/000000000001.epochmap.part`;
  const alive = `${folder.path}/000000000002.epochmap.part`;
  const foreign = `${folder.path}/000000000003.epochmap.part.old`;
  Deno.writeTextFileSync(dead, "half");
  Deno.writeTextFileSync(alive, "half");
  Deno.writeTextFileSync(foreign, "not ours");
  using file = Deno.openSync(alive, { write: true });
  file.lockSync(true);
  assertEquals(await listSnapshots(folder.path), []);
  assertStrictEquals(await restoreSnapshot(map, folder.path), undefined);
  const infos = [
    await writeSnapshot(map, folder.path),
    await writeSnapshot(map, folder.path),
  ];
  assertEquals(infos.map(({ epoch }) => epoch), [1, 3]);
  assertEquals(folder.names, [
    "000000000001.epochmap",
    "000000000002.epochmap.part",
    "000000000003.epochmap",
    "000000000003.epochmap.part.old",
  ]);
});

Deno.test("many writers in one directory never take each other's number", async () => {
  using folder = new Folder();
  using map = sample();
  const infos = await Promise.all(
    Array.from({ length: 12 }, () => writeSnapshot(map, folder.path)),
  );
  assertEquals(
    infos.map(({ epoch }) => epoch).sort((a, b) => a - b),
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  assertStrictEquals((await listSnapshots(folder.path)).length, 12);
});

Deno.test("a SnapshotWriter says once that its directory vanished, again when something else is wrong, and when it is back", async () => {
  using folder = new Folder();
  using map = sample();
  const directory = `${folder.path}/data`;
  Deno.mkdirSync(directory);
  const writer = new SnapshotWriter(map, { directory, interval: 10 });
  const errors: SnapshotError[] = [];
  let recoveries = 0;
  writer.onError = (error) => errors.push(error);
  writer.onRecovered = () => recoveries++;
  await writer.start();
  await writer.write();
  /** Some intervals go by in which nothing can be written. */
  const severalFailures = () => {
    const { failed } = writer.stats;
    return eventually(() => writer.stats.failed > failed + 3);
  };
  // At once: a removal would meet files that come.
  Deno.renameSync(directory, `${folder.path}/gone`);
  map.set("more", 1);
  const error = await assertRejects(() => writer.write(), SnapshotError);
  // It may vanish while an epoch is being written to it: then that is the path.
  const inside = ({ path }: SnapshotError) => path!.startsWith(directory);
  assert(inside(error), error.path);
  await severalFailures();
  await severalFailures();
  assert(errors.every(inside));
  const missing = errors.filter(({ path }) => path === directory);
  assertEquals(missing.map(({ reason }) => reason), [
    "no such file or directory",
  ]);
  assert(missing[0].message.includes(directory));
  Deno.writeTextFileSync(directory, "");
  await severalFailures();
  assertEquals(errors.at(-1)!.reason, "it is not a directory");
  assertStrictEquals(errors.indexOf(missing[0]), errors.length - 2);
  assertStrictEquals(recoveries, 0);
  Deno.removeSync(directory);
  Deno.mkdirSync(directory);
  await eventually(() => recoveries > 0);
  map.set("more", 2);
  assertEquals((await writer.write()).entries, 1001);
  await writer.stop();
  assertEquals((await listSnapshots(directory))[0].entries, 1001);
});

Deno.test("restoreSnapshot() into a map that is too small says so, and the map goes on", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, string>();
  for (let i = 0; i < 5000; i++) map.set(`key ${i}`, "x".repeat(1000));
  await writeSnapshot(map, folder.path);
  using small = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  await assertRejects(() => restoreSnapshot(small, folder.path), MapFullError);
  small.clear();
  small.set("a", "b");
  assertEquals([...small], [["a", "b"]]);
  using evicting = SharedMap.create<string, string>({
    maxBytes: 2 ** 20,
    onFull: "evict",
  });
  await restoreSnapshot(evicting, folder.path);
  assert(evicting.size > 100);
  const persist = { directory: folder.path, interval: 1e6 };
  await assertRejects(
    () => SharedMap.open("too small", { maxBytes: 2 ** 20, persist }),
    MapFullError,
  );
});

const mayRunShell =
  Deno.permissions.querySync({ name: "run", command: "sh" }).state ===
    "granted" && Deno.build.os === "linux";

Deno.test({
  name: "a full disk harms neither the map nor the older epochs",
  ignore: !mayRunShell, // a limit on the size of files stands in for the disk
  fn: async () => {
    using folder = new Folder();
    const child = new URL("./full_disk_child.ts", import.meta.url).pathname;
    const flags = "--no-check --allow-read --allow-write";
    const line = `ulimit -f 64; trap '' XFSZ; exec "$0" run ${flags} "$1" "$2"`;
    const args = ["-c", line, Deno.execPath(), child, folder.path];
    await outputOf(args, { command: "sh" });
    assertEquals(folder.names, ["000000000001.epochmap"]);
  },
});
