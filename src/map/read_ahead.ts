/**
 * Reading ahead: for many keys at once, the memory that they lead to is brought into the cache
 * together, so that the processor waits for all of it at the same time.
 *
 * @module
 */

import type { KeyFormat } from "../codec/codec.ts";
import { EncodedKey } from "../table/key.ts";
import type { Attachment } from "./attachment.ts";

/** Keys that are read ahead: as many as a processor waits for at a time, a few times over. */
export const MOST_AHEAD = 64;

/** Reads ahead for keys whose codec is one of this module's. */
export class ReadAhead<K> {
  readonly #attachment: Attachment;
  readonly #format: KeyFormat<K>;
  readonly #packed: EncodedKey[] = [];
  readonly #hashes = new Int32Array(MOST_AHEAD);

  constructor(attachment: Attachment, format: KeyFormat<K>) {
    this.#attachment = attachment;
    this.#format = format;
  }

  /** Packs `count` of the keys, from one on, and reads ahead. The map is pinned. */
  start(keys: readonly K[], from: number, count: number): void {
    const { memo, segment: { seed }, table } = this.#attachment;
    const packed = this.#packed;
    const format = this.#format;
    for (let i = 0; i < count; i++) {
      packed[i] ??= new EncodedKey(seed, memo);
      format.pack(format.prepare(keys[from + i]), packed[i]);
      this.#hashes[i] = packed[i].hash;
    }
    table.touchVersions(this.#hashes, count);
  }

  /** Puts one of them into the attachment's scratch. */
  take(index: number): void {
    this.#attachment.key.take(this.#packed[index]);
  }
}
