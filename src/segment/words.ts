/**
 * Operations on shared words: the only door to the words that the protocol is made of.
 *
 * Every load, store and compare-and-set of a word that two workers may touch goes through this module, so that the tests
 * can swap it (by an import map) for one that hands control to a scheduler, or kills the worker, at every step. Bytes that
 * are private or already published are not protocol words: they are read and written directly.
 *
 * `load`, `store`, `compareAndSet` and `add` are sequentially consistent; `release` is a write that nothing before it
 * is moved behind. `peek` and `poke` are plain accesses, for two uses only: a *hint* that some later atomic access
 * confirms, and words that one owner alone writes.
 *
 * On x86-64 `load` is a plain read and `release` a plain write. That is how sequentially consistent loads and releasing
 * stores are compiled there in every language that has them: the processor keeps loads in order, keeps stores in order,
 * and keeps a store behind the loads before it; the one thing that it may do, a load before an earlier store, is ruled
 * out because `store`, `compareAndSet` and `add` are locked instructions. (Sewell, Sarkar, Owens, Zappa Nardelli, Myreen,
 * "x86-TSO", 2010.) A 32-bit element of a typed array is read and written whole, and V8 keeps the order of accesses to
 * shared typed arrays; but it calls a function for `Atomics.load`, which costs ten times the read.
 *
 * @module
 */

/** The segment seen as 32-bit words. */
export type Words = Int32Array<SharedArrayBuffer>;

/** The words of a key, wherever they are. */
export type KeyWords = Int32Array;

/** Whether the processor keeps plain reads and writes in order, but for a read before an earlier write. */
export const ORDERED: boolean = Deno.build.arch === "x86_64";

/** Reads a word, ordered with every other atomic access. */
export const load: (words: Words, index: number) => number = ORDERED
  ? (words, index) => words[index]
  : (words, index) => Atomics.load(words, index);

/** Writes a word after everything that this worker has read and written before. */
export const release: (words: Words, index: number, value: number) => void =
  ORDERED
    ? (words, index, value) => {
      words[index] = value;
    }
    : (words, index, value) => {
      Atomics.store(words, index, value);
    };

/** Writes a word, ordered with every other atomic access. */
export function store(words: Words, index: number, value: number): void {
  Atomics.store(words, index, value);
}

/** Writes `value` where `expected` stands; says whether it did. */
export function compareAndSet(
  words: Words,
  index: number,
  expected: number,
  value: number,
): boolean {
  return Atomics.compareExchange(words, index, expected, value) === expected;
}

/** Adds to a word; returns what it held before. */
export function add(words: Words, index: number, by: number): number {
  return Atomics.add(words, index, by);
}

/** Reads a word that may be stale: a hint, or a word that only this worker writes. */
export function peek(words: Words, index: number): number {
  return words[index];
}

/**
 * Brings a word into the cache for whoever will need it soon. What it holds does not matter, so anything may lie there by now; the
 * caller keeps it somewhere all the same, or V8 would leave the read out.
 */
export function touch(words: Words, index: number): number {
  return words[index];
}

/** Writes a word that only this worker writes, or a hint. */
export function poke(words: Words, index: number, value: number): void {
  words[index] = value;
}

/** Tells the processor that this worker spins, where the runtime offers it. */
export const pause: () => void =
  (Atomics as unknown as { pause?: () => void }).pause?.bind(Atomics) ??
    (() => {});
