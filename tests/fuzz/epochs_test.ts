// Forged files of epochs, with any contents under checksums that match. Reading ends: it
// throws a SnapshotError, or restores a map that is consistent.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  listSnapshots,
  MapFullError,
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  verifySnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { audit } from "../../src/persist/audit.ts";
import { Folder } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { NumberTrees } from "../testing/number_trees.ts";
import { sealed } from "../persist/sealed.ts";
import { seriesOf, silent } from "../persist/series.ts";
import { forSeeds, type Random } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";

const ROUNDS = 150 * SCALE;
const OPTIONS = { maxBytes: 2 ** 20 } as const;

/** Of each combination of codecs a value for a number. */
const KINDS = {
  any: (i: number) => [i, `text ${i}`, null, 5n ** BigInt(i), [i]][i % 5],
  json: (i: number) => ({ i }),
  number: (i: number) => i / 8,
  string: (i: number) => i % 2 === 0 ? `text ${i}` : `日本 ${i}`,
};

// deno-lint-ignore no-explicit-any
type AnyMap = SharedMap<string, any>;
type Kind = keyof typeof KINDS;

/** What is written before each of three epochs. */
type Write = (map: AnyMap, value: Kind, epoch: number) => void;

function writeEntries(map: AnyMap, value: Kind, epoch: number): void {
  for (let i = 0; i < 12; i++) {
    const ttl = i % 3 === 0 ? 1e9 : Infinity;
    map.set(`key ${i * (epoch + 1)}`, KINDS[value](i), { ttl });
  }
  map.set(`キー ${epoch}`, KINDS[value](1));
  map.delete(`key ${epoch}`);
}

/** Structures beside other entries; deltas leave out nodes of theirs. */
function writeStructures(map: AnyMap, _: Kind, epoch: number): void {
  const trees = new NumberTrees(attachmentOf(map), "string");
  for (let i = 0; i < 5; i++) {
    if (i >= epoch * 2) {
      const numbers = Array.from({ length: i * 9 }, (_, n) => n);
      trees.put(`tree ${i}`, { lists: [numbers, [i]], label: `${i}` });
    } else trees.set(`tree ${i}`, 0, i, -1);
    map.set(`key ${i}`, epoch);
  }
  trees.rotate("tree 1", 0);
  trees.raise("tree 2", 1);
}

/** A chain of three epochs, as bytes. */
async function chainOf(
  value: Kind,
  write: Write,
): Promise<{ name: string; bytes: Uint8Array }[]> {
  using folder = new Folder();
  using map: AnyMap = SharedMap.create({ ...OPTIONS, value });
  const series = seriesOf(map, folder.path);
  for (let epoch = 0; epoch < 3; epoch++) {
    write(map, value, epoch);
    await series.write(silent);
  }
  return folder.names.map((name) => {
    return { name, bytes: Deno.readFileSync(`${folder.path}/${name}`) };
  });
}

/** Changes some words, wherever. */
function forge(bytes: Uint8Array, random: Random): Uint8Array {
  const forged = bytes.slice();
  const view = new DataView(forged.buffer);
  for (let n = random.below(3); n >= 0; n--) {
    const at = random.below((forged.length - 4) / 4) * 4;
    const word = view.getUint32(at, true);
    view.setUint32(
      at,
      random.pick([
        0,
        1,
        2 ** 31 - 1,
        2 ** 32 - 1,
        0x7ff80000,
        word ^ 1 << random.below(32),
        word + 1,
        word - 1,
        random.word(),
      ]),
      true,
    );
  }
  return sealed(forged);
}

/** What it brings, if it does not refuse. */
async function unlessRefused<T>(
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof SnapshotError ||
      error instanceof MapFullError;
    assert(isRefusal, error instanceof Error ? error.stack : `${error}`);
    return undefined;
  }
}

/** What is in a map can be found there, and ends at some time if at all. */
function checkOrder<V>(map: SharedMap<string, V>): void {
  let count = 0;
  for (const key of map.keys()) {
    count++;
    assert(map.has(key), key);
    const ttl = map.ttl(key);
    assert(ttl !== undefined && ttl > 0, `${ttl}`);
  }
  assertEquals(map.size, count);
}

/** A map that was restored, or not, can be read, and cleared to the last block. */
function checkMemory(map: AnyMap): void {
  assertSound(map);
  map.clear();
  attachmentOf(map).participant.collectAll();
  assertSound(map);
  assertEquals(map.stats().liveBytes, 0);
}

const TESTS: [name: string, value: Kind, write: Write][] = [
  ...(Object.keys(KINDS) as Kind[]).map((value): [string, Kind, Write] => [
    `forged epochs of the codec "${value}" are refused, or make sense`,
    value,
    writeEntries,
  ]),
  [
    "forged epochs with structures are refused, or make sense",
    "any",
    writeStructures,
  ],
];

for (const [name, value, write] of TESTS) {
  Deno.test(name, async () => {
    const files = await chainOf(value, write);
    assertEquals(files.length, 3);
    const seeds: Random[] = [];
    forSeeds(ROUNDS, (random) => seeds.push(random));
    let refused = 0;
    for (const random of seeds) {
      using folder = new Folder();
      const forged = random.below(files.length);
      for (const [i, { name, bytes }] of files.entries()) {
        const path = `${folder.path}/${name}`;
        Deno.writeFileSync(path, i === forged ? forge(bytes, random) : bytes);
      }
      try {
        const path = `${folder.path}/${files[forged].name}`;
        const verified = await unlessRefused(() => verifySnapshot(path));
        if (verified === undefined) refused++;
        await unlessRefused(() => listSnapshots(folder.path));
        for await (const { error } of audit(folder.path, silent)) {
          if (error !== undefined) assertInstanceOf(error, SnapshotError);
        }
        using map: AnyMap = SharedMap.create({ ...OPTIONS, value });
        const restore = () => restoreSnapshot(map, folder.path);
        if (await unlessRefused(restore) !== undefined) checkOrder(map);
        // A node may say that its block is larger than the map: others are there by then.
        else if (write === writeEntries) assertEquals(map.size, 0);
        checkMemory(map);
      } catch (error) {
        if (error instanceof Error) error.message += ` (seed ${random.seed})`;
        throw error;
      }
    }
    assert(refused > 0 && refused < ROUNDS, `${refused} of ${ROUNDS} refused`);
  });
}
