/**
 * Blocks: vectors one behind the other, so that a search goes through them in one straight run.
 *
 * ```text
 * words 0…3   of a node
 * factors     a float for each vector that the block may have, padded to 16 bytes
 * vectors     those that it has: floats, padded with zeros to 16 bytes
 * ```
 *
 * The factor of a vector is what its dot product with another one is multiplied with: by the metric
 * `cosine` one over its length, else 1.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { ListDraft } from "../store/tree/list.ts";
import { newLeaf } from "./node_array.ts";
import { type Shape, strideOf } from "./shape.ts";

// Constants of its own: `layout.ts` says why.
const { N_FIRST, REF_BYTES } = layout;

/** Bytes that are copied, at most, when a vector is added: unless one vector has more. */
const MOST_BYTES = 16384;
/** A block has no more vectors, however short they are. */
const MOST_VECTORS = 256;

/** A vector as it is kept. */
export interface Row {
  /** Its components, padded with zeros. */
  readonly floats: Float32Array;
  readonly factor: number;
}

/**
 * How many vectors a block has at most, so that little is lost by the sizes that blocks have.
 *
 * @param dimensions Components of a vector.
 * @param refsOf From bytes to the refs of a block for them.
 */
export function blockLength(
  dimensions: number,
  refsOf: (bytes: number) => number,
): number {
  let best = 1;
  let least = Infinity;
  for (let perBlock = 1; perBlock <= MOST_VECTORS; perBlock++) {
    const shape = { dimensions, metric: "dot", perBlock } as const;
    const bytes = blockBytes(shape, perBlock);
    if (bytes > MOST_BYTES && perBlock > 1) break;
    const each = refsOf(bytes) * REF_BYTES / perBlock;
    if (each <= least) [best, least] = [perBlock, each];
  }
  return best;
}

function blockBytes(shape: Shape, count: number): number {
  return (N_FIRST + factorWords(shape) + count * strideOf(shape)) * 4;
}

function factorWords({ perBlock }: Shape): number {
  return (perBlock + 3) & ~3;
}

/** Where the factors of a block begin, in words. */
export function factorsAt(block: number): number {
  return block * 4 + N_FIRST;
}

/** Where its vectors begin, in words. */
export function rowsAt(shape: Shape, block: number): number {
  return factorsAt(block) + factorWords(shape);
}

/** A block of the first `kept` vectors of another one, which is left out (0: there is none). */
export function copyBlock(
  draft: ListDraft,
  shape: Shape,
  block: number,
  kept: number,
  count: number,
): number {
  const copy = newLeaf(draft, blockBytes(shape, count));
  const { words } = draft;
  if (block === 0) {
    words.fill(0, factorsAt(copy), rowsAt(shape, copy));
    return copy;
  }
  const end = rowsAt(shape, block) + kept * strideOf(shape);
  words.copyWithin(factorsAt(copy), factorsAt(block), end);
  draft.leave(block);
  return copy;
}

/** Writes a vector into a block of the draft. */
export function writeRow(
  floats: Float32Array,
  shape: Shape,
  block: number,
  place: number,
  row: Row,
): void {
  floats[factorsAt(block) + place] = row.factor;
  floats.set(row.floats, rowsAt(shape, block) + place * strideOf(shape));
}

/** A copy of a vector in a block. */
export function readRow(
  floats: Float32Array,
  shape: Shape,
  block: number,
  place: number,
): Row {
  const stride = strideOf(shape);
  const at = rowsAt(shape, block) + place * stride;
  return {
    floats: new Float32Array(floats.subarray(at, at + stride)),
    factor: floats[factorsAt(block) + place],
  };
}
