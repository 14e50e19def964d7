/**
 * Entries that expire: what a map means all at once, and what is left in one.
 *
 * @module
 */

/** Keys and values, when they end, and the time. */
export class Entries extends Map<number, number> {
  readonly #ends = new Map<number, number>();
  #now = 0;

  constructor(from: Iterable<[number, number]> = []) {
    super(); // without what it would call `set` for
    for (const [key, value] of from) this.change(key, value);
    if (!(from instanceof Entries)) return;
    for (const [key, end] of from.#ends) this.#ends.set(key, end);
    this.#now = from.#now;
  }

  /** Sets a value, which from then on does not expire. */
  override set(key: number, value: number): this {
    this.#ends.delete(key);
    return super.set(key, value);
  }

  /** Sets a value, which expires when the one before it would have. */
  change(key: number, value: number): void {
    super.set(key, value);
  }

  override delete(key: number): boolean {
    this.#ends.delete(key);
    return super.delete(key);
  }

  /** Gives the entry of a key some time from now on. */
  expire(key: number, ttl: number): void {
    if (ttl === Infinity) this.#ends.delete(key);
    else this.#ends.set(key, this.#now + ttl);
  }

  /** Uses an entry: if it has less time left than this, it gets an eighth more. */
  use(key: number, idle: number): void {
    const end = this.#ends.get(key);
    if (end === undefined || end - this.#now >= idle) return;
    this.#ends.set(key, this.#now + idle * 9 / 8);
  }

  /** Lets time pass. */
  pass(by: number): void {
    this.#now += by;
    for (const [key, end] of this.#ends) {
      if (end <= this.#now) this.delete(key);
    }
  }

  /**
   * Whether all is the same, but for how long it lasts: that counts from some moment of
   * the operation that said so.
   */
  equals(other: Entries): boolean {
    return this.size === other.size &&
      [...this].every(([key, value]) =>
        other.get(key) === value && this.#expires(key) === other.#expires(key)
      );
  }

  #expires(key: number): boolean {
    return Number.isFinite(this.#ends.get(key) ?? Infinity);
  }

  /** All of it. */
  override toString(): string {
    return [...this].map(([key, value]) =>
      `${key} = ${value}${this.#expires(key) ? " for a time" : ""}`
    ).join(", ") || "nothing";
  }
}
