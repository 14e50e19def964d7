import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ClosedError,
  listSnapshots,
  type PersistOptions,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
} from "../../mod.ts";
import { locks } from "../../src/reclamation/lifeline.ts";
import { DirectoryLock } from "../../src/persist/directory_lock.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder, Home, takeAway } from "../testing/folder.ts";
import { HelperWorker } from "./helper_worker.ts";
import type { Order } from "./opener.ts";

let names = 0;
function newName(): string {
  return `flushed ${++names}`;
}

function newOpener(): HelperWorker<Order> {
  return new HelperWorker(new URL("./opener.ts", import.meta.url));
}

/** What the newest epoch says of a key. */
async function onDisk(directory: string, key: string) {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  await restoreSnapshot(map, directory);
  return map.get(key);
}

Deno.test("SharedMap.flush() brings to disk what was written before, from each worker", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  const order: Order = { what: "open", name: newName(), persist };
  using map = await SharedMap.open<string, number>(order.name, { persist });
  using worker = newOpener();
  await worker.tell(order);
  for (let i = 0; i < 5; i++) {
    map.set("here", i);
    await map.flush();
    assertStrictEquals(await onDisk(folder.path, "here"), i);
    await worker.tell({ what: "set", key: "there", value: i });
    await worker.tell({ what: "flush" });
    assertStrictEquals(await onDisk(folder.path, "there"), i);
    map.set("here", -i);
    await worker.tell({ what: "flush" });
    assertStrictEquals(await onDisk(folder.path, "here"), -i);
  }
  const { length } = await listSnapshots(folder.path);
  await Promise.all([map.flush(), map.flush(), worker.tell({ what: "flush" })]);
  assertStrictEquals((await listSnapshots(folder.path)).length, length);
  await worker.tell({ what: "close" });
});

Deno.test("SharedMap.flush() is answered by another one if the worker that writes is terminated", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  const name = newName();
  using worker = newOpener();
  await worker.tell({ what: "open", name, persist });
  await eventually(async () => (await folder.writers()).length === 1);
  using map = await SharedMap.open<string, number>(name, { persist });
  map.set("n", 1);
  worker[Symbol.dispose]();
  await map.flush();
  assertStrictEquals(await onDisk(folder.path, "n"), 1);
});

Deno.test("SharedMap.flush() says why it cannot", async () => {
  await using folder = new Home();
  const directory = `${folder.path}/data`;
  const errors: SnapshotError[] = [];
  const map = await SharedMap.open<string, number>(newName(), {
    persist: {
      directory,
      interval: 1e6,
      onError: (error) => errors.push(error),
    },
  });
  await map.flush();
  takeAway(directory);
  map.set("n", 1);
  const error = await assertRejects(() => map.flush(), SnapshotError);
  assertStrictEquals(error.path, Deno.realPathSync(folder.path) + "/data");
  assertStrictEquals(error.reason, "no such file or directory");
  await assertRejects(
    async () => await map[Symbol.asyncDispose](),
    SnapshotError,
  );
  await assertRejects(() => map.flush(), ClosedError);
  await map[Symbol.asyncDispose](); // nothing is left to do
  using other = SharedMap.create();
  await assertRejects(() => other.flush(), SnapshotError, "without persist");
});

Deno.test("await using waits until all is on disk, and leaves the directory", async () => {
  const folder = new Folder();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  const name = newName();
  using worker = newOpener();
  for (let i = 1; i <= 3; i++) {
    {
      await using map = await SharedMap.open<string, number>(name, { persist });
      map.set("n", i);
    }
    using _free = await DirectoryLock.take(folder.path, "another", { ms: 0 });
    const { held } = await locks.query();
    const mine = held.filter(({ name }) =>
      name.startsWith("epochmap finishing") && name.includes(folder.path)
    );
    assertEquals(mine, []);
    assertStrictEquals(await onDisk(folder.path, "n"), i);
  }
  await worker.tell({ what: "open", name, persist });
  {
    await using map = await SharedMap.open<string, number>(name, { persist });
    map.set("n", 4); // it is the worker that has it written
  }
  assertStrictEquals(await onDisk(folder.path, "n"), 4);
  await worker.tell({ what: "set", key: "n", value: 5 });
  await worker.tell({ what: "dispose" });
  assertStrictEquals(await onDisk(folder.path, "n"), 5);
  folder[Symbol.dispose]();
});

Deno.test("SharedMap.close() leaves what was asked for before to be done, and can be waited for", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  const map = await SharedMap.open<string, number>(newName(), { persist });
  map.set("n", 1);
  const flushed = map.flush();
  map.close();
  await flushed;
  assertStrictEquals(await onDisk(folder.path, "n"), 1);
  await map[Symbol.asyncDispose]();
  using _free = await DirectoryLock.take(folder.path, "another", { ms: 0 });
});

Deno.test("calls of SharedMap.flush() at the same time share an epoch", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  using map = await SharedMap.open<string, number>(newName(), { persist });
  await map.flush();
  const questions = new Set<string>();
  const channel = new BroadcastChannel("epochmap flush");
  channel.onmessage = ({ data: { kind, question } }) => {
    if (kind === "flush") questions.add(question);
  };
  const flushes: Promise<void>[] = [];
  for (let i = 1; i <= 200; i++) {
    map.set("n", i);
    flushes.push(map.flush());
    if (i === 100) await flushes[0]; // the others have one after that
  }
  await Promise.all(flushes);
  assertStrictEquals(await onDisk(folder.path, "n"), 200);
  await eventually(() => questions.size > 0);
  assert(questions.size <= 4, `${questions.size} questions`);
  channel.close();
});

Deno.test("what others say on the channel of flush() harms nobody", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  using map = await SharedMap.open<string, number>(newName(), { persist });
  await map.flush();
  const channel = new BroadcastChannel("epochmap flush");
  const foreign = [
    null,
    5,
    "flush",
    {},
    { kind: "flush" },
    { kind: "flush", question: 5, map: "x" },
    { kind: "flush", question: "x", map: "x" },
    { kind: "flushed", question: "x", failure: 5 },
    { kind: "other", question: "x" },
  ];
  for (const message of foreign) channel.postMessage(message);
  map.set("n", 1);
  await map.flush();
  assertStrictEquals(await onDisk(folder.path, "n"), 1);
  channel.close();
});
