/**
 * Freshly built string keys, as a program gets them from a request or a
 * template: `key:` and eight digits, twelve characters, a new string object at
 * every call.
 *
 * A new object matters. V8 keeps the hash of a string in the string, so a key
 * that was used once is cheaper the next time, and only for the built-in `Map`,
 * which may look there. In a real program most keys are used once.
 *
 * Two ready halves are joined, which costs about half of joining a text and a
 * number and gives the same kind of string: V8 writes out strings under thirteen
 * characters at once, so nothing is left to flatten at the first use.
 */

/** The length of every key. */
export const KEY_LENGTH = 12;

/** How many different keys there are. */
export const KEY_COUNT = 100_000_000;

const TAILS = Array.from({ length: 1_000 }, (_, n) => digits(n, 3));
const heads: (string | undefined)[] = new Array(KEY_COUNT / TAILS.length);

/** Builds the `n`th key, as a string object of its own. */
export function freshKey(n: number): string {
  const high = (n / 1_000) | 0;
  const head = heads[high] ?? (heads[high] = "key:" + digits(high, 5));
  return head + TAILS[n - high * 1_000];
}

function digits(n: number, length: number): string {
  return String(n).padStart(length, "0");
}
