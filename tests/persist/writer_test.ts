import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  listSnapshots,
  restoreSnapshot,
  SharedMap,
  type SnapshotInfo,
  type SnapshotProgress,
  SnapshotWriter,
  writeSnapshot,
} from "../../mod.ts";
import { startWorker } from "../../src/persist/worker.ts";
import type { Assignment, Report } from "../../src/persist/messages.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";

Deno.test("SnapshotWriter writes an epoch per interval, and skips those in which nothing changed", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  await using writer = new SnapshotWriter(map, {
    directory: folder.path,
    interval: 10,
    keep: 100,
  });
  const infos: SnapshotInfo[] = [];
  writer.onSnapshot = (info) => infos.push(info);
  map.set("key 1", 1); // or the first epoch may be empty
  await writer.start();
  await writer.start();
  for (let i = 1; i <= 3; i++) {
    if (i > 1) map.set(`key ${i}`, i);
    await eventually(() => infos.at(-1)?.entries === i);
    const { skipped } = writer.stats;
    await eventually(() => writer.stats.skipped > skipped + 2);
    assertStrictEquals(infos.length, i);
  }
  assertEquals(infos.map(({ entries }) => entries), [1, 2, 3]);
  const { stats } = writer;
  assertStrictEquals(stats.written, 3);
  assertStrictEquals(stats.failed, 0);
  assertStrictEquals(stats.lastEpoch, 3);
  assert(stats.bytes > 0 && stats.lastMs > 0);
});

Deno.test("SnapshotWriter.stop() writes a last epoch, and start() begins again", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  const writer = new SnapshotWriter(map, {
    directory: folder.path,
    interval: 1e6,
  });
  await writer.stop();
  for (let i = 1; i <= 3; i++) {
    await writer.start();
    map.set("n", i);
    await writer.stop();
    await writer.stop();
    using restored = SharedMap.create<string, number>();
    await restoreSnapshot(restored, folder.path);
    assertStrictEquals(restored.get("n"), i);
  }
  assertStrictEquals(map.stats().participants, 1);
});

Deno.test("SnapshotWriter.write() writes at once, and returns the last epoch when nothing changed", async () => {
  using folder = new Folder();
  using map = SharedMap.create<number, string>({ key: "number" });
  for (let i = 0; i < 100_000; i++) map.set(i, `text ${i}`);
  await using writer = new SnapshotWriter(map, {
    directory: new URL(`file://${folder.path}`),
    interval: 1e6,
    compression: "zstd",
  });
  const seen: SnapshotProgress[] = [];
  writer.onProgress = (progress) => seen.push(progress);
  const full = await writer.write();
  assertEquals([full.kind, full.entries], ["full", 100_000]);
  assert(seen.length > 0);
  assertStrictEquals(seen[0].total, 100_000);
  assertEquals(await writer.write(), full);
  map.delete(5);
  const writes = await Promise.all([writer.write(), writer.write()]);
  assertEquals(writes.map(({ kind }) => kind), ["delta", "delta"]);
  assertEquals(writes[0], writes[1]);
  assertStrictEquals((await listSnapshots(folder.path)).length, 2);
});

Deno.test("SnapshotWriter answers all that is asked of it, in any order, and what was written before a call is in its epoch", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  const writer = new SnapshotWriter(map, {
    directory: folder.path,
    interval: 1e6,
  });
  const calls = ["start", "write", "stop"] as const;
  let n = 0;
  for (const first of calls) {
    for (const second of calls) {
      map.set("n", ++n);
      await Promise.all([writer[first](), writer[second]()]);
      if (first === second || second === "start") await writer.write();
      using restored = SharedMap.create<string, number>();
      await restoreSnapshot(restored, folder.path);
      assertStrictEquals(restored.get("n"), n);
      await writer.stop();
      assertStrictEquals(map.stats().participants, 1);
    }
  }
});

Deno.test("the worker of a SnapshotWriter has come to rest when it answers a stop, also if the next epoch was due", async () => {
  using map = SharedMap.create<number, number>({ key: "number" });
  for (let i = 0; i < 20_000; i++) map.set(i, i); // so that an epoch takes longer than the interval
  for (let i = 0; i < 5; i++) {
    using folder = new Folder();
    const assignment: Assignment = {
      handle: map.handle,
      directory: folder.path,
      interval: 1,
      keep: 3,
      compression: "none",
      lock: undefined,
    };
    const worker = startWorker("writer", { kind: "write", assignment });
    const reports: Report[] = [];
    worker.on("message", (report: Report) => reports.push(report));
    const isDone = (request: number) =>
      reports.some((it) => it.kind === "done" && it.request === request);
    worker.postMessage({ kind: "start", request: 1 });
    await eventually(() => reports.length > 2 * i); // it is at it
    map.set(0, -i);
    worker.postMessage({ kind: "stop", request: 2 });
    await eventually(() => isDone(2));
    const [{ length }, names] = [reports, folder.names];
    await new Promise((resolve) => setTimeout(resolve, 30)); // for what was forgotten
    assertEquals(reports.slice(length), []);
    assertEquals(folder.names, names);
    assert(names.every((name) => !name.endsWith(".part")));
    await worker.terminate();
  }
});

Deno.test("a relative directory stays what it was when it was given", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  const before = Deno.cwd();
  Deno.mkdirSync(`${folder.path}/data`);
  Deno.mkdirSync(`${folder.path}/elsewhere`);
  try {
    Deno.chdir(folder.path);
    const writer = new SnapshotWriter(map, {
      directory: "data",
      interval: 1e6,
    });
    const once = writeSnapshot(map, "data");
    Deno.chdir("elsewhere");
    await once;
    await writer.write();
    await writer.stop();
    Deno.chdir("..");
    using restored = SharedMap.create<string, number>();
    const restoring = restoreSnapshot(restored, "data");
    Deno.chdir("elsewhere");
    assertStrictEquals((await restoring)!.epoch, 2);
  } finally {
    Deno.chdir(before);
  }
  const epochs = (await listSnapshots(`${folder.path}/data`)).map((info) =>
    info.epoch
  );
  assertEquals(epochs, [2, 1]);
});

Deno.test("SnapshotWriter goes on after the map was closed in the worker that started it", async () => {
  using folder = new Folder();
  const map = SharedMap.create<string, number>();
  using other = SharedMap.attach<string, number>(map.handle);
  await using writer = new SnapshotWriter(map, {
    directory: folder.path,
    interval: 1e6,
  });
  await writer.start();
  map.close();
  other.set("a", 1);
  assertStrictEquals((await writer.write()).entries, 1);
});

Deno.test("SnapshotWriter refuses bad options", () => {
  using map = SharedMap.create();
  // deno-lint-ignore no-explicit-any
  const make = (options: any) => () => new SnapshotWriter(map, options);
  assertThrows(make(undefined), TypeError);
  assertThrows(make({ directory: 5, interval: 1 }), TypeError);
  assertThrows(make({ directory: "x" }), TypeError);
  assertThrows(make({ directory: "x", interval: 0 }), RangeError);
  assertThrows(make({ directory: "x", interval: Infinity }), RangeError);
  assertThrows(make({ directory: "x", interval: 1, keep: 1.5 }), RangeError);
  assertThrows(
    make({ directory: "x", interval: 1, compression: 1 }),
    TypeError,
  );
});
