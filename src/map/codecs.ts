/**
 * The codecs of a map: found by their names, and checked against those that a segment names.
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
import type { Segment } from "../segment/segment.ts";
import type { AnyKeyCodec, AnyValueCodec } from "./codec_types.ts";
import { checkWeigh, type Weigh } from "./weighing.ts";

/** The codecs that a caller gave, and what weighs values, if entries are weighed. */
export interface Codecs {
  key?: AnyKeyCodec | undefined;
  value?: AnyValueCodec | undefined;
  weigh?: Weigh<never> | undefined;
}

const KEY_FORMATS: Readonly<Record<string, unknown>> = {
  string: stringKeys,
  number: numberKeys,
  bytes: bytesKeys,
};

/** The names of the built-in codecs for keys. */
export const KEY_CODECS: readonly string[] = Object.keys(KEY_FORMATS);
/** The names of the built-in codecs for values. */
export const VALUE_CODECS: readonly string[] = Object.keys(VALUE_FORMATS);

/** The name of a codec for keys. Throws `TypeError` or `RangeError` if it is no codec. */
export function keyCodecName(codec: AnyKeyCodec | undefined): string {
  return codecName(codec ?? "string", KEY_FORMATS, "key");
}

/** The same for values. */
export function valueCodecName(codec: AnyValueCodec | undefined): string {
  return codecName(codec ?? "any", VALUE_FORMATS, "value");
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

/**
 * The key format of a segment, or of anything else that names its codec. Throws `HandleError` if
 * the caller's codec is missing or another one.
 */
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
export function checkCodecs(
  segment: Segment,
  { key, value, weigh }: Codecs,
): void {
  keyFormat(segment, key);
  valueFormat(segment, value);
  checkWeigh(segment, weigh);
}

/** Makes a value format of a segment, in the same way. */
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
