import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  listSnapshots,
  type PersistOptions,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  SnapshotWriter,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { SnapshotBuilder } from "../../src/persist/snapshot_builder.ts";
import { DirectoryLock } from "../../src/persist/directory_lock.ts";
import { Trouble } from "../../src/persist/trouble.ts";
import { WriterHost } from "../../src/persist/writer_host.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder, Home, namesIn, takeAway } from "../testing/folder.ts";
import { HelperWorker } from "./helper_worker.ts";
import type { Order as Claim } from "./claimant.ts";
import type { Order } from "./opener.ts";
import { Owner } from "./owner.ts";

const LONG_MS = 60_000;

/** What the newest epoch says. */
async function counted(directory: string): Promise<number> {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const epoch = await restoreSnapshot(map, directory);
  assertEquals(epoch?.rejected ?? [], []);
  return map.get("n") ?? 0;
}

/** An empty map. */
function small(): SharedMap<string, number> {
  return SharedMap.create({ maxBytes: 2 ** 20 });
}

Deno.test("a second process is refused the directory of a first, by its number; and has it when that has ended", async () => {
  using folder = new Folder();
  const began = new Date().toISOString();
  const first = new Owner(folder.path);
  assertStrictEquals(await first.number("opened"), 0);
  const second = new Owner(folder.path, 700); // for which it waits in vain
  const refusal = await second.line();
  await second.ended();
  assertStringIncludes(refusal, "refused SnapshotError: ");
  assertStringIncludes(
    refusal,
    `"${folder.path}": process ${first.pid} has it`,
  );
  const since = refusal.match(/ since (\S+Z)/)![1];
  assert(since >= began && since <= new Date().toISOString(), since);
  assertStringIncludes(refusal, "waitForLock");
  await first.end("at its own pace");
  const left = await first.number("left");
  await first.ended();
  const third = new Owner(folder.path);
  assertStrictEquals(await third.number("opened"), left);
  await third.end("at its own pace");
  await third.ended();
});

Deno.test("processes that wait for the directory have it one after the other, and lose nothing that another left", async () => {
  using folder = new Folder();
  const owners = [1, 2, 3].map(() => new Owner(folder.path, LONG_MS));
  let left = 0;
  while (owners.length > 0) {
    const { owner, found } = await Promise.race(
      owners.map(async (owner) => ({
        owner,
        found: await (opened.get(owner) ?? whenOpened(owner)),
      })),
    );
    assertStrictEquals(found, left);
    await owner.end("at its own pace");
    left = await owner.number("left");
    await owner.ended();
    owners.splice(owners.indexOf(owner), 1);
  }
  assertStrictEquals(await counted(folder.path), left);
});

const opened = new Map<Owner, Promise<number>>();
function whenOpened(owner: Owner): Promise<number> {
  const number = owner.number("opened");
  opened.set(owner, number);
  return number;
}

Deno.test("the directory of a process that is killed is free, and holds all that it had acknowledged", async () => {
  using folder = new Folder();
  let acknowledged = 0;
  let owner = new Owner(folder.path);
  for (let i = 0; i < 4; i++) {
    assert(await owner.number("opened") >= acknowledged);
    const next = new Owner(folder.path, LONG_MS);
    await new Promise((resolve) => setTimeout(resolve, 150 * i)); // it may wait already, or not
    const before = acknowledged;
    // It may not have counted yet.
    while (acknowledged === before) acknowledged = await owner.flush();
    assert(acknowledged > before);
    await owner.end("SIGKILL");
    await owner.ended();
    owner = next;
  }
  await owner.end("SIGKILL");
  await owner.ended();
  assert(await counted(folder.path) >= acknowledged);
});

Deno.test("a directory belongs to one map, whoever wants to write there", async () => {
  await using folder = new Home();
  using map = small();
  using other = small();
  map.set("n", 1);
  other.set("n", 2);
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  const { path: directory } = folder;
  const isRefused = (write: () => Promise<unknown>) =>
    assertRejects(write, SnapshotError, `process ${Deno.pid}`);
  const builder = new SnapshotBuilder({
    keyCodec: "string",
    valueCodec: "any",
  });
  const othersAreRefused = async () => {
    await isRefused(() => writeSnapshot(other, directory));
    const refused = new SnapshotWriter(other, { directory, interval: 1e6 });
    await isRefused(() => refused.start());
    await isRefused(() => refused.write());
    await isRefused(() => refused.stop());
    await isRefused(() => SharedMap.open("refused", { persist }));
    await isRefused(() => builder.write({ directory, compression: "none" }));
  };
  {
    await using writer = new SnapshotWriter(map, { directory, interval: 1e6 });
    await writer.start();
    await othersAreRefused();
    assertEquals(await listSnapshots(directory), []);
    assertStrictEquals((await writeSnapshot(map, directory)).epoch, 1); // the same map
    assertStrictEquals((await writer.write()).epoch, 2);
    await verifySnapshot((await listSnapshots(directory))[0].path);
  }
  const opened = await SharedMap.open<string, number>("owner", { persist });
  assertStrictEquals(opened.get("n"), 1);
  await othersAreRefused();
  opened.close();
  await eventually(async () => (await folder.writers()).length === 0);
  assertStrictEquals(await counted(directory), 1);
  await writeSnapshot(other, directory);
  assertStrictEquals(await counted(directory), 2);
});

Deno.test("the directory stays with a map when the worker that opened it first, or the one that writes, is terminated", async () => {
  await using folder = new Home();
  const { path: directory } = folder;
  const persist: PersistOptions = { directory, interval: 10 };
  const order: Order = { what: "open", name: "outlived", persist };
  using other = small();
  using first = new HelperWorker<Order>(
    new URL("./opener.ts", import.meta.url),
  );
  await first.tell(order);
  await eventually(async () => (await folder.writers()).length > 0);
  using map = await SharedMap.open<string, number>("outlived", { persist });
  let isOver = false;
  const thieving = (async () => {
    let tries = 0;
    for (; !isOver; tries++) {
      await assertRejects(
        () => DirectoryLock.take(directory, "thief", { ms: 0 }),
        SnapshotError,
      );
      await new Promise((resolve) => setTimeout(resolve));
    }
    return tries;
  })();
  first[Symbol.dispose]();
  map.set("n", 1);
  await eventually(async () => await counted(directory) === 1);
  isOver = true;
  assert(await thieving > 0);
  await assertRejects(() => writeSnapshot(other, directory), SnapshotError);
});

Deno.test("a note that is torn, empty or another's keeps nobody out; and who holds the lock without one is still said to be there", async () => {
  using folder = new Folder();
  const file = `${folder.path}/epochmap.lock`;
  using map = small();
  const notes = ["", "{", "null", "5", `{"map":"x"}`, "\0".repeat(5000)];
  notes.push(`{"map":"x","pid":1,"since":"2026-01-01T00:00:00.000Z"}\n`);
  for (const note of notes) {
    Deno.writeTextFileSync(file, note);
    using lock = await DirectoryLock.take(folder.path, "mine");
    assert(lock.isGood);
    assertStrictEquals(
      JSON.parse(Deno.readTextFileSync(file)).pid,
      Deno.pid,
    );
  }
  using held = Deno.openSync(file, { read: true, write: true });
  held.lockSync(true);
  for (const note of notes.slice(0, -1)) {
    Deno.writeTextFileSync(file, note);
    await assertRejects(
      () => DirectoryLock.take(folder.path, "mine", { ms: 0 }),
      SnapshotError,
      "another process has it",
    );
  }
  const error = await assertRejects(
    () => writeSnapshot(map, folder.path),
    SnapshotError,
    "another process has it",
  );
  assertEquals([error.path, error.reason], [
    folder.path,
    "in use by another process",
  ]);
});

Deno.test("a writer whose lock was removed with its directory does not write into that of another", async () => {
  using folder = new Folder();
  const directory = `${folder.path}/data`;
  Deno.mkdirSync(directory);
  using map = small();
  map.set("n", 1);
  using other = small();
  const writer = new SnapshotWriter(map, { directory, interval: 1e6 });
  await writer.write();
  takeAway(directory);
  Deno.mkdirSync(directory);
  {
    using _ = await DirectoryLock.take(directory, "another");
    map.set("n", 2);
    await assertRejects(() => writer.write(), SnapshotError, "has it");
    assertEquals(await listSnapshots(directory), []);
  }
  assertStrictEquals((await writer.write()).kind, "full"); // and takes it again
  await assertRejects(() => writeSnapshot(other, directory), SnapshotError);
  await writer.stop();
  await writeSnapshot(other, directory);
});

Deno.test("a map whose directory was taken away does not write over what another one left there", async () => {
  await using folder = new Home();
  const directory = `${folder.path}/data`;
  const persist = { directory, interval: 1e6, onError() {}, onRecovered() {} };
  const open = (name: string) =>
    SharedMap.open<string, number>(name, { persist });
  const map = await open("taken away");
  map.set("n", 1);
  await map.flush();
  // Without its lock, but with its epochs: it goes on.
  Deno.removeSync(`${directory}/epochmap.lock`);
  map.set("n", 2);
  await map.flush();
  Deno.renameSync(directory, `${folder.path}/old`);
  {
    await using other = await open("in its place");
    other.set("other", 3);
  }
  const left = namesIn(directory);
  map.set("n", 4);
  await assertRejects(() => map.flush(), SnapshotError, "of another map");
  assertEquals(namesIn(directory), left);
  // Once that is moved away it goes on.
  Deno.renameSync(directory, `${folder.path}/other`);
  Deno.mkdirSync(directory);
  await map[Symbol.asyncDispose]();
  await using again = await open("taken away");
  assertEquals([...again], [["n", 4]]);
});

Deno.test("a start that is refused takes nothing from another one of the same writer", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  const { segment } = attachmentOf(map);
  const silent = { onError() {}, onRecovered() {} };
  const host = new WriterHost(
    {
      directory: folder.path,
      interval: 1e6,
      keep: 1,
      compression: "none",
      handle: segment.handle,
      lock: undefined,
    },
    { onProgress() {}, onWritten() {}, onFailed() {} },
    new Trouble(silent),
  );
  const others = await DirectoryLock.take(folder.path, "another map");
  const refused = host.start();
  const granted = host.start();
  await assertRejects(() => refused, SnapshotError, "another map");
  others.close(); // the second one still waits for it
  await granted;
  assert(host.isStarted);
  await host.stop();
  assert(!host.isStarted);
});

Deno.test("two workers that begin beside leftovers do not take each other's files for one", async () => {
  using folder = new Folder();
  const script = new URL("./claimant.ts", import.meta.url);
  using a = new HelperWorker<Claim>(script);
  using b = new HelperWorker<Claim>(script);
  const turns = new Int32Array(new SharedArrayBuffer(12));
  const claim = { directory: folder.path, rounds: 300, turns };
  assertEquals(await Promise.all([a.tell(claim), b.tell(claim)]), [0, 0]);
});

Deno.test("waitForLock is a number of milliseconds", async () => {
  using folder = new Folder();
  const open = (waitForLock: unknown) => () =>
    SharedMap.open("never", {
      persist: {
        directory: `${folder.path}/never`,
        interval: 1,
        waitForLock: waitForLock as number,
      },
    });
  for (const wrong of ["5s", null, true, {}, 5n]) {
    await assertRejects(open(wrong), TypeError, "waitForLock");
  }
  for (const wrong of [-1, NaN, Infinity]) {
    await assertRejects(open(wrong), RangeError, "waitForLock");
  }
  assertEquals(folder.names, []);
});
