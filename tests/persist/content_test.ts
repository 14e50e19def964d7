// Files whose checksums match but whose contents no map can have written: they are
// refused, and nothing of them is restored.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import {
  TAG_BYTES,
  TAG_CLONE,
  TAG_CONSTANT_OR_BIGINT,
  TAG_LATIN1,
  TAG_NUMBER,
  TAG_UTF16,
} from "../../src/codec/codec.ts";
import { FileWriter } from "../../src/persist/file_writer.ts";
import { OpenFile } from "../../src/persist/files.ts";
import type { Header } from "../../src/persist/header.ts";
import { DELETION, recordWords } from "../../src/persist/record.ts";
import { readKey } from "../../src/persist/record_reader.ts";
import { HAS_EXPIRY, KEY_WIDE, TAG_SHIFT } from "../../src/segment/layout.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { Folder } from "../testing/folder.ts";
import { HEADER, sealed } from "./sealed.ts";

/** A record of words as they are to stand there. */
function record(
  keyInfo: number,
  valueInfo: number,
  ...words: number[]
): Int32Array {
  const record = new Int32Array(recordWords(keyInfo, valueInfo));
  assertStrictEquals(record.length, words.length + 2);
  record.set([keyInfo, valueInfo, ...words]);
  return record;
}

function value(tag: number, byteLength: number): number {
  return tag << TAG_SHIFT | byteLength;
}

/** The words of a float. */
function float(number: number): number[] {
  return [...new Int32Array(new Float64Array([number]).buffer)];
}

const hashes = new EncodedKey(HEADER.seed);
function hashOf(record: Int32Array): number {
  readKey(record, 0, hashes);
  return hashes.hash >>> 0;
}

/** How a forged file differs from what a map would write. */
interface Forgery {
  header?: Partial<Header>;
  records?: Int32Array[];
  /** Whether each record has a block of its own. */
  isScattered?: boolean;
  firstHash?: number;
  /** What each record says of its uses. */
  use?: number;
  entries?: number;
  keepOrder?: boolean;
}

/** Writes a file with checks that match. */
async function forge(
  folder: Folder,
  { header, records = [GOOD], keepOrder, ...rest }: Forgery,
): Promise<string> {
  const full = { ...HEADER, ...header };
  const path = `${folder.path}/${
    String(full.epoch).padStart(12, "0")
  }.epochmap`;
  using file = OpenFile.open(path, { write: true, createNew: true });
  const writer = new FileWriter(file, full, "none");
  if (rest.use !== undefined) writer.keepUses();
  const sorted = keepOrder
    ? records
    : records.toSorted((a, b) => hashOf(a) - hashOf(b));
  for (const record of sorted) {
    if (rest.isScattered) await writer.endBlock();
    if (writer.blockIsEmpty) {
      writer.firstHash = rest.firstHash ?? hashOf(record);
    }
    writer.words.set(record, writer.at);
    const end = writer.at + record.length;
    writer.count(end, record[1] === DELETION, rest.use);
  }
  await writer.finish(rest.entries ?? records.length);
  return path;
}

const A = 0x61;
const GOOD = record(1, value(TAG_LATIN1, 1), A, A);
const OTHER = record(1, value(TAG_LATIN1, 1), 0x62, A);
const expiring = (expiry: number) =>
  record(1 | HAS_EXPIRY, value(TAG_LATIN1, 1), A, ...float(expiry), A);
const keyed = (keyInfo: number, ...words: number[]) =>
  record(keyInfo, value(TAG_LATIN1, 1), ...words, A);
const valued = (tag: number, length: number, ...words: number[]) =>
  record(1, value(tag, length), A, ...words);
const numbers = { keyCodec: "number" };

/** What is wrong, and where. */
const NONSENSE: Record<string, Forgery> = {
  "expires at NaN": { records: [expiring(NaN)] },
  "expires at -1": { records: [expiring(-1)] },
  "expires at 0": { records: [expiring(-0)] },
  "expires at -Infinity": { records: [expiring(-Infinity)] },
  "unknown bits in the use": { use: 0x0400_0000 },
  "a key comes twice": { records: [GOOD, OTHER, GOOD] },
  "not in order": {
    records: [GOOD, OTHER].sort((a, b) => hashOf(b) - hashOf(a)),
    keepOrder: true,
  },
  "another hash than it says": { firstHash: 7 },
  "behind the end of a key": { records: [keyed(1, 0x161)] },
  "UTF-16": { records: [keyed(2 | KEY_WIDE, A)] },
  "need not or cannot": { records: [keyed(3 | KEY_WIDE, 0x3042)] },
  "or cannot be": {
    records: [keyed(2 | KEY_WIDE, 0x3042)],
    header: { keyCodec: "bytes" },
  },
  "a number of 4 bytes as a key": { records: [keyed(4, 1)], header: numbers },
  "-0 as a key": { records: [keyed(8, ...float(-0))], header: numbers },
  "another NaN": { records: [keyed(8, 1, 0x7ff80000)], header: numbers },
  "a number of 4 bytes as a value": { records: [valued(TAG_NUMBER, 4, 1)] },
  "UTF-16 of 3 bytes": { records: [valued(TAG_UTF16, 3, 0x3042)] },
  "no constant and no bigint": {
    records: [valued(TAG_CONSTANT_OR_BIGINT, 1, 3)],
  },
  "no constant": { records: [valued(TAG_CONSTANT_OR_BIGINT, 0)] },
  "no bigint": { records: [valued(TAG_CONSTANT_OR_BIGINT, 2, 0x102)] },
  "of the kind 6": {
    records: [valued(TAG_CLONE, 1, 1)],
    header: { valueCodec: "json" },
  },
  "of the kind 4": {
    records: [valued(TAG_BYTES, 1, 1)],
    header: { valueCodec: "of my own" },
  },
  "a deletion in a full epoch": { records: [record(1, DELETION, A)] },
  "totals of the footer": { entries: 2 },
  "no number of things": { entries: NaN },
  "builds on epoch 2": { header: { base: { epoch: 2, id: [1, 2] } } },
  "builds on epoch NaN": { header: { base: { epoch: NaN, id: [1, 2] } } },
  "opened at NaN": { header: { time: NaN } },
  "opened at -1": { header: { time: -1 } },
  "0.5 entries": { header: { expected: 0.5 } },
};

for (const [what, forgery] of Object.entries(NONSENSE)) {
  Deno.test(`a file is refused that makes no sense: ${what}`, async () => {
    using folder = new Folder();
    const path = await forge(folder, forgery);
    const error = await assertRejects(
      () => verifySnapshot(path),
      SnapshotError,
      what,
    );
    assertEquals(error.path, path);
    const { keyCodec, valueCodec } = { ...HEADER, ...forgery.header };
    const own = {
      name: "of my own",
      encode: (x: unknown) => x,
      decode: Object,
    };
    // deno-lint-ignore no-explicit-any
    using map: SharedMap<any, any> = SharedMap.create<any, any>({
      // deno-lint-ignore no-explicit-any
      key: keyCodec as any,
      // deno-lint-ignore no-explicit-any
      value: (valueCodec === own.name ? own : valueCodec) as any,
    });
    const info = await restoreSnapshot(map, folder.path);
    assertStrictEquals(info, undefined);
    assertStrictEquals(map.size, 0);
  });
}

Deno.test("entries that were to expire and then not, by whatever method, come back", async () => {
  const endings: Record<string, (map: SharedMap<string, string>) => unknown> = {
    "expire()": (map) => map.expire("a", Infinity),
    "set()": (map) => map.set("a", "b"),
    "swap()": (map) => map.swap("a", "b"),
    "update()": (map) => map.update("a", () => "b", { keepTtl: false }),
    "compareAndSet()": (map) =>
      map.compareAndSet("a", "a", "b", { ttl: Infinity }),
  };
  for (const [method, end] of Object.entries(endings)) {
    using folder = new Folder();
    using map = SharedMap.create<string, string>();
    map.set("a", "a", { ttl: 60_000 });
    end(map);
    assertStrictEquals(map.ttl("a"), Infinity, method);
    await writeSnapshot(map, folder.path);
    using restored = SharedMap.create<string, string>();
    await restoreSnapshot(restored, folder.path);
    assertEquals([...restored], [...map], method);
    assertStrictEquals(restored.ttl("a"), Infinity, method);
  }
});

Deno.test("an expiry between two milliseconds makes sense", async () => {
  using folder = new Folder();
  await forge(folder, { records: [expiring(1e13 + 0.5)] });
  using map = SharedMap.create();
  await restoreSnapshot(map, folder.path);
  assertEquals([...map], [["a", "a"]]);
});

Deno.test("a file is refused whose numbers or names are none", async () => {
  using folder = new Folder();
  const path = await forge(folder, {});
  const good = Deno.readFileSync(path);
  const changes: Record<string, (view: DataView) => void> = {
    "an epoch NaN": (view) => view.setFloat64(40, NaN, true),
    "an epoch -1": (view) => view.setFloat64(40, -1, true),
    "unknown flags 2": (view) => view.setUint32(20, 2, true),
    "that are no text": (view) => view.setUint8(88, 0xff),
  };
  for (const [what, change] of Object.entries(changes)) {
    const bytes = good.slice();
    change(new DataView(bytes.buffer));
    Deno.writeFileSync(path, sealed(bytes));
    await assertRejects(() => verifySnapshot(path), SnapshotError, what);
  }
});

Deno.test("a delta is refused with more entries than there can be", async () => {
  using folder = new Folder();
  await forge(folder, { records: [GOOD] });
  const base = { epoch: 1, id: HEADER.id };
  const header = { epoch: 2, id: [5, 6] as const, base };
  const records = [record(1, DELETION, A), OTHER];
  const path = await forge(folder, { header, records, entries: 3 });
  using map = SharedMap.create();
  const errors: SnapshotError[] = [];
  const info = await restoreSnapshot(map, folder.path, {
    onWarning: (error) => errors.push(error),
  });
  assertStrictEquals(info?.epoch, 1);
  assertEquals(errors.map((error) => error.path), [path]);
  assert(errors[0].message.includes("cannot have come"), errors[0].message);
});

Deno.test("keys with one hash are told apart, also across blocks", async () => {
  const seen = new Map<number, Int32Array>();
  let twins: Int32Array[] | undefined;
  for (let i = 0; twins === undefined; i++) {
    const one = keyed(4, i | 0x20202020);
    const other = seen.get(hashOf(one));
    if (other !== undefined && other[2] !== one[2]) twins = [other, one];
    seen.set(hashOf(one), one);
  }
  const [a, b] = twins;
  for (const isScattered of [false, true]) {
    {
      using folder = new Folder();
      const records = [a, b];
      await verifySnapshot(await forge(folder, { records, isScattered }));
    }
    using folder = new Folder();
    const path = await forge(folder, { records: [a, b, a], isScattered });
    await assertRejects(
      () => verifySnapshot(path),
      SnapshotError,
      "a key comes twice",
    );
  }
});
