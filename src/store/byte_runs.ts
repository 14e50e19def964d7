/**
 * Runs of bytes that are copied, most of which are short.
 *
 * @module
 */

/** Up to so many bytes a loop takes less time than a call of the runtime. */
const MOST_BY_ONE = 64;

/**
 * Copies some bytes to where they do not overlap; returns where they end there. O(bytes).
 *
 * @param source Where they are: the same as the target, perhaps.
 * @param from The first one.
 * @param to Behind the last one.
 * @param target Where they go.
 * @param at To this place.
 */
export function copyBytes(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): number {
  const length = to - from;
  if (length <= MOST_BY_ONE) {
    for (let i = 0; i < length; i++) target[at + i] = source[from + i];
  } else if (source === target) target.copyWithin(at, from, to);
  else target.set(source.subarray(from, to), at);
  return at + length;
}
