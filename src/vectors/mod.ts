/**
 * Vectors in shared memory, which every worker of a Deno process adds, removes and searches.
 *
 * ```ts
 * import { HotVectorIndex } from "@epochmap/epochmap/vectors";
 * import { assertEquals } from "@std/assert";
 *
 * // In every worker, the same index:
 * using index = await HotVectorIndex.open<{ title: string }>("pages", {
 *   dimensions: 3,
 * });
 * index.add("a", [1, 0, 0], { title: "Apples" });
 * index.add("b", [0, 1, 0], { title: "Bees" });
 * const [closest] = index.search([0.9, 0.1, 0], 1);
 * assertEquals(closest.metadata, { title: "Apples" });
 * ```
 *
 * @module
 */

export { HotVectorIndex } from "./hot_vector_index.ts";
export type { VectorItem, VectorUpdate } from "./hot_vector_index.ts";
export type { VectorId } from "./id.ts";
export type { Metric, Quantization } from "./shape.ts";
export type { VectorSearchStats } from "./search_meter.ts";
export type { VectorIndexStats } from "./stats.ts";
export type { VectorLike } from "./row.ts";
export type {
  AttachVectorIndexOptions,
  OpenVectorIndexOptions,
  VectorIndexOptions,
  VectorSearchOptions,
} from "./vector_options.ts";
export type { VectorEntry, VectorMatch } from "./vector_reader.ts";
export type { VectorSnapshot } from "./vector_snapshot.ts";
export {
  ClosedError,
  HandleError,
  MapFullError,
  SnapshotError,
} from "../errors.ts";
export type {
  MapErrorDetails,
  MapFullDetails,
  OpenSnapshot,
  SnapshotErrorDetails,
} from "../errors.ts";
export type { Codec } from "../codec/codec.ts";
export type {
  BuiltInKeys,
  BuiltInValues,
  OwnCodec,
  SpecificCodec,
  ValueCodec,
} from "../map/codec_types.ts";
export type { SharedMapHandle } from "../api/shared_map.ts";
export type { PersistOptions } from "../persist/persist_options.ts";
