/**
 * Size classes: every small block has one of a few sizes, in refs of 16 bytes.
 *
 * Steps of 16 bytes up to 128, then eight steps per doubling, so that rounding up wastes at most an eighth; the last class
 * is half a chunk. What is larger takes whole chunks.
 *
 * @module
 */

const SMALLEST = 2;
const FINE = 8;
const STEPS = 8;

/** The classes of segments whose chunks have `chunkRefs` refs. */
export class SizeClasses {
  /** Size of each class, in refs. */
  readonly refs: Int32Array;
  /** The class of a size in refs, for sizes up to `largest`. */
  readonly of: Uint8Array;
  /** The largest size that has a class, in refs. */
  readonly largest: number;
  /** How many blocks of each class travel together: about 4 KiB worth. */
  readonly batch: Int32Array;

  constructor(chunkRefs: number) {
    const refs: number[] = [];
    for (let size = SMALLEST; size <= FINE; size++) refs.push(size);
    for (let step = 1; refs[refs.length - 1] < chunkRefs / 2; step *= 2) {
      for (let i = 1; i <= STEPS && step * (FINE + i) <= chunkRefs / 2; i++) {
        refs.push(step * (FINE + i));
      }
    }
    this.refs = Int32Array.from(refs);
    this.largest = refs[refs.length - 1];
    this.batch = this.refs.map((size) => Math.min(64, Math.max(1, 256 / size)));
    this.of = new Uint8Array(this.largest + 1);
    let c = 0;
    for (let size = 0; size <= this.largest; size++) {
      if (size > refs[c]) c++;
      this.of[size] = c;
    }
  }
}
