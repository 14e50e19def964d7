/**
 * Blocks for a map in stripes: each stripe has free lists of its own, one for each size, and
 * cuts new blocks of a slab that it takes from the common memory. The caller holds the
 * stripe's lock.
 */
export class StripedHeap {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words;
  }

  /** Prepares memory whose first `stripes` words belong to the stripes. */
  static create(
    words: Int32Array<SharedArrayBuffer>,
    stripes: number,
  ): StripedHeap {
    words[NEXT_SLAB] = stripes;
    return new StripedHeap(words);
  }

  /**
   * A block of at least so many words; its contents are whatever they were. Throws
   * `RangeError`.
   */
  allocate(stripe: number, needed: number): number {
    const words = this.#words;
    const size = sizeClassOf(needed);
    const list = stripe + HEAP_WORDS_AT + FREE + size;
    const free = words[list];
    if (free !== 0) {
      words[list] = words[free];
      return free;
    }
    return this.#cut(stripe + HEAP_WORDS_AT, size);
  }

  /** Gives a block back. */
  free(stripe: number, block: number): void {
    const list = stripe + HEAP_WORDS_AT + FREE + this.#words[block - 1];
    this.#words[block] = this.#words[list];
    this.#words[list] = block;
  }

  /** The words of a block. */
  sizeOf(block: number): number {
    return wordsOf(this.#words[block - 1]) - 1;
  }

  #cut(heap: number, size: number): number {
    const words = this.#words;
    const length = wordsOf(size);
    if (words[heap + END] - words[heap + NEXT] < length) {
      this.#takeSlab(heap, length);
    }
    const block = words[heap + NEXT] + 1;
    words[heap + NEXT] += length;
    words[block - 1] = size;
    return block;
  }

  #takeSlab(heap: number, least: number): void {
    const words = this.#words;
    const length = Math.max(least, SLAB_WORDS);
    const slab = Atomics.add(words, NEXT_SLAB, length);
    if (slab + length > words.length) {
      Atomics.sub(words, NEXT_SLAB, length);
      throw new RangeError(
        `Cannot store the entry: the striped map of ${
          words.length * 4
        } bytes is full: reserve more`,
      );
    }
    words[heap + NEXT] = slab;
    words[heap + END] = slab + length;
  }
}

/** Two sizes for each doubling: 4, 6, 8, 12, 16, … words, of which the first says the class. */
function wordsOf(size: number): number {
  return (size & 1 ? 6 : 4) * 2 ** (size >> 1);
}

/** The smallest class whose blocks have so many words for the caller. */
function sizeClassOf(needed: number): number {
  let size = Math.max(0, 2 * (29 - Math.clz32(needed)));
  while (wordsOf(size) <= needed) size++;
  return size;
}

/** The word of the first stripe's mutex line that nobody else uses: where the next slab begins. */
const NEXT_SLAB = 16;

/** Where a stripe keeps what it knows of its heap, and how many words that takes. */
export const HEAP_WORDS_AT = 36;
export const HEAP_WORDS = 60;
/** What is left of its slab, and its free lists. */
const NEXT = 0;
const END = 1;
const FREE = 2;
/** 64 KiB. */
const SLAB_WORDS = 2 ** 14;
