import { entryFor, type Held } from "./entry.ts";
import type { Shown } from "./operation.ts";
import type { Transactor, View } from "./transactions.ts";

/**
 * A map of which everybody knows that it runs transactions as it should: one after the other, in
 * one worker, each on a copy.
 */
export class SequentialMap implements Transactor {
  readonly #names: readonly string[];
  #held: readonly Held[];

  /**
   * @param names The names of its keys.
   * @param held What they hold.
   */
  constructor(names: readonly string[], held: readonly Held[]) {
    this.#names = names;
    this.#held = held;
  }

  /** What its keys hold. */
  get held(): readonly Held[] {
    return this.#held;
  }

  transaction<R>(code: (view: View) => R): R {
    const view = new Copy(this.#names, [...this.#held]);
    const result = code(view);
    this.#held = view.held;
    return result;
  }
}

/** The copy that a transaction works on. */
class Copy implements View {
  readonly #names: readonly string[];
  readonly held: Held[];

  constructor(names: readonly string[], held: Held[]) {
    this.#names = names;
    this.held = held;
  }

  #numberOf(name: string): number {
    return this.#names.indexOf(name);
  }

  get(name: string): Shown {
    return this.held[this.#numberOf(name)]?.value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  set(name: string, value: number, { ttl } = { ttl: Infinity }): void {
    this.held[this.#numberOf(name)] = entryFor(value, ttl);
  }

  delete(name: string): boolean {
    const isThere = this.has(name);
    this.held[this.#numberOf(name)] = undefined;
    return isThere;
  }

  update(
    name: string,
    fn: (current: Shown) => Shown,
  ): Shown {
    const number = this.#numberOf(name);
    const value = fn(this.get(name));
    const life = this.held[number]?.life ?? "for good";
    this.held[number] = value === undefined ? undefined : { value, life };
    return value;
  }

  increment(name: string, by: number): number {
    return this.update(name, (current = 0) => current + by)!;
  }
}
