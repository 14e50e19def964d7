/** What may be stored: what JSON can say. */
export type Storable =
  | string
  | number
  | boolean
  | null
  | readonly Storable[]
  | { readonly [key: string]: Storable };

/** The words that an info word speaks of. */
export function lengthOf(info: number): number {
  return ((info >>> KIND_BITS) + 3) >>> 2;
}

/**
 * A key or a value in private memory, as it is stored. Its info word: its length in bytes,
 * and its kind.
 */
export class Scratch {
  #bytes = new Uint8Array(64);
  #units = new Uint16Array(this.#bytes.buffer);
  #words = new Int32Array(this.#bytes.buffer);
  readonly #number = new Float64Array(1);
  readonly #halves = new Int32Array(this.#number.buffer);
  info = 0;
  /** In words. */
  length = 0;

  encode(value: Storable): void {
    if (typeof value === "number") this.#encodeNumber(value);
    else if (typeof value === "string") this.encodeText(value);
    else {
      this.encodeText(JSON.stringify(value));
      this.info |= JSON_TEXT;
    }
  }

  #encodeNumber(value: number): void {
    this.#number[0] = value;
    this.#words[0] = this.#halves[0];
    this.#words[1] = this.#halves[1];
    this.#note(8, NUMBER);
  }

  /** One byte a character if all are Latin-1, else two. */
  encodeText(text: string): void {
    const { length } = text;
    this.#makeRoom(2 * length + 4);
    const bytes = this.#bytes;
    this.#words[length >> 2] = 0; // the words are hashed and compared whole
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 255) return this.#encodeWide(text);
      bytes[i] = unit;
    }
    this.#note(length, LATIN);
  }

  #encodeWide(text: string): void {
    const { length } = text;
    this.#words[length >> 1] = 0;
    for (let i = 0; i < length; i++) this.#units[i] = text.charCodeAt(i);
    this.#note(2 * length, WIDE);
  }

  #note(bytes: number, kind: number): void {
    this.info = bytes << KIND_BITS | kind;
    this.length = (bytes + 3) >>> 2;
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(2 ** Math.ceil(Math.log2(bytes)));
    this.#units = new Uint16Array(this.#bytes.buffer);
    this.#words = new Int32Array(this.#bytes.buffer);
  }

  decode(): Storable {
    const bytes = this.info >>> KIND_BITS;
    switch (this.info & KIND_MASK) {
      case NUMBER:
        this.#halves[0] = this.#words[0];
        this.#halves[1] = this.#words[1];
        return this.#number[0];
      case LATIN:
        return textOf(this.#bytes.subarray(0, bytes));
      case WIDE:
        return textOf(this.#units.subarray(0, bytes / 2));
      case LATIN | JSON_TEXT:
        return JSON.parse(textOf(this.#bytes.subarray(0, bytes)));
      default:
        return JSON.parse(textOf(this.#units.subarray(0, bytes / 2)));
    }
  }

  hash(): number {
    let hash = this.info;
    for (let i = 0; i < this.length; i++) {
      hash = Math.imul(hash ^ this.#words[i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  equals(words: Int32Array, at: number): boolean {
    for (let i = 0; i < this.length; i++) {
      if (words[at + i] !== this.#words[i]) return false;
    }
    return true;
  }

  store(words: Int32Array, at: number): void {
    for (let i = 0; i < this.length; i++) words[at + i] = this.#words[i];
  }

  load(words: Int32Array, at: number, info: number): void {
    this.info = info;
    this.length = lengthOf(info);
    this.#makeRoom(4 * this.length);
    for (let i = 0; i < this.length; i++) this.#words[i] = words[at + i];
  }
}

/** The string of these units; in pieces, as the arguments of a call have a limit. */
function textOf(units: Uint8Array | Uint16Array): string {
  let text = "";
  for (let at = 0; at < units.length; at += PIECE) {
    const piece = units.subarray(at, at + PIECE) as unknown as number[];
    text += String.fromCharCode.apply(undefined, piece);
  }
  return text;
}

const PIECE = 8192;

/** The low bits of an info word: what kind the value is; a flag says that its text is JSON. */
const NUMBER = 0;
const LATIN = 1;
const WIDE = 2;
const JSON_TEXT = 4;
const KIND_BITS = 3;
const KIND_MASK = 7;
