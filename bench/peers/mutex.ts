/**
 * A mutex on one word of shared memory: 0 free, 1 held, 2 held and perhaps
 * waited for. The third state spares the holder a system call when nobody waits
 * (Drepper, "Futexes Are Tricky", 2011).
 */

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;

/**
 * How often to look again before going to sleep. A table operation holds the
 * mutex for a tenth of a microsecond, and sleeping costs several. Tried side by
 * side: 10, 100 and 1,000 turns are alike, a single one halves the throughput of
 * two workers on one mutex.
 */
const SPINS = 100;

/** Takes the mutex at `words[at]`, waiting for it if need be. */
export function lock(words: Int32Array<SharedArrayBuffer>, at: number): void {
  for (let turn = 0; turn < SPINS; turn++) {
    if (Atomics.compareExchange(words, at, FREE, HELD) === FREE) return;
    pause();
  }
  while (Atomics.exchange(words, at, CONTENDED) !== FREE) {
    Atomics.wait(words, at, CONTENDED);
  }
}

/** Gives it back and wakes one waiter if there may be any. */
export function unlock(words: Int32Array<SharedArrayBuffer>, at: number): void {
  if (Atomics.exchange(words, at, FREE) === CONTENDED) {
    Atomics.notify(words, at, 1);
  }
}

/** Tells the processor that this is a waiting loop. */
const pause = (Atomics as { pause?: () => void }).pause ?? (() => {});
