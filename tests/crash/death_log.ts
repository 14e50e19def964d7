/**
 * What victims write down before they die, in memory apart from the map: which writes
 * were acknowledged, and which one was under way.
 *
 * @module
 */

/** Keys of its own that a victim may write. */
export const OWN_KEYS = 48;
/** Keys that all increment. */
export const COUNTERS = 8;

const DEAD = 0;
const PENDING_KEY = 1;
const PENDING_VERSION = 2;
const STARTED = 3;
const DONE = 4;
const RECOVERED = 5;
const TICKED_AFTER_DEATH = 6;
const ACKNOWLEDGED = 7;
const WORDS = ACKNOWLEDGED + OWN_KEYS;

/** The pages of all victims and survivors. */
export class DeathLog {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(pages: number | SharedArrayBuffer) {
    this.buffer = typeof pages === "number"
      ? new SharedArrayBuffer(pages * WORDS * 4)
      : pages;
    this.#words = new Int32Array(this.buffer);
  }

  #load(page: number, word: number): number {
    return Atomics.load(this.#words, page * WORDS + word);
  }

  #store(page: number, word: number, value: number): void {
    Atomics.store(this.#words, page * WORDS + word, value);
  }

  /** Says that a victim is about to end, and whether it is recovering another one. */
  die(page: number, recovers: boolean): void {
    this.#store(page, RECOVERED, Number(recovers));
    this.#store(page, DEAD, 1);
  }

  isDead(page: number): boolean {
    return this.#load(page, DEAD) !== 0;
  }

  /** Whether it died while it recovered another one. */
  diedRecovering(page: number): boolean {
    return this.#load(page, RECOVERED) !== 0;
  }

  /** Says that a timer of a victim was called, which may be dead by then. */
  tick(page: number): void {
    if (this.isDead(page)) this.#store(page, TICKED_AFTER_DEATH, 1);
  }

  /** Whether a timer was called after its death. */
  tickedAfterDeath(page: number): boolean {
    return this.#load(page, TICKED_AFTER_DEATH) !== 0;
  }

  /** Runs a write of an own key: it gets a version, or is deleted (version 0). */
  write(page: number, key: number, version: number, run: () => void): void {
    this.#store(page, PENDING_VERSION, version);
    this.#store(page, PENDING_KEY, key + 1);
    run();
    this.#store(page, ACKNOWLEDGED + key, version);
    this.#store(page, PENDING_KEY, 0);
  }

  /** The versions that a key may show. */
  allowed(page: number, key: number): number[] {
    const versions = [this.#load(page, ACKNOWLEDGED + key)];
    if (this.#load(page, PENDING_KEY) === key + 1) {
      versions.push(this.#load(page, PENDING_VERSION));
    }
    return versions;
  }

  /** Runs an increment by one. */
  count(page: number, run: () => void): void {
    this.#store(page, STARTED, this.#load(page, STARTED) + 1);
    run();
    this.#store(page, DONE, this.#load(page, DONE) + 1);
  }

  started(page: number): number {
    return this.#load(page, STARTED);
  }

  done(page: number): number {
    return this.#load(page, DONE);
  }
}
