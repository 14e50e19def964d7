/**
 * From codecs to the types of keys and values, and back: what the compiler infers, and what it
 * rejects.
 *
 * @module
 */

import type { Codec } from "../codec/codec.ts";

/** What the built-in codecs for keys take. */
export interface BuiltInKeys {
  /** Any string. */
  string: string;
  /** Any number; two are the same key if they are for a `Map`. */
  number: number;
  /** Bytes, by content. */
  bytes: Uint8Array;
}

/** What the built-in codecs for values take. */
export interface BuiltInValues {
  /** Any string. */
  string: string;
  /** Any number. */
  number: number;
  /** Bytes. */
  bytes: Uint8Array;
  /** What `structuredClone` takes, or a part of it that the caller names. */
  any: unknown;
  /** What `JSON.stringify` takes, or a part of it that the caller names. */
  json: unknown;
}

/** Codecs for keys of any type. */
// A codec both takes and gives its type, so no other type stands for all codecs.
// deno-lint-ignore no-explicit-any
export type AnyKeyCodec = keyof BuiltInKeys | Codec<any>;
/** Codecs for values of any type. */
// deno-lint-ignore no-explicit-any -- likewise
export type AnyValueCodec = keyof BuiltInValues | Codec<any>;

/**
 * The type of the keys that a codec takes.
 *
 * @typeParam C The codec, or its name.
 */
export type KeyOf<C> = C extends keyof BuiltInKeys ? BuiltInKeys[C]
  : C extends Codec<infer K> ? K
  : never;

/**
 * The type of the values that a codec takes. Of a union of codecs: what the specific ones take, as
 * `"any"` and `"json"` take that, too.
 *
 * @typeParam C The codec, or its name.
 */
export type ValueOf<C> = [Exclude<C, "any" | "json" | undefined>] extends
  [never] ? unknown
  : Exclude<C, "any" | "json"> extends infer D
    ? D extends keyof BuiltInValues ? BuiltInValues[D]
    : D extends Codec<infer V> ? V
    : never
  : never;

/**
 * How keys are encoded: `"string"` (any string), `"number"` (two are the same key if they are for a
 * `Map`), `"bytes"` (`Uint8Array`, by content), or a codec of your own. A codec for keys of another
 * type does not compile.
 *
 * @typeParam K The type of the keys.
 */
export type KeyCodec<K> = SpecificCodec<K> | OwnCodec<K>;

/**
 * How values are encoded: `"any"`, `"string"`, `"number"`, `"bytes"` (`Uint8Array`), `"json"`, or a
 * codec of your own. A codec for values of another type does not compile.
 *
 * `"any"` takes what `structuredClone` takes, and gives it back in the same way: primitives, plain
 * objects, arrays, `Map`, `Set`, `Date`, `RegExp`, errors, boxed primitives, array buffers and
 * views, and `bigint`; also with cycles, and with parts that are shared within a value. Objects of
 * your classes come back as plain objects: of every object, its own enumerable properties are kept,
 * except those whose keys are symbols. Errors come back with the built-in class of their name, and
 * with message, stack and cause. There are two differences: a view comes back with a buffer of its
 * own, of exact length, unless several views share one, also if it was over shared memory; and an
 * `AggregateError` keeps its errors.
 *
 * What a codec could not give back is rejected with a `TypeError` that says where in the value it
 * is: functions, symbols, promises, proxies, a `SharedArrayBuffer`, and objects of the runtime such
 * as `Response`, `URL` or `Blob`.
 *
 * Only `"json"` changes values, as JSON does: `undefined` is left out (`null` in arrays), `NaN` and
 * infinite numbers become `null`, `-0` becomes `0`, a `Date` becomes a string, a `Map` or `Set`
 * becomes `{}`, a typed array becomes an object, and an object with a `toJSON` method becomes what
 * that returns (it is called twice). Of an array, only the elements are kept. It rejects what would
 * vanish: functions, symbols, promises, errors, regular expressions, array buffers, and objects of
 * the runtime.
 *
 * @typeParam V The type of the values.
 */
export type ValueCodec<V> = "any" | "json" | SpecificCodec<V> | OwnCodec<V>;

/**
 * The name of the built-in codec that takes just this type, or a part of it, such as some strings.
 *
 * @typeParam T The type.
 */
export type SpecificCodec<T> = 0 extends 1 & T ? keyof BuiltInKeys // any
  : [T] extends [string] ? "string"
  : [T] extends [number] ? "number"
  : [T] extends [Uint8Array]
    ? [Uint8Array<ArrayBuffer>] extends [T] ? "bytes" : never
  : never;

/**
 * A codec for no more and no less than this type.
 *
 * @typeParam T The type.
 */
export type OwnCodec<T> = Codec<T> & {
  // A property: methods may take less than they should.
  /** The bytes of a value. */
  readonly encode: (value: T) => Uint8Array<ArrayBufferLike>;
};

/**
 * The same options, with codecs that say what keys and values are.
 *
 * @typeParam O The options.
 * @typeParam KC The codec of the keys.
 * @typeParam VC The codec of the values.
 */
export type WithCodecs<O, KC, VC> = Omit<O, "key" | "value" | "weigh"> & {
  /** How keys are encoded. */
  key?: KC | undefined;
  /** How values are encoded. */
  value?: VC | undefined;
  /** What a value weighs. */
  weigh?: ((value: ValueOf<VC>) => number) | undefined;
};

/**
 * The same options, with the codec of the keys, which are not strings.
 *
 * @typeParam O The options.
 * @typeParam K The type of the keys.
 */
export type WithKeys<O, K> = O & {
  /** How keys are encoded. */
  key: KeyCodec<K>;
};
