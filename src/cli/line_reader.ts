/**
 * Reading text line by line, in memory for one line.
 *
 * @module
 */

import { DataError } from "./errors.ts";

const NEWLINE = 0x0a;

/** One line. */
export interface Line {
  /** From 1 on. */
  number: number;
  /** Without its end. */
  text: string;
  /** Where it ends in the text, in bytes. */
  end: number;
}

/** The lines of a text in UTF-8. Throws `DataError` for one that is not. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts: Uint8Array[] = [];
  let number = 0;
  let end = 0;
  const take = (part: Uint8Array): Line => {
    const bytes = parts.length === 0 ? part : concat([...parts, part]);
    parts = [];
    number++;
    return { number, text: decode(decoder, bytes, number), end };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let to; (to = chunk.indexOf(NEWLINE, from)) !== -1; from = to + 1) {
      end += to + 1 - from;
      yield take(chunk.subarray(from, to));
    }
    end += chunk.length - from;
    if (from < chunk.length) parts.push(chunk.slice(from));
  }
  if (parts.length > 0) yield take(new Uint8Array());
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function decode(
  decoder: TextDecoder,
  bytes: Uint8Array,
  number: number,
): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DataError(`line ${number}: expected text in UTF-8`, { cause });
  }
}
