/**
 * Typed values in shared memory: strings, lists, sets, hashes, sorted sets and streams, with the
 * commands of Redis as methods, which every worker of a Deno process calls directly.
 *
 * ```ts
 * import { SharedStore } from "@epochmap/epochmap/store";
 * import { assertEquals } from "@std/assert";
 *
 * // In every worker, the same store:
 * using store = await SharedStore.open("app");
 * store.rpush("jobs", "a", "b");
 * assertEquals(store.lpop("jobs"), "a");
 * ```
 *
 * @module
 */

export { SharedStore } from "./shared_store.ts";
export type { StoreOpenOptions, StoreOptions } from "./store_options.ts";
export { StoreTransaction } from "./transaction.ts";
export { StoreError } from "./errors.ts";
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
export type { TypeName } from "./stored.ts";
export type { SharedMapHandle } from "../api/shared_map.ts";
export type { PersistOptions } from "../persist/persist_options.ts";
export type { StoreMetrics, StoreStats } from "./stats.ts";
export type { CallReply, CommandCaller, Key, Value } from "./methods/caller.ts";
export type { KeyMethods } from "./methods/keys.ts";
export type {
  BitfieldStep,
  CommonRange,
  StringMethods,
} from "./methods/strings.ts";
export type { ListEnd, ListMethods, PoppedElements } from "./methods/lists.ts";
export type { SetMethods } from "./methods/sets.ts";
export type { FieldsToSet, HashMethods } from "./methods/hashes.ts";
export type {
  PoppedMembers,
  ScoreBound,
  ScoreRangeOptions,
  SortedSetMethods,
} from "./methods/sorted_sets.ts";
export type { SketchMethods } from "./methods/sketches.ts";
export type {
  GeoAddOptions,
  GeoFound,
  GeoMethods,
  GeoPlace,
  GeoRadiusOptions,
  GeoSearch,
  GeoUnit,
} from "./methods/geo.ts";
export type { StreamMethods, StreamsToRead } from "./methods/streams.ts";
export type {
  Claimed,
  ConsumerInfo,
  GroupInfo,
  PendingEntry,
  PendingRange,
  PendingSummary,
  StreamEntry,
  StreamInfo,
  StreamRead,
  TrimOptions,
  XaddOptions,
  XautoclaimOptions,
  XclaimOptions,
  XgroupCreateOptions,
  XgroupOptions,
  XrangeOptions,
  XreadgroupOptions,
  XreadOptions,
  XsetidOptions,
} from "./methods/stream_options.ts";
export type { BlockingOptions, StoreView } from "./methods/blocking.ts";
export type { MessageMethods } from "./methods/pubsub.ts";
export type {
  StoreMessage,
  StoreSubscription,
  SubscribeOptions,
} from "./pubsub/subscription.ts";
export type {
  CombineOptions,
  ExpireOptions,
  ExpiryOptions,
  GetexOptions,
  KeyScanOptions,
  PositionOptions,
  RangeOptions,
  RangeScoreOptions,
  Scanned,
  ScanOptions,
  ScoreOptions,
  SortOptions,
  StringSetOptions,
} from "./methods/options.ts";
