/**
 * Dumping a structure: its version, and the nodes of its trees one by one, as they are at the
 * moment of the scan. They stay where they are until the scan passes the hash of their key, or is
 * revoked; so it takes the memory of one block, and of a number for each node that waits for its
 * turn.
 *
 * A delta leaves out a node, with all that hangs from it, which is in the epoch before. That is so
 * if it was born at the tick of that epoch at the latest. For it lives in the tree of one key, from
 * its birth on and still; so it was in that tree then, and had the same ref, which is its id. (What
 * hangs from it is older than it is.) A birth that is not written counts as young here: it may take
 * a little more of the file, and is never wrong. See `docs/file_format.md`.
 *
 * @module
 */

import { SnapshotError, theMap } from "../errors.ts";
import type { Attachment } from "../map/attachment.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { birthOf, childrenOf } from "../reclamation/tree.ts";
import { bodyOf, rootCountOf, rootOf } from "../table/structure.ts";
import { NO_USE } from "../table/kept_uses.ts";
import { valueTag } from "../table/version.ts";
import type { EpochScan } from "./epoch_scan.ts";
import type { FileWriter } from "./file_writer.ts";
import { RECORD_HEAD_WORDS, TARGET_WORDS } from "./format.ts";
import { KEPT, MOST_NODE_REFS, NODE_HEAD_WORDS, NODES } from "./node_record.ts";
import {
  copy,
  copyExpiry,
  recordValue,
  recordWords,
  writeHead,
} from "./record.ts";

// Constants of its own: `layout.ts` says why.
const { LENGTH_LIMIT, N_CHILDREN, N_FIRST, TAG_SHIFT, V_KEY } = layout;
const { own } = access;

/** How large a node is: its words in the file, and the refs of its block. */
interface NodeSize {
  readonly children: number;
  readonly length: number;
  readonly refs: number;
}

/** Writes structures of one map into one file. */
export class StructureDump {
  readonly #attachment: Attachment;
  readonly #words: Words;
  readonly #scan: EpochScan;
  readonly #writer: FileWriter;
  readonly #endBlock: () => Promise<void>;
  /** Nodes that are yet to be written; the last one comes next. */
  readonly #nodes: number[] = [];
  /** Where the record of nodes at hand begins in the block, and ends so far; 0: there is none. */
  #start = 0;
  #end = 0;
  /** The hash of the key, and the birth up to which a node is in the epoch before. */
  #hash = 0;
  #known = 0;

  /**
   * @param attachment The map.
   * @param scan What is being dumped.
   * @param writer Writes the file.
   * @param endBlock Ends its block, while the scan stays where it is; throws `RevokedError`.
   */
  constructor(
    attachment: Attachment,
    scan: EpochScan,
    writer: FileWriter,
    endBlock: () => Promise<void>,
  ) {
    this.#attachment = attachment;
    this.#words = attachment.segment.words;
    this.#scan = scan;
    this.#writer = writer;
    this.#endBlock = endBlock;
  }

  /** Writes a structure that the scan found, under this hash. Throws `RevokedError`. */
  async write(ref: number, hash: number, use: number): Promise<void> {
    this.#scan.check(); // what is read of the version is that of one from here on
    this.#hash = hash;
    this.#known = this.#scan.knownUntil(ref, hash);
    this.#nodes.length = 0;
    await this.#put(this.#recordOf(ref), use);
    for (let node = this.#nodes.pop(); node !== undefined;) {
      await this.#writeNode(node);
      node = this.#nodes.pop();
    }
    this.#endRecord();
  }

  // ---- the version ------------------------------------------------------------------------------

  /** The record of the version; its roots are the first nodes to be written. */
  #recordOf(ref: number): Int32Array {
    const words = this.#words;
    const count = rootCountOf(words, ref);
    const body = bodyOf(words, ref);
    const keyInfo = words[ref * 4 + V_KEY];
    const bytes = 4 + count * 4 + body.length;
    const valueInfo = bytes | (valueTag(words, ref) << TAG_SHIFT);
    this.#scan.check(); // so much memory, and no more
    const record = new Int32Array(recordWords(keyInfo, valueInfo));
    writeHead(words, ref, record, 0, keyInfo, valueInfo);
    copyExpiry(words, ref, keyInfo, record);
    const value = recordValue(record, 0);
    record[value] = count;
    const roots = Array.from(
      { length: count },
      (_, i) => rootOf(words, ref, i),
    );
    this.#expect(roots, record, value + 1);
    new Uint8Array(record.buffer).set(
      this.#attachment.segment.bytes.subarray(body.at, body.at + body.length),
      (value + 1 + count) * 4,
    );
    return record;
  }

  /** Writes the ids of roots, or children; those that are not kept come next. */
  #expect(nodes: readonly number[], into: Int32Array, at: number): void {
    for (let i = nodes.length - 1; i >= 0; i--) {
      const isKept = nodes[i] !== 0 && this.#isKept(nodes[i]);
      into[at + i] = isKept ? KEPT | nodes[i] : nodes[i];
      if (!isKept && nodes[i] !== 0) this.#nodes.push(nodes[i]);
    }
  }

  #isKept(node: number): boolean {
    const birth = this.#known === 0 ? 0 : birthOf(this.#words, node);
    return 0 < birth && birth <= this.#known;
  }

  /** Writes a record that has a key, or that is too large for a block. */
  async #put(record: Int32Array, use: number): Promise<void> {
    const writer = this.#writer;
    this.#endRecord();
    if (!writer.fits(record.length)) await this.#endBlock();
    if (record.length > TARGET_WORDS) {
      await writer.writeLarge(record, this.#hash, false);
      return await this.#endBlock();
    }
    if (writer.blockIsEmpty) writer.firstHash = this.#hash;
    const end = copy(record, 0, writer.words, writer.at, record.length);
    writer.count(end, false, use);
  }

  // ---- its nodes --------------------------------------------------------------------------------

  async #writeNode(node: number): Promise<void> {
    const words = this.#words;
    const refs = this.#attachment.participant.allocator.refsOf(node);
    const children = childrenOf(words, node);
    this.#scan.check(); // so it is a node, of that size
    if (refs > MOST_NODE_REFS) throw tooLarge(this.#attachment);
    const first = node * 4 + N_FIRST;
    const end = endOf(words, first + children, (node + refs) * 4);
    const length = NODE_HEAD_WORDS + end - first;
    const size = { children, length, refs };
    if (RECORD_HEAD_WORDS + length > TARGET_WORDS) {
      return await this.#writeLargeNode(node, size);
    }
    if (!this.#hasRoomFor(length)) {
      this.#endRecord();
      await this.#endBlock();
    }
    if (this.#start === 0) this.#beginRecord();
    this.#copyNode(node, size, this.#writer.words, this.#end);
    this.#end += length;
  }

  async #writeLargeNode(node: number, size: NodeSize): Promise<void> {
    const { length } = size;
    const record = new Int32Array(RECORD_HEAD_WORDS + length);
    record[0] = NODES;
    record[1] = length * 4;
    this.#copyNode(node, size, record, RECORD_HEAD_WORDS);
    await this.#put(record, NO_USE);
  }

  #copyNode(
    node: number,
    { children, length, refs }: NodeSize,
    into: Int32Array,
    at: number,
  ): void {
    const words = this.#words;
    into[at] = length;
    into[at + 1] = refs;
    into[at + 2] = own(words, node * 4 + N_CHILDREN);
    const to = at + NODE_HEAD_WORDS;
    copy(words, node * 4 + N_FIRST, into, to, length - NODE_HEAD_WORDS);
    const ids = Array.from(into.subarray(to, to + children));
    this.#expect(ids, into, to);
  }

  // ---- records of nodes -------------------------------------------------------------------------

  #hasRoomFor(length: number): boolean {
    const used = this.#start === 0
      ? RECORD_HEAD_WORDS
      : this.#end - this.#writer.at;
    return this.#writer.fits(used + length);
  }

  #beginRecord(): void {
    const { at, blockIsEmpty } = this.#writer;
    if (blockIsEmpty) this.#writer.firstHash = this.#hash;
    this.#start = at;
    this.#end = at + RECORD_HEAD_WORDS;
  }

  #endRecord(): void {
    if (this.#start === 0) return;
    const { words } = this.#writer;
    words[this.#start] = NODES;
    words[this.#start + 1] = (this.#end - this.#start - RECORD_HEAD_WORDS) * 4;
    this.#writer.count(this.#end, false);
    this.#start = 0;
  }
}

/** Where the words up to `end` end, without zeros behind them; `from` at least. */
function endOf(words: Int32Array, from: number, end: number): number {
  let last = end;
  while (last > from && words[last - 1] === 0) last--;
  return last;
}

function tooLarge({ segment: { name: mapName } }: Attachment): SnapshotError {
  return new SnapshotError(
    `Cannot write a snapshot of ${
      theMap(mapName)
    }: an element of a collection has ${LENGTH_LIMIT} bytes or more, for which the file has no form: delete it first`,
    { reason: "a value cannot be written", mapName },
  );
}
