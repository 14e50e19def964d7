/**
 * What a map can be told when it is made, and how each part is checked.
 *
 * @module
 */

import type { Codec, KeyFormat, ValueFormat } from "../codec/codec.ts";
import {
  bytesKeys,
  customKeys,
  numberKeys,
  stringKeys,
} from "../codec/keys.ts";
import { customValues, VALUE_FORMATS } from "../codec/values.ts";
import { HandleError, received, theMap } from "../errors.ts";
import { CODEC_NAME_BYTES } from "../segment/layout.ts";
import {
  MAX_SEGMENT_BYTES,
  MIN_SEGMENT_BYTES,
  type Segment,
} from "../segment/segment.ts";
import type {
  AnyKeyCodec,
  AnyValueCodec,
  KeyCodec,
  ValueCodec,
  WithCodecs,
} from "./codec_types.ts";
import type { PersistOptions } from "./persist_options.ts";

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
   * The size of the map's memory in bytes, from 1 MiB to 16 GiB. It is reserved, not resident: the system commits it page by
   * page as the map fills.
   *
   * @default {1073741824}
   */
  maxBytes?: number | undefined;
  /**
   * Entries expected: the table is made for them at once, and never shrinks below.
   *
   * @default {0}
   */
  capacity?: number | undefined;
  /**
   * What a write does when the map is full: throw a {@linkcode MapFullError}, or evict other entries.
   *
   * Where many entries have expired, these are evicted first; else some that are chosen by chance, of every eight the one that
   * expires first. None is evicted that an open snapshot shows: while one is open, only younger entries can make room, and if
   * they are not enough, the error names the snapshot. (A dump keeps nothing: see {@linkcode SnapshotWriter}.)
   *
   * Evicted memory is free once no worker reads it. If a worker was interrupted there, the write waits for it, half a second at
   * most; so does a delete in a full map.
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
   * Keeps the map on disk: whoever makes the map restores it first, and as long as a worker has it open with this option, one
   * of them keeps writing it.
   */
  persist?: PersistOptions | undefined;
  /**
   * How long to wait for other threads that have the map, or are about to, and give no sign of life, in milliseconds; `Infinity`: until
   * they do. (One that restores the map is waited for, however long it takes.)
   *
   * @default {10000}
   */
  timeout?: number | undefined;
}

/**
 * Options of {@linkcode SharedMap.attach}: the codecs, if they are of your own. Built-in codecs are known from the handle.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface AttachOptions<K, V> {
  /** How keys are encoded; must be what the creator of the map gave. */
  key?: KeyCodec<K> | undefined;
  /** How values are encoded; must be what the creator of the map gave. */
  value?: ValueCodec<V> | undefined;
}

/** The codecs in any of these options. */
export interface Codecs {
  key?: AnyKeyCodec | undefined;
  value?: AnyValueCodec | undefined;
}

/** Options after checking. */
export interface CheckedOptions {
  keyCodec: string;
  valueCodec: string;
  maxBytes: number;
  capacity: number;
  evict: boolean;
  /** The hash seed; by default a random one. */
  seed?: readonly [number, number];
  /** The name that the map is opened by. */
  name?: string | undefined;
  /** What tells its segment from all others; by default random bits. */
  id?: readonly [number, number];
}

const DEFAULT_MAX_BYTES = 2 ** 30;
const DEFAULT_TIMEOUT_MS = 10_000;
const KEY_FORMATS: Readonly<Record<string, unknown>> = {
  string: stringKeys,
  number: numberKeys,
  bytes: bytesKeys,
};

/** The names of the built-in codecs for keys. */
export const KEY_CODECS: readonly string[] = Object.keys(KEY_FORMATS);
/** The names of the built-in codecs for values. */
export const VALUE_CODECS: readonly string[] = Object.keys(VALUE_FORMATS);

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
    keyCodec: codecName(options.key ?? "string", KEY_FORMATS, "key"),
    valueCodec: codecName(options.value ?? "any", VALUE_FORMATS, "value"),
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

function codecName(
  codec: unknown,
  builtIn: Readonly<Record<string, unknown>>,
  role: "key" | "value",
): string {
  const names = Object.keys(builtIn).map((name) => `"${name}"`).join(", ");
  if (typeof codec === "string") {
    if (Object.hasOwn(builtIn, codec)) return codec;
    throw new TypeError(
      `Cannot use the ${role} codec: it must be one of ${names} or a codec object: ${
        received(codec)
      }`,
    );
  }
  if (!isCodec(codec)) {
    throw new TypeError(
      `Cannot use the ${role} codec: it must be one of ${names} or an object with a name and the methods encode and decode: ${
        received(codec)
      }`,
    );
  }
  const bytes = new TextEncoder().encode(codec.name).length;
  if (bytes === 0 || bytes > CODEC_NAME_BYTES) {
    throw new RangeError(
      `Cannot use the ${role} codec: its name must have from 1 to ${CODEC_NAME_BYTES} bytes: received ${bytes}`,
    );
  }
  if (Object.hasOwn(builtIn, codec.name)) {
    throw new TypeError(
      `Cannot use the ${role} codec: the name "${codec.name}" is a built-in codec's, give yours another`,
    );
  }
  return codec.name;
}

function isCodec(codec: unknown): codec is Codec<unknown> {
  const { name, encode, decode } = (codec ?? {}) as Record<string, unknown>;
  return typeof name === "string" && typeof encode === "function" &&
    typeof decode === "function";
}

/** The key format of a segment, or of whatever else names its codec. Throws `HandleError` where the caller's codec is missing or another one. */
export function keyFormat<K>(
  { keyCodec: name, name: mapName }:
    & Pick<Segment, "keyCodec">
    & Partial<Pick<Segment, "name">>,
  codec: AnyKeyCodec | undefined,
): KeyFormat<K> {
  checkCodec(codec, name, KEY_FORMATS, "key", mapName);
  return Object.hasOwn(KEY_FORMATS, name)
    ? KEY_FORMATS[name] as KeyFormat<K>
    : customKeys(codec as Codec<K>);
}

/** Checks that the codecs are those of a segment. Throws `HandleError`, as the two others. */
export function checkCodecs(segment: Segment, { key, value }: Codecs): void {
  keyFormat(segment, key);
  valueFormat(segment, value);
}

/** Makes the value format of a segment, likewise. */
export function valueFormat<V>(
  { valueCodec: name, name: mapName }:
    & Pick<Segment, "valueCodec">
    & Partial<Pick<Segment, "name">>,
  codec: AnyValueCodec | undefined,
): ValueFormat<V> {
  checkCodec(codec, name, VALUE_FORMATS, "value", mapName);
  return Object.hasOwn(VALUE_FORMATS, name)
    ? VALUE_FORMATS[name]() as ValueFormat<V>
    : customValues(codec as Codec<V>);
}

function checkCodec(
  codec: unknown,
  expected: string,
  builtIn: Readonly<Record<string, unknown>>,
  role: "key" | "value",
  mapName: string | undefined,
): void {
  if (codec === undefined) {
    if (Object.hasOwn(builtIn, expected)) return;
    throw new HandleError(
      `Cannot attach to ${
        theMap(mapName)
      }: its ${role}s need the codec "${expected}", none was given: pass it as \`${role}\` in the options`,
      { mapName },
    );
  }
  const name = codecName(codec, builtIn, role);
  if (name !== expected) {
    throw new HandleError(
      `Cannot attach to ${
        theMap(mapName)
      }: its ${role}s use the codec "${expected}", the options say "${name}"`,
      { mapName },
    );
  }
}
