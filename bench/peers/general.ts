import type { Contender, NearMap } from "./contender.ts";
import { StripedMap, type StripedMapHandle } from "./striped_map.ts";

/**
 * The general map behind 64 mutexes, with numbers as values. It grows, as this project's
 * map does.
 */
class GeneralAdapter implements NearMap {
  readonly #map: StripedMap<number>;

  constructor(map: StripedMap<number>) {
    this.#map = map;
  }

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
    return this.#map.update(key, addOne);
  }
}

const addOne = (value: number) => value + 1;

export const contender: Contender = {
  isMap: true,
  create({ entries }) {
    // As much as this project's map gets.
    const message = StripedMap.create(2 ** 25 + 192 * entries);
    return { handle: () => ({ message }), close() {} };
  },
  attach: (handle) =>
    new GeneralAdapter(new StripedMap<number>(handle as StripedMapHandle)),
};
