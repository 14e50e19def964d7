/**
 * A lock-free hash map in shared memory that every worker of a Deno process reads and writes
 * directly, with consistent snapshots.
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

export { SharedMap } from "./src/api/shared_map.ts";
export type { SharedMapHandle } from "./src/api/shared_map.ts";
export type {
  SharedMapChange,
  SharedMapWatch,
  WaitOptions,
  WatchOptions,
  WatchTarget,
} from "./src/map/wait_options.ts";
export type {
  FetchOptions,
  Load,
  LoadContext,
} from "./src/map/fetch_options.ts";
export type { EvictionListener } from "./src/map/eviction_listener.ts";
export { KEEP } from "./src/map/keep.ts";
export type {
  InsertOptions,
  SetManyOptions,
  SetOptions,
} from "./src/map/lifetime.ts";
export type { SharedMapTransaction } from "./src/map/transaction.ts";
export type {
  AttachOptions,
  OpenOptions,
  SharedMapOptions,
} from "./src/api/options.ts";
export type {
  AnyKeyCodec,
  AnyValueCodec,
  BuiltInKeys,
  BuiltInValues,
  KeyCodec,
  KeyOf,
  OwnCodec,
  SpecificCodec,
  ValueCodec,
  ValueOf,
  WithCodecs,
  WithKeys,
} from "./src/map/codec_types.ts";
export type { PersistOptions } from "./src/persist/persist_options.ts";
export type { SharedMapSnapshot } from "./src/api/snapshot.ts";
export type { RecentCounts } from "./src/map/recent_counts.ts";
export type { SharedMapStats } from "./src/map/stats.ts";
export type {
  EntryAge,
  HotKey,
  SharedMapAccess,
} from "./src/map/tracked_uses.ts";
export type { PersistenceStats } from "./src/map/disk_record.ts";
export type { Codec } from "./src/codec/codec.ts";
export {
  ClosedError,
  HandleError,
  MapFullError,
  SnapshotError,
} from "./src/errors.ts";
export type {
  MapErrorDetails,
  MapFullDetails,
  OpenSnapshot,
  SnapshotErrorDetails,
} from "./src/errors.ts";
export {
  listSnapshots,
  restoreSnapshot,
  verifySnapshot,
  writeSnapshot,
} from "./src/api/snapshot_files.ts";
export type {
  RestoredSnapshot,
  RestoreSnapshotOptions,
  WriteSnapshotOptions,
} from "./src/api/snapshot_files.ts";
export type { RejectedSnapshot } from "./src/persist/restore.ts";
export type { SnapshotProgress } from "./src/persist/dump.ts";
export type { SnapshotInfo } from "./src/persist/directory.ts";
export { SnapshotWriter } from "./src/api/snapshot_writer.ts";
export type {
  SnapshotWriterOptions,
  SnapshotWriterStats,
} from "./src/api/snapshot_writer.ts";
