/**
 * The options of an index, and how they are checked.
 *
 * @module
 */

import { checkFunction, received } from "../errors.ts";
import type { AnyValueCodec, ValueCodec } from "../map/codec_types.ts";
import type { PersistOptions } from "../persist/persist_options.ts";
import type { VectorId } from "./id.ts";
import {
  type Metric,
  METRICS,
  type Quantization,
  QUANTIZATIONS,
} from "./shape.ts";

/**
 * Options of {@linkcode HotVectorIndex.create}.
 *
 * @typeParam M The type of the metadata.
 */
export interface VectorIndexOptions<M> {
  /** How many components each vector has, an integer from 1 to 16,384. */
  dimensions: number;
  /**
   * How vectors are compared: by the cosine of their angle, by their dot product, or by their
   * distance.
   *
   * @default {"cosine"}
   */
  metric?: Metric | undefined;
  /**
   * Whether each vector has codes of 8 bits beside its floats. They take a quarter as much memory
   * again, and a search without a filter reads them first, and floats only where the codes leave it
   * open what is closer: it finds the same, and takes less time.
   *
   * @default {"int8"}
   */
  quantize?: Quantization | undefined;
  /**
   * How metadata are encoded, as the values of a map are.
   *
   * @default {"any"}
   */
  metadata?: ValueCodec<M> | undefined;
  /**
   * The size of the index's memory in bytes, from 1 MiB to 16 GiB. It is reserved, not resident.
   *
   * @default {1073741824}
   */
  maxBytes?: number | undefined;
}

/**
 * Options of {@linkcode HotVectorIndex.open}.
 *
 * @typeParam M The type of the metadata.
 */
export interface OpenVectorIndexOptions<M> extends VectorIndexOptions<M> {
  /** Keeps the index on disk. */
  persist?: PersistOptions | undefined;
  /**
   * How long to wait, in milliseconds, for other threads that have the index and give no sign of
   * life.
   *
   * @default {10000}
   */
  timeout?: number | undefined;
}

/**
 * Options of {@linkcode HotVectorIndex.attach}: the codec of the metadata, if it is of your own.
 *
 * @typeParam M The type of the metadata.
 */
export interface AttachVectorIndexOptions<M> {
  /** How metadata are encoded; must be the codec that the index was made with. */
  metadata?: ValueCodec<M> | undefined;
}

/**
 * Options of {@linkcode HotVectorIndex.search}.
 *
 * @typeParam M The type of the metadata.
 */
export interface VectorSearchOptions<M> {
  /**
   * Says of a vector whether it may be among the results. It is called for those that are closest,
   * one after the other, until there are enough. The index is pinned meanwhile: memory that other
   * workers give back is used again only when the search is over.
   */
  filter?: ((id: VectorId, metadata: M | undefined) => boolean) | undefined;
}

const MOST_DIMENSIONS = 16_384;

/** What is given of an index that is made, or looked for by its name. */
export interface CheckedShape {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly quantize: Quantization;
}

/** Checks the options that the map does not know. Throws `TypeError` or `RangeError`. */
export function checkShape(
  options: Pick<
    VectorIndexOptions<unknown>,
    "dimensions" | "metric" | "quantize"
  >,
  what: string,
): CheckedShape {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${what} HotVectorIndex: the options must be an object: ${
        received(options)
      }`,
    );
  }
  const { dimensions, metric = "cosine", quantize = "int8" } = options;
  if (typeof dimensions !== "number") {
    throw new TypeError(
      `Cannot ${what} HotVectorIndex: dimensions must be a number: ${
        received(dimensions)
      }`,
    );
  }
  if (
    !Number.isInteger(dimensions) || dimensions < 1 ||
    dimensions > MOST_DIMENSIONS
  ) {
    throw new RangeError(
      `Cannot ${what} HotVectorIndex: dimensions must be an integer from 1 to ${MOST_DIMENSIONS}: received ${dimensions}`,
    );
  }
  checkName("metric", metric, METRICS, what);
  checkName("quantize", quantize, QUANTIZATIONS, what);
  return { dimensions, metric, quantize };
}

function checkName(
  option: string,
  value: string,
  known: readonly string[],
  what: string,
): void {
  if (known.includes(value)) return;
  const names = known.map((name) => `"${name}"`).join(" or ");
  throw new TypeError(
    `Cannot ${what} HotVectorIndex: ${option} must be ${names}: ${
      received(value)
    }`,
  );
}

/** The options of the map that an index lives in. */
export function mapOptions<O extends { metadata?: unknown }>(
  { metadata, ...options }: O,
): Omit<O, "metadata"> & { key: "string"; value: AnyValueCodec } {
  return {
    ...options,
    key: "string",
    value: (metadata ?? "any") as AnyValueCodec,
  };
}

/** Checks how many results are wanted. Throws `TypeError` or `RangeError`. */
export function checkK(k: unknown): number {
  if (typeof k !== "number") {
    throw new TypeError(
      `Cannot search vectors: k must be a number: ${received(k)}`,
    );
  }
  if (Number.isInteger(k) && k >= 1) return k;
  throw new RangeError(
    `Cannot search vectors: k must be an integer above 0: received ${k}`,
  );
}

/** Checks the options of a search. Throws a `TypeError`. */
export function checkSearch<M>(
  options: VectorSearchOptions<M>,
): VectorSearchOptions<M> {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot search vectors: the options must be an object: ${
        received(options)
      }`,
    );
  }
  if (options.filter !== undefined) checkFunction(options.filter, "filter");
  return options;
}
