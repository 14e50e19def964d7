/**
 * A lock-free hash map in shared memory that every worker of a Deno process reads and writes directly, with consistent
 * snapshots.
 *
 * ```ts
 * import { SharedMap } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * // In every worker of `deno serve --parallel`, the same map:
 * using hits = await SharedMap.open<string, number>("hits");
 * hits.increment("/");
 * assertEquals(hits.get("/"), 1);
 * ```
 *
 * @module
 */

export { SharedMap } from "./src/map/shared_map.ts";
export type { SetOptions, SharedMapHandle } from "./src/map/shared_map.ts";
export type {
  AttachOptions,
  KeyCodec,
  SharedMapOptions,
  ValueCodec,
} from "./src/map/options.ts";
export type { SharedMapSnapshot } from "./src/map/snapshot.ts";
export type { SharedMapStats } from "./src/map/stats.ts";
export type { Codec } from "./src/codec/codec.ts";
export {
  ClosedError,
  HandleError,
  MapFullError,
  SnapshotError,
} from "./src/errors.ts";
export type { MapFullDetails, SnapshotErrorDetails } from "./src/errors.ts";
