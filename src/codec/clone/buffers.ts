/**
 * Array buffers in a clone. If a buffer has a single view, only what the view shows is kept. A
 * buffer that is stored itself, can be resized, or has several views, is kept whole, and its
 * views share it again when they are read.
 *
 * ```text
 * table: count | for each: bytes, offset in the buffer, most bytes + 1 or 0 | the bytes of all
 * ```
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** What is kept of a buffer. */
export interface KeptBuffer {
  readonly buffer: ArrayBufferLike;
  /** From here. */
  from: number;
  /** To here. */
  to: number;
}

/** Whether a buffer can be resized: views may follow its length then. */
export function isResizable(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer && buffer.resizable;
}

/** The buffers of one value. */
export class KeptBuffers {
  readonly all: KeptBuffer[] = [];
  readonly #numbers = new Map<ArrayBufferLike, number>();

  /** The number of a buffer that is stored itself. */
  addWhole(buffer: ArrayBufferLike): number {
    return this.#add(buffer, 0, buffer.byteLength);
  }

  /** The number of the buffer of a view. */
  addView(view: ArrayBufferView): number {
    const { buffer, byteLength, byteOffset } = view;
    if (isResizable(buffer)) return this.addWhole(buffer);
    if (isPart(view)) return this.#append(buffer, byteOffset, byteLength);
    return this.#add(buffer, byteOffset, byteLength);
  }

  #add(buffer: ArrayBufferLike, from: number, byteLength: number): number {
    const number = this.#numbers.get(buffer);
    if (number === undefined) {
      const added = this.#append(buffer, from, byteLength);
      this.#numbers.set(buffer, added);
      return added;
    }
    const kept = this.all[number];
    kept.from = 0;
    kept.to = buffer.byteLength;
    return number;
  }

  #append(buffer: ArrayBufferLike, from: number, byteLength: number): number {
    return this.all.push({ buffer, from, to: from + byteLength }) - 1;
  }
}

/** Whether a view is a `Buffer` out of a pool: the rest of the pool belongs to others. */
function isPart(view: ArrayBufferView): boolean {
  return Buffer.isBuffer(view) && view.byteLength < view.buffer.byteLength;
}

/**
 * Whether the length of a view of a buffer that can be resized follows that of the buffer. Tried
 * out on a copy.
 */
export function tracksLength(view: ArrayBufferView<ArrayBuffer>): boolean {
  const copy = structuredClone(view);
  const { buffer, byteOffset } = copy;
  if (copy.byteLength === 0) {
    buffer.resize(buffer.maxByteLength);
    return copy.byteLength > 0;
  }
  buffer.resize(byteOffset);
  return !isOutOfBounds(copy);
}

/** Whether a view has lost its memory: its buffer was detached, or has become too small. */
export function isOutOfBounds(view: ArrayBufferView): boolean {
  try {
    if (view instanceof DataView) void view.byteLength;
    else Uint8Array.prototype.at.call(view as Uint8Array, 0);
    return false;
  } catch {
    return true;
  }
}
