/**
 * LRU by sampling: of a few entries that are met by chance, and of the best that were met before,
 * the one is evicted that was not used for the longest time. This comes close to what a list in the
 * order of use would evict, and needs no list, which all readers would have to write to.
 *
 * What has expired goes first of what is met.
 *
 * Source: this is the policy that Redis calls `allkeys-lru`, with its five samples and its pool of
 * sixteen candidates.
 *
 * @module
 */

import { H_INSERTIONS, H_TTL_USED } from "../segment/layout.ts";
import { add, load, type Words } from "../segment/atomics.ts";
import { ageOf, noteRecent } from "../table/recency.ts";
import { residentOf } from "../table/resident.ts";
import { type Sample, sampleVersions } from "../table/sample.ts";
import { hasExpired } from "../table/version.ts";
import type { Candidates, EvictionPolicy } from "./eviction_policy.ts";

/** Entries that are met for each choice. */
const SAMPLES = 5;
/** Candidates that are remembered from one choice to the next. */
const MOST_REMEMBERED = 16;

/** An entry that was met, by the hash of its key. */
interface Candidate {
  readonly hash: number;
  /** How long ago it had been used. */
  age: number;
}

/** Chooses what was used least recently, roughly. */
export class SampledLru implements EvictionPolicy {
  readonly #words: Words;
  readonly #sample: Sample = { refs: [], hashes: [] };
  /** The oldest last. */
  readonly #pool: Candidate[] = [];

  constructor(words: Words) {
    this.#words = words;
  }

  onChange(hash: number): void {
    noteRecent(this.#words, hash);
  }

  onInsert(): void {
    add(this.#words, H_INSERTIONS, 1); // by that time goes on
  }

  choose(candidates: Candidates): number {
    return this.#meet(candidates) || this.#oldest(candidates);
  }

  /** Meets some entries; the version of one that has expired, if there is any; else 0. */
  #meet({ isEvictable, limit }: Candidates): number {
    const words = this.#words;
    const { refs, hashes } = this.#sample;
    sampleVersions(words, SAMPLES, this.#sample, limit);
    const mayExpire = load(words, H_TTL_USED) !== 0;
    for (let i = 0; i < refs.length; i++) {
      const isOver = mayExpire && hasExpired(words, refs[i]);
      if (isOver && isEvictable(refs[i], hashes[i])) return refs[i];
      this.#remember(hashes[i]);
    }
    return 0;
  }

  /** Remembers a key, if it is among the oldest. */
  #remember(hash: number): void {
    const pool = this.#pool;
    if (pool.some((candidate) => candidate.hash === hash)) return;
    const age = ageOf(this.#words, hash);
    let place = pool.length;
    while (place > 0 && pool[place - 1].age > age) place--;
    pool.splice(place, 0, { hash, age });
    if (pool.length > MOST_REMEMBERED) pool.shift();
  }

  /** Takes the oldest one that is still there, and was not used since; 0: there is none. */
  #oldest({ isEvictable, limit }: Candidates): number {
    const words = this.#words;
    for (;;) {
      const candidate = this.#pool.pop();
      if (candidate === undefined) return 0;
      const { age, hash } = candidate;
      if (hash >>> 0 >= limit || ageOf(words, hash) < age) continue;
      const ref = residentOf(words, hash);
      if (ref !== 0 && isEvictable(ref, hash)) return ref;
    }
  }
}
