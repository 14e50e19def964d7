import { Buffer } from "node:buffer";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  listSnapshots,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { Folder } from "../testing/folder.ts";
import { sealed } from "./sealed.ts";

/** A map whose file has several blocks, a large entry among them. */
function sample(): SharedMap<string, unknown> {
  const map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 25 });
  for (let i = 0; i < 12_000; i++) map.set(`some key ${i}`, i);
  map.set("large", new Uint8Array(1_500_000).fill(9));
  map.set("expires", "later", { ttl: 1e9 });
  return map;
}

/** Where each part of a file begins and ends, by the description of the format. */
function partsOf(
  bytes: Uint8Array,
): { name: string; from: number; to: number }[] {
  const view = new DataView(bytes.buffer);
  const header = view.getUint32(16, true);
  const parts = [{ name: "header", from: 0, to: header }];
  const end = bytes.length - 56;
  for (let at = header; at < end;) {
    const body = at + 32;
    const next = body + view.getUint32(at + 8, true);
    parts.push({ name: "block header", from: at, to: body });
    parts.push({ name: "payload", from: body, to: next });
    at = next;
  }
  parts.push({ name: "footer", from: end, to: bytes.length });
  return parts;
}

/** Neither verifies nor restores, and the map stays as it is. */
async function assertFound(
  folder: Folder,
  path: string,
  bytes: Uint8Array,
  what: string,
): Promise<void> {
  Deno.writeFileSync(path, bytes);
  const error = await assertRejects(
    () => verifySnapshot(path),
    SnapshotError,
    path,
    what,
  );
  assertEquals(error.path, path);
  assert(error.reason.length > 0);
  assert(error.offset === undefined || error.offset <= bytes.length + 56, what);
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 25 });
  map.set("here", 1);
  const warnings: SnapshotError[] = [];
  const restored = restoreSnapshot(map, folder.path, {
    onWarning: (error) => warnings.push(error),
  });
  if (error.reason === "a newer format") {
    await assertRejects(() => restored, SnapshotError, path, what);
  } else {
    assertStrictEquals(await restored, undefined, what);
    assertEquals(warnings.map(({ path }) => path), [path], what);
  }
  assertEquals([...map], [["here", 1]], what);
}

for (const compression of ["none", "zstd"] as const) {
  Deno.test(
    `verifySnapshot() finds damage in every part of a file (${compression})`,
    seeded(async (chance) => {
      using folder = new Folder();
      using map = sample();
      const { path } = await writeSnapshot(map, folder.path, { compression });
      const good = Deno.readFileSync(path);
      const parts = partsOf(good);
      assert(parts.length > 7);
      for (const { name, from, to } of parts) {
        for (let i = 0; i < 3 * SCALE; i++) {
          const at = from + chance.below(to - from);
          const flipped = good.slice();
          flipped[at] ^= 1 << chance.below(8);
          await assertFound(
            folder,
            path,
            flipped,
            `a bit of the ${name} at ${at}`,
          );
        }
        const zeroed = good.slice().fill(0, from, to);
        if (Buffer.compare(zeroed, good) !== 0) {
          await assertFound(folder, path, zeroed, `${name} at ${from} zeroed`);
        }
        const cut = new Uint8Array([
          ...good.subarray(0, from),
          ...good.subarray(to),
        ]);
        await assertFound(folder, path, cut, `${name} at ${from} left out`);
      }
      Deno.writeFileSync(path, good);
      await verifySnapshot(path);
    }),
  );
}

Deno.test("verifySnapshot() finds every flipped bit and every cut of a small file", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  map.set("a", 1).set("b", "text");
  const { path } = await writeSnapshot(map, folder.path);
  const good = Deno.readFileSync(path);
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bytes = good.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    Deno.writeFileSync(path, bytes);
    await assertRejects(() => verifySnapshot(path), SnapshotError, path);
  }
  for (let length = 0; length < good.length; length++) {
    Deno.writeFileSync(path, good.subarray(0, length));
    await assertRejects(() => verifySnapshot(path), SnapshotError, path);
    assertEquals(await listSnapshots(folder.path), []);
  }
});

Deno.test("verifySnapshot() finds what was appended, put in front, cut off or swapped", async () => {
  using folder = new Folder();
  using map = sample();
  const { path } = await writeSnapshot(map, folder.path);
  const good = Deno.readFileSync(path);
  const other = await writeSnapshot(map, folder.path);
  const twin = Deno.readFileSync(other.path);
  Deno.removeSync(other.path);
  const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const blocks = partsOf(good).filter(({ name }) => name === "block header");
  const block = (from: Uint8Array, i: number) => {
    const { to } = blocks[i];
    const length = new DataView(from.buffer).getUint32(to - 24, true);
    return from.subarray(to - 32, to + length);
  };
  const [first, second] = [block(good, 0), block(good, 1)];
  const start = blocks[0].from;
  const behind = start + first.length + second.length;
  const cases: Record<string, Uint8Array> = {
    "a byte behind": join(good, new Uint8Array(1)),
    "a byte in front": join(new Uint8Array(1), good),
    "the file twice": join(good, good),
    "a second footer": join(good, good.subarray(-56)),
    "an empty file": new Uint8Array(),
    "zeros only": new Uint8Array(good.length),
    "two blocks swapped": join(
      good.subarray(0, start),
      second,
      first,
      good.subarray(behind),
    ),
    "a block twice": join(
      good.subarray(0, start),
      first,
      first,
      good.subarray(start + first.length),
    ),
    "a block of a twin": join(
      good.subarray(0, start),
      block(twin, 0),
      good.subarray(start + first.length),
    ),
    "the header of a twin": join(
      twin.subarray(0, start),
      good.subarray(start),
    ),
    "the footer of a twin": join(good.subarray(0, -56), twin.subarray(-56)),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    await assertFound(folder, path, bytes, what);
  }
});

Deno.test("restoreSnapshot() passes over a damaged epoch for the one before, and says so", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>();
  map.set("n", 1);
  await writeSnapshot(map, folder.path);
  map.set("n", 2);
  const { path } = await writeSnapshot(map, folder.path);
  const bytes = Deno.readFileSync(path);
  bytes[130] ^= 1;
  Deno.writeFileSync(path, bytes);
  using restored = SharedMap.create<string, number>();
  const info = (await restoreSnapshot(restored, folder.path))!;
  assertEquals([info.epoch, restored.get("n")], [1, 1]);
  assertEquals(info.rejected.map((file) => file.path), [path]);
});

Deno.test(
  "the reader takes no harm from random files, nor from forged ones whose checks match",
  seeded(async (chance) => {
    using folder = new Folder();
    using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 22 });
    for (let i = 0; i < 40; i++) map.set(`key ${i}`, `value ${i}`);
    map.set("large", new Uint8Array(300_000));
    let refused = 0;
    for (let i = 0; i < 400 * SCALE; i++) {
      const compression = i % 2 === 0 ? "none" : "zstd";
      const { path } = await writeSnapshot(map, folder.path, {
        compression,
        keep: 1,
      });
      let bytes = Deno.readFileSync(path);
      if (i % 10 === 0) {
        bytes = new Uint8Array(chance.below(2000));
        for (let n = 0; n < bytes.length; n++) bytes[n] = chance.below(256);
      } else {
        const view = new DataView(bytes.buffer);
        for (let n = chance.below(4); n >= 0; n--) {
          const at = chance.below(Math.min(bytes.length, 600) - 4);
          const value = [0, 1, 0xffffffff, 0x7fffffff, chance.below(2 ** 32)];
          view.setUint32(at, value[chance.below(5)], true);
        }
        bytes = new Uint8Array(sealed(bytes));
      }
      Deno.writeFileSync(path, bytes);
      using other = SharedMap.create<string, unknown>({ maxBytes: 2 ** 22 });
      try {
        await verifySnapshot(path);
      } catch (error) {
        assert(error instanceof SnapshotError, String(error));
        refused++;
      }
      try {
        await restoreSnapshot(other, folder.path);
      } catch (error) {
        assert(
          error instanceof SnapshotError || error instanceof Error &&
              error.name === "MapFullError",
          String(error),
        );
      }
      Deno.removeSync(path);
    }
    assert(refused > 100 * SCALE);
  }),
);
