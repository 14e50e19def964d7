// What a directory holds is restored, or is not overwritten.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  listSnapshots,
  type PersistOptions,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  writeSnapshot,
} from "../../mod.ts";
import { Home } from "../testing/folder.ts";

let names = 0;
function newName(): string {
  return `belongs ${++names}`;
}

function openNumbers(
  name: string,
  persist?: PersistOptions,
): Promise<SharedMap<string, number>> {
  return SharedMap.open<string, number>(name, {
    value: "number",
    maxBytes: 2 ** 20,
    ...persist && { persist },
  });
}

/** The files of a directory, with their bytes. */
function contentsOf(folder: Home): [string, Uint8Array][] {
  return folder.names.map((
    name,
  ) => [name, Deno.readFileSync(`${folder.path}/${name}`)]);
}

/** Writes an epoch of an earlier map. */
async function earlier(folder: Home, n: number): Promise<string> {
  using map = SharedMap.create<string, number>({
    value: "number",
    maxBytes: 2 ** 20,
  });
  map.set("n", n);
  return (await writeSnapshot(map, folder.path)).path;
}

Deno.test("SharedMap.open() does not write a map that is open without persist over the epochs of another", async () => {
  await using folder = new Home();
  for (let i = 0; i < 3; i++) await earlier(folder, i);
  Deno.removeSync(`${folder.path}/epochmap.lock`);
  const before = contentsOf(folder);
  const persist = { directory: folder.path, interval: 1, keep: 1 };
  const name = newName();
  {
    using map = await openNumbers(name);
    map.set("n", -1);
    for (let i = 0; i < 2; i++) {
      const error = await assertRejects(
        () => openNumbers(name, persist),
        SnapshotError,
        "opened without persist",
      );
      assertEquals(error.path, folder.path);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assertEquals(contentsOf(folder), before);
    }
    assertEquals(map.get("n"), -1);
  }
  using map = await openNumbers(name, persist);
  assertEquals(map.get("n"), 2);
});

Deno.test("... and goes on where the map was written before, or nothing is", async () => {
  await using folder = new Home();
  const persist = { directory: folder.path, interval: 1e6 };
  const name = newName();
  using plain = await openNumbers(name);
  for (let n = 0; n < 3; n++) {
    using map = await openNumbers(name, persist);
    plain.set("n", n);
    await map.flush();
  }
  using other = SharedMap.create<string, number>({ value: "number" });
  await restoreSnapshot(other, folder.path);
  assertEquals(other.get("n"), 2);
});

Deno.test("SharedMap.open() says once what is damaged, sets it aside, and never removes it", async () => {
  await using folder = new Home();
  await earlier(folder, 1);
  const path = await earlier(folder, 2);
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 70] ^= 1;
  Deno.writeFileSync(path, bytes);
  const errors: SnapshotError[] = [];
  const persist: PersistOptions = {
    directory: folder.path,
    interval: 1e6,
    keep: 1,
    onError: (error) => errors.push(error),
  };
  for (let i = 0; i < 3; i++) {
    using map = await openNumbers(newName(), persist);
    assertEquals(map.get("n"), 1);
    map.set("i", i);
    await map.flush();
  }
  assertEquals(errors.map((error) => error.path), [path]);
  assert(errors[0].message.includes(`${path}.damaged`), errors[0].message);
  assertEquals(Deno.readFileSync(`${path}.damaged`), bytes);
  const epochs = (await listSnapshots(folder.path)).map(({ epoch }) => epoch);
  assert(epochs.every((epoch) => epoch > 2), epochs.join());
});
