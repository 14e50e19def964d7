/**
 * The forms of the blocks of an index: of its vectors, and of their codes.
 *
 * @module
 */

import { type BlockForm, blockLength } from "./block.ts";
import { codeRowBytes } from "./codes.ts";
import { type Shape, strideOf } from "./shape.ts";

type Dimensions = Pick<Shape, "dimensions">;

/** Blocks of vectors. */
export function vectorForm(shape: Shape): BlockForm {
  const rowBytes = strideOf(shape) * 4;
  return { perBlock: shape.perBlock, rowBytes, hasFactors: true };
}

/** Blocks of codes. */
export function codeForm(shape: Shape): BlockForm {
  const rowBytes = codeRowBytes(shape);
  return { perBlock: shape.perCodes, rowBytes, hasFactors: false };
}

/**
 * How long blocks are.
 *
 * @param shape Of the vectors.
 * @param refsOf From bytes to the refs of a block for them.
 */
export function blockLengths(
  shape: Dimensions,
  refsOf: (bytes: number) => number,
): Pick<Shape, "perBlock" | "perCodes"> {
  return {
    perBlock: blockLength(strideOf(shape) * 4, true, refsOf),
    perCodes: blockLength(codeRowBytes(shape), false, refsOf),
  };
}
