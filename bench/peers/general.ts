import type { Contender, NearMap } from "./contender.ts";
import { StripedMap, type StripedMapHandle } from "./striped_map.ts";

/**
 * The general map behind 64 mutexes, with numbers as values. It grows, as this project's
 * map does.
 */
class StripedNumbers extends StripedMap<number> implements NearMap {
  override update(key: string, change = addOne): boolean {
    return super.update(key, change);
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
  attach: (handle) => new StripedNumbers(handle as StripedMapHandle),
};
