/**
 * From values to clones: what the structured clone algorithm takes, as it takes it, and nothing
 * that it would change.
 *
 * A writer serves one value at a time. It runs the caller's getters, which may use the map, and
 * with it other writers.
 *
 * @module
 */

import { types } from "node:util";
import { Scratch } from "../scratch.ts";
import * as strings from "../strings.ts";
import {
  isOutOfBounds,
  isResizable,
  KeptBuffers,
  tracksLength,
} from "./buffers.ts";
import { isBranded, isNothingElse, isPlatform } from "./platform.ts";
import { mapPlace, refuse, type Segment, setPlace } from "./refusal.ts";
import * as shapes from "./shapes.ts";
import type { Shape, Step } from "./shapes.ts";
import * as tokens from "./tokens.ts";

// Constants of its own: `segment/layout.ts` says why.
const {
  AGGREGATE_ERROR,
  ARRAY,
  BIGINT,
  BOXED,
  BUFFER,
  DATE,
  DEEPEST,
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
  MOST_KEYS,
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
const { encodeText, LATIN1, SHORT_TEXT, writeNarrow } = strings;
const { firstStep, nextStep, shapeAt } = shapes;
const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys: keysOf } =
  Object;
const { isArray } = Array;
const { isProxy } = types;
const ROOT = Object.prototype;

/** The structure begins here: the longest header fits before it. */
const START = 8;
/** What a structure is shorter than, if its length fits into the header's first word. */
const SHORT_STRUCTURE = 2 ** 24;
/**
 * Strings are joined up to this many characters: a string that a reader cuts out keeps the
 * whole block in memory.
 */
const BLOCK_CHARACTERS = 4096;
/** Up to this many objects, a search through all of them is the fastest way to find one again. */
const FEW = 32;
/** The most that a token and what comes with it takes, but for what is of any length. */
const TOKEN_BYTES = 32;

/** Why a view or a buffer cannot be kept whose memory is gone. */
const LOST =
  "has no memory any more, it was detached or became too small: store it before, or a copy of it";

const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const timeOf = Date.prototype.getTime;
const sourceOf = getter(RegExp.prototype, "source");
const flagsOf = getter(RegExp.prototype, "flags");
const viewNameOf = getter(
  getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
);

/** How many values were begun: a name for each. */
let valuesBegun = 0;

/** Something whose content comes at the end of the structure. */
interface Later {
  readonly write: () => void;
  /** Where it is in `outer`, or in the value. */
  readonly path: Segment[];
  readonly outer: Later | undefined;
}

/** Writes clones. */
export class CloneWriter {
  /** Where the clone is. */
  scratch: Scratch = new Scratch();
  start = 0;
  byteLength = 0;
  #bytes: Uint8Array = this.scratch.plain;
  #at = 0;
  #value = 0;
  #flags = 0;
  #depth = 0;
  #shapes = 0;
  readonly #path: Segment[] = [];
  /**
   * The properties of the objects that are being written: a stack, and its top. (To cut off arrays
   * would take longer.)
   */
  readonly #parts: unknown[] = [];
  #top = 0;
  /** The strings that were met, and how many. */
  readonly #texts: string[] = [];
  #textCount = 0;
  /** The first objects that were met, and how many. */
  readonly #met: (object | undefined)[] = [];
  #metCount = 0;
  /** Their numbers, once they are more than a few. */
  readonly #numbers = new Map<object, number>();
  readonly #later: Later[] = [];
  /** What was postponed and is being written now. */
  #outer: Later | undefined;
  /** Whether every object has enumerable properties that are not its own. */
  #isRootPolluted = false;
  #buffers: KeptBuffers | undefined;

  /**
   * Makes the clone of a value. Throws a `TypeError` for what cannot be cloned, and whatever a
   * getter throws. After that the writer must not be used again.
   */
  write(value: object): void {
    this.scratch.renew(this.byteLength); // about as large as the one before
    this.#bytes = this.scratch.plain;
    this.#at = START;
    this.#value = ++valuesBegun;
    this.#flags = 0;
    this.#shapes = 0;
    this.#depth = 0;
    this.#isRootPolluted = isRootPolluted();
    this.#object(value);
    if (this.#later.length > 0) this.#writeLater();
    const structure = this.#at - START;
    if (this.#textCount > 0) this.#writeTexts();
    this.start = structure < SHORT_STRUCTURE ? START - 4 : START - 8;
    if (this.#buffers !== undefined) this.#writeBuffers(this.#buffers);
    this.byteLength = this.#at - this.start;
    this.#writeHeader(structure);
    this.#forget();
  }

  /** Lets go of all objects that belong to the caller. */
  #forget(): void {
    for (let i = 0; i < this.#metCount; i++) this.#met[i] = undefined;
    this.#metCount = 0;
    if (this.#numbers.size > 0) this.#numbers.clear();
    this.#buffers = undefined;
  }

  #writeHeader(structure: number): void {
    const { words } = this.scratch;
    const mark = MARK | this.#flags;
    if (structure < SHORT_STRUCTURE) {
      words[1] = mark | (structure << 8);
    } else {
      words[0] = mark;
      words[1] = structure;
    }
  }

  // ---- bytes ------------------------------------------------------------------------------------

  #reserve(count: number): void {
    this.scratch.reserve(this.#at, count);
    this.#bytes = this.scratch.plain;
  }

  /** Makes sure that a token fits. */
  #reserveToken(): void {
    if (this.#at + TOKEN_BYTES > this.#bytes.length) this.#reserve(TOKEN_BYTES);
  }

  /** Seven bits a byte, for what may have up to 53. */
  #varint(number: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (number >= 0x80) {
      bytes[at++] = (number % 0x80) | 0x80;
      number = Math.floor(number / 0x80);
    }
    bytes[at++] = number;
    this.#at = at;
  }

  /** The same for what is below 2 ** 32. */
  #varint32(number: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (number > 0x7f) {
      bytes[at++] = (number & 0x7f) | 0x80;
      number >>>= 7;
    }
    bytes[at++] = number;
    this.#at = at;
  }

  #count(number: number): void {
    this.#reserveToken();
    this.#varint(number);
  }

  #token(token: number): void {
    this.#reserveToken();
    this.#bytes[this.#at++] = token;
  }

  #float(number: number): void {
    // Every NaN is stored alike, so that equal values have equal bytes.
    const same = number === number ? number : NaN;
    this.scratch.view.setFloat64(this.#at, same, true);
    this.#at += 8;
  }

  // ---- values -----------------------------------------------------------------------------------

  /** Writes a part at a place in what is being written. */
  #part(part: unknown, place: Segment): void {
    switch (typeof part) {
      case "string":
        return this.#string(part);
      case "number":
        return this.#number(part);
      case "boolean":
        return this.#token(part ? TRUE : FALSE);
      case "undefined":
        return this.#token(UNDEFINED);
      case "bigint":
        return this.#bigint(part);
    }
    if (part === null) return this.#token(NULL);
    this.#path[this.#depth - 1] = place;
    if (typeof part !== "object") this.#refuse(part);
    this.#object(part as object);
  }

  #string(text: string): void {
    this.#reserveToken();
    const { length } = text;
    if (length < SMALL - SHORT_STRING) {
      this.#bytes[this.#at++] = SHORT_STRING + length;
      if (length === 0) return;
    } else {
      this.#bytes[this.#at++] = STRING;
      this.#varint32(length);
    }
    this.#texts[this.#textCount++] = text;
  }

  #number(number: number): void {
    this.#reserveToken();
    const integer = number | 0;
    if (integer !== number || (integer === 0 && Object.is(number, -0))) {
      this.#bytes[this.#at++] = FLOAT;
      return this.#float(number);
    }
    if (integer >= 0 && integer < SMALL) {
      this.#bytes[this.#at++] = SMALL + integer;
      return;
    }
    this.#bytes[this.#at++] = INTEGER;
    this.#varint32(((integer << 1) ^ (integer >> 31)) >>> 0);
  }

  #bigint(number: bigint): void {
    const isNegative = number < 0n;
    let digits = (isNegative ? -number : number).toString(16);
    if (digits.length % 2 === 1) digits = "0" + digits;
    const magnitude = Uint8Array.fromHex(digits).reverse();
    this.#token(BIGINT);
    this.#bytes[this.#at++] = isNegative ? 1 : 0;
    this.#varint(magnitude.length);
    this.#reserve(magnitude.length);
    this.#bytes.set(magnitude, this.#at);
    this.#at += magnitude.length;
  }

  #refuse(part: unknown, fault?: string): never {
    const path: Segment[][] = [this.#path.slice(0, this.#depth)];
    for (let at = this.#outer; at !== undefined; at = at.outer) {
      path.push(at.path);
    }
    refuse(part, path.reverse().flat(), fault);
  }

  // ---- objects ----------------------------------------------------------------------------------

  #object(part: object): void {
    if (isProxy(part)) this.#refuse(part);
    const prototype = getPrototypeOf(part);
    if (prototype === ROOT) {
      if (this.#isMetBefore(part)) return;
      if (this.#depth < DEEPEST) return this.#plain(part);
      return this.#postpone(LATER_OBJECT, () => this.#plain(part));
    }
    if (isArray(part)) return this.#arrayAnywhere(part);
    this.#special(part, prototype);
  }

  #arrayAnywhere(part: unknown[]): void {
    if (this.#isMetBefore(part)) return;
    if (this.#depth >= DEEPEST) {
      return this.#postpone(LATER_ARRAY, () => this.#elements(part));
    }
    this.#token(ARRAY);
    this.#elements(part);
  }

  /** What is neither a plain object nor an array. */
  #special(part: object, prototype: object | null): void {
    if (ArrayBuffer.isView(part)) return this.#view(part);
    if (types.isAnyArrayBuffer(part)) return this.#buffer(part);
    if (!isBuiltIn(part)) return this.#ofClass(part, prototype);
    if (part instanceof DOMException || types.isSymbolObject(part)) {
      this.#refuse(part);
    }
    if (!this.#isMetBefore(part)) this.#builtIn(part);
  }

  #builtIn(part: object): void {
    if (types.isMap(part)) this.#map(part);
    else if (types.isSet(part)) this.#set(part);
    else if (types.isDate(part)) this.#date(part);
    else if (types.isRegExp(part)) this.#regexp(part);
    else if (types.isNativeError(part)) this.#error(part);
    else this.#boxed(part);
  }

  /** An object of a class of the program's own: its properties. */
  #ofClass(part: object, prototype: object | null): void {
    const isOther = prototype === null
      ? !isNothingElse(part)
      : isPlatform(prototype);
    if (isOther || isBranded(part)) this.#refuse(part);
    if (this.#isMetBefore(part)) return;
    if (this.#depth < DEEPEST) return this.#instance(part);
    this.#postpone(LATER_OBJECT, () => this.#instance(part));
  }

  /** Writes a reference to an object that was met before; else numbers it. */
  #isMetBefore(part: object): boolean {
    const met = this.#met;
    const count = this.#metCount;
    if (count > FEW) return this.#isNumbered(part);
    for (let i = 0; i < count; i++) {
      if (met[i] === part) {
        this.#reference(i);
        return true;
      }
    }
    met[this.#metCount++] = part;
    if (count === FEW) {
      for (let i = 0; i <= count; i++) this.#numbers.set(met[i]!, i);
    }
    return false;
  }

  #isNumbered(part: object): boolean {
    const numbers = this.#numbers;
    const number = numbers.get(part);
    if (number === undefined) {
      numbers.set(part, numbers.size);
      return false;
    }
    this.#reference(number);
    return true;
  }

  #reference(number: number): void {
    this.#token(REFERENCE);
    this.#varint32(number);
    this.#flags |= HAS_REFERENCES;
  }

  /** Leaves the content of a container for the end of the structure. */
  #postpone(token: number, write: () => void): void {
    this.#token(token);
    this.#keepForLater(write);
  }

  #keepForLater(write: () => void): void {
    const path = this.#path.slice(0, this.#depth);
    this.#later.push({ write, path, outer: this.#outer });
  }

  /** What was postponed, and what is postponed meanwhile. */
  #writeLater(): void {
    const later = this.#later;
    for (let i = 0; i < later.length; i++) {
      this.#outer = later[i];
      this.#depth = 0;
      later[i].write();
    }
    this.#outer = undefined;
    later.length = 0;
  }

  #plain(part: object): void {
    if (this.#isRootPolluted) return this.#instance(part);
    const parts = this.#parts;
    const base = this.#top;
    let top = base;
    let step = firstStep();
    for (const key in part) {
      parts[top++] = (part as Record<string, unknown>)[key];
      step = nextStep(step, key);
      if (step.count > MOST_KEYS) break; // a dictionary
    }
    this.#top = top;
    this.#properties(part, base, step);
  }

  /** Where a loop over the keys of an object may meet keys that are not its own. */
  #instance(part: object): void {
    const base = this.#top;
    let step = firstStep();
    for (const key of keysOf(part)) {
      this.#parts[this.#top++] = (part as Record<string, unknown>)[key];
      step = nextStep(step, key);
    }
    this.#properties(part, base, step);
  }

  /** Writes keys, and then the parts that were collected. */
  #properties(part: object, base: number, step: Step): void {
    const parts = this.#parts;
    const shape = shapeAt(step);
    const count = this.#top - base;
    // Only these may be `arguments`, `Math` and the like.
    const isOdd = shape === undefined || count === 0;
    if (isOdd && !isInstance(part) && !isNothingElse(part)) this.#refuse(part);
    if (shape !== undefined) {
      this.#keys(shape);
      const { keys } = shape;
      this.#depth++;
      for (let i = 0; i < count; i++) this.#part(parts[base + i], keys[i]);
      this.#depth--;
    }
    for (let i = base; i < this.#top; i++) parts[i] = undefined;
    this.#top = base;
    if (shape === undefined) this.#dictionary(part);
  }

  #keys(shape: Shape): void {
    if (shape.value === this.#value) {
      this.#token(SAME_KEYS);
      return this.#varint32(shape.place);
    }
    shape.value = this.#value;
    shape.place = this.#shapes++;
    const { block, byteLength } = shape;
    this.#reserve(TOKEN_BYTES + byteLength);
    this.#bytes[this.#at++] = OBJECT;
    this.#varint32(byteLength);
    while (this.#at % 4 !== 0) this.#bytes[this.#at++] = 0;
    const { words } = this.scratch;
    const at = this.#at >> 2;
    for (let i = 0; i < block.length; i++) words[at + i] = block[i];
    this.#at += byteLength;
  }

  #dictionary(part: object): void {
    const keys = keysOf(part);
    this.#token(DICTIONARY);
    this.#varint(keys.length);
    this.#depth++;
    this.#pairs(part, keys);
    this.#depth--;
  }

  #pairs(part: object, keys: readonly string[]): void {
    for (const key of keys) {
      this.#string(key);
      this.#part((part as Record<string, unknown>)[key], key);
    }
  }

  // ---- arrays -----------------------------------------------------------------------------------

  #elements(array: unknown[]): void {
    const { length } = array;
    // Elements and whatever else an array has, without a string for each index.
    const others = Object.values(array).length - length;
    this.#count(length);
    this.#depth++;
    const isSparse = !this.#dense(array, length);
    if (!isSparse && others <= 0) this.#count(0);
    else this.#extras(array);
    this.#depth--;
  }

  /** Writes all elements; or, if some are missing, those that are there, by their keys. */
  #dense(array: unknown[], length: number): boolean {
    for (let i = 0; i < length; i++) {
      const part = array[i];
      if (part === undefined && !hasOwn(array, i)) {
        this.#sparse(array, length, i);
        return false;
      }
      this.#part(part, i);
    }
    return true;
  }

  /** From the index `at` on. */
  #sparse(array: unknown[], length: number, at: number): void {
    for (const key of keysOf(array)) {
      const index = indexOf(key);
      if (index < at) continue;
      if (index >= length) break;
      this.#holes(index - at);
      this.#part(array[index], index);
      at = index + 1;
    }
    this.#holes(length - at);
  }

  #holes(count: number): void {
    if (count === 0) return;
    this.#token(HOLES);
    this.#varint(count);
  }

  /** What an array has besides elements, as `match` gives one. */
  #extras(array: unknown[]): void {
    const keys = keysOf(array).filter((key) => indexOf(key) === Infinity);
    this.#count(keys.length);
    this.#pairs(array, keys);
  }

  // ---- other kinds ------------------------------------------------------------------------------

  #map(part: Map<unknown, unknown>): void {
    const entries: unknown[] = [];
    mapForEach.call(part, (value, key) => entries.push(key, value));
    if (this.#depth >= DEEPEST) {
      return this.#postpone(LATER_MAP, () => this.#entries(entries));
    }
    this.#token(MAP);
    this.#entries(entries);
  }

  #entries(entries: readonly unknown[]): void {
    this.#count(entries.length / 2);
    this.#depth++;
    for (let i = 0; i < entries.length; i += 2) {
      const key = entries[i];
      this.#part(key, mapPlace(key, i / 2, true));
      this.#part(entries[i + 1], mapPlace(key, i / 2, false));
    }
    this.#depth--;
  }

  #set(part: Set<unknown>): void {
    const members: unknown[] = [];
    setForEach.call(part, (member) => members.push(member));
    if (this.#depth >= DEEPEST) {
      return this.#postpone(LATER_SET, () => this.#members(members));
    }
    this.#token(SET);
    this.#members(members);
  }

  #members(members: readonly unknown[]): void {
    this.#count(members.length);
    this.#depth++;
    members.forEach((member, i) => this.#part(member, setPlace(i)));
    this.#depth--;
  }

  #date(part: Date): void {
    this.#token(DATE);
    this.#float(timeOf.call(part));
  }

  #regexp(part: RegExp): void {
    this.#token(REGEXP);
    this.#string(sourceOf.call(part));
    this.#string(flagsOf.call(part));
  }

  #boxed(part: object): void {
    this.#token(BOXED);
    this.#part(unboxed(part), { as: "" });
  }

  /**
   * As the structured clone algorithm takes it: the class by its name, message, stack and cause. An
   * `AggregateError` keeps its errors.
   */
  #error(part: Error): void {
    const name = String(part.name);
    const message = getOwnPropertyDescriptor(part, "message");
    const cause = getOwnPropertyDescriptor(part, "cause");
    const errors = getOwnPropertyDescriptor(part, "errors");
    const { stack } = part;
    const isAggregate = name === "AggregateError" && isData(errors);
    const known = ERROR_KINDS.findIndex((kind) => kind.name === name);
    const isLater = this.#depth >= DEEPEST;
    const flags = (isData(message) ? ERROR_MESSAGE : 0) |
      (typeof stack === "string" ? ERROR_STACK : 0) |
      (isData(cause) ? ERROR_CAUSE : 0) |
      (isAggregate ? ERROR_ERRORS : 0) |
      (isLater ? ERROR_LATER : 0);
    this.#token(ERROR);
    this.#bytes[this.#at++] = isAggregate
      ? AGGREGATE_ERROR
      : Math.max(known, 0);
    this.#bytes[this.#at++] = flags;
    if (isData(message)) this.#string(String(message.value));
    if (typeof stack === "string") this.#string(stack);
    const write = () => {
      this.#depth++;
      if (isData(cause)) this.#part(cause.value, "cause");
      if (isAggregate) this.#part(errors.value, "errors");
      this.#depth--;
    };
    if (isLater) this.#keepForLater(write);
    else write();
  }

  // ---- buffers ----------------------------------------------------------------------------------

  #buffer(buffer: ArrayBufferLike): void {
    if (types.isSharedArrayBuffer(buffer)) this.#refuse(buffer);
    if (buffer.detached) this.#refuse(buffer, LOST);
    this.#buffers ??= new KeptBuffers();
    this.#token(BUFFER);
    this.#varint32(this.#buffers.addWhole(buffer));
  }

  #view(view: ArrayBufferView): void {
    if (isOutOfBounds(view)) this.#refuse(view, LOST);
    if (this.#isMetBefore(view)) return;
    this.#buffers ??= new KeptBuffers();
    const name = viewNameOf.call(view) ?? "DataView";
    const kind = VIEW_KINDS.findIndex((kind) => kind.name === name);
    const { buffer, byteOffset, byteLength } = view;
    const tracks = isResizable(buffer) &&
      tracksLength(view as ArrayBufferView<ArrayBuffer>);
    this.#token(VIEW);
    this.#bytes[this.#at++] = kind | (tracks ? VIEW_TRACKS : 0);
    this.#varint32(this.#buffers.addView(view));
    this.#varint(byteOffset);
    this.#varint(byteLength / (VIEW_KINDS[kind].BYTES_PER_ELEMENT ?? 1));
  }

  #writeBuffers({ all }: KeptBuffers): void {
    this.#flags |= HAS_BUFFERS;
    const table = this.#at;
    this.#reserveToken();
    this.#varint(all.length);
    for (const { buffer, from, to } of all) {
      this.#reserveToken();
      this.#varint(to - from);
      this.#varint(from);
      this.#varint(isResizable(buffer) ? buffer.maxByteLength + 1 : 0);
    }
    for (const { buffer, from, to } of all) this.#copy(buffer, from, to);
    this.#reserve(4);
    this.scratch.view.setUint32(this.#at, table - this.start, true);
    this.#at += 4;
  }

  #copy(buffer: ArrayBufferLike, from: number, to: number): void {
    // A getter may have detached or resized it since it was met.
    if (buffer.byteLength < to) {
      throw new TypeError(
        "Cannot encode the value: one of its array buffers became smaller while it was encoded: leave it as it is meanwhile",
      );
    }
    this.#reserve(to - from);
    this.#bytes.set(new Uint8Array(buffer, from, to - from), this.#at);
    this.#at += to - from;
  }

  // ---- texts ------------------------------------------------------------------------------------

  #writeTexts(): void {
    const texts = this.#texts;
    const count = this.#textCount;
    for (let i = 0; i < count;) {
      const from = i;
      let length = texts[i++].length;
      while (i < count && length + texts[i].length <= BLOCK_CHARACTERS) {
        length += texts[i++].length;
      }
      if (length > SHORT_TEXT || !this.#writeShort(from, i, length)) {
        this.#writeBlock(this.#join(from, i));
      }
    }
    for (let i = 0; i < count; i++) texts[i] = "";
    this.#textCount = 0;
  }

  #join(from: number, to: number): string {
    const texts = this.#texts;
    let text = texts[from];
    for (let i = from + 1; i < to; i++) text += texts[i];
    return text;
  }

  /**
   * Writes a short block without joining its strings; false if there is one that is not Latin-1.
   */
  #writeShort(from: number, to: number, length: number): boolean {
    this.#reserve(TOKEN_BYTES + length);
    const head = this.#at;
    this.#varint32(length * 4 + LATIN1);
    for (let i = from; i < to; i++) {
      const text = this.#texts[i];
      if (!writeNarrow(this.#bytes, this.#at, text)) {
        this.#at = head;
        return false;
      }
      this.#at += text.length;
    }
    return true;
  }

  #writeBlock(text: string): void {
    this.#reserve(TOKEN_BYTES);
    const head = this.#at;
    const guess = varintBytes(text.length * 4); // right for a byte a character
    const what = encodeText(text, this.scratch, head + guess);
    const byteLength = Math.floor(what / 4);
    const size = varintBytes(what);
    // From the end of the text on: what lies behind the place of a reservation is not kept.
    this.scratch.reserve(head + guess + byteLength, TOKEN_BYTES);
    this.#bytes = this.scratch.plain;
    if (size !== guess) {
      const from = head + guess;
      this.#bytes.copyWithin(head + size, from, from + byteLength);
    }
    this.#varint(what);
    this.#at += byteLength;
  }
}

function varintBytes(number: number): number {
  let count = 1;
  for (let rest = number; rest >= 0x80; rest = Math.floor(rest / 0x80)) count++;
  return count;
}

/** What a built-in getter returns, even if an object has a property of that name. */
// deno-lint-ignore no-explicit-any
function getter(prototype: object, name: string | symbol): () => any {
  return getOwnPropertyDescriptor(prototype, name)!.get!;
}

/** Whether all objects have an enumerable property, added to `Object.prototype`. */
function isRootPolluted(): boolean {
  for (const _ in ROOT) return true;
  return false;
}

/** The index that a key stands for; infinite: none. */
function indexOf(key: string): number {
  const index = Number(key) >>> 0;
  return String(index) === key && index < 2 ** 32 - 1 ? index : Infinity;
}

/** Whether a descriptor is that of a property that is there, and no getter. */
function isData(
  property: PropertyDescriptor | undefined,
): property is PropertyDescriptor {
  return property !== undefined && "value" in property;
}

/** Whether an object is of a class, or made after another. */
function isInstance(part: object): boolean {
  const prototype = getPrototypeOf(part);
  return prototype !== ROOT && prototype !== null;
}

/** What is cloned by its internal kind, whatever its prototype is. */
function isBuiltIn(part: object): boolean {
  return types.isMap(part) || types.isSet(part) || types.isDate(part) ||
    types.isRegExp(part) || types.isNativeError(part) ||
    types.isBoxedPrimitive(part);
}

function unboxed(part: object): unknown {
  if (types.isNumberObject(part)) return Number.prototype.valueOf.call(part);
  if (types.isStringObject(part)) return String.prototype.valueOf.call(part);
  if (types.isBigIntObject(part)) return BigInt.prototype.valueOf.call(part);
  return Boolean.prototype.valueOf.call(part);
}
