/** A small, fast, repeatable source of numbers: speed matters here, quality does not. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 0;
  }

  /** A number from 0 to `size` - 1, where `size` is at most 2^24. */
  below(size: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0;
    // The low bits of such a generator repeat soon: take the high ones.
    return Math.floor((this.#state >>> 8) * size / 2 ** 24);
  }

  /** Puts `items` in random order, in place. */
  shuffle<T extends number[] | Uint8Array>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [items[last], items[other]] = [items[other], items[last]];
    }
    return items;
  }
}
