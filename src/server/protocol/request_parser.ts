/**
 * Requests, out of the bytes that a client sends: arrays of bulk strings, or words on a line.
 *
 * The parser does no I/O. It is given bytes as they come, cut wherever they are, and says where the
 * words of each request lie. What has come completely is parsed where it lies; what is left of a
 * request that has begun is copied, once, into memory of the parser's own.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { bytesBetween } from "../../store/binary.ts";
import { inlineWords } from "./inline_words.ts";
import { ProtocolError } from "./protocol_error.ts";

const CR = 13;
const LF = 10;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const DOLLAR = 36;
const STAR = 42;

/** The most characters of a line: an inline request, or a number. */
const MOST_INLINE = 64 * 1024;
/** The most digits of a number that is exact. */
const MOST_DIGITS = 15;
/** The least memory of the parser's own. */
const LEAST_MEMORY = 512;
/** What it had to take, and does not need any more, is given back if it is larger than this. */
const MOST_KEPT = 64 * 1024;

/** The places of so many words are kept for the next requests. */
const MOST_PLACES = 2048;

/** Up to so many bytes a text is put together without the runtime. */
const SHORT = 24;

const NOTHING = new Uint8Array(0);

/** What a client may send. */
export interface RequestLimits {
  /** The most words of a request. */
  readonly words: number;
  /** The most bytes of a word. */
  readonly wordBytes: number;
}

/** For a client that is known. */
export const LIMITS: RequestLimits = {
  words: 1024 * 1024,
  wordBytes: 512 * 2 ** 20,
};

/** For one that has still to say its password: what it sends must not take memory. */
export const UNAUTHENTICATED_LIMITS: RequestLimits = {
  words: 10,
  wordBytes: 16384,
};

/** Finds requests in the bytes of one client. */
export class RequestParser {
  /** What is allowed from here on. */
  limits: RequestLimits = LIMITS;

  #memory: Uint8Array = NOTHING;
  /** The same, or what it was before. */
  #buffer: Buffer | undefined;
  /** Where the request begins. */
  #from = 0;
  /** How far it has been parsed. */
  #at = 0;
  /** Where the bytes end that have come. */
  #to = 0;
  /** Whether the memory is its own. */
  #isOwn = false;

  /** How many words the request has; -1: that is not known yet. */
  #expected = -1;
  /** How many bytes the next word has; -1: that is not known yet. */
  #wordBytes = -1;
  /** Up to where no line end has been found, so that it is not looked for again. */
  #searched = 0;

  /** How many words of the request are known. */
  #count = 0;
  /** Where they begin and end, one after the other, from the beginning of the request. */
  readonly #places: number[] = [];
  /** They themselves, if the request was inline. */
  #inline: string[] | undefined;

  /** How many bytes wait to be parsed. */
  get left(): number {
    return this.#to - this.#at;
  }

  /** How many bytes have come of the request that is not complete. */
  get begun(): number {
    return this.#to - this.#from;
  }

  /** The size of the memory of its own, in bytes. */
  get heldBytes(): number {
    return this.#isOwn ? this.#memory.length : 0;
  }

  /**
   * Takes bytes that have come. They are the parser's until `settle` has been called: until then
   * they must not change.
   */
  receive(bytes: Uint8Array): void {
    if (this.#from < this.#to) {
      this.#makeRoom(bytes.length);
      this.#memory.set(bytes, this.#to);
      this.#to += bytes.length;
      return;
    }
    this.#memory = bytes;
    this.#isOwn = false;
    this.#from = 0;
    this.#at = 0;
    this.#searched = 0;
    this.#to = bytes.length;
  }

  /** Copies what is left of the bytes that were received last, which the caller has back then. */
  settle(): void {
    if (this.#expected < 0) this.#from = this.#at;
    if (this.#places.length > MOST_PLACES) {
      this.#places.length = 2 * this.#count;
    }
    if (this.#from === this.#to) {
      this.#memory = NOTHING;
      this.#isOwn = false;
      this.#from =
        this.#at =
        this.#to =
        this.#searched =
          0;
    } else if (!this.#isOwn) this.#makeRoom(0);
  }

  /** Moves what is left into memory of its own that has room for so many bytes more. */
  #makeRoom(more: number): void {
    const length = this.#to - this.#from;
    const needed = length + more;
    const fits = this.#isOwn && this.#to + more <= this.#memory.length;
    if (fits) return;
    const canStay = this.#isOwn && needed <= this.#memory.length / 2;
    const isTooLarge = this.#memory.length > MOST_KEPT &&
      needed < this.#memory.length / 4;
    if (canStay && !isTooLarge) {
      this.#memory.copyWithin(0, this.#from, this.#to);
    } else {
      const memory = new Uint8Array(Math.max(LEAST_MEMORY, 2 * needed));
      memory.set(this.#memory.subarray(this.#from, this.#to));
      this.#memory = memory;
      this.#isOwn = true;
    }
    this.#at -= this.#from;
    this.#searched = Math.max(0, this.#searched - this.#from);
    this.#from = 0;
    this.#to = length;
  }

  // ---- requests ---------------------------------------------------------------------------------

  /**
   * Parses the next request; false: it has not come completely. Then its words are as `count`,
   * `word` and their like say, until the next call of any method that changes the parser. A request
   * may have no words. Throws a `ProtocolError`, and is not to be used any more then.
   */
  next(): boolean {
    if (this.#expected < 0) {
      this.#from = this.#at;
      if (this.#at === this.#to) return false;
      this.#count = 0;
      this.#inline = undefined;
      if (this.#memory[this.#at] !== STAR) return this.#nextInline();
      if (!this.#readCount()) return false;
    }
    while (this.#count < this.#expected) if (!this.#readWord()) return false;
    this.#expected = -1;
    return true;
  }

  /** Reads `*` and the number of words. */
  #readCount(): boolean {
    const end = this.#lineEnd("too big mbulk count string");
    if (end < 0) return false;
    const count = this.#number(this.#at + 1, end);
    if (Number.isNaN(count) || count > LIMITS.words) {
      throw new ProtocolError("invalid multibulk length");
    }
    if (count > this.limits.words) {
      throw new ProtocolError("unauthenticated multibulk length");
    }
    this.#at = end + 2;
    this.#searched = this.#at;
    this.#expected = Math.max(0, count);
    return true;
  }

  #readWord(): boolean {
    if (this.#wordBytes < 0 && !this.#readLength()) return false;
    const from = this.#at;
    const to = from + this.#wordBytes;
    if (to + 2 > this.#to) return false;
    const at = 2 * this.#count++;
    this.#places[at] = from - this.#from;
    this.#places[at + 1] = to - this.#from;
    this.#at = to + 2; // what ends it is not looked at, as in Redis
    this.#searched = this.#at;
    this.#wordBytes = -1;
    return true;
  }

  /** Reads `$` and the length of a word. */
  #readLength(): boolean {
    if (this.#at === this.#to) return false;
    const first = this.#memory[this.#at];
    if (first !== DOLLAR) {
      throw new ProtocolError(
        `expected '$', got '${String.fromCharCode(first)}'`,
      );
    }
    const end = this.#lineEnd("too big bulk count string");
    if (end < 0) return false;
    const length = this.#number(this.#at + 1, end);
    if (!(length >= 0 && length <= LIMITS.wordBytes)) {
      throw new ProtocolError("invalid bulk length");
    }
    if (length > this.limits.wordBytes) {
      throw new ProtocolError("unauthenticated bulk length");
    }
    this.#at = end + 2;
    this.#wordBytes = length;
    return true;
  }

  /** Where the CR is that ends the line, if the byte after it has come, too; -1: it has not. */
  #lineEnd(tooLong: string): number {
    const memory = this.#memory;
    const last = this.#to - 1;
    let at = Math.max(this.#at, this.#searched);
    while (at < last && memory[at] !== CR) at++;
    this.#searched = at;
    if (at < last) return at;
    if (this.#to - this.#at > MOST_INLINE) throw new ProtocolError(tooLong);
    return -1;
  }

  /** The integer between two places; NaN: there is none. */
  #number(from: number, to: number): number {
    const memory = this.#memory;
    const isNegative = memory[from] === MINUS;
    const first = isNegative ? from + 1 : from;
    if (to === first || to - first > MOST_DIGITS) return NaN;
    if (memory[first] === ZERO && to - from > 1) return NaN;
    let number = 0;
    for (let at = first; at < to; at++) {
      const byte = memory[at];
      if (byte < ZERO || byte > NINE) return NaN;
      number = number * 10 + (byte - ZERO);
    }
    return isNegative ? 0 - number : number;
  }

  #nextInline(): boolean {
    const memory = this.#memory;
    const found = memory.subarray(0, this.#to)
      .indexOf(LF, Math.max(this.#at, this.#searched));
    if (found < 0) {
      this.#searched = this.#to;
      if (this.#to - this.#at > MOST_INLINE) {
        throw new ProtocolError("too big inline request");
      }
      return false;
    }
    const end = found > this.#at && memory[found - 1] === CR
      ? found - 1
      : found;
    const words = inlineWords(bytesBetween(memory, this.#at, end));
    this.#at = found + 1;
    this.#searched = this.#at;
    this.#count = words.length;
    this.#inline = words;
    return true;
  }

  // ---- words ------------------------------------------------------------------------------------

  /** How many words the request has. */
  get count(): number {
    return this.#count;
  }

  /** One of its words, as a binary string. */
  word(index: number): string {
    if (this.#inline !== undefined) return this.#inline[index];
    const from = this.#from + this.#places[2 * index];
    const to = this.#from + this.#places[2 * index + 1];
    if (to - from <= SHORT) return bytesBetween(this.#memory, from, to);
    return this.#bufferOfMemory().toString("latin1", from, to);
  }

  /** The memory, as the runtime reads text out of it. */
  #bufferOfMemory(): Buffer {
    const { buffer, byteOffset, length } = this.#memory;
    const made = this.#buffer;
    const isSame = made !== undefined && made.buffer === buffer &&
      made.byteOffset === byteOffset && made.length === length;
    return isSame
      ? made
      : this.#buffer = Buffer.from(buffer, byteOffset, length);
  }

  /** Those from one on. */
  words(from: number): string[] {
    const words: string[] = [];
    for (let i = from; i < this.#count; i++) words.push(this.word(i));
    return words;
  }

  /**
   * A number that says which word it is, in upper or lower case; words differ in it mostly, but
   * not surely.
   */
  digest(index: number): number {
    if (this.#inline !== undefined) return digestOf(this.#inline[index]);
    const memory = this.#memory;
    const to = this.#from + this.#places[2 * index + 1];
    let digest = 0;
    for (let at = this.#from + this.#places[2 * index]; at < to; at++) {
      digest = Math.imul(digest, 31) + (memory[at] & ~0x20) | 0;
    }
    return digest;
  }

  /** Whether it is this word, which is in upper case, in whatever case. */
  is(index: number, upper: string): boolean {
    if (this.#inline !== undefined) {
      return this.#inline[index].toUpperCase() === upper;
    }
    const memory = this.#memory;
    const from = this.#from + this.#places[2 * index];
    const length = this.#places[2 * index + 1] - this.#places[2 * index];
    if (length !== upper.length) return false;
    for (let i = 0; i < length; i++) {
      const byte = memory[from + i];
      const isLower = byte >= 0x61 && byte <= 0x7a;
      if ((isLower ? byte - 0x20 : byte) !== upper.charCodeAt(i)) return false;
    }
    return true;
  }
}

/** The digest of a word, as `RequestParser.prototype.digest` makes it. */
export function digestOf(word: string): number {
  let digest = 0;
  for (let i = 0; i < word.length; i++) {
    digest = Math.imul(digest, 31) + (word.charCodeAt(i) & ~0x20) | 0;
  }
  return digest;
}
