import type { Cache } from "../contender.ts";

const SMALL_SHARE = 0.1;
const MOST_READS = 3;
/** What an entry needs to be spared when it leaves the small queue. */
const READS_TO_STAY = 2;

/**
 * S3-FIFO as its paper has it (Yang, Zhang, Qiu, Yue, Vinayak, SOSP 2023): a small
 * queue of a tenth, a main queue, and a queue of ghosts as long as the main one.
 */
export class S3FifoCache implements Cache {
  readonly #entries: number;
  readonly #smallEntries: number;
  /** The keys that are there, with how often they were read since they came. */
  readonly #reads = new Map<number, number>();
  // Sets are in the order of insertion: queues, the oldest first.
  readonly #small = new Set<number>();
  readonly #main = new Set<number>();
  readonly #ghosts = new Set<number>();

  constructor(entries: number) {
    this.#entries = entries;
    this.#smallEntries = Math.max(1, Math.floor(entries * SMALL_SHARE));
  }

  access(key: number): boolean {
    const reads = this.#reads.get(key);
    if (reads !== undefined) {
      this.#reads.set(key, Math.min(MOST_READS, reads + 1));
      return true;
    }
    while (this.#reads.size >= this.#entries) this.#evict();
    const queue = this.#ghosts.delete(key) ? this.#main : this.#small;
    queue.add(key);
    this.#reads.set(key, 0);
    return false;
  }

  #evict(): void {
    const isSmallDue = this.#small.size >= this.#smallEntries ||
      this.#main.size === 0;
    if (isSmallDue) this.#evictFromSmall();
    else this.#evictFromMain();
  }

  #evictFromSmall(): void {
    const key = takeOldest(this.#small);
    if (this.#reads.get(key)! >= READS_TO_STAY) {
      this.#main.add(key);
      this.#reads.set(key, 0);
      return;
    }
    this.#reads.delete(key);
    this.#ghosts.add(key);
    if (this.#ghosts.size > this.#entries - this.#smallEntries) {
      takeOldest(this.#ghosts);
    }
  }

  #evictFromMain(): void {
    const key = takeOldest(this.#main);
    const reads = this.#reads.get(key)!;
    if (reads === 0) this.#reads.delete(key);
    else {
      this.#reads.set(key, reads - 1);
      this.#main.add(key);
    }
  }
}

function takeOldest(queue: Set<number>): number {
  const [key] = queue;
  queue.delete(key);
  return key;
}
