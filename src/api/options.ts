/**
 * The options of a map, and how they are checked.
 *
 * @module
 */

import { received } from "../errors.ts";
import type { CheckedOptions } from "../map/attachment.ts";
import { keyCodecName, valueCodecName } from "../map/codecs.ts";
import type {
  AnyKeyCodec,
  AnyValueCodec,
  KeyCodec,
  ValueCodec,
  WithCodecs,
} from "../map/codec_types.ts";
import type { PersistOptions } from "../persist/persist_options.ts";
import { MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES } from "../segment/segment.ts";

/**
 * Options of {@linkcode SharedMap.create} and {@linkcode SharedMap.open}.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface SharedMapOptions<K, V> {
  /**
   * How keys are encoded.
   *
   * @default {"string"}
   */
  key?: KeyCodec<K> | undefined;
  /**
   * How values are encoded.
   *
   * @default {"any"}
   */
  value?: ValueCodec<V> | undefined;
  /**
   * The size of the map's memory in bytes, from 1 MiB to 16 GiB. It is reserved, not resident: the
   * system commits it page by page as the map fills.
   *
   * @default {1073741824}
   */
  maxBytes?: number | undefined;
  /**
   * How many entries are expected: the table is made for them at once, and never shrinks below
   * that.
   *
   * @default {0}
   */
  capacity?: number | undefined;
  /**
   * What a write does when the map is full: throw a {@linkcode MapFullError}, or evict other
   * entries.
   *
   * Expired entries are evicted first, where there are many. Else the map looks at eight entries,
   * met by chance, beginning with those that expire first, and evicts the first one that was not
   * read of late. (For that it remembers, in 1/64 of its memory at most, how often entries are
   * read.) What an open snapshot shows is never evicted, only younger entries are; if they are not
   * enough, the error names the snapshot. (A dump keeps nothing: see {@linkcode SnapshotWriter}.)
   *
   * The memory of an evicted entry is free once no worker reads it. If a worker was interrupted
   * while reading it, the write waits for that worker, for half a second at most; so does a delete
   * in a full map.
   *
   * @default {"throw"}
   */
  onFull?: "throw" | "evict" | undefined;
}

/**
 * Options of {@linkcode SharedMap.open}.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface OpenOptions<K, V> extends SharedMapOptions<K, V> {
  /**
   * Keeps the map on disk. The worker that makes the map restores it first; and while any worker
   * has it open with this option, one of them keeps writing it.
   */
  persist?: PersistOptions | undefined;
  /**
   * How long to wait, in milliseconds, for other threads that have the map, or are about to have
   * it, and give no sign of life; `Infinity`: for ever. (A thread that restores the map gives signs
   * of life, however long it takes.)
   *
   * @default {10000}
   */
  timeout?: number | undefined;
}

/**
 * Options of {@linkcode SharedMap.attach}: the codecs, if they are your own. Built-in codecs are
 * known from the handle.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface AttachOptions<K, V> {
  /** How keys are encoded; must be the codec that the map was made with. */
  key?: KeyCodec<K> | undefined;
  /** How values are encoded; must be the codec that the map was made with. */
  value?: ValueCodec<V> | undefined;
}

const DEFAULT_MAX_BYTES = 2 ** 30;
const DEFAULT_TIMEOUT_MS = 10_000;

/** Checks the options of a new map. Throws `TypeError` or `RangeError`. */
export function checkOptions(
  options: WithCodecs<
    SharedMapOptions<unknown, unknown>,
    AnyKeyCodec,
    AnyValueCodec
  >,
): CheckedOptions {
  if (options === null || typeof options !== "object") {
    throw new TypeError(
      `Cannot create SharedMap: the options must be an object: ${
        received(options)
      }`,
    );
  }
  const { capacity = 0, maxBytes = DEFAULT_MAX_BYTES, onFull = "throw" } =
    options;
  if (onFull !== "throw" && onFull !== "evict") {
    throw new TypeError(
      `Cannot create SharedMap: onFull must be "throw" or "evict": ${
        received(onFull)
      }`,
    );
  }
  return {
    keyCodec: keyCodecName(options.key),
    valueCodec: valueCodecName(options.value),
    maxBytes: checkSize(
      "maxBytes",
      maxBytes,
      MIN_SEGMENT_BYTES,
      MAX_SEGMENT_BYTES,
    ),
    capacity: checkSize("capacity", capacity, 0, 2 ** 28),
    evict: onFull === "evict",
  };
}

/** Checks how long to wait for others. Throws `TypeError` or `RangeError`. */
export function checkTimeout(timeout: unknown = DEFAULT_TIMEOUT_MS): number {
  if (typeof timeout !== "number") {
    throw new TypeError(
      `Cannot open SharedMap: timeout must be a number: ${received(timeout)}`,
    );
  }
  if (!(timeout > 0)) {
    throw new RangeError(
      `Cannot open SharedMap: timeout must be above 0 milliseconds, Infinity for no end: received ${timeout}`,
    );
  }
  return timeout;
}

function checkSize(
  name: string,
  value: unknown,
  least: number,
  most: number,
): number {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot create SharedMap: ${name} must be a number: ${received(value)}`,
    );
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(
      `Cannot create SharedMap: ${name} must be an integer from ${least} to ${most}: received ${value}`,
    );
  }
  return value;
}
