import type { Cache } from "../contender.ts";

/** Evicts what was asked for longest ago. */
export class LruCache implements Cache {
  readonly #entries: number;
  /** From the one that was asked for longest ago. */
  readonly #keys = new Set<number>();

  constructor(entries: number) {
    this.#entries = entries;
  }

  access(key: number): boolean {
    const isHit = this.#keys.delete(key);
    if (!isHit && this.#keys.size === this.#entries) {
      this.#keys.delete(this.#keys.values().next().value!);
    }
    this.#keys.add(key);
    return isHit;
  }
}
