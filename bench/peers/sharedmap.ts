import type { Contender, NearMap } from "./contender.ts";

/** The part of the package that is used here. */
interface SharedMap {
  get(key: string): string | undefined;
  set(key: string, value: string | number): void;
  /** Throws a `RangeError` when the key is not there. */
  delete(key: string): void;
}

type SharedMapClass = new (
  entries: number,
  keyLength: number,
  valueLength: number,
) => SharedMap;

// Loaded when it plays and not before: checks and tests need no registry.
const PACKAGE = "npm:sharedmap@1.2.0";
const { default: SharedMap }: { default: SharedMapClass } = await import(
  PACKAGE
);

/**
 * npm:sharedmap, used as its documentation says.
 *
 * - Its size is fixed: it gets twice the entries to come, as the locked tables do.
 * - It stores numbers as text, so the adapter turns them back into numbers.
 * - It ends keys and values with a zero *after* the room that was asked for, which
 *   damages the next entry when the room is used up: there is some to spare here.
 * - It has no atomic update; reading and writing apart is in its favour.
 */
class SharedMapAdapter implements NearMap {
  readonly #map: SharedMap;

  constructor(map: SharedMap) {
    this.#map = map;
  }

  get(key: string): number | undefined {
    const text = this.#map.get(key);
    return text === undefined ? undefined : Number(text);
  }

  set(key: string, value: number): void {
    this.#map.set(key, value);
  }

  delete(key: string): boolean {
    try {
      this.#map.delete(key);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  update(key: string): boolean {
    const value = this.get(key);
    if (value !== undefined) this.set(key, value + 1);
    return value !== undefined;
  }
}

const KEY_ROOM = 16;
const VALUE_ROOM = 16;

export const contender: Contender = {
  isMap: true,
  create({ entries }) {
    const map = new SharedMap(2 * entries, KEY_ROOM, VALUE_ROOM);
    return { handle: () => ({ message: map }), close() {} };
  },
  attach(handle) {
    // A structured clone loses its class; the package asks for this repair.
    const map = Object.setPrototypeOf(handle, SharedMap.prototype);
    return new SharedMapAdapter(map as SharedMap);
  },
};
