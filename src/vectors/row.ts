/**
 * Rows: vectors as the caller gives them, checked, and as they are kept.
 *
 * @module
 */

import { received } from "../errors.ts";
import { type Shape, strideOf } from "./shape.ts";

/** What a vector may be given as. */
export type VectorLike =
  | readonly number[]
  | Float32Array
  | Float64Array;

/** A vector as it is kept. */
export interface Row {
  /** Its components, padded with zeros. */
  readonly floats: Float32Array;
  readonly factor: number;
}

/**
 * The largest component, either way: so that no sum of products, of which there are as many as
 * dimensions at most, is too large for a float.
 */
export const MOST_COMPONENT: number = 2 ** 50;
/** A vector that is shorter has no direction: one over its length is to be a float. */
export const LEAST_LENGTH: number = 2 ** -60;

/**
 * The row of a vector. Throws a `TypeError` or `RangeError`.
 *
 * @param shape What the index takes.
 * @param vector The caller's vector.
 * @param what What the caller does.
 */
export function rowOf(shape: Shape, vector: unknown, what: string): Row {
  const { dimensions } = shape;
  const components = checkKind(vector, what);
  if (components.length !== dimensions) {
    throw new RangeError(
      `Cannot ${what}: a vector of this index has ${dimensions} components: received ${components.length}`,
    );
  }
  const floats = new Float32Array(strideOf(shape));
  for (let i = 0; i < dimensions; i++) {
    const component: unknown = components[i];
    checkComponent(component, i, what);
    floats[i] = component as number;
  }
  return { floats, factor: factorOf(shape, floats, what) };
}

function checkKind(vector: unknown, what: string): ArrayLike<unknown> {
  if (
    Array.isArray(vector) || vector instanceof Float32Array ||
    vector instanceof Float64Array
  ) return vector;
  throw new TypeError(
    `Cannot ${what}: a vector must be a Float32Array, a Float64Array or an array of numbers: ${
      received(vector)
    }`,
  );
}

function checkComponent(component: unknown, at: number, what: string): void {
  if (typeof component !== "number") {
    throw new TypeError(
      `Cannot ${what}: component ${at} of the vector must be a number: ${
        received(component)
      }`,
    );
  }
  if (Math.abs(component) <= MOST_COMPONENT) return; // not so of NaN
  throw new RangeError(
    `Cannot ${what}: component ${at} of the vector must be from -2 ** 50 to 2 ** 50: received ${component}`,
  );
}

function factorOf(
  { metric }: Shape,
  floats: Float32Array,
  what: string,
): number {
  if (metric !== "cosine") return 1;
  let sum = 0;
  for (let i = 0; i < floats.length; i++) sum += floats[i] * floats[i];
  const length = Math.sqrt(sum);
  if (length >= LEAST_LENGTH) return Math.fround(1 / length);
  throw new RangeError(
    `Cannot ${what}: a vector of an index with the metric "cosine" needs a direction, so its length must be 2 ** -60 at least: received ${
      length === 0 ? "the zero vector" : `the length ${length}`
    }`,
  );
}
