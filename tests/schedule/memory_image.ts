/**
 * The segment that all workers of a search share. Before each run it is set back to how
 * the scenario begins; only what is in use is copied.
 *
 * @module
 */
import {
  CHANGE_WORDS,
  CHANGES,
  CHUNK_FRESH,
  DESCRIPTOR_WORDS,
  DESCRIPTORS,
  H_CHUNK_COUNT,
  H_CHUNK_SHIFT,
  H_FIRST_CHUNK,
  H_HEAT,
  H_LEASED,
  H_PARTICIPANTS,
  H_WATCHED,
  LEASE_WORDS,
  LEASES,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
} from "../../src/segment/layout.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { MOST_WORKERS } from "./shared_state.ts";

/** The memory of a search. */
export class MemoryImage {
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Views on the segment as it is at the beginning. */
  readonly #head: Int32Array;
  readonly #descriptors: Int32Array;
  /** Heat, ghosts, and the small queue, if there are any. */
  readonly #hints: Int32Array;
  readonly #chunks: Int32Array[];
  readonly #firstChunk: number;

  constructor(buffer: SharedArrayBuffer, built: Segment) {
    this.words = new Int32Array(buffer);
    const { words } = built;
    const count = words[H_CHUNK_COUNT];
    const size = 4 * 2 ** words[H_CHUNK_SHIFT];
    const copy = (from: number, to: number) =>
      new Int32Array(words.subarray(from, to));
    this.#head = copy(
      0,
      PARTICIPANTS + (words[H_PARTICIPANTS] + MOST_WORKERS) * PARTICIPANT_WORDS,
    );
    this.#descriptors = copy(
      DESCRIPTORS,
      DESCRIPTORS + count * DESCRIPTOR_WORDS,
    );
    this.#firstChunk = words[H_FIRST_CHUNK] * 4;
    this.#hints = copy(words[H_HEAT] || this.#firstChunk, this.#firstChunk);
    this.#chunks = Array.from({ length: count }, (_, chunk) => {
      const start = this.#firstChunk + chunk * size;
      return copy(start, start + size);
    });
    this.words.set(words);
  }

  /** Sets everything back. */
  reset(): void {
    for (let chunk = 0; chunk < this.#chunks.length; chunk++) {
      if (!this.#isUsed(chunk)) continue;
      const size = this.#chunks[chunk].length;
      this.words.set(this.#chunks[chunk], this.#firstChunk + chunk * size);
    }
    this.words.set(this.#descriptors, DESCRIPTORS);
    if (this.words[H_WATCHED] !== 0) {
      this.words.fill(0, CHANGES, CHANGES + CHANGE_WORDS); // nobody waits at the beginning
    }
    if (this.words[H_LEASED] !== 0) {
      this.words.fill(0, LEASES, LEASES + LEASE_WORDS); // nobody loads
    }
    const { length } = this.#hints;
    this.words.set(this.#hints, this.#firstChunk - length);
    this.words.set(this.#head, 0);
  }

  /** A number that tells images of the segment apart, as good as certainly. */
  get fingerprint(): number {
    const sum = new Fingerprint();
    sum.add(this.words, 0, this.#head.length);
    sum.add(this.words, DESCRIPTORS, DESCRIPTORS + this.#descriptors.length);
    for (let chunk = 0; chunk < this.#chunks.length; chunk++) {
      if (!this.#isUsed(chunk)) continue;
      const size = this.#chunks[chunk].length;
      const start = this.#firstChunk + chunk * size;
      sum.add(this.words, start, start + size);
    }
    return sum.value;
  }

  /** Nobody writes to a chunk without claiming it, and none becomes fresh again. */
  #isUsed(chunk: number): boolean {
    return this.words[DESCRIPTORS + chunk * DESCRIPTOR_WORDS] !== CHUNK_FRESH ||
      this.#descriptors[chunk * DESCRIPTOR_WORDS] !== CHUNK_FRESH;
  }
}

/** Two multiplicative sums of 32 bits. */
class Fingerprint {
  #a = 1;
  #b = 2;

  add(words: Int32Array, from: number, to: number): void {
    let [a, b] = [this.#a, this.#b];
    for (let i = from; i < to; i++) {
      a = Math.imul(a ^ words[i], 0x01000193);
      b = Math.imul(b, 0x2545f491) + words[i] | 0;
    }
    this.#a = a;
    this.#b = b;
  }

  /** 52 bits of both. */
  get value(): number {
    return (this.#a >>> 0) * 2 ** 20 + (this.#b >>> 12);
  }
}
