/**
 * The bytes of a clone: what a value of several parts, or of a kind that has no tag of its own, is
 * stored as.
 *
 * ```text
 * header | structure | texts | buffers
 * ```
 *
 * - *header*: a word. Its lowest byte is `MARK`, with flags; the others are the length of the
 *   structure, or 0, and then that stands in a second word. (V8's own format, which earlier
 *   versions wrote, begins with 0xff.)
 * - *structure*: tokens, depth first. Small numbers and the lengths of short strings are in the
 *   token itself. Lengths and counts are varints: seven bits a byte, the lowest first.
 * - *texts*: the characters of all strings, in their order, in blocks of some thousand: so a value
 *   has one run of characters to convert, and not one for each string. A block has a varint,
 *   `byteLength * 4 + encoding`, then its bytes. It ends where a string ends.
 * - *buffers*: the bytes of array buffers, last, because what must be kept of a buffer is known
 *   only when all views were met. First a table (see `buffers.ts`). The last four bytes of a clone
 *   that has buffers are the offset of that table.
 *
 * Objects, arrays and all else that has an identity are numbered as they are met, and `REFERENCE`
 * names one that came before. What lies deeper than `DEEPEST` is postponed: `LATER_…` stands where
 * it belongs, and its content follows at the end of the structure. So neither writer nor reader
 * needs a stack as deep as the value.
 *
 * @module
 */

/** The lowest byte of the header, without flags. */
export const MARK = 0x10;
export const MARK_MASK = 0xf0;
/** The structure refers to what came before. */
export const HAS_REFERENCES = 1;
/** There are buffers. */
export const HAS_BUFFERS = 2;

export const NULL = 0x00;
export const UNDEFINED = 0x01;
export const TRUE = 0x02;
export const FALSE = 0x03;
/** A varint: the number times two if it is positive, else its complement times two, plus 1. */
export const INTEGER = 0x04;
/** Eight bytes, lowest first. */
export const FLOAT = 0x05;
/** A sign byte, a varint of the length, the magnitude, lowest byte first. */
export const BIGINT = 0x06;
/** A varint of the length in characters. */
export const STRING = 0x07;
/**
 * A varint of the length of the keys' block, zeros up to a multiple of 4, the block (see
 * `shapes.ts`), the values.
 */
export const OBJECT = 0x08;
/** A varint, the number of the `OBJECT` of this clone that had the same keys; the values. */
export const SAME_KEYS = 0x09;
/** A varint of the count, then keys, which are strings, and values. */
export const DICTIONARY = 0x0a;
/** A varint of the length; elements; a count and as many pairs for what else an array has. */
export const ARRAY = 0x0b;
/** Among elements: a varint, how many are missing. */
export const HOLES = 0x0c;
/** A varint of the count, then keys and values. */
export const MAP = 0x0d;
/** A varint of the count, then values. */
export const SET = 0x0e;
/** Eight bytes: milliseconds since 1970. */
export const DATE = 0x0f;
/** Source and flags, as strings. */
export const REGEXP = 0x10;
/** A byte of the kind, a byte of flags (`ERROR_…`), and what they announce. */
export const ERROR = 0x11;
/** The primitive that is boxed. */
export const BOXED = 0x12;
/** A varint, the number of the buffer. */
export const BUFFER = 0x13;
/** A byte of the kind, the number of the buffer, the offset in bytes, the length in elements. */
export const VIEW = 0x14;
/** A varint, the number of what is meant. */
export const REFERENCE = 0x15;
export const LATER_OBJECT = 0x16;
export const LATER_ARRAY = 0x17;
export const LATER_MAP = 0x18;
export const LATER_SET = 0x19;
/** From here on: strings of fewer than 64 characters. */
export const SHORT_STRING = 0x40;
/** From here on: numbers below 128. */
export const SMALL = 0x80;

export const ERROR_MESSAGE = 1;
export const ERROR_STACK = 2;
export const ERROR_CAUSE = 4;
export const ERROR_ERRORS = 8;
/** Cause and errors come at the end of the structure. */
export const ERROR_LATER = 16;

/** In the byte of a view's kind: its length follows that of its buffer. */
export const VIEW_TRACKS = 0x80;

/** How deep the structure may be nested before the rest is postponed. */
export const DEEPEST = 100;
/** Objects with more properties than this are dictionaries. */
export const MOST_KEYS = 100;

/** The kinds of errors, by their names. */
export const ERROR_KINDS: readonly ErrorConstructor[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
];
/** The kind after these: it takes its errors, too. */
export const AGGREGATE_ERROR: number = ERROR_KINDS.length;

/** What a view can be. */
export type ViewConstructor = {
  new (
    buffer: ArrayBuffer,
    byteOffset: number,
    length?: number,
  ): ArrayBufferView<ArrayBuffer>;
  readonly name: string;
  readonly BYTES_PER_ELEMENT?: number;
};

/** The kinds of views: their places here are what is stored. */
export const VIEW_KINDS: readonly ViewConstructor[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];
