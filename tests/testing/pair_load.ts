/**
 * Loading a pair, as a restore does that is not alone with the map.
 *
 * @module
 */
import type { Attachment } from "../../src/map/attachment.ts";
import { BulkLoader } from "../../src/persist/bulk_load.ts";
import { NODES } from "../../src/persist/node_record.ts";
import { REF_BYTES, STRUCTURE, TAG_SHIFT } from "../../src/segment/layout.ts";
import { MARK, NODE_BYTES, NODE_HEAD, TAG } from "./pairs.ts";

const NODE_REFS = NODE_BYTES / REF_BYTES + 1;
const NO_USES = new Int32Array();

/** A pair that a file brings in two parts; the worker may do something else in between. */
export class PairLoad {
  readonly #loader: BulkLoader;
  #rest: readonly number[] = [];

  constructor(attachment: Attachment) {
    this.#loader = new BulkLoader(attachment, 1, false);
  }

  /** Loads the version's record, the root, and what is below its first half. */
  begin(key: Uint8Array, a: number, b: number): void {
    const keyWords = new Int32Array(Math.ceil(key.length / 4));
    new Uint8Array(keyWords.buffer).set(key);
    const value = [1, 1]; // a root, which is the node 1
    const head = [
      key.length | STRUCTURE,
      value.length * 4 | TAG << TAG_SHIFT,
      ...keyWords,
      ...value,
    ];
    this.#rest = half(5, b);
    this.#take(2, [...head, ...nodes([...node([2, 4]), ...half(3, a)])]);
  }

  /** Loads the other half, and links the version. */
  end(): void {
    this.#take(1, nodes(this.#rest));
    this.#loader.end();
  }

  /** Gives it up. */
  giveUp(): void {
    this.#loader.end();
  }

  #take(records: number, words: readonly number[]): void {
    const block = { hasTrees: true, records, uses: NO_USES };
    this.#loader.loadAll({ ...block, words: Int32Array.from(words) });
  }
}

/** Loads a pair at once. */
export function loadPair(
  attachment: Attachment,
  key: Uint8Array,
  a: number,
  b: number,
): void {
  const load = new PairLoad(attachment);
  load.begin(key, a, b);
  load.end();
}

/** A record of nodes. */
function nodes(content: readonly number[]): number[] {
  return [NODES, content.length * 4, ...content];
}

/** A half, and the leaf that hangs from it. */
function half(leaf: number, n: number): number[] {
  return [...node([leaf]), ...node([], n, n ^ MARK)];
}

function node(children: readonly number[], ...content: number[]): number[] {
  const words = [NODE_HEAD | children.length, ...children, ...content];
  return [words.length + 2, NODE_REFS, ...words];
}
