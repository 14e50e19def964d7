/**
 * The value formats: anything, strings, numbers, bytes, JSON, and codecs of the caller's own.
 *
 * @module
 */

import { received } from "../errors.ts";
import * as layout from "../segment/layout.ts";
import * as codec from "./codec.ts";
import type { Codec, Memory, ValueFormat } from "./codec.ts";
import * as callers from "./bytes.ts";
import { areEqual } from "./clone/equality.ts";
import * as clones from "./clone/clone.ts";
import { refuse as refusePart } from "./clone/refusal.ts";
import { toJson } from "./json.ts";
import { Scratch } from "./scratch.ts";
import * as strings from "./strings.ts";

// Constants of its own: `layout.ts` says why.
const { LENGTH_LIMIT } = layout;
const {
  decodeText,
  encodeText,
  isLatin1,
  readString,
  SHORT_TEXT,
  UTF8,
  writeLatin1,
  writeUtf16,
} = strings;
const { readClone, writeClone } = clones;
const { copied, lengthOf, unshared } = callers;
const {
  TAG_BYTES,
  TAG_CLONE,
  TAG_CONSTANT_OR_BIGINT,
  TAG_CUSTOM,
  TAG_LATIN1,
  TAG_NUMBER,
  TAG_UTF16,
  TAG_UTF8,
} = codec;

const WHAT = "Cannot encode the value: it";
const NUMBER_BYTES = 8;
const CONSTANTS = [null, true, false];
/** The tags of the encodings of a text, in their order. */
const TEXT_TAGS = [TAG_LATIN1, TAG_UTF16, TAG_UTF8];
/** Up to so many bytes a loop beats a copy by the runtime. */
const SHORT_COPY = 256;

/**
 * What every value format can do: write each kind of payload. Subclasses decide what is
 * accepted.
 */
abstract class Format<V> implements ValueFormat<V> {
  abstract readonly name: string;
  readonly own: Codec<V> | undefined;
  tag = 0;
  byteLength = 0;
  number = 0;
  weight = 0;
  /** The prepared string. */
  #text: string | undefined;
  /** The prepared bytes, if they are the caller's. */
  #bytes: Uint8Array | undefined;
  /**
   * Where the prepared value is, unless it is a number, a short string, or bytes that belong
   * to the caller.
   */
  protected scratch: Scratch = new Scratch();
  protected start = 0;

  abstract prepare(value: V): void;
  abstract read(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): V;

  protected prepareNumber(value: number): void {
    this.#bytes = undefined;
    this.tag = TAG_NUMBER;
    this.byteLength = NUMBER_BYTES;
    this.number = value;
  }

  protected prepareString(value: string): void {
    this.#text = value;
    this.#bytes = undefined;
    if (value.length > SHORT_TEXT) return this.#prepareLong(value);
    const narrow = isLatin1(value);
    this.tag = narrow ? TAG_LATIN1 : TAG_UTF16;
    this.byteLength = narrow ? value.length : value.length * 2;
  }

  #prepareLong(value: string): void {
    const { scratch } = this;
    scratch.renew(value.length);
    const what = encodeText(value, scratch, 0);
    this.tag = TEXT_TAGS[what % 4];
    this.byteLength = Math.floor(what / 4);
    this.start = 0;
  }

  /**
   * Does not copy them: none of the caller's code runs before they are written, or `keep` is
   * called.
   */
  protected prepareBytes(value: Uint8Array, tag: number): void {
    this.#text = undefined;
    this.byteLength = lengthOf(value, WHAT);
    this.tag = tag;
    this.#bytes = value;
    this.start = 0;
  }

  keep(): void {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    // The map refuses such bytes.
    if (bytes === undefined || this.byteLength >= LENGTH_LIMIT) return;
    const { scratch } = this;
    scratch.renew(this.byteLength);
    scratch.reserve(0, this.byteLength);
    scratch.plain.set(bytes);
  }

  /** Prepares what is in the scratch. */
  protected prepareScratch(
    start: number,
    byteLength: number,
    tag: number,
  ): void {
    this.#text = undefined;
    this.#bytes = undefined;
    this.tag = tag;
    this.byteLength = byteLength;
    this.start = start;
  }

  write(memory: Memory, at: number): void {
    const text = this.#text;
    if (this.tag === TAG_NUMBER) memory.floats[at] = this.number;
    else if (this.#bytes !== undefined) memory.bytes.set(this.#bytes, at * 8);
    else if (text === undefined || text.length > SHORT_TEXT) {
      copyIn(this.scratch, this.start, this.byteLength, memory, at);
    } else if (this.tag === TAG_LATIN1) writeLatin1(memory.bytes, at * 8, text);
    else writeUtf16(memory.bytes, at * 8, text);
  }

  equals(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): boolean {
    if (this.tag === TAG_NUMBER) {
      return tag === TAG_NUMBER && areSame(this.number, memory.floats[at]);
    }
    if (this.#text !== undefined) {
      return this.#equalsText(this.#text, memory, at, byteLength, tag);
    }
    if (tag !== this.tag || byteLength !== this.byteLength) return false;
    const { start } = this;
    const prepared = this.#bytes ??
      this.scratch.plain.subarray(start, start + byteLength);
    return memory.bytes.subarray(at * 8, at * 8 + byteLength).equals(prepared);
  }

  /** Earlier versions had other encodings for long strings. */
  #equalsText(
    text: string,
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): boolean {
    const isSame = tag === this.tag && byteLength === this.byteLength;
    if (!isSame && text.length <= SHORT_TEXT) return false;
    return TEXT_TAGS.includes(tag) &&
      readText(memory, at, byteLength, tag) === text;
  }
}

/** Copies bytes from a multiple of 4 on into shared memory. */
function copyIn(
  { plain, words }: Scratch,
  start: number,
  byteLength: number,
  memory: Memory,
  at: number,
): void {
  if (byteLength > SHORT_COPY) {
    memory.bytes.set(plain.subarray(start, start + byteLength), at * 8);
    return;
  }
  const into = memory.words;
  const from = start >> 2;
  const count = byteLength >> 2;
  for (let i = 0; i < count; i++) into[at * 2 + i] = words[from + i];
  for (let i = count * 4; i < byteLength; i++) {
    memory.bytes[at * 8 + i] = plain[start + i];
  }
}

function readText(
  memory: Memory,
  at: number,
  byteLength: number,
  tag: number,
): string {
  return tag === TAG_UTF8
    ? decodeText(memory.bytes, at * 8, byteLength, UTF8)
    : readString(memory, at * 8, byteLength, tag === TAG_UTF16);
}

/** Whether two numbers are the same for a `Map`. */
function areSame(a: number, b: number): boolean {
  return a === b || (a !== a && b !== b);
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
    return readText(memory, at, byteLength, tag);
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
    const text = toJson(value);
    if (text === undefined) refuse("something that JSON can express", value);
    this.prepareString(text);
  }

  read(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): unknown {
    return JSON.parse(readText(memory, at, byteLength, tag));
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

  prepare(value: unknown): void {
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
      case "object":
        return this.#prepareObject(value);
    }
    refusePart(value, []);
  }

  #prepareConstant(value: null | boolean): void {
    this.scratch.plain[0] = CONSTANTS.indexOf(value);
    this.prepareScratch(0, 1, TAG_CONSTANT_OR_BIGINT);
  }

  #prepareObject(value: object | null): void {
    if (value === null) return this.#prepareConstant(value);
    if (isBytes(value)) {
      return this.prepareBytes(unshared(value, WHAT), TAG_BYTES);
    }
    writeClone(value, (writer) => {
      // The writer reuses the scratch of the value before, which has been written.
      const { scratch, start, byteLength } = writer;
      writer.scratch = this.scratch;
      this.scratch = scratch;
      this.prepareScratch(start, byteLength, TAG_CLONE);
    });
  }

  /** Equal clones may differ in their bytes, by the order of keys and the like. */
  override equals(
    memory: Memory,
    at: number,
    byteLength: number,
    tag: number,
  ): boolean {
    if (super.equals(memory, at, byteLength, tag)) return true;
    return tag === TAG_CLONE && this.tag === TAG_CLONE &&
      areEqual(
        readClone(memory, at * 8, byteLength),
        readClone(this.scratch, this.start, this.byteLength),
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
      case TAG_UTF8:
        return readText(memory, at, byteLength, tag);
      case TAG_BYTES:
        return copyOut(memory, at, byteLength);
      case TAG_CLONE:
        return readClone(memory, at * 8, byteLength);
      default:
        return byteLength === 1
          ? CONSTANTS[memory.bytes[at * 8]]
          : decodeBigint(copyOut(memory, at, byteLength));
    }
  }
}

/** Whether a value really is bytes, and does not just have their prototype. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array;
}

const SIGN_BYTES = 1;

/**
 * A sign byte (0 or 1), then the magnitude, lowest byte first; at least two bytes, so that
 * no constant looks like it.
 */
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

/**
 * Makes the format of a built-in codec; each attachment has its own, because a format keeps
 * the value being written.
 */
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
