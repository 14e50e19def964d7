/**
 * Scratch memory: where what stands in a record is laid out as codecs expect it.
 *
 * @module
 */

import type { Memory } from "../codec/codec.ts";
import { memoryOf } from "../map/private_memory.ts";

const FIRST_BYTES = 4096;

/** Memory that grows to what is asked for. */
export class ScratchMemory {
  #memory = memoryOf(FIRST_BYTES);

  /** Memory of at least so many bytes, and of one more word. It is lost with the next call. */
  reserve(bytes: number): Memory {
    if (bytes + 8 > this.#memory.bytes.length) {
      this.#memory = memoryOf(2 ** Math.ceil(Math.log2(bytes + 8)));
    }
    return this.#memory;
  }
}
