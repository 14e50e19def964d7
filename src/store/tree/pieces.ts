/**
 * Pieces: a sequence that begins as another one, and is changed without a copy of it. It is made of
 * runs of the other one, and of runs of what is new. (A *piece table*, as text editors have it.)
 *
 * @module
 */

/** The sequence that it begins as. */
export interface Origin<T> {
  readonly length: number;
  /** What it has from one index on up to, but not, another. */
  slice(from: number, to: number): T[];
}

/** A run: of the origin, or of new items. */
interface Run<T> {
  readonly items: T[] | undefined;
  /** Where it begins, and ends, in the origin, or among the items. */
  readonly from: number;
  readonly to: number;
}

/** A sequence. Methods are O(runs), of which n changes make O(n), and what they give or take. */
export class Pieces<T> {
  readonly #origin: Origin<T>;
  readonly #runs: Run<T>[];
  #length: number;

  constructor(origin: Origin<T>) {
    this.#origin = origin;
    this.#length = origin.length;
    this.#runs = [{ items: undefined, from: 0, to: origin.length }];
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): T {
    return this.slice(index, index + 1)[0];
  }

  /** What there is from one index on up to, but not, another. */
  slice(from: number, to: number): T[] {
    const found: T[] = [];
    let before = 0;
    for (const { from: first, items, to: last } of this.#runs) {
      const a = Math.max(from - before, 0);
      const b = Math.min(to - before, last - first);
      before += last - first;
      if (a >= b) continue;
      const source = items ?? this.#origin;
      const part = source.slice(first + a, first + b);
      for (const item of part) found.push(item);
      if (before >= to) break;
    }
    return found;
  }

  /** Removes what there is from one index on up to, but not, another, and puts items there. */
  splice(from: number, to: number, items: readonly T[]): void {
    const isPush = from === to && from === this.#length;
    this.#length += items.length - (to - from);
    if (isPush && this.#pushed(items)) return;
    const start = this.#cut(from);
    const end = this.#cut(to);
    const run = { items: [...items], from: 0, to: items.length };
    this.#runs.splice(start, end - start, ...(items.length > 0 ? [run] : []));
  }

  /** Adds items to the last run, if that is of new ones, and ends as they do. */
  #pushed(items: readonly T[]): boolean {
    const { length } = this.#runs;
    const last = this.#runs[length - 1];
    if (last?.items === undefined || last.to < last.items.length) return false;
    for (const item of items) last.items.push(item);
    this.#runs[length - 1] = { ...last, to: last.items.length };
    return true;
  }

  /** Cuts a run, if need be, so that one begins at an index; returns which. */
  #cut(index: number): number {
    let before = 0;
    for (let i = 0; i < this.#runs.length; i++) {
      if (before === index) return i;
      const { from, items, to } = this.#runs[i];
      const size = to - from;
      if (index < before + size) {
        const middle = from + index - before;
        this.#runs.splice(
          i,
          1,
          { items, from, to: middle },
          { items, from: middle, to },
        );
        return i + 1;
      }
      before += size;
    }
    return this.#runs.length;
  }

  /** The index of what the origin has at one; it is still there. */
  placeOf(index: number): number {
    let before = 0;
    for (const { from, items, to } of this.#runs) {
      const isThere = items === undefined && index >= from && index < to;
      if (isThere) return before + index - from;
      before += to - from;
    }
    throw new RangeError(`Index ${index} of the origin was removed`);
  }

  /** The index of the first of the new items that is as wanted. There is one. */
  placeOfNew(isWanted: (item: T) => boolean): number {
    let before = 0;
    for (const { from, items, to } of this.#runs) {
      for (let i = from; items !== undefined && i < to; i++) {
        if (isWanted(items[i])) return before + i - from;
      }
      before += to - from;
    }
    throw new RangeError("There is no new item like that");
  }
}
