import { Random } from "../../measure/random.ts";
import type { Cache } from "../contender.ts";

/** Evicts any entry. */
export class RandomCache implements Cache {
  readonly #entries: number;
  readonly #places = new Map<number, number>();
  readonly #keys: number[] = [];
  readonly #random = new Random(1);

  constructor(entries: number) {
    this.#entries = entries;
  }

  access(key: number): boolean {
    if (this.#places.has(key)) return true;
    let place = this.#keys.length;
    if (place === this.#entries) {
      place = this.#random.below(place);
      this.#places.delete(this.#keys[place]);
    }
    this.#keys[place] = key;
    this.#places.set(key, place);
    return false;
  }
}
