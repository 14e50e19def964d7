/**
 * Clones of values, and values of clones: what the other layers use of this folder.
 *
 * @module
 */

import * as v8 from "node:v8";
import type { Readable } from "../codec.ts";
import { Scratch } from "../scratch.ts";
import { CloneReader, isClone } from "./reader.ts";
import { CloneWriter } from "./writer.ts";

const reader = new CloneReader();
let spare: CloneWriter | undefined;

/**
 * Writes the clone of an object, and calls `use` with the writer that has it. Runs the caller's
 * getters, which may clone something themselves: they get a writer of their own. Throws a
 * `TypeError` for what cannot be cloned.
 */
export function writeClone(
  value: object,
  use: (writer: CloneWriter) => void,
): void {
  const writer = spare ?? new CloneWriter();
  spare = undefined;
  writer.write(value); // if it throws, the writer is not used again
  use(writer);
  spare = writer;
}

/**
 * The value of the clone at an offset that is a multiple of 4. Reads V8's format, too, which
 * earlier versions wrote.
 */
export function readClone(
  memory: Readable,
  start: number,
  byteLength: number,
): unknown {
  const { bytes } = memory;
  if (byteLength > 0 && isClone(bytes[start])) {
    return reader.read(memory, start, byteLength);
  }
  const copy = new Uint8Array(bytes.subarray(start, start + byteLength));
  const deserializer = new OldReader(copy);
  deserializer.readHeader();
  return deserializer.readValue();
}

/** The clone of an object, on its own. Throws `TypeError` for what cannot be cloned. */
export function cloneToBytes(value: object): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array();
  writeClone(value, ({ scratch, start, byteLength }) => {
    bytes = scratch.plain.slice(start, start + byteLength);
  });
  return bytes;
}

/** The value of a clone. Throws if its bytes are damaged. */
export function cloneFromBytes(bytes: Uint8Array): unknown {
  const scratch = new Scratch();
  scratch.reserve(0, bytes.length);
  scratch.plain.set(bytes);
  return readClone(scratch, 0, bytes.length);
}

/** What the runtime has, though its types do not say so. */
const Deserializer = v8.DefaultDeserializer as unknown as new (
  bytes: Uint8Array,
) => v8.DefaultDeserializer & { _readHostObject(): ArrayBufferView };

/** Gives each view a buffer of its own, rather than a part of the one that all were read from. */
class OldReader extends Deserializer {
  override _readHostObject(): ArrayBufferView {
    const view = super._readHostObject();
    const { buffer, byteLength, byteOffset } = view;
    const own = buffer.slice(byteOffset, byteOffset + byteLength);
    const Kind = view.constructor as new (
      buffer: ArrayBufferLike,
    ) => ArrayBufferView;
    return new Kind(own);
  }
}
