/**
 * Private memory in which a value is prepared, before it is known how much of the shared memory it
 * takes.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Memory } from "./codec.ts";

const FIRST_BYTES = 1024;
/** What is larger than this is given back to the system rather than kept for the next value. */
const MOST_KEPT = 2 ** 20;

/** Bytes that grow. */
export class Scratch {
  bytes!: Memory["bytes"];
  /**
   * The same, as the built-in class: a subarray of it costs a fifth of one of a `Buffer`.
   */
  plain!: Uint8Array<ArrayBuffer>;
  words!: Int32Array<ArrayBuffer>;
  units!: Uint16Array<ArrayBuffer>;
  view!: DataView<ArrayBuffer>;

  constructor() {
    this.#replace(FIRST_BYTES);
  }

  /** Makes sure that `count` bytes fit from `at` on; keeps those before. */
  reserve(at: number, count: number): void {
    const needed = at + count;
    if (needed > this.bytes.length) this.#grow(at, needed);
  }

  /** Prepares for a value of about so many bytes; gives back what a much larger one took. */
  renew(expected: number): void {
    const { length } = this.bytes;
    if (length > MOST_KEPT && length > expected * 4) this.#replace(FIRST_BYTES);
  }

  #grow(at: number, needed: number): void {
    const before = this.plain.subarray(0, at);
    // Twice as much as a large value needs would be a lot.
    const spare = needed < MOST_KEPT ? needed : Math.floor(needed / 4);
    this.#replace(Math.ceil((needed + spare) / 8) * 8);
    this.plain.set(before);
  }

  #replace(bytes: number): void {
    const buffer = new ArrayBuffer(bytes);
    this.bytes = Buffer.from(buffer) as Buffer as Memory["bytes"];
    this.plain = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.units = new Uint16Array(buffer);
    this.view = new DataView(buffer);
  }
}
