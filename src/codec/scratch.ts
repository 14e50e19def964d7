/**
 * Private memory in which a value is prepared, before it is known how much of the shared memory it takes.
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
  /** The same, as the built-in class: a part of it costs a fifth of what a part of a `Buffer` costs. */
  plain!: Uint8Array<ArrayBuffer>;
  words!: Int32Array<ArrayBuffer>;
  units!: Uint16Array<ArrayBuffer>;
  view!: DataView<ArrayBuffer>;

  constructor() {
    this.#replace(FIRST_BYTES);
  }

  /** Makes room for `count` bytes from `at` on, and keeps those before. */
  reserve(at: number, count: number): void {
    const needed = at + count;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  /** Makes room for a new value, without what a large one took. */
  renew(): void {
    if (this.bytes.length > MOST_KEPT) this.#replace(FIRST_BYTES);
  }

  #grow(needed: number): void {
    const before = this.plain;
    // Twice as much as a large value needs would be a lot.
    const spare = Math.min(needed, 2 ** 26);
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
