import { lock, unlock } from "./mutex.ts";
import { lengthOf, Scratch, type Storable } from "./scratch.ts";
import { HEAP_WORDS, HEAP_WORDS_AT, StripedHeap } from "./striped_heap.ts";

/** What a worker attaches by. */
export interface StripedMapHandle {
  readonly buffer: SharedArrayBuffer;
}

/**
 * A hash map in shared memory behind 64 mutexes: what a careful user would write who needs
 * keys of any length, values of several types, and growth.
 *
 * A stripe is a table of its own with open addressing. A slot holds the hash and where the
 * record is: key and value, in a block of the stripe's heap. A value that fits takes the
 * place of the one before; a deletion moves later slots back, so there are no tombstones;
 * a table that is three quarters full is replaced by one of twice the size, under its
 * lock. Keys and values are encoded and hashed before the lock is taken, and decoded after
 * it was given back. There are no snapshots, no expiry and no iteration, and a worker that
 * dies while it holds a lock stops the others for good.
 */
export class StripedMap<V extends Storable> {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #heap: StripedHeap;
  readonly #key = new Scratch();
  readonly #value = new Scratch();
  #hash = 0;

  constructor({ buffer }: StripedMapHandle) {
    this.#words = new Int32Array(buffer);
    this.#heap = new StripedHeap(this.#words);
  }

  /** Reserves a map that takes so many bytes in all. */
  static create(bytes: number): StripedMapHandle {
    const buffer = new SharedArrayBuffer(bytes);
    const words = new Int32Array(buffer);
    const heap = StripedHeap.create(words, STRIPES * STRIPE_WORDS);
    for (let n = 0; n < STRIPES; n++) {
      const stripe = n * STRIPE_WORDS;
      words[stripe + TABLE] = heap.allocate(stripe, FIRST_SLOTS * SLOT_WORDS);
      words[stripe + MASK] = FIRST_SLOTS - 1;
    }
    return { buffer };
  }

  get(key: string): V | undefined {
    const stripe = this.#enter(key);
    const slot = this.#find(stripe);
    const record = this.#words[slot + RECORD];
    if (record !== 0) {
      const words = this.#words;
      this.#value.load(words, valueOf(words, record), words[record + VALUE]);
    }
    unlock(this.#words, stripe);
    return record === 0 ? undefined : this.#value.decode() as V;
  }

  set(key: string, value: V): void {
    this.#value.encode(value);
    const stripe = this.#enter(key);
    try {
      this.#put(stripe, this.#find(stripe));
    } finally {
      unlock(this.#words, stripe);
    }
  }

  /** Whether the key was there. */
  delete(key: string): boolean {
    const stripe = this.#enter(key);
    const slot = this.#find(stripe);
    const record = this.#words[slot + RECORD];
    if (record !== 0) {
      this.#closeGap(stripe, slot);
      this.#heap.free(stripe, record);
      this.#words[stripe + COUNT]--;
    }
    unlock(this.#words, stripe);
    return record !== 0;
  }

  /**
   * Replaces the value of a key that is there by what `change` makes of it; whether it was
   * there.
   */
  update(key: string, change: (value: V) => V): boolean {
    const stripe = this.#enter(key);
    try {
      const words = this.#words;
      const slot = this.#find(stripe);
      const record = words[slot + RECORD];
      if (record === 0) return false;
      this.#value.load(words, valueOf(words, record), words[record + VALUE]);
      this.#value.encode(change(this.#value.decode() as V));
      this.#put(stripe, slot);
      return true;
    } finally {
      unlock(this.#words, stripe);
    }
  }

  /** Encodes and hashes a key, and takes the lock of its stripe, whose first word is returned. */
  #enter(key: string): number {
    this.#key.encodeText(key);
    this.#hash = this.#key.hash();
    const stripe = (this.#hash & (STRIPES - 1)) * STRIPE_WORDS;
    lock(this.#words, stripe);
    return stripe;
  }

  /** The slot that holds the key, or the empty one where it would go. */
  #find(stripe: number): number {
    const words = this.#words;
    const table = words[stripe + TABLE];
    const mask = words[stripe + MASK];
    const hash = this.#hash;
    for (let place = home(hash) & mask;; place = (place + 1) & mask) {
      const slot = table + place * SLOT_WORDS;
      const record = words[slot + RECORD];
      if (record === 0) return slot;
      if (words[slot] === hash && this.#isOfKey(record)) return slot;
    }
  }

  #isOfKey(record: number): boolean {
    const words = this.#words;
    return words[record + KEY] === this.#key.info &&
      this.#key.equals(words, record + BODY);
  }

  /** Writes the encoded value into the slot that `#find` returned. */
  #put(stripe: number, slot: number): void {
    const words = this.#words;
    const needed = BODY + this.#key.length + this.#value.length;
    const old = words[slot + RECORD];
    if (old !== 0 && needed <= this.#heap.sizeOf(old)) {
      words[old + VALUE] = this.#value.info;
      this.#value.store(words, valueOf(words, old));
      return;
    }
    const record = this.#heap.allocate(stripe, needed);
    words[record + KEY] = this.#key.info;
    words[record + VALUE] = this.#value.info;
    this.#key.store(words, record + BODY);
    this.#value.store(words, record + BODY + this.#key.length);
    words[slot] = this.#hash;
    words[slot + RECORD] = record;
    if (old !== 0) this.#heap.free(stripe, old);
    else this.#grown(stripe);
  }

  /** After an entry came: replaces a table that is three quarters full. */
  #grown(stripe: number): void {
    const words = this.#words;
    const slots = words[stripe + MASK] + 1;
    if (++words[stripe + COUNT] * 4 <= slots * 3) return;
    const from = words[stripe + TABLE];
    const to = this.#heap.allocate(stripe, 2 * slots * SLOT_WORDS);
    const mask = 2 * slots - 1;
    words.fill(0, to, to + 2 * slots * SLOT_WORDS);
    for (
      let slot = from;
      slot < from + slots * SLOT_WORDS;
      slot += SLOT_WORDS
    ) {
      if (words[slot + RECORD] === 0) continue;
      let place = home(words[slot]) & mask;
      while (words[to + place * SLOT_WORDS + RECORD] !== 0) {
        place = (place + 1) & mask;
      }
      words[to + place * SLOT_WORDS] = words[slot];
      words[to + place * SLOT_WORDS + RECORD] = words[slot + RECORD];
    }
    words[stripe + TABLE] = to;
    words[stripe + MASK] = mask;
    this.#heap.free(stripe, from);
  }

  /** Moves later slots of the same run back, so that no probe stops too early. */
  #closeGap(stripe: number, slot: number): void {
    const words = this.#words;
    const table = words[stripe + TABLE];
    const mask = words[stripe + MASK];
    let gap = (slot - table) / SLOT_WORDS;
    for (let place = (gap + 1) & mask;; place = (place + 1) & mask) {
      const at = table + place * SLOT_WORDS;
      if (words[at + RECORD] === 0) break;
      const fromHome = (place - home(words[at])) & mask;
      if (fromHome < ((place - gap) & mask)) continue;
      words[table + gap * SLOT_WORDS] = words[at];
      words[table + gap * SLOT_WORDS + RECORD] = words[at + RECORD];
      gap = place;
    }
    words[table + gap * SLOT_WORDS + RECORD] = 0;
  }
}

/** Where the value of a record begins: behind its key. */
function valueOf(words: Int32Array, record: number): number {
  return record + BODY + lengthOf(words[record + KEY]);
}

/** Where the probe for a hash begins; its low bits have chosen the stripe. */
function home(hash: number): number {
  return hash >>> STRIPE_BITS;
}

const STRIPES = 64;
const STRIPE_BITS = 6;

/** A stripe: its mutex, with two cache lines to itself, then its table; its heap follows. */
const TABLE = 32;
const MASK = 33;
const COUNT = 34;
const STRIPE_WORDS = HEAP_WORDS_AT + HEAP_WORDS;
const FIRST_SLOTS = 16;

/** A slot: a hash, and the record's first word; 0: empty. */
const RECORD = 1;
const SLOT_WORDS = 2;

/** A record: the info words of key and value, then the words of both. */
const KEY = 0;
const VALUE = 1;
const BODY = 2;
