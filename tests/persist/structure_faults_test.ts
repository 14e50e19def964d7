// Files with structures that no map can have written, under checksums that match: each is refused,
// and nothing of it is restored.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  restoreSnapshot,
  SharedMap,
  SnapshotError,
  verifySnapshot,
} from "../../mod.ts";
import { TAG_BYTES, TAG_LATIN1 } from "../../src/codec/codec.ts";
import { FileWriter } from "../../src/persist/file_writer.ts";
import { OpenFile } from "../../src/persist/files.ts";
import { MAX_RAW_WORDS, TARGET_WORDS } from "../../src/persist/format.ts";
import type { Header } from "../../src/persist/header.ts";
import { KEPT, NODES } from "../../src/persist/node_record.ts";
import { DELETION, isDeletion } from "../../src/persist/record.ts";
import { readKey } from "../../src/persist/record_reader.ts";
import { STRUCTURE, TAG_SHIFT } from "../../src/segment/layout.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { Folder } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { NumberTrees } from "../testing/number_trees.ts";
import { HEADER, sealed } from "./sealed.ts";

const DELTA: Partial<Header> = {
  id: [5, 6],
  epoch: 2,
  base: { epoch: 1, id: HEADER.id },
};
const A = 0x61;
const B = 0x62;
const LEAF = -0x80000000 | 1 << 16;
const INNER = -0x80000000 | 2 << 16;

/** The record of a structure, under a key of one letter. */
function structure(roots: readonly number[], key = A): number[] {
  const bytes = (1 + roots.length) * 4;
  const tag = TAG_BYTES << TAG_SHIFT;
  return [1 | STRUCTURE, bytes | tag, key, roots.length, ...roots];
}

function nodes(...all: number[][]): number[] {
  const words = all.flat();
  return [NODES, words.length * 4, ...words];
}

/** A leaf with one number. */
function leaf(n: number): number[] {
  return [5, 2, LEAF, 1, n];
}

function inner(count: number, ...children: number[]): number[] {
  const words = [2, INNER | children.length, ...children, count];
  return [words.length + 1, ...words];
}

const PLAIN = [1, TAG_LATIN1 << TAG_SHIFT | 1, A, A];
const OTHER = [1, TAG_LATIN1 << TAG_SHIFT | 1, B, A];

/** Writes a file with checks that match; returns its path. */
async function forge(
  folder: Folder,
  records: readonly (readonly number[])[],
  header: Partial<Header> = {},
): Promise<string> {
  const full = { ...HEADER, ...header };
  const name = String(full.epoch).padStart(12, "0");
  const path = `${folder.path}/${name}.epochmap`;
  using file = OpenFile.open(path, { write: true, createNew: true });
  const writer = new FileWriter(file, full, "none");
  const key = new EncodedKey(full.seed);
  let entries = 0;
  for (const record of records.map((words) => Int32Array.from(words))) {
    const isKey = record[0] !== NODES;
    const isGone = isKey && isDeletion(record[1]);
    if (isKey) readKey(record, 0, key);
    if (isKey && !isGone) entries++;
    if (record.length > TARGET_WORDS) {
      await writer.writeLarge(record, key.hash, isGone);
      continue;
    }
    if (writer.blockIsEmpty) writer.firstHash = key.hash;
    writer.words.set(record, writer.at);
    writer.count(writer.at + record.length, isGone);
  }
  await writer.finish(entries);
  return path;
}

const S = structure([7]);
const huge = new Array(TARGET_WORDS).fill(0);

/** What is wrong, and the records. */
const FAULTS: [what: string, records: number[][], header?: Partial<Header>][] =
  [
    ["a structure is cut off", [S]],
    ["a structure is cut off", [S, OTHER]],
    ["a structure is cut off", [S, nodes(inner(1, 8))]],
    ["a structure is cut off", [S, nodes(inner(1, 8)), OTHER]],
    ["a structure is cut off", [structure([7, 8]), nodes(leaf(1))]],
    ["hangs from nothing", [PLAIN, nodes(leaf(1))]],
    ["hangs from nothing", [S, nodes(leaf(1), leaf(2))]],
    ["hangs from nothing", [S, nodes(leaf(1)), nodes(leaf(2))]],
    ["hangs from nothing", [structure([0]), nodes(leaf(1))]],
    ["that leaves out a node", [structure([KEPT | 7])]],
    ["that leaves out a node", [S, nodes(inner(1, KEPT | 8))]],
    ["that none can have", [S, nodes(inner(1, 0))]],
    ["that none can have", [structure([0x40000007]), nodes(leaf(1))]],
    ["that none can have", [structure([KEPT]), nodes(leaf(1))]],
    ["that none can have", [structure([KEPT])], DELTA],
    ["a node is cut off", [S, nodes([6, 2, LEAF, 1, 1])]],
    ["a node is cut off", [S, nodes([0, 2, LEAF, 1, 1])]],
    ["a node is cut off", [S, nodes([-1, 2, LEAF, 1, 1])]],
    ["hangs from nothing", [S, nodes([4, 2, LEAF, 1, 1])]],
    ["a node is cut off", [S, nodes([5, 2, LEAF | 3, 8, 9])]],
    ["a node is cut off", [S, nodes([3])]],
    ["a node of no kind", [S, nodes([5, 2, 1, 8, 1])]],
    ["a block of another size", [S, nodes([5, 0, LEAF, 1, 1])]],
    ["a block of another size", [S, nodes([5, 1, LEAF, 1, 1])]],
    ["a block of another size", [S, nodes([5, -1, LEAF, 1, 1])]],
    ["a block of another size", [S, nodes([5, 2 ** 28, LEAF, 1, 1])]],
    ["than it has room for", [[1 | STRUCTURE, 4, A, 1]]],
    ["than it has room for", [[1 | STRUCTURE, 4, A, -1]]],
    ["than it has room for", [[1 | STRUCTURE, 3, A, 0]]],
    ["than it has room for", [[1 | STRUCTURE, 0, A]]],
    ["a deletion in a full epoch", [[1 | STRUCTURE, DELETION, A]]],
    ["a deletion with trees", [[1 | STRUCTURE, DELETION, A]], DELTA],
    ["flags in the length", [S, [NODES, 1 << TAG_SHIFT | 20, ...leaf(1)]]],
    ["hangs from nothing", [S, nodes([9, 2 ** 20, LEAF, ...huge])]],
  ];

for (const [i, [what, records, header]] of FAULTS.entries()) {
  Deno.test(`a structure is refused that makes no sense: ${what} (${i})`, async () => {
    using folder = new Folder();
    if (header !== undefined) await forge(folder, [PLAIN]);
    const path = await forge(folder, records, header);
    const verified = verifySnapshot(path);
    const error = await assertRejects(() => verified, SnapshotError, what);
    assertEquals(error.path, path);
    using map = SharedMap.create<string, unknown>();
    const info = await restoreSnapshot(map, folder.path);
    assertEquals(info?.epoch, header && 1);
    assertEquals([...map], header === undefined ? [] : [["a", "a"]]);
    assertSound(map);
  });
}

const TREE = [
  structure([7, 0]),
  nodes(inner(3, 8, 9, 10), leaf(1), leaf(2), leaf(3)),
];

Deno.test("nodes that a delta leaves out are found wherever they are", async () => {
  using folder = new Folder();
  await forge(folder, TREE);
  await forge(folder, [
    structure([KEPT | 10, 20]),
    nodes(inner(2, KEPT | 9, 21), leaf(4)),
  ], DELTA);
  const base = { epoch: 2, id: DELTA.id! };
  await forge(folder, [
    structure([21, KEPT | 20, KEPT | 10]), // 21 is another node by now
    nodes(leaf(5)),
  ], { id: [7, 8], epoch: 3, base });
  using map = SharedMap.create<string, unknown>();
  const info = await restoreSnapshot(map, folder.path);
  assertEquals(info?.rejected, []);
  const trees = new NumberTrees(attachmentOf(map), "string");
  assertEquals(trees.read("a")?.lists, [[5], [2, 4], [3]]);
  assertSound(map);
});

/** What is wrong with a delta whose file is whole, its records, and the base. */
const DANGLING: [what: string, delta: number[][], base: number[][]][] = [
  ["in no epoch before", [structure([KEPT | 11])], TREE],
  ["in no epoch before", [structure([KEPT | 7])], [PLAIN]],
  ["in no epoch before", [structure([KEPT | 7])], [structure([0])]],
  ["in no epoch before", [structure([KEPT | 7], B)], TREE],
  ["from two others", [structure([KEPT | 7, KEPT | 8])], TREE],
  ["from two others", [structure([KEPT | 8, KEPT | 7])], TREE],
  ["from two others", [structure([KEPT | 7, KEPT | 7])], TREE],
  ["from two others", [
    structure([20]),
    nodes(inner(2, KEPT | 9, KEPT | 9)),
  ], TREE],
];

for (const [i, [what, delta, base]] of DANGLING.entries()) {
  Deno.test(`a delta is passed over if a node is ${what} (${i})`, async () => {
    using folder = new Folder();
    await forge(folder, base);
    const path = await forge(folder, delta, DELTA);
    await verifySnapshot(path);
    using map = SharedMap.create<string, unknown>();
    const info = await restoreSnapshot(map, folder.path);
    assertEquals(info?.epoch, 1);
    const [{ path: rejected, reason }, ...others] = info!.rejected;
    assertEquals([rejected, others], [path, []]);
    assertStringIncludes(reason, what);
    assertEquals(map.size, 1);
    assertSound(map);
  });
}

Deno.test("structures are found only where the file says that there are some", async () => {
  using folder = new Folder();
  const path = await forge(folder, TREE);
  const good = Deno.readFileSync(path);
  const header = new DataView(good.buffer).getUint32(16, true);
  const changes: Record<string, [at: number, value: number]> = {
    "unknown flags in the key length": [header + 20, 0],
    "header is not possible": [header + 20, 32],
    "unknown flags in the key": [8, 3],
  };
  for (const [what, [at, value]] of Object.entries(changes)) {
    const bytes = good.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    Deno.writeFileSync(path, sealed(bytes));
    await assertRejects(() => verifySnapshot(path), SnapshotError, what);
  }
  Deno.writeFileSync(path, good);
  await verifySnapshot(path);
});

Deno.test("a node that takes many blocks of the file comes back", async () => {
  using folder = new Folder();
  const numbers = Array.from({ length: MAX_RAW_WORDS * 2 }, (_, i) => i + 1);
  const words = [LEAF, numbers.length, ...numbers];
  const node = [words.length + 2, words.length, ...words];
  await forge(folder, [S, nodes(node)]);
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 25 });
  await restoreSnapshot(map, folder.path);
  const trees = new NumberTrees(attachmentOf(map), "string");
  assertEquals(trees.read("a")?.lists, [numbers]);
  assertSound(map);
});
