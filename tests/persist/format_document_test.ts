// The files of a map, read by docs/file_format.md alone: the offsets come from its
// tables, and no module of src takes part in the reading.
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { crc32, zstdDecompressSync } from "node:zlib";
import { SharedMap, SnapshotWriter, writeSnapshot } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { Folder } from "../testing/folder.ts";
import { NumberTrees } from "../testing/number_trees.ts";

const DOCUMENT = await Deno.readTextFile(
  new URL("../../docs/file_format.md", import.meta.url),
);

interface Field {
  readonly at: number;
  readonly bytes: number;
  readonly type: string;
}

/** The fields that the table below a heading describes, by their names. */
function fieldsOf(heading: string): Map<string, Field> {
  const section = DOCUMENT.split(`\n### ${heading}\n`)[1].split("\n#")[0];
  const rows = section.matchAll(
    /^\| (\d+) +\| (\d+) +\| (\w+) +\| (\w+) +\|/gm,
  );
  return new Map(
    [...rows].map(([, at, bytes, type, name]) => [
      name,
      { at: Number(at), bytes: Number(bytes), type },
    ]),
  );
}

/** A part of a file, whose fields are known by their names. */
class Part {
  readonly fields: Map<string, Field>;
  readonly bytes: Buffer;

  constructor(heading: string, bytes: Buffer) {
    this.fields = fieldsOf(heading);
    this.bytes = bytes;
    assert(this.fields.size > 1, heading);
  }

  #field(name: string, ...types: string[]): Field {
    const field = this.fields.get(name);
    assert(field && types.includes(field.type), name);
    return field;
  }

  number(name: string): number {
    const { at, type } = this.#field(name, "u32", "f64");
    return type === "u32"
      ? this.bytes.readUInt32LE(at)
      : this.bytes.readDoubleLE(at);
  }

  text(name: string): string {
    const { at, bytes } = this.#field(name, "text");
    return this.bytes.toString("latin1", at, at + bytes);
  }

  raw(name: string): string {
    const { at, bytes } = this.#field(name, "raw");
    return this.bytes.toString("hex", at, at + bytes);
  }

  words(name: string): number[] {
    const { at } = this.#field(name, "raw");
    return [this.bytes.readInt32LE(at), this.bytes.readInt32LE(at + 4)];
  }

  /** Behind the last field. */
  get end(): number {
    return Math.max(
      ...this.fields.values().map(({ at, bytes }) => at + bytes),
    );
  }
}

const DELETED = Symbol("deleted");

/** A value that is kept in trees. */
interface Structure {
  readonly tag: number;
  readonly roots: readonly number[];
  readonly body: string;
  /** In the order of the file. */
  readonly nodes: Node[];
}

interface Node {
  readonly children: readonly number[];
  readonly content: readonly number[];
}

/** The flag of a node that the base has. */
const KEPT = 0x80000000;

interface Entry {
  readonly value: unknown;
  readonly expiry: number | undefined;
}

interface Epoch {
  readonly header: Part;
  readonly isDelta: boolean;
  readonly entries: number;
  /** From a key to its entry. */
  readonly records: Map<string, Entry>;
  /** Flags of blocks that were seen. */
  readonly seen: number;
  /** What is said of the uses of records. */
  readonly uses: readonly number[];
}

function readEpoch(path: string): Epoch {
  const file = Buffer.from(Deno.readFileSync(path));
  const header = readHeader(file);
  const footer = readFooter(file);
  const records = new Map<string, Entry>();
  const order: number[] = [];
  const uses: number[] = [];
  let seen = 0;
  let check = crc32(header.bytes);
  let raw = 0;
  let blocks = 0;
  let pieces: Buffer[] = [];
  for (let at = header.bytes.length; at < footer.number("length");) {
    const block = new Part("Block", file.subarray(at));
    const payload = readBlock(block, blocks++, header);
    const flags = block.number("flags");
    seen |= flags;
    check = crc32(block.bytes.subarray(0, block.end), check);
    raw += payload.length;
    at += block.end + block.number("stored");
    pieces.push(payload);
    if ((flags & 2) !== 0 && (flags & 4) === 0) {
      assertEquals(payload.length, 2 ** 20);
      assertEquals(block.number("records"), 0);
      continue;
    }
    const count = (flags & 2) !== 0 ? 1 : block.number("records");
    const all = Buffer.concat(pieces);
    const ofUses = (flags & 8) !== 0 ? 4 * count : 0;
    const ofRecords = all.subarray(0, all.length - ofUses);
    readRecords(ofRecords, count, header, records, order);
    for (let use = ofRecords.length; use < all.length; use += 4) {
      uses.push(all.readUInt32LE(use));
    }
    pieces = [];
  }
  assertEquals(order, order.toSorted((a, b) => a - b));
  assertEquals(footer.number("check"), check);
  assertEquals(footer.number("blocks"), blocks);
  assertEquals(footer.number("raw"), raw);
  assertEquals(footer.number("records"), records.size);
  const deleted = [...records.values()].filter(({ value }) =>
    value === DELETED
  );
  assertEquals(footer.number("tombstones"), deleted.length);
  const isDelta = (header.number("flags") & 1) !== 0;
  assert(isDelta || deleted.length === 0);
  const entries = footer.number("entries");
  return { header, isDelta, entries, records, seen, uses };
}

function readHeader(file: Buffer): Part {
  const length = new Part("Header", file).number("length");
  const header = new Part("Header", file.subarray(0, length));
  assertEquals(header.text("magic"), "EPOCHMAP");
  assertEquals(header.number("version"), 4);
  assertEquals(length % 8, 0);
  const end = length - 4;
  assertEquals(
    file.readUInt32LE(end),
    crc32(header.bytes.subarray(0, end)),
  );
  return header;
}

function readFooter(file: Buffer): Part {
  const { end } = new Part("Footer", file);
  const footer = new Part("Footer", file.subarray(file.length - end));
  assertEquals(footer.text("magic"), "EEND");
  assertEquals(footer.number("length"), file.length - end);
  assertEquals(
    footer.number("footCheck"),
    crc32(footer.bytes.subarray(0, end - 4)),
  );
  return footer;
}

function readBlock(block: Part, number: number, header: Part): Buffer {
  assertEquals(block.text("magic"), "BLCK");
  assertEquals(block.number("number"), number);
  const stored = block.bytes.subarray(
    block.end,
    block.end + block.number("stored"),
  );
  const begin = header.bytes.readUInt32LE(header.bytes.length - 4);
  const head = crc32(block.bytes.subarray(0, block.end - 4), begin);
  assertEquals(block.number("check"), crc32(stored, head));
  const isCompressed = (block.number("flags") & 1) !== 0;
  const payload = isCompressed ? zstdDecompressSync(stored) : stored;
  assertEquals(payload.length, block.number("raw"));
  return payload;
}

function namesOf(header: Part): string[] {
  const key = header.number("keyCodec");
  const value = header.number("valueCodec");
  const name = (at: number, length: number) =>
    header.bytes.toString("utf8", at, at + length);
  return [name(header.end, key), name(header.end + key, value)];
}

const LENGTH = 2 ** 29 - 1;

function readRecords(
  payload: Buffer,
  count: number,
  header: Part,
  into: Map<string, Entry>,
  order: number[],
): void {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const record = new Part("Record", payload.subarray(at));
    const keyInfo = record.number("keyInfo");
    const valueInfo = record.number("valueInfo");
    const take = (bytes: number) => {
      const taken = payload.subarray(at, at + bytes);
      at += Math.ceil(bytes / 4) * 4;
      return taken;
    };
    at += record.end;
    if (keyInfo === 0xa0000000) {
      const { value } = [...into.values()].at(-1)!;
      (value as Structure).nodes.push(...nodesOf(take(valueInfo)));
      continue;
    }
    const keyStart = at;
    const key = take(keyInfo & LENGTH);
    const words = Math.ceil(key.length / 4);
    const hash = halfSipHash(
      payload.subarray(keyStart, keyStart + words * 4),
      keyInfo & 0x3fffffff,
      header.words("seed"),
    );
    order.push(hash);
    const hasExpiry = (keyInfo & 0x40000000) !== 0;
    const expiry = hasExpiry ? take(8).readDoubleLE() : undefined;
    const bytes = take(valueInfo & LENGTH);
    const tag = valueInfo >>> 29;
    const isTrees = (keyInfo & 0x80000000) !== 0;
    const value = isTrees ? structureOf(bytes, tag) : valueOf(bytes, tag);
    const isWide = (keyInfo & 0x20000000) !== 0;
    const text = key.toString(isWide ? "utf16le" : "latin1");
    assert(!into.has(text), "a key comes once");
    into.set(text, { value, expiry });
  }
  assertEquals(at, payload.length);
}

function wordsOf(bytes: Buffer, at: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => bytes.readUInt32LE(at + i * 4),
  );
}

function structureOf(bytes: Buffer, tag: number): Structure {
  const count = bytes.readUInt32LE(0);
  const roots = wordsOf(bytes, 4, count);
  const body = bytes.toString("latin1", 4 + count * 4);
  return { tag, roots, body, nodes: [] };
}

function nodesOf(bytes: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length;) {
    const node = new Part("Node", bytes.subarray(at));
    const length = node.number("length");
    const children = node.number("head") & 0xffff;
    const from = at + node.end;
    const rest = length - node.end / 4 - children;
    assert(node.number("head") >= 2 ** 31);
    assert((length + 1) * 4 <= node.number("refs") * 16);
    nodes.push({
      children: wordsOf(bytes, from, children),
      content: wordsOf(bytes, from + children * 4, rest),
    });
    at += length * 4;
  }
  return nodes;
}

/** The numbers below some nodes, which are the next ones of the file, or kept. */
function numbersBelow(
  ids: readonly number[],
  nodes: Iterator<Node>,
  kept: (id: number) => readonly number[],
): number[] {
  return ids.flatMap((id) => {
    if (id === 0) return [];
    if (id >= KEPT) return kept(id - KEPT);
    const { children, content } = nodes.next().value!;
    return children.length > 0
      ? numbersBelow(children, nodes, kept)
      : numbersOf(content);
  });
}

/** Zeros at the end are left out. */
function numbersOf([count, ...numbers]: readonly number[]): number[] {
  return [...numbers, ...new Array(count - numbers.length).fill(0)];
}

/** The numbers below each node that one file has, by their ids. */
function numbersById({ nodes, roots }: Structure): Map<number, number[]> {
  const byId = new Map<number, number[]>();
  const all = nodes.values();
  const visit = (ids: readonly number[]): number[] =>
    ids.flatMap((id) => {
      if (id === 0) return [];
      const { children, content } = all.next().value!;
      const found = children.length > 0 ? visit(children) : numbersOf(content);
      byId.set(id, found);
      return found;
    });
  visit(roots);
  return byId;
}

function valueOf(bytes: Buffer, tag: number): unknown {
  switch (tag) {
    case 0:
      return bytes.length === 1
        ? [null, true, false][bytes[0]]
        : bigintOf(bytes);
    case 1:
      return bytes.readDoubleLE();
    case 2:
      return bytes.toString("latin1");
    case 3:
      return bytes.toString("utf16le");
    case 4:
      return new Uint8Array(bytes);
    case 5:
      return DELETED;
    case 7:
      return bytes.toString("utf8");
  }
  throw new Error(`the test writes nothing with the tag ${tag}`);
}

function bigintOf(bytes: Buffer): bigint {
  const digits = [...bytes.subarray(1)].reverse();
  const magnitude = digits.reduce((sum, it) => sum * 256n + BigInt(it), 0n);
  return bytes[0] === 1 ? -magnitude : magnitude;
}

function halfSipHash(key: Buffer, last: number, [k0, k1]: number[]): number {
  const v = [k0, k1, 0x6c796765 ^ k0, 0x74656462 ^ k1];
  const turn = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const round = () => {
    v[0] += v[1] | 0, v[1] = turn(v[1], 5) ^ v[0], v[0] = turn(v[0], 16);
    v[2] = (v[2] + v[3]) | 0, v[3] = turn(v[3], 8) ^ v[2];
    v[0] = (v[0] + v[3]) | 0, v[3] = turn(v[3], 7) ^ v[0];
    v[2] = (v[2] + v[1]) | 0, v[1] = turn(v[1], 13) ^ v[2];
    v[2] = turn(v[2], 16);
  };
  const words = Array.from(
    { length: key.length / 4 },
    (_, i) => key.readInt32LE(i * 4),
  );
  for (const word of [...words, last]) {
    v[3] ^= word;
    round();
    v[0] ^= word;
  }
  v[2] ^= 0xff;
  for (let i = 0; i < 3; i++) round();
  const hash = (v[1] ^ v[3]) >>> 0;
  return hash < 2 ? hash + 2 : hash;
}

/** What a chain of files adds up to, the full one first. */
function merged(chain: readonly Epoch[]): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const { records } of chain) {
    for (const [key, { value }] of records) {
      if (value === DELETED) all.delete(key);
      else all.set(key, value);
    }
  }
  return all;
}

function sample(): SharedMap<string, unknown> {
  const map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 25 });
  for (let i = 0; i < 20_000; i++) map.set(`key ${i}`, i / 3);
  const values = [null, true, false, 0n, -1n, 2n ** 70n, NaN, -0, "", "é", "€"];
  values.forEach((value, i) => map.set(`value ${i}`, value));
  map.set("schlüssel", "in Latin-1").set("ключ", "in UTF-16").set("", "empty");
  map.set("long", "ascii".repeat(1_000)).set("mixed", "añb".repeat(1_000));
  map.set("bytes", Uint8Array.of(1, 2, 3));
  map.set("large", new Uint8Array(300_000).fill(7));
  map.set(
    "huge",
    crypto.getRandomValues(new Uint8Array(65_536)).toHex()
      .repeat(20),
  );
  map.set("expires", "later", { ttl: 1e9 });
  return map;
}

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`a reader made after docs/file_format.md reads what the map writes (${compression})`, async () => {
    using folder = new Folder();
    using map = sample();
    const before = Date.now();
    const { path } = await writeSnapshot(map, folder.path, { compression });
    const epoch = readEpoch(path);
    const { header, records } = epoch;
    assertEquals(new Map(map), merged([epoch]));
    assertEquals(namesOf(header), ["string", "any"]);
    assertEquals(header.number("epoch"), 1);
    assertEquals(header.number("base"), 0);
    assert(header.number("time") >= before);
    assertEquals(epoch.isDelta, false);
    assertEquals(epoch.entries, map.size);
    assertEquals(epoch.seen, compression === "zstd" ? 7 : 6);
    const { expiry } = records.get("expires")!;
    assert(Math.abs(expiry! - Date.now() - map.ttl("expires")!) < 10_000);
    assertEquals(records.get("")!.expiry, undefined);
  });
}

Deno.test("... deltas, too", async () => {
  using folder = new Folder();
  using map = sample();
  const { path: directory } = folder;
  const chain: Epoch[] = [];
  const options = { directory, interval: 1e9, keep: 10 };
  await using writer = new SnapshotWriter(map, options);
  for (let round = 0; round < 3; round++) {
    const { path } = await writer.write();
    const epoch = readEpoch(path);
    const base = chain.at(-1);
    chain.push(epoch);
    assertEquals(epoch.isDelta, round > 0);
    assertEquals(merged(chain), new Map(map));
    assertEquals(epoch.entries, map.size);
    if (base !== undefined) {
      assertEquals(epoch.header.number("base"), base.header.number("epoch"));
      assertEquals(epoch.header.raw("baseId"), base.header.raw("id"));
      assertEquals(epoch.header.raw("seed"), base.header.raw("seed"));
    }
    for (let i = 0; i < 10; i++) map.delete(`key ${round * 100 + i}`);
    map.set(`new ${round}`, round).set("key 1000", round);
  }
});

Deno.test("... and structures", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 25 });
  const trees = new NumberTrees(attachmentOf(map), "string");
  const first = Array.from({ length: 50_000 }, (_, i) => i);
  const second = [1, 2, 0, 0];
  trees.put("p", { lists: [first, [], second], label: "a label" });
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  const options = { directory: folder.path, interval: 1e9, keep: 10 };
  await using writer = new SnapshotWriter(map, options);
  const full = readEpoch((await writer.write()).path);
  assertEquals(full.seen & 16, 16);
  assertEquals(full.entries, 101);
  const p = full.records.get("p")!.value as Structure;
  const nothing = (id: number): never => {
    throw new Error(`node ${id} is kept in a full epoch`);
  };
  assertEquals(p.tag, 4);
  assertEquals(p.body, "a label");
  assertEquals(p.roots.length, 3);
  assertEquals(p.roots[1], 0);
  const nodes = p.nodes.values();
  assertEquals(numbersBelow(p.roots, nodes, nothing), [...first, ...second]);
  trees.set("p", 0, 30_000, 7);
  const delta = readEpoch((await writer.write()).path);
  const next = delta.records.get("p")!.value as Structure;
  assert(next.nodes.length < 20);
  const byId = numbersById(p);
  const found = (id: number) => byId.get(id)!;
  assertEquals(
    numbersBelow(next.roots, next.nodes.values(), found),
    [...first.with(30_000, 7), ...second],
  );
});

Deno.test("... and what it knows of their uses", async () => {
  using folder = new Folder();
  using map = SharedMap.create<string, number>({
    maxBytes: 2 ** 22,
    onFull: "evict",
    track: true,
  });
  const minutes = () => Math.floor(Date.now() / 60_000);
  const before = minutes();
  for (let i = 0; i < 300; i++) {
    map.set(`key ${i}`, i);
    for (let reads = i % 4; reads > 0; reads--) map.get(`key ${i}`);
  }
  const { path } = await writeSnapshot(map, folder.path);
  const { records, seen, uses } = readEpoch(path);
  assertEquals(seen & 8, 8);
  assertEquals(uses.length, records.size);
  const heats = [...records.values()].map(({ value }) => Number(value) % 4);
  const same = uses.filter((use, i) => use >>> 24 === heats[i]);
  assert(same.length > 290, "but for keys that share a word");
  for (const use of uses) {
    assert(((use >>> 16) & 0xff) >= 5 - (minutes() - before));
    assert(((use - before) & 0xffff) <= minutes() - before);
  }
});
