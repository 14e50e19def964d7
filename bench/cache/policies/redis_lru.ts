import type { Cache } from "../contender.ts";

const SAMPLES = 5;
const POOL = 16;

/** Evicts, of some that are met by chance, what was asked for longest ago: as Redis does. */
export class RedisLruCache implements Cache {
  readonly #entries: number;
  readonly #keys: number[] = [];
  /** Of each key: where it is among the keys, and when it was asked for last. */
  readonly #known = new Map<number, { place: number; time: number }>();
  /** The best candidates for eviction, the one that was asked for longest ago last. */
  readonly #pool: { key: number; time: number }[] = [];
  #time = 0;

  constructor(entries: number) {
    this.#entries = entries;
  }

  access(key: number): boolean {
    const known = this.#known.get(key);
    const time = this.#time++;
    if (known !== undefined) {
      known.time = time;
      return true;
    }
    if (this.#keys.length === this.#entries) this.#evict();
    this.#known.set(key, { place: this.#keys.length, time });
    this.#keys.push(key);
    return false;
  }

  #evict(): void {
    for (;;) {
      this.#sample();
      for (let best = this.#pool.pop(); best; best = this.#pool.pop()) {
        if (this.#known.get(best.key)?.time === best.time) {
          return this.#remove(best.key);
        }
      }
    }
  }

  #sample(): void {
    const pool = this.#pool;
    for (let i = 0; i < SAMPLES; i++) {
      const key = this.#keys[Math.floor(Math.random() * this.#keys.length)];
      if (pool.some((candidate) => candidate.key === key)) continue;
      pool.push({ key, time: this.#known.get(key)!.time });
    }
    pool.sort((a, b) => b.time - a.time);
    pool.splice(0, pool.length - POOL);
  }

  #remove(key: number): void {
    const { place } = this.#known.get(key)!;
    this.#known.delete(key);
    const last = this.#keys.pop()!;
    if (last === key) return;
    this.#keys[place] = last;
    this.#known.get(last)!.place = place;
  }
}
