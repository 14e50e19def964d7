/**
 * Operations on shared words: the only door to the words that the protocol is made of.
 *
 * Every load, store and compare-and-set of a word that two workers may touch goes through this
 * module, so that the tests can swap it (by an import map) for one that hands control to a
 * scheduler, or kills the worker, at every step. Bytes that are private or already published are
 * not protocol words: they are read and written directly.
 *
 * `load`, `store`, `compareAndSet` and `add` are sequentially consistent; `release` is a write that
 * nothing before it is moved behind. The others are plain accesses, each named for what makes it
 * right: `hint`, `own` and `fixed` for reads, `poke` for writes.
 *
 * The language orders atomic accesses only. A plain read may be made later than it is written,
 * after an atomic one that follows it, and V8 does so: of two plain reads of one word, with others
 * in between, optimized code makes the first one last. So what is judged by the order of two reads
 * takes `load` for both. (A plain read is not moved the other way, before a `load`: what that one
 * leads to was written before, and can be read plainly.) To V8 `Atomics.load` is a call, which
 * takes ten times as long as a plain read; in the kernel (`kernel/assembly/atomics.ts`) it is one
 * instruction.
 *
 * @module
 */

/** The segment seen as 32-bit words. */
export type Words = Int32Array<SharedArrayBuffer>;

/** The words of a key, wherever they are. */
export type KeyWords = Int32Array;

/** Reads a word, ordered with every other atomic access. */
export function load(words: Words, index: number): number {
  return Atomics.load(words, index);
}

/** Writes a word after everything that this worker has read and written before. */
export function release(words: Words, index: number, value: number): void {
  Atomics.store(words, index, value);
}

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

/** Wakes all who sleep on a word, in whatever worker. */
export function notify(words: Words, index: number): void {
  Atomics.notify(words, index);
}

/**
 * Falls asleep on a word if `expected` stands there, in one step. Nothing blocks, and the sleep
 * does not keep the program alive.
 *
 * @returns What resolves when somebody notifies the word; undefined: another value stands there.
 */
export function sleepOn(
  words: Words,
  index: number,
  expected: number,
): Promise<unknown> | undefined {
  const sleep = Atomics.waitAsync(words, index, expected);
  return sleep.async ? sleep.value : undefined;
}

/**
 * Reads a word that others change, and that may be stale, or be read later than it is written here:
 * a later ordered access puts right what is done by it, or it does no harm.
 */
export function hint(words: Words, index: number): number {
  return words[index];
}

/**
 * Reads a word that only this worker writes: one of its record, of its lists, or of memory that
 * nobody else can reach; or one of a dead worker whose lock it holds. Others read such a word by
 * `load`, or as a hint.
 */
export function own(words: Words, index: number): number {
  return words[index];
}

/**
 * Reads a word that does not change any more, reached by a `load`, or a compare-and-set, of what
 * was published after it was written: a link, the root, or the word itself. Once it is published,
 * nobody writes to it again.
 */
export function fixed(words: Words, index: number): number {
  return words[index];
}

/**
 * Brings a word into the cache that will soon be needed. What it holds does not matter, so anything
 * may lie there by now; the caller keeps it somewhere all the same, or V8 would leave the read out.
 */
export function touch(words: Words, index: number): number {
  return words[index];
}

/**
 * Writes a word that only this worker writes, one that others read as a hint, or one that is
 * published by a later ordered write.
 */
export function poke(words: Words, index: number, value: number): void {
  words[index] = value;
}

/** Tells the processor that this worker spins, where the runtime offers it. */
export const pause: () => void =
  (Atomics as unknown as { pause?: () => void }).pause?.bind(Atomics) ??
    (() => {});
