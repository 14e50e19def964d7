import type { Contender, NearMap } from "./contender.ts";

/**
 * A `Map` for each worker: nothing is shared, so no worker sees what another one wrote. It
 * is right here only because every worker has keys of its own; it shows what a map costs
 * that need not be shared.
 */
class OwnMap implements NearMap {
  readonly #map = new Map<string, number>();

  get(key: string): number | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: number): void {
    this.#map.set(key, value);
  }

  delete(key: string): boolean {
    return this.#map.delete(key);
  }

  update(key: string): boolean {
    const value = this.#map.get(key);
    if (value === undefined) return false;
    this.#map.set(key, value + 1);
    return true;
  }
}

export const contender: Contender = {
  isMap: true,
  create: () => ({ handle: () => ({ message: null }), close() {} }),
  attach: () => new OwnMap(),
};
