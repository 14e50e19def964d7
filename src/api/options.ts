/**
 * The options of a map, and how they are checked.
 *
 * @module
 */

import { checkFunction, received } from "../errors.ts";
import type { CheckedOptions } from "../map/attachment.ts";
import { keyCodecName, valueCodecName } from "../map/codecs.ts";
import type {
  AnyKeyCodec,
  AnyValueCodec,
  KeyCodec,
  ValueCodec,
  WithCodecs,
} from "../map/codec_types.ts";
import { POLICIES } from "../map/policies.ts";
import { MOST_WEIGHT } from "../map/weighing.ts";
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
   * entries, which `policy` chooses.
   *
   * What an open snapshot shows is not evicted for memory, only younger entries are; if they are
   * not enough, the error names the snapshot. (A dump keeps nothing: see {@linkcode
   * SnapshotWriter}.)
   *
   * The memory of an evicted entry is free once no worker reads it. If a worker was interrupted
   * while reading it, the write waits for that worker, for half a second at most; so does a delete
   * in a full map.
   *
   * @default {"throw"}
   */
  onFull?: "throw" | "evict" | undefined;
  /**
   * The most entries, with `onFull: "evict"`: an insertion that makes them more evicts some, so
   * that from then on there are as many, or a few less. Without it, memory alone is the limit, as
   * it is with it.
   *
   * It holds when nobody is inserting. Workers that insert at the same time may each be one entry
   * ahead until they are done; and if one of them dies in between, the next insertions make up for
   * it. An insertion looks at a bounded number of slots, and waits for nobody. An open snapshot
   * keeps what it shows, but that counts no more.
   *
   * @default {as many as fit}
   *
   * @example A cache of a thousand pages
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using pages = SharedMap.create<string, string>({
   *   maxEntries: 1000,
   *   onFull: "evict",
   * });
   * for (let i = 0; i < 5000; i++) pages.set(`/${i}`, "…");
   * assertEquals(pages.size <= 1000, true);
   * ```
   */
  maxEntries?: number | undefined;
  /**
   * The most that all entries weigh together, with `onFull: "evict"`, an integer from 1 to
   * 16,000,000: a write that makes them heavier evicts some. `weigh` says what each one weighs. It
   * is for caches in which bytes are not what one pays for. It holds as `maxEntries` does: each
   * worker that writes may be one write ahead, and one write evicts 64 entries at most, so after a
   * heavy one the next writes may have to go on with it. A write takes about twice as long as
   * without it, besides what `weigh` takes; a read takes as long.
   *
   * @default {entries are not weighed}
   *
   * @example A cache of at most 1,000 rows, whatever pages they are on
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assert } from "@std/assert";
   *
   * using pages = SharedMap.create({
   *   maxWeight: 1000,
   *   weigh: (rows: string[]) => rows.length,
   *   onFull: "evict",
   * });
   * for (let page = 0; page < 200; page++) {
   *   pages.set(`/${page}`, new Array(page % 20).fill("row"));
   * }
   * assert(pages.stats().weight <= 1000);
   * ```
   */
  maxWeight?: number | undefined;
  /**
   * What a value weighs, with `maxWeight`: an integer from 0 to that. It is called once for each
   * value that is written, before it is, and may be called in vain; and for each entry that is
   * restored from disk. Give every worker the same function: it cannot be shared.
   */
  weigh?: ((value: V) => number) | undefined;
  /**
   * Which entries go, with `onFull: "evict"`. What eviction meets that has expired goes first in
   * any case.
   *
   * - `"s3-fifo"`: new entries pass through a small queue, a tenth of all, and stay if they were
   *   read at least twice by its end; the others go round by round, unless they were read since the
   *   last one. A key that comes back soon after it was evicted from the queue stays at once. So
   *   what is asked for once does not push out what is asked for often: this has the most hits as a
   *   rule. (Yang and others, "FIFO Queues Are All You Need for Cache Eviction", SOSP 2023.) It
   *   remembers 6 bytes for each entry, in 1/20 of the memory at most.
   * - `"lru"`: of five entries, met by chance, and of the sixteen best that were met before,
   *   the one that was not read or written for the longest time, as Redis chooses. What is asked
   *   for once pushes out others, so as a rule this has fewer hits: it is for those who want its
   *   order. It remembers that time, counted in insertions, in 5 to 10 bytes for each entry, up to
   *   1/16 of the memory, and how often entries are read, in 1/64.
   * - `"random"`: of eight entries, met by chance, the first that was not read of late, beginning
   *   with those that expire first. It remembers how often entries are read, in 1/64 of the memory.
   *
   * @default {"s3-fifo"}
   */
  policy?: "s3-fifo" | "lru" | "random" | undefined;
  /**
   * The time to idle, in milliseconds, an integer above 0: an entry that was given no `ttl` ends
   * when nobody has read or written it for so long, or for an eighth more. One that has a `ttl`
   * ends by that alone; `ttl: Infinity` gives none.
   *
   * What counts as a use is each write, and each `get`, `has`, `ttl`, `getMany`, `getOrInsert`,
   * `getOrInsertComputed` and `update` that finds the entry; snapshots, iteration, and what a
   * transaction only reads do not. A use writes only after an eighth of the time has passed since
   * the last one that did: then it is a change of the entry, as by
   * {@linkcode SharedMap.prototype.expire}, which a `watch` sees, too. If a map is full, a read
   * finds no memory for that, and the entry may end early.
   *
   * @default {entries do not end by being idle}
   *
   * @example Sessions that end half an hour after their last request
   * ```ts
   * import { SharedMap } from "@epochmap/epochmap";
   * import { assertEquals } from "@std/assert";
   *
   * using sessions = SharedMap.create<string, string>({ idle: 30 * 60_000 });
   * sessions.set("s1", "ada");
   * assertEquals(sessions.get("s1"), "ada"); // from now on it is another half hour
   * ```
   */
  idle?: number | undefined;
  /**
   * Whether it is tracked how often, and when last, each entry is read or written: for
   * {@linkcode SharedMap.prototype.access} and {@linkcode SharedMap.prototype.hottest}. It takes
   * 1/16 of the memory at most, or 16 bytes at most for each of `maxEntries`, and 216 KiB.
   *
   * @default {false}
   */
  track?: boolean | undefined;
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
 * Options of {@linkcode SharedMap.attach}: the codecs, if they are your own, and what weighs the
 * values. Built-in codecs are known from the handle.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface AttachOptions<K, V> {
  /** How keys are encoded; must be the codec that the map was made with. */
  key?: KeyCodec<K> | undefined;
  /** How values are encoded; must be the codec that the map was made with. */
  value?: ValueCodec<V> | undefined;
  /** What a value weighs: needed if the map has `maxWeight`, and the same in every worker. */
  weigh?: ((value: V) => number) | undefined;
}

const DEFAULT_MAX_BYTES = 2 ** 30;
/** A time to idle that is longer than any program runs; times are exact up to there. */
const MOST_IDLE_MS = 2 ** 40;
const DEFAULT_TIMEOUT_MS = 10_000;
/** No map can hold more. */
const MOST_ENTRIES = 2 ** 30;

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
  const { capacity = 0, maxBytes = DEFAULT_MAX_BYTES, track = false } = options;
  if (typeof track !== "boolean") {
    throw new TypeError(
      `Cannot create SharedMap: track must be true or false: ${
        received(track)
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
    idle: options.idle === undefined
      ? 0
      : checkSize("idle", options.idle, 1, MOST_IDLE_MS),
    track,
    ...checkEviction(options),
  };
}

/** Checks what says whether, when and how entries are evicted. */
function checkEviction(
  { maxEntries, maxWeight, onFull = "throw", policy, weigh }: Pick<
    SharedMapOptions<unknown, never>,
    "maxEntries" | "maxWeight" | "onFull" | "policy" | "weigh"
  >,
): Pick<CheckedOptions, "evict" | "mostEntries" | "mostWeight" | "policy"> {
  checkName("onFull", onFull, ["throw", "evict"]);
  if (policy !== undefined) checkName("policy", policy, POLICIES);
  const mostEntries = maxEntries === undefined
    ? 0
    : checkSize("maxEntries", maxEntries, 1, MOST_ENTRIES);
  const mostWeight = maxWeight === undefined
    ? 0
    : checkSize("maxWeight", maxWeight, 1, MOST_WEIGHT);
  checkPair(maxWeight, weigh);
  const evict = onFull === "evict";
  const needed = policy !== undefined
    ? "policy"
    : maxEntries !== undefined
    ? "maxEntries"
    : maxWeight !== undefined
    ? "maxWeight"
    : undefined;
  if (evict || needed === undefined) {
    return { evict, mostEntries, mostWeight, policy };
  }
  throw new TypeError(
    `Cannot create SharedMap: ${needed} is for maps that evict: received onFull "throw": pass onFull: "evict", too`,
  );
}

/** A limit is for entries that are weighed, and they are weighed for a limit. */
function checkPair(maxWeight: unknown, weigh: unknown): void {
  if (weigh !== undefined) checkFunction(weigh, "weigh");
  if ((maxWeight === undefined) === (weigh === undefined)) return;
  const [given, missing] = weigh === undefined
    ? ["maxWeight", "weigh"]
    : ["weigh", "maxWeight"];
  throw new TypeError(
    `Cannot create SharedMap: ${given} needs ${missing}: pass both, or neither`,
  );
}

function checkName(
  name: string,
  value: unknown,
  known: readonly string[],
): void {
  if (known.includes(value as string)) return;
  const names = known.map((one) => `"${one}"`).join(" or ");
  throw new TypeError(
    `Cannot create SharedMap: ${name} must be ${names}: ${received(value)}`,
  );
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
