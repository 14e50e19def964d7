import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  listSnapshots,
  type PersistOptions,
  SharedMap,
  SnapshotError,
  writeSnapshot,
} from "../../mod.ts";
import { received } from "../../src/errors.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { outputOf } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { Home, takeAway } from "../testing/folder.ts";
import { HelperWorker } from "./helper_worker.ts";
import type { Order } from "./opener.ts";

let names = 0;
function newName(): string {
  return `persisted ${++names}`;
}

/** A worker that opens maps. */
function newOpener(): HelperWorker<Order> {
  return new HelperWorker(new URL("./opener.ts", import.meta.url));
}

Deno.test("SharedMap.open() with persist brings back what the last holders left, with its hash seed", async () => {
  await using folder = new Home();
  const directory = `${folder.path}/made/for/it`;
  const name = newName();
  const open = () =>
    SharedMap.open<string, number>(name, {
      timeout: Infinity,
      persist: { directory, interval: 1e6 },
    });
  let seed: readonly [number, number] | undefined;
  for (let i = 0; i < 5; i++) {
    using map = await open();
    assertStrictEquals(map.size, i);
    assertStrictEquals(map.get("n"), i === 0 ? undefined : i - 1);
    const now = attachmentOf(map).segment.seed;
    assertEquals(now, seed ?? now);
    seed = now;
    map.set("n", i);
    if (i > 0) map.set(`key ${i}`, i);
  }
});

Deno.test("the persisted maps of one thread share one candidate, and the last one writes the last epoch", async () => {
  await using folder = new Home();
  const directory = folder.path;
  const name = newName();
  const open = () =>
    SharedMap.open<string, number>(name, {
      timeout: Infinity,
      persist: { directory, interval: 1e6 },
    });
  const plain = () =>
    SharedMap.open<string, number>(name, { timeout: Infinity });
  const maps = await Promise.all(Array.from({ length: 20 }, open));
  for (let i = 0; i < 100; i++) maps.push(await open());
  using other = await plain();
  const { dependents } = attachmentOf(other);
  assert(dependents.size < 4, `${dependents.size} for 120 maps`);
  await eventually(async () => (await folder.writers()).length === 1);
  for (const map of maps.slice(1)) {
    map.increment("n");
    map.close();
  }
  assertStrictEquals((await folder.writers()).length, 1);
  maps[0].close();
  // A worker that has the map without `persist` does not keep it from being written to the end.
  await eventually(async () => (await folder.writers()).length === 0);
  assertStrictEquals((await listSnapshots(directory)).length, 1);
  other.increment("n");
  using again = await open();
  assertStrictEquals(again.get("n"), maps.length);
  await eventually(async () => (await folder.writers()).length === 1);
});

Deno.test("those who join a persisted map wait until it is restored, and exactly one writes it", async () => {
  await using folder = new Home();
  {
    using map = SharedMap.create<string, number>();
    for (let i = 0; i < 100_000; i++) map.set(`key ${i}`, i);
    await writeSnapshot(map, folder.path);
  }
  const persist: PersistOptions = { directory: folder.path, interval: 20 };
  const name = newName();
  using a = newOpener();
  using b = newOpener();
  const [sizeA, sizeB, map] = await Promise.all([
    a.tell({ what: "open", name, persist }),
    b.tell({ what: "open", name, persist }),
    SharedMap.open<string, number>(name, {
      timeout: Infinity,
      persist,
    }),
  ]);
  assertEquals([sizeA, sizeB, map.size], [100_000, 100_000, 100_000]);
  await eventually(async () => (await folder.writers()).length > 0);
  assertStrictEquals((await folder.writers()).length, 1);
  await b.tell({ what: "set", key: "new", value: 1 });
  await eventually(async () =>
    (await listSnapshots(folder.path))[0].entries === 100_001
  );
  assertStrictEquals((await folder.writers()).length, 1);
  await a.tell({ what: "close" });
  await b.tell({ what: "close" });
  map.close();
  await eventually(async () => (await folder.writers()).length === 0);
});

Deno.test("another holder goes on writing when the one that did is terminated, or closes the map", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 20 };
  const name = newName();
  using first = newOpener();
  using second = newOpener();
  let n = 0;
  let writer: string | undefined;
  /** Another worker writes than before, alone, and what is set now. */
  const isWrittenByAnother = async (set: (key: string) => unknown) => {
    const before = writer;
    await eventually(async () => {
      [writer] = await folder.writers();
      return writer !== undefined && writer !== before;
    });
    await set(`key ${++n}`);
    await eventually(async () =>
      (await listSnapshots(folder.path))[0]?.entries === n
    );
    assertEquals(await folder.writers(), [writer]);
  };
  await first.tell({ what: "open", name, persist });
  await second.tell({ what: "open", name, persist });
  const inSecond = (key: string) => second.tell({ what: "set", key, value: n });
  await isWrittenByAnother(inSecond);
  first[Symbol.dispose]();
  await isWrittenByAnother(inSecond);
  using map = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
    persist,
  });
  await second.tell({ what: "close" });
  await isWrittenByAnother((key) => map.set(key, n));
  map.close();
  using again = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
    persist,
  });
  assertStrictEquals(again.size, n);
});

Deno.test("whoever is to go on writing while the directory is gone does so by the clock as soon as it is back", async () => {
  await using folder = new Home();
  const directory = `${folder.path}/home`;
  const name = newName();
  const said: string[] = [];
  const persist = {
    directory,
    interval: 20,
    onError: ({ path }: SnapshotError) => said.push(`trouble: ${path}`),
    onRecovered: () => said.push("over"),
  };
  using other = newOpener();
  await other.tell({
    what: "open",
    name,
    persist: { directory, interval: 20 },
  });
  await other.tell({ what: "flush" }); // so it is the one that writes
  await using map = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
    persist,
  });
  takeAway(directory);
  other[Symbol.dispose](); // the next one finds no directory, and cannot begin
  await eventually(() => said.length > 0);
  await eventually(async () => (await folder.writers()).length === 1);
  map.set("a", 1);
  Deno.mkdirSync(directory);
  await eventually(async () => (await listSnapshots(directory)).length > 0);
  await eventually(() => said.length > 1);
  assertEquals(said, [`trouble: ${directory}`, "over"]);
});

Deno.test("SharedMap.open() passes over a damaged epoch, says so, and goes on with the one before", async () => {
  await using folder = new Home();
  using map = SharedMap.create<string, number>();
  map.set("n", 1);
  await writeSnapshot(map, folder.path);
  map.set("n", 2);
  const { path } = await writeSnapshot(map, folder.path);
  Deno.truncateSync(path, 150);
  const errors: SnapshotError[] = [];
  using opened = await SharedMap.open<string, number>(newName(), {
    persist: {
      directory: folder.path,
      interval: 1e6,
      onError: (error) => errors.push(error),
    },
  });
  assertStrictEquals(opened.get("n"), 1);
  assertEquals(errors.map((error) => error.path), [path]);
});

Deno.test("SharedMap.open() refuses a directory of a map with other codecs, or of another map, or none", async () => {
  await using folder = new Home();
  using map = SharedMap.create<string, number>({ value: "number" });
  map.set("n", 1);
  await writeSnapshot(map, folder.path);
  const persist = { directory: folder.path, interval: 1e6 };
  const name = newName();
  await assertRejects(
    () => SharedMap.open(name, { value: "string", persist }),
    SnapshotError,
    "codecs",
  );
  using opened = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
    value: "number",
    persist,
  });
  assertStrictEquals(opened.get("n"), 1);
  await assertRejects(
    () => SharedMap.open(newName(), { value: "number", persist }),
    SnapshotError,
    "another map",
  );
  const file = `${folder.path}/file`;
  Deno.writeTextFileSync(file, "");
  await assertRejects(
    () =>
      SharedMap.open(newName(), { persist: { directory: file, interval: 1 } }),
    SnapshotError,
    file,
  );
  await assertRejects(
    // deno-lint-ignore no-explicit-any
    () => SharedMap.open(newName(), { persist: { interval: 1 } as any }),
    TypeError,
  );
  await assertRejects(
    () => SharedMap.open(newName(), { persist: { ...persist, interval: -1 } }),
    RangeError,
  );
});

for (const child of ["forgetful_child", "left_alone_child"]) {
  Deno.test(`a program that forgets its persisted map ends, and what it wrote is there: ${child}`, async () => {
    await using folder = new Home();
    const script = new URL(`./${child}.ts`, import.meta.url).href;
    for (let i = 0; i < 3; i++) {
      const flags = ["--no-check", "--allow-read", "--allow-write"];
      const printed = await outputOf(["run", ...flags, script, folder.path]);
      assertStrictEquals(printed, `${i}\n`);
    }
    assert((await listSnapshots(folder.path)).length > 0);
  });
}

Deno.test("a map that was opened without persist does not take the place of what a directory holds", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  {
    await using map = await SharedMap.open<string, number>(newName(), {
      persist,
    });
    map.set("n", 1);
  }
  const name = newName();
  using bare = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
  });
  bare.set("n", 2);
  const files = folder.names;
  const error = await assertRejects(
    () =>
      SharedMap.open<string, number>(name, {
        timeout: Infinity,
        persist,
      }),
    SnapshotError,
    "opened without persist",
  );
  assertEquals([error.path, error.mapName], [folder.path, name]);
  assertEquals(folder.names, files);
  const elsewhere = { ...persist, directory: `${folder.path}/empty` };
  for (let i = 0; i < 2; i++) { // the second time there are epochs, of this map
    await using again = await SharedMap.open<string, number>(name, {
      timeout: Infinity,
      persist: elsewhere,
    });
    again.set("i", i);
  }
  await using restored = await SharedMap.open<string, number>(newName(), {
    persist, // free, though refused before
  });
  assertStrictEquals(restored.get("n"), 1);
});

Deno.test("a directory is free once nobody has the map open with persist, though others have it", async () => {
  await using folder = new Home();
  const persist: PersistOptions = { directory: folder.path, interval: 1e6 };
  const name = newName();
  const persisted = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
    persist,
  });
  using bare = await SharedMap.open<string, number>(name, {
    timeout: Infinity,
  });
  await persisted[Symbol.asyncDispose]();
  using other = SharedMap.create<string, number>();
  await writeSnapshot(other, folder.path);
  bare.set("n", 1);
});

Deno.test("persist is an object, whose callbacks are functions", async () => {
  const open = (persist: unknown) => () =>
    SharedMap.open("never made", { persist: persist as PersistOptions });
  for (const wrong of [null, false, 0, "", 5, "./data", () => {}]) {
    await assertRejects(open(wrong), TypeError, "options must be an object");
  }
  for (const name of ["onError", "onRecovered"]) {
    for (const callback of [null, 5, "warn", {}]) {
      const persist = { directory: "d", interval: 1000, [name]: callback };
      await assertRejects(open(persist), TypeError, `${name} must be`);
    }
  }
  for (const directory of [null, undefined, "", 5, {}]) {
    const persist = { directory, interval: 1000 };
    await assertRejects(open(persist), TypeError, `${received(directory)}`);
  }
});
