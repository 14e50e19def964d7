/**
 * The input: one text in shared memory, cut into numbered pieces. Every worker
 * reads the same bytes; a piece is what a worker takes at a time.
 *
 * @module
 */

/** A stretch of the text, from one line's beginning to another's. */
export interface Piece {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The text; a message passes it to another worker without a copy. */
export interface Input {
  readonly title: string;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly pieces: readonly Piece[];
}

/**
 * Enough pieces that each is a small share, and few enough that the postings of
 * a word that is in all of them stay short.
 */
const PIECES = 256;
const SMALLEST_PIECE = 4096;
const NEWLINE = "\n".charCodeAt(0);
const decoder = new TextDecoder();

/** Puts a text into shared memory and cuts it. */
export function createInput(title: string, content: Uint8Array): Input {
  const bytes = new Uint8Array(new SharedArrayBuffer(content.length));
  bytes.set(content);
  return { title, bytes, pieces: cut(bytes) };
}

/** The text of one piece. */
export function textOf(input: Input, piece: Piece): string {
  return decoder.decode(input.bytes.subarray(piece.start, piece.end));
}

function cut(bytes: Uint8Array): Piece[] {
  const size = Math.max(SMALLEST_PIECE, Math.ceil(bytes.length / PIECES));
  const pieces: Piece[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start + size);
    const end = newline < 0 ? bytes.length : newline + 1;
    pieces.push({ number: pieces.length, start, end });
    start = end;
  }
  return pieces;
}
