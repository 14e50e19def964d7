import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import type { Contender, NearMap } from "./contender.ts";

/** The map of this project, used as its first page says: no pins, no hints but one. */
class EpochMapAdapter implements NearMap {
  readonly #map: SharedMap<string, number>;

  constructor(map: SharedMap<string, number>) {
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
    return this.#map.update(key, addOne) !== undefined;
  }

  close(): void {
    this.#map.close();
  }
}

const addOne = (value: number | undefined) =>
  value === undefined ? undefined : value + 1;

export const contender: Contender = {
  isMap: true,
  create({ entries, growing }) {
    const map = SharedMap.create<string, number>({
      value: "number",
      // Some room to spare; the default would be committed to no purpose.
      maxBytes: 2 ** 25 + 192 * entries,
      // The fixed-size peers are told how many entries come; this one is told
      // too, but where the point is to grow.
      capacity: growing ? undefined : entries,
    });
    return {
      handle: () => ({ message: map.handle }),
      close: () => map.close(),
    };
  },
  attach: (handle) =>
    new EpochMapAdapter(
      SharedMap.attach<string, number>(handle as SharedMapHandle),
    ),
};
