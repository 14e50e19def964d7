import type { NearMap } from "./contender.ts";
import { lock, unlock } from "./mutex.ts";

/**
 * A hash table in shared memory behind locks: what one would write first.
 *
 * The table is split into stripes, each with a mutex and a region of its own, so
 * that one stripe is the table with one lock, and 64 are the table whose workers
 * seldom meet. It does what makes such a table fast: the key is encoded and
 * hashed before the lock is taken, keys are compared a word at a time, slots are
 * half a cache line, and a deletion moves later slots back instead of leaving a
 * tombstone. Its size is fixed, and its keys are short Latin-1 strings.
 */
export class LockedTable implements NearMap {
  readonly #locks: boolean;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #values: Float64Array<SharedArrayBuffer>;
  readonly #stripeMask: number;
  readonly #slotMask: number;
  /** Word index of the first slot of stripe 0. */
  readonly #slots: number;
  readonly #stripeBits: number;

  /** The key of the operation under way: its bytes, the same as words, its length. */
  readonly #keyBytes = new Uint8Array(MAX_KEY_LENGTH);
  readonly #key = new Int32Array(this.#keyBytes.buffer);
  #length = 0;

  constructor({ buffer, locks, stripes }: LockedTableHandle) {
    const slots = slotCount(buffer, stripes);
    this.#locks = locks;
    this.#words = new Int32Array(buffer);
    this.#values = new Float64Array(buffer);
    this.#stripeMask = stripes - 1;
    this.#stripeBits = Math.log2(stripes);
    this.#slotMask = slots / stripes - 1;
    this.#slots = stripes * LOCK_WORDS;
  }

  get(key: string): number | undefined {
    const hash = this.#encode(key);
    const stripe = hash & this.#stripeMask;
    this.#lock(stripe);
    const slot = this.#find(hash, stripe);
    const value = this.#isUsed(slot)
      ? this.#values[(slot + VALUE) >> 1]
      : undefined;
    this.#unlock(stripe);
    return value;
  }

  set(key: string, value: number): void {
    const hash = this.#encode(key);
    const stripe = hash & this.#stripeMask;
    this.#lock(stripe);
    const slot = this.#find(hash, stripe);
    this.#values[(slot + VALUE) >> 1] = value;
    if (!this.#isUsed(slot)) this.#writeKey(slot, hash);
    this.#unlock(stripe);
  }

  delete(key: string): boolean {
    const hash = this.#encode(key);
    const stripe = hash & this.#stripeMask;
    this.#lock(stripe);
    const slot = this.#find(hash, stripe);
    const found = this.#isUsed(slot);
    if (found) this.#closeGap(slot, stripe);
    this.#unlock(stripe);
    return found;
  }

  update(key: string): boolean {
    const hash = this.#encode(key);
    const stripe = hash & this.#stripeMask;
    this.#lock(stripe);
    const slot = this.#find(hash, stripe);
    const found = this.#isUsed(slot);
    if (found) this.#values[(slot + VALUE) >> 1] += 1;
    this.#unlock(stripe);
    return found;
  }

  #lock(stripe: number): void {
    if (this.#locks) lock(this.#words, stripe * LOCK_WORDS);
  }

  #unlock(stripe: number): void {
    if (this.#locks) unlock(this.#words, stripe * LOCK_WORDS);
  }

  /** Writes the key into private memory, padded with zeros, and hashes its words. */
  #encode(key: string): number {
    const length = key.length;
    if (length > MAX_KEY_LENGTH) {
      throw new RangeError(
        `Cannot store the key '${key}': expected at most ${MAX_KEY_LENGTH} ` +
          `characters, received ${length}`,
      );
    }
    this.#key.fill(0);
    for (let i = 0; i < length; i++) this.#keyBytes[i] = key.charCodeAt(i);
    this.#length = length;
    let hash = length;
    for (let i = 0; i < KEY_WORDS; i++) {
      hash = Math.imul(hash ^ this.#key[i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  /** The slot that holds the key, or the empty one where it would go. */
  #find(hash: number, stripe: number): number {
    let place = this.#home(hash);
    for (let probes = 0; probes <= this.#slotMask; probes++) {
      const slot = this.#slotAt(stripe, place);
      if (!this.#isUsed(slot) || this.#holdsKey(slot, hash)) return slot;
      place = (place + 1) & this.#slotMask;
    }
    this.#unlock(stripe);
    throw new RangeError("Cannot find room: the locked table is full");
  }

  #holdsKey(slot: number, hash: number): boolean {
    const words = this.#words;
    const key = this.#key;
    return words[slot + HASH] === hash &&
      words[slot + LENGTH] === this.#length + 1 &&
      words[slot + KEY] === key[0] && words[slot + KEY + 1] === key[1] &&
      words[slot + KEY + 2] === key[2] && words[slot + KEY + 3] === key[3];
  }

  #writeKey(slot: number, hash: number): void {
    this.#words[slot + HASH] = hash;
    this.#words[slot + LENGTH] = this.#length + 1;
    for (let i = 0; i < KEY_WORDS; i++) {
      this.#words[slot + KEY + i] = this.#key[i];
    }
  }

  /** Moves later slots of the same run back, so that no probe stops too early. */
  #closeGap(gap: number, stripe: number): void {
    let place = this.#placeOf(gap, stripe);
    let gapPlace = place;
    for (;;) {
      place = (place + 1) & this.#slotMask;
      const slot = this.#slotAt(stripe, place);
      if (!this.#isUsed(slot)) break;
      const home = this.#home(this.#words[slot + HASH]);
      const fromHome = (place - home) & this.#slotMask;
      const fromGap = (place - gapPlace) & this.#slotMask;
      if (fromHome < fromGap) continue;
      this.#words.copyWithin(gap, slot, slot + SLOT_WORDS);
      gap = slot;
      gapPlace = place;
    }
    this.#words[gap + LENGTH] = 0;
  }

  #home(hash: number): number {
    return (hash >>> this.#stripeBits) & this.#slotMask;
  }

  #slotAt(stripe: number, place: number): number {
    return this.#slots +
      (stripe * (this.#slotMask + 1) + place) * SLOT_WORDS;
  }

  #placeOf(slot: number, stripe: number): number {
    return (slot - this.#slots) / SLOT_WORDS - stripe * (this.#slotMask + 1);
  }

  #isUsed(slot: number): boolean {
    return this.#words[slot + LENGTH] !== 0;
  }
}

/** What a worker attaches by. */
export interface LockedTableHandle {
  readonly buffer: SharedArrayBuffer;
  readonly stripes: number;
  /** Whether the locks are taken: without, the table is for a single worker. */
  readonly locks: boolean;
}

/** Reserves a table of `slots` slots in `stripes` stripes, both powers of two. */
export function createLockedTable(
  slots: number,
  stripes: number,
  locks: boolean,
): LockedTableHandle {
  const words = stripes * LOCK_WORDS + slots * SLOT_WORDS;
  return { buffer: new SharedArrayBuffer(words * 4), stripes, locks };
}

function slotCount(buffer: SharedArrayBuffer, stripes: number): number {
  return (buffer.byteLength / 4 - stripes * LOCK_WORDS) / SLOT_WORDS;
}

/** Each mutex has two cache lines to itself: processors fetch them in pairs. */
const LOCK_WORDS = 32;

/** A slot: hash, length of the key + 1 (0: empty), four words of key, the value. */
const HASH = 0;
const LENGTH = 1;
const KEY = 2;
const VALUE = 6;
const SLOT_WORDS = 8;
const KEY_WORDS = VALUE - KEY;
const MAX_KEY_LENGTH = KEY_WORDS * 4;
