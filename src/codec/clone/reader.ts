/**
 * From clones to values. What comes out is private: nothing of it is in shared memory, and each
 * buffer is as long as what was kept of it.
 *
 * None of the caller's code runs meanwhile, so one reader serves all. It does not trust the
 * bytes: a damaged clone gives an error, and no more memory is allocated than its length can
 * account for.
 *
 * @module
 */

import type { Readable } from "../codec.ts";
import { Scratch } from "../scratch.ts";
import * as strings from "../strings.ts";
import { damaged } from "./damage.ts";
import * as layouts from "./layouts.ts";
import type { Layout } from "./layouts.ts";
import * as tokens from "./tokens.ts";

// Constants of its own: `segment/layout.ts` says why.
const {
  AGGREGATE_ERROR,
  ARRAY,
  BIGINT,
  BOXED,
  BUFFER,
  DATE,
  DICTIONARY,
  ERROR,
  ERROR_CAUSE,
  ERROR_ERRORS,
  ERROR_KINDS,
  ERROR_LATER,
  ERROR_MESSAGE,
  ERROR_STACK,
  FALSE,
  FLOAT,
  HAS_BUFFERS,
  HAS_REFERENCES,
  HOLES,
  INTEGER,
  LATER_ARRAY,
  LATER_MAP,
  LATER_OBJECT,
  LATER_SET,
  MAP,
  MARK,
  MARK_MASK,
  NULL,
  OBJECT,
  REFERENCE,
  REGEXP,
  SAME_KEYS,
  SET,
  SHORT_STRING,
  SMALL,
  STRING,
  TRUE,
  UNDEFINED,
  VIEW,
  VIEW_KINDS,
  VIEW_TRACKS,
} = tokens;
const { decodeText } = strings;
const { build, layoutAt } = layouts;

/** Longer runs of missing elements are made so that they take no memory. */
const MOST_HOLES = 1024;
const NOTHING: Readable = new Scratch();

const oneFloat = new Float64Array(1);
const floatWords = new Int32Array(oneFloat.buffer);

/** Whether bytes are a clone of this format, and not one that V8 made. */
export function isClone(firstByte: number): boolean {
  return (firstByte & MARK_MASK) === MARK;
}

type Fields = Record<string, unknown>;

/** A buffer of the clone, made when it is met. */
interface StoredBuffer {
  at: number;
  readonly byteLength: number;
  /** Where its bytes were in the buffer that went in. */
  readonly from: number;
  /** The most bytes that it may be resized to, plus 1; or 0. */
  readonly most: number;
  made: ArrayBuffer | undefined;
}

/** Reads clones. */
export class CloneReader {
  #memory = NOTHING;
  #bytes = NOTHING.bytes;
  #start = 0;
  #at = 0;
  /** The end of the structure, then of the clone. */
  #end = 0;
  #limit = 0;
  /** The block of characters at hand, how far it is used, and where the next one begins. */
  #text = "";
  #used = 0;
  #nextText = 0;
  #hasReferences = false;
  #hasBuffers = false;
  readonly #met: object[] = [];
  readonly #layouts: Layout[] = [];
  #layoutCount = 0;
  /**
   * The parts of the objects that are being read: a stack, and its top. (To cut off arrays would
   * take longer.)
   */
  readonly #parts: unknown[] = [];
  #top = 0;
  readonly #later: (() => void)[] = [];
  #buffers: StoredBuffer[] | undefined;

  /**
   * The value of the clone that stands there. Throws `RangeError` and others if its bytes are
   * damaged.
   */
  read(memory: Readable, start: number, byteLength: number): unknown {
    this.#begin(memory, start, byteLength);
    try {
      const value = this.#value();
      for (let i = 0; i < this.#later.length; i++) this.#later[i]();
      if (this.#at !== this.#end) damaged("the structure ends too late");
      return value;
    } finally {
      this.#forget();
    }
  }

  #begin(memory: Readable, start: number, byteLength: number): void {
    this.#memory = memory;
    this.#bytes = memory.bytes;
    this.#start = this.#at = start;
    this.#end = this.#limit = start + byteLength;
    const head = this.#uint32();
    const flags = head & 0xff;
    if (!isClone(flags)) damaged("they do not begin like a clone");
    const length = head >>> 8 || this.#uint32();
    this.#end = this.#at + length;
    if (this.#end > this.#limit) damaged("the structure is longer than all");
    this.#nextText = this.#end;
    this.#hasReferences = (flags & HAS_REFERENCES) !== 0;
    this.#hasBuffers = (flags & HAS_BUFFERS) !== 0;
  }

  /** Lets go of everything that belongs to the caller. */
  #forget(): void {
    this.#memory = NOTHING;
    this.#bytes = NOTHING.bytes;
    this.#text = "";
    this.#used = 0;
    this.#layoutCount = 0;
    this.#drop(0);
    if (this.#hasReferences) this.#met.length = 0;
    if (this.#later.length > 0) this.#later.length = 0;
    this.#buffers = undefined;
  }

  /** Takes parts off the stack. */
  #drop(base: number): void {
    const parts = this.#parts;
    for (let i = base; i < this.#top; i++) parts[i] = undefined;
    this.#top = base;
  }

  // ---- bytes ------------------------------------------------------------------------------------

  #byte(): number {
    if (this.#at >= this.#end) damaged("they end too early");
    return this.#bytes[this.#at++];
  }

  #varint(): number {
    const low = this.#byte();
    if (low < 0x80) return low;
    let number = low - 0x80;
    for (let unit = 0x80; unit < 2 ** 53; unit *= 0x80) {
      const next = this.#byte();
      number += (next & 0x7f) * unit;
      if (next < 0x80) return number;
    }
    damaged("a number is too long");
  }

  #uint32(): number {
    const at = this.#skip(4);
    const bytes = this.#bytes;
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) |
      (bytes[at + 3] << 24)) >>> 0;
  }

  #float(): number {
    floatWords[0] = this.#uint32();
    floatWords[1] = this.#uint32();
    return oneFloat[0];
  }

  /** Goes past some bytes; returns where they begin. */
  #skip(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) damaged("they end too early");
    this.#at = at + count;
    return at;
  }

  // ---- values -----------------------------------------------------------------------------------

  #value(): unknown {
    const token = this.#byte();
    if (token >= SMALL) return token - SMALL;
    if (token >= SHORT_STRING) return this.#string(token - SHORT_STRING);
    switch (token) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case INTEGER: {
        const number = this.#varint();
        return (number >>> 1) ^ -(number & 1);
      }
      case FLOAT:
        return this.#float();
      case STRING:
        return this.#string(this.#varint());
      case OBJECT:
      case SAME_KEYS:
        return this.#object(token);
    }
    return this.#special(token);
  }

  #string(length: number): string {
    if (length === 0) return "";
    if (this.#used === this.#text.length) this.#readText();
    const end = this.#used + length;
    if (end > this.#text.length) damaged("a string is longer than its text");
    const string = this.#text.substring(this.#used, end);
    this.#used = end;
    return string;
  }

  /** The next string, where nothing else may be. */
  #stringToken(): string {
    const token = this.#byte();
    if (token === STRING) return this.#string(this.#varint());
    if (token < SHORT_STRING || token >= SMALL) {
      damaged("no string where one should be");
    }
    return this.#string(token - SHORT_STRING);
  }

  #readText(): void {
    const [at, end] = [this.#at, this.#end];
    this.#at = this.#nextText;
    this.#end = this.#limit;
    const what = this.#varint();
    const byteLength = Math.floor(what / 4);
    const from = this.#skip(byteLength);
    this.#text = decodeText(this.#bytes, from, byteLength, what % 4);
    this.#used = 0;
    this.#nextText = this.#at;
    this.#at = at;
    this.#end = end;
    if (this.#text === "") damaged("a text is empty");
  }

  // ---- objects ----------------------------------------------------------------------------------

  /** Numbers an object, as the writer did: before what is in it. */
  #meet<T extends object>(object: T): T {
    if (this.#hasReferences) this.#met.push(object);
    return object;
  }

  #object(token: number): object {
    if (this.#hasReferences || token === DICTIONARY) {
      const object = this.#meet({});
      this.#fields(object, token);
      return object;
    }
    const layout = this.#layout(token);
    const parts = this.#parts;
    const base = this.#top;
    const top = base + layout.keys.length;
    this.#top = top;
    for (let i = base; i < top; i++) parts[i] = this.#value();
    const object = layout.isPlain
      ? build(layout, parts, base)
      : define(layout.keys, parts, base);
    this.#drop(base);
    return object;
  }

  /** Fills an object that is there before its parts. */
  #fields(object: Fields, token: number): void {
    if (token === DICTIONARY) return this.#pairs(object, this.#varint());
    const { keys, isPlain } = this.#layout(token);
    for (const key of keys) {
      const value = this.#value();
      if (isPlain) object[key] = value;
      else defineOne(object, key, value);
    }
  }

  #layout(token: number): Layout {
    if (token === SAME_KEYS) {
      const place = this.#varint();
      if (place >= this.#layoutCount) damaged("keys are missing");
      return this.#layouts[place];
    }
    if (token !== OBJECT) damaged("no keys where some should be");
    const byteLength = this.#varint();
    this.#skip((this.#start - this.#at) & 3);
    const at = this.#skip(byteLength);
    const layout = layoutAt(this.#memory, at, byteLength);
    this.#layouts[this.#layoutCount++] = layout;
    return layout;
  }

  #pairs(object: object, count: number): void {
    for (let left = count; left > 0; left--) {
      const key = this.#stringToken();
      defineOne(object, key, this.#value());
    }
  }

  #special(token: number): unknown {
    switch (token) {
      case ARRAY:
        return this.#elements(this.#meet([]));
      case DICTIONARY:
        return this.#object(token);
      case MAP:
        return this.#entries(this.#meet(new Map()));
      case SET:
        return this.#members(this.#meet(new Set()));
      case DATE:
        return this.#meet(new Date(this.#float()));
      case BIGINT:
        return this.#bigint();
      case REGEXP:
        return this.#regexp();
      case ERROR:
        return this.#error();
      case BOXED:
        return this.#boxed();
      case BUFFER:
        return this.#buffer(this.#varint());
      case VIEW:
        return this.#meet(this.#view());
      case REFERENCE:
        return this.#met[this.#varint()] ??
          damaged("a reference leads nowhere");
      case LATER_OBJECT: {
        const object = this.#meet({});
        return this.#postpone(object, () => this.#fields(object, this.#byte()));
      }
      case LATER_ARRAY: {
        const array = this.#meet([]);
        return this.#postpone(array, () => this.#elements(array));
      }
      case LATER_MAP: {
        const map = this.#meet(new Map());
        return this.#postpone(map, () => this.#entries(map));
      }
      case LATER_SET: {
        const set = this.#meet(new Set());
        return this.#postpone(set, () => this.#members(set));
      }
    }
    damaged(`there is no token ${token}`);
  }

  #postpone<T>(object: T, fill: () => void): T {
    this.#later.push(fill);
    return object;
  }

  #elements(array: unknown[]): unknown[] {
    const length = this.#varint();
    if (length >= 2 ** 32) damaged("an array is too long");
    let i = 0;
    while (i < length) {
      if (this.#bytes[this.#at] === HOLES) {
        this.#at++;
        i += this.#varint();
      } else {
        array[i++] = this.#value();
      }
    }
    if (i !== length) damaged("an array is longer than it says");
    if (array.length < length) extend(array, length);
    this.#pairs(array, this.#varint());
    return array;
  }

  #entries(map: Map<unknown, unknown>): Map<unknown, unknown> {
    for (let left = this.#varint(); left > 0; left--) {
      const key = this.#value();
      map.set(key, this.#value());
    }
    return map;
  }

  #members(set: Set<unknown>): Set<unknown> {
    for (let left = this.#varint(); left > 0; left--) set.add(this.#value());
    return set;
  }

  #bigint(): bigint {
    const isNegative = this.#byte() === 1;
    const byteLength = this.#varint();
    const at = this.#skip(byteLength);
    const magnitude = new Uint8Array(
      this.#bytes.subarray(at, at + byteLength),
    );
    const number = BigInt("0x" + magnitude.reverse().toHex());
    return isNegative ? -number : number;
  }

  #regexp(): RegExp {
    const source = this.#stringToken();
    return this.#meet(new RegExp(source, this.#stringToken()));
  }

  #boxed(): object {
    const primitive = this.#value();
    const boxed = Object(primitive);
    if (boxed === primitive || primitive == null) damaged("an odd box");
    return this.#meet(boxed);
  }

  #error(): Error {
    const kind = this.#byte();
    const flags = this.#byte();
    const has = (flag: number) => (flags & flag) !== 0;
    const error = this.#meet(newError(kind));
    if (has(ERROR_MESSAGE)) hide(error, "message", this.#stringToken());
    const stack = has(ERROR_STACK) ? this.#stringToken() : undefined;
    Reflect.set(error, "stack", stack); // so that the runtime makes none of its own
    const fill = () => {
      if (has(ERROR_CAUSE)) hide(error, "cause", this.#value());
      if (has(ERROR_ERRORS)) hide(error, "errors", this.#value());
    };
    if (has(ERROR_LATER)) return this.#postpone(error, fill);
    fill();
    return error;
  }

  // ---- buffers ----------------------------------------------------------------------------------

  #view(): ArrayBufferView {
    const kind = this.#byte();
    const Kind = VIEW_KINDS[kind & ~VIEW_TRACKS] ?? damaged("an odd view");
    const number = this.#varint();
    const buffer = this.#buffer(number);
    const offset = this.#varint() - this.#buffers![number].from;
    const length = this.#varint();
    // The constructors refuse what is outside of the buffer.
    return (kind & VIEW_TRACKS) === 0
      ? new Kind(buffer, offset, length)
      : new Kind(buffer, offset);
  }

  #buffer(number: number): ArrayBuffer {
    this.#buffers ??= this.#readTable();
    const stored = this.#buffers[number] ?? damaged("a buffer is missing");
    return stored.made ??= this.#makeBuffer(stored);
  }

  #makeBuffer({ at, byteLength, most }: StoredBuffer): ArrayBuffer {
    const buffer = most === 0
      ? new ArrayBuffer(byteLength)
      : new ArrayBuffer(byteLength, { maxByteLength: most - 1 });
    new Uint8Array(buffer).set(this.#bytes.subarray(at, at + byteLength));
    return buffer;
  }

  #readTable(): StoredBuffer[] {
    if (!this.#hasBuffers) damaged("there are no buffers");
    const [at, end] = [this.#at, this.#end];
    this.#end = this.#limit;
    this.#at = this.#limit - 4;
    this.#at = this.#start + this.#uint32();
    const stored: StoredBuffer[] = [];
    for (let left = this.#varint(); left > 0; left--) {
      const byteLength = this.#varint();
      const from = this.#varint();
      const most = this.#varint();
      stored.push({ at: 0, byteLength, from, most, made: undefined });
    }
    for (const buffer of stored) buffer.at = this.#skip(buffer.byteLength);
    this.#at = at;
    this.#end = end;
    return stored;
  }
}

/** An object of the parts from `base` on, whatever its keys are called. */
function define(
  keys: readonly string[],
  parts: readonly unknown[],
  base: number,
): object {
  const object = {};
  keys.forEach((key, i) => defineOne(object, key, parts[base + i]));
  return object;
}

/** A property, even one that is called `__proto__`. */
function defineOne(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** The same, but not enumerable. */
function hide(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    configurable: true,
    writable: true,
  });
}

/** Adds missing elements at the end. */
function extend(array: unknown[], length: number): void {
  if (length - array.length <= MOST_HOLES) {
    array.length = length;
    return;
  }
  // An element far away makes V8 keep the array by its keys: to set the length would reserve memory
  // for all.
  array[length - 1] = 0;
  delete array[length - 1];
}

function newError(kind: number): Error {
  if (kind === AGGREGATE_ERROR) return new AggregateError([]);
  const Kind = ERROR_KINDS[kind] ?? damaged("an odd error");
  return new Kind();
}
