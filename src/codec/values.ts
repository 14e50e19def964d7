/**
 * The value formats: anything, strings, numbers, bytes, JSON, and codecs of the caller's own.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8";
import { received } from "../errors.ts";
import * as codec from "./codec.ts";
import type { Codec, Memory, ValueFormat } from "./codec.ts";
import * as callers from "./bytes.ts";
import * as strings from "./strings.ts";

// Constants of its own: `layout.ts` says why.
const { isLatin1, readString, writeLatin1, writeUtf16 } = strings;
const { copied, lengthOf, unshared } = callers;
const {
  TAG_BYTES,
  TAG_CLONE,
  TAG_CONSTANT_OR_BIGINT,
  TAG_CUSTOM,
  TAG_LATIN1,
  TAG_NUMBER,
  TAG_UTF16,
} = codec;

const WHAT = "Cannot encode the value: it";
const NUMBER_BYTES = 8;
const CONSTANTS = [null, true, false];
const oneNumber = new Float64Array(1);
const numberWords = new Int32Array(oneNumber.buffer);

/** What every value format can do: write each kind of payload. Subclasses decide what is accepted. */
abstract class Format<V> implements ValueFormat<V> {
  abstract readonly name: string;
  readonly own: Codec<V> | undefined;
  tag = 0;
  byteLength = 0;
  number = 0;
  #text = "";
  #bytes: Uint8Array = new Uint8Array();

  abstract prepare(value: V): void;
  abstract read(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): V;

  protected prepareNumber(value: number): void {
    this.tag = TAG_NUMBER;
    this.byteLength = NUMBER_BYTES;
    this.number = value;
  }

  protected prepareString(value: string): void {
    const narrow = isLatin1(value);
    this.tag = narrow ? TAG_LATIN1 : TAG_UTF16;
    this.byteLength = narrow ? value.length : value.length * 2;
    this.#text = value;
  }

  /** No code of the caller's runs before they are written. */
  protected prepareBytes(value: Uint8Array, tag: number): void {
    this.byteLength = lengthOf(value, WHAT);
    this.tag = tag;
    this.#bytes = value;
  }

  write(memory: Memory, at: number): void {
    switch (this.tag) {
      case TAG_NUMBER:
        memory.floats[at] = this.number;
        return;
      case TAG_LATIN1:
        return writeLatin1(memory, at * 8, this.#text);
      case TAG_UTF16:
        return writeUtf16(memory, at * 8, this.#text);
      default:
        memory.bytes.set(this.#bytes, at * 8);
    }
  }

  equals(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): boolean {
    if (tag !== this.tag || byteLength !== this.byteLength) return false;
    switch (tag) {
      case TAG_NUMBER:
        return this.#equalsNumber(memory, at);
      case TAG_LATIN1:
      case TAG_UTF16:
        return this.#text ===
          readString(memory, at * 8, byteLength, tag === TAG_UTF16);
      default: {
        const stored = memory.bytes.subarray(at * 8, at * 8 + byteLength);
        return stored.equals(this.#bytes);
      }
    }
  }

  #equalsNumber(memory: Memory, at: number): boolean {
    oneNumber[0] = this.number;
    return memory.words[at * 2] === numberWords[0] &&
      memory.words[at * 2 + 1] === numberWords[1];
  }
}

/** A private copy of bytes in shared memory. */
function copyOut(
  memory: Memory,
  at: number,
  byteLength: number,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    memory.bytes.subarray(at * 8, at * 8 + byteLength),
  );
}

/** Every NaN is stored alike, so that equal numbers have equal bytes. */
function canonical(value: number): number {
  return value === value ? value : NaN;
}

function refuse(expected: string, value: unknown): never {
  throw new TypeError(
    `${WHAT} must be ${expected}: ${received(value)}`,
  );
}

class NumberValues extends Format<number> {
  readonly name = "number";

  prepare(value: number): void {
    if (typeof value !== "number") refuse("a number", value);
    this.prepareNumber(canonical(value));
  }

  read(memory: Memory, at: number): number {
    return memory.floats[at];
  }
}

class StringValues extends Format<string> {
  readonly name = "string";

  prepare(value: string): void {
    if (typeof value !== "string") refuse("a string", value);
    this.prepareString(value);
  }

  read(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): string {
    return readString(memory, at * 8, byteLength, tag === TAG_UTF16);
  }
}

class BytesValues extends Format<Uint8Array> {
  readonly name = "bytes";

  prepare(value: Uint8Array): void {
    this.prepareBytes(unshared(value, WHAT), TAG_BYTES);
  }

  read(memory: Memory, at: number, byteLength: number): Uint8Array {
    return copyOut(memory, at, byteLength);
  }
}

class JsonValues extends Format<unknown> {
  readonly name = "json";

  prepare(value: unknown): void {
    const text = JSON.stringify(value);
    if (text === undefined) refuse("something that JSON can express", value);
    this.prepareString(text);
  }

  read(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): unknown {
    return JSON.parse(
      readString(memory, at * 8, byteLength, tag === TAG_UTF16),
    );
  }
}

class CustomValues<V> extends Format<V> {
  readonly name: string;
  override readonly own: Codec<V>;
  readonly #what: string;

  constructor(codec: Codec<V>) {
    super();
    this.name = codec.name;
    this.own = codec;
    this.#what =
      `Cannot encode the value: what encode() of the codec "${this.name}" returns`;
  }

  prepare(value: V): void {
    if (value === undefined) refuse("defined (delete removes an entry)", value);
    const bytes = copied(this.own.encode(value), this.#what);
    this.prepareBytes(bytes, TAG_CUSTOM);
  }

  read(memory: Memory, at: number, byteLength: number): V {
    return this.own.decode(copyOut(memory, at, byteLength));
  }
}

class AnyValues extends Format<unknown> {
  readonly name = "any";
  /** The prepared value, if it is a structured clone: see `equals`. */
  #clone: Uint8Array | undefined;

  prepare(value: unknown): void {
    this.#clone = undefined;
    switch (typeof value) {
      case "number":
        return this.prepareNumber(canonical(value));
      case "string":
        return this.prepareString(value);
      case "boolean":
        return this.#prepareConstant(value);
      case "bigint":
        return this.prepareBytes(
          encodeBigint(value),
          TAG_CONSTANT_OR_BIGINT,
        );
      case "undefined":
        return refuse("defined (delete removes an entry)", value);
    }
    if (value === null) return this.#prepareConstant(value);
    if (value instanceof Uint8Array) {
      return this.prepareBytes(unshared(value, WHAT), TAG_BYTES);
    }
    const clone = cloneToBytes(value);
    this.prepareBytes(clone, TAG_CLONE);
    this.#clone = clone;
  }

  #prepareConstant(value: null | boolean): void {
    const code = new Uint8Array([CONSTANTS.indexOf(value)]);
    this.prepareBytes(code, TAG_CONSTANT_OR_BIGINT);
  }

  /** Does not let V8's choice between encodings of one number make equal clones differ. */
  override equals(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): boolean {
    if (super.equals(memory, at, byteLength, tag)) return true;
    return tag === TAG_CLONE && this.#clone !== undefined &&
      isDeepStrictEqual(
        deserialize(copyOut(memory, at, byteLength)),
        deserialize(this.#clone),
      );
  }

  read(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): unknown {
    switch (tag) {
      case TAG_NUMBER:
        return memory.floats[at];
      case TAG_LATIN1:
      case TAG_UTF16:
        return readString(memory, at * 8, byteLength, tag === TAG_UTF16);
      case TAG_BYTES:
        return copyOut(memory, at, byteLength);
      case TAG_CLONE:
        return deserialize(copyOut(memory, at, byteLength));
      default:
        return byteLength === 1
          ? CONSTANTS[memory.bytes[at * 8]]
          : decodeBigint(copyOut(memory, at, byteLength));
    }
  }
}

function cloneToBytes(value: unknown): Uint8Array {
  try {
    return serialize(value);
  } catch (cause) {
    throw new TypeError(
      `Cannot encode the value: it must be something that the structured clone algorithm takes: ${
        received(value)
      }`,
      { cause },
    );
  }
}

const SIGN_BYTES = 1;

/** A sign byte (0 or 1), then the magnitude, lowest byte first; at least two bytes, so that no constant looks like it. */
function encodeBigint(value: bigint): Uint8Array {
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(16);
  if (digits.length % 2 === 1) digits = "0" + digits;
  const magnitude = Uint8Array.fromHex(digits);
  const bytes = new Uint8Array(SIGN_BYTES + magnitude.length);
  bytes[0] = negative ? 1 : 0;
  bytes.set(magnitude.reverse(), SIGN_BYTES);
  return bytes;
}

function decodeBigint(bytes: Uint8Array): bigint {
  const magnitude = BigInt(
    "0x" + bytes.subarray(SIGN_BYTES).reverse().toHex(),
  );
  return bytes[0] === 1 ? -magnitude : magnitude;
}

/** Makes the format of a built-in codec; each attachment has its own, because a format keeps the value being written. */
export const VALUE_FORMATS: Readonly<
  Record<string, () => ValueFormat<unknown>>
> = {
  any: () => new AnyValues(),
  string: () => new StringValues() as ValueFormat<unknown>,
  number: () => new NumberValues() as ValueFormat<unknown>,
  bytes: () => new BytesValues() as ValueFormat<unknown>,
  json: () => new JsonValues(),
};

/** The format of values that the caller's codec turns into bytes. */
export function customValues<V>(codec: Codec<V>): ValueFormat<V> {
  return new CustomValues(codec);
}
