/**
 * Keys with the hashes that a scenario needs, under the seed of all scenarios.
 *
 * @module
 */
import { numberKeys } from "../../../src/codec/keys.ts";
import { EncodedKey } from "../../../src/table/key.ts";

/** The key of the hash function in all scenarios. */
export const SEED = [1, 2] as const;

const scratch = new EncodedKey(SEED);

export function hashOf(key: number): number {
  numberKeys.pack(numberKeys.prepare(key), scratch);
  return scratch.hash;
}

/** Two keys with one hash. */
export const TWINS: readonly [number, number] = findTwins();

function findTwins(): [number, number] {
  const seen = new Map<number, number>();
  for (let key = 1;; key++) {
    const hash = hashOf(key);
    const twin = seen.get(hash);
    if (twin !== undefined) return [twin, key];
    seen.set(hash, key);
  }
}
