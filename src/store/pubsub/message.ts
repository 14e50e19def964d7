/**
 * Messages as bytes: the lengths of the name and of what is said, and then both.
 *
 * @module
 */

import { bytesBetween, writeBinary } from "../binary.ts";
import { M_FIRST, REF_BYTES } from "../../segment/layout.ts";
import { fixed, poke } from "../../segment/atomics.ts";
import type { Segment } from "../../segment/segment.ts";

const NAME_LENGTH = M_FIRST;
const TEXT_LENGTH = M_FIRST + 1;
/** Where the name begins, in bytes. */
const NAME = (M_FIRST + 2) * 4;
const WORDS = REF_BYTES / 4;

/** What is sent: binary strings. */
export interface Message {
  /** The name of the channel: see `names.ts`. */
  readonly name: string;
  readonly text: string;
}

/** How many bytes a message takes. */
export function messageBytes({ name, text }: Message): number {
  return NAME + name.length + text.length;
}

/** The bytes of a message, for all its copies. */
export function packMessage({ name, text }: Message): Uint8Array {
  const bytes = new Uint8Array(name.length + text.length);
  writeBinary(bytes, 0, name);
  writeBinary(bytes, name.length, text);
  return bytes;
}

/** Writes a message into memory that nobody else can reach. */
export function writeMessage(
  { bytes, words }: Segment,
  ref: number,
  message: Message,
  packed: Uint8Array,
): void {
  poke(words, ref * WORDS + NAME_LENGTH, message.name.length);
  poke(words, ref * WORDS + TEXT_LENGTH, message.text.length);
  bytes.set(packed, ref * REF_BYTES + NAME);
}

/** Reads a message that is linked. */
export function readMessage({ bytes, words }: Segment, ref: number): Message {
  const nameLength = fixed(words, ref * WORDS + NAME_LENGTH);
  const length = nameLength + fixed(words, ref * WORDS + TEXT_LENGTH);
  const from = ref * REF_BYTES + NAME;
  // Decoders take no shared memory.
  const copy = new Uint8Array(bytes.subarray(from, from + length));
  return {
    name: bytesBetween(copy, 0, nameLength),
    text: bytesBetween(copy, nameLength, length),
  };
}
