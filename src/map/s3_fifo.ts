/**
 * S3-FIFO: new entries pass through a small queue, of a tenth of all. What was read when it comes
 * out stays, and becomes part of the main part; what was not read is evicted. So an entry that is
 * asked for only once takes little room from the others. A key that comes back soon after that (its
 * *ghost* is still known) is put into the main part at once.
 *
 * The main part has no queue of its own: hands go round the slots of the table (`table/hand.ts`),
 * lower the heat of what was read since they last came by, and evict what has none. So nothing is
 * ever moved from one part to the other: an entry is in the small queue if its ghost word says so
 * (`table/ghosts.ts`), and else in the main part.
 *
 * What has expired goes first of what is met, however often it was read.
 *
 * Source: Yang, Zhang, Qiu, Yue, Vinayak, "FIFO Queues Are All You Need for Cache Eviction", SOSP
 * 2023. There the main part is a queue, too: an entry comes to its end, and so stays for a whole
 * round at least. Here the hand may be about to come by; so it gets there with a heat of 1, where
 * the paper has 0.
 *
 * @module
 */

import { H_ROOT, H_TTL_USED, P_ENTRIES } from "../segment/layout.ts";
import { load, type Words } from "../segment/atomics.ts";
import { sumHints } from "../segment/participants.ts";
import {
  forget,
  isQueued,
  noteEvicted,
  noteInserted,
  noteQueued,
} from "../table/ghosts.ts";
import { LINE_SLOTS, nextLine } from "../table/hand.ts";
import { cool, coolTo, warm } from "../table/heat.ts";
import { type Resident, residentAt, residentOf } from "../table/resident.ts";
import {
  dequeue,
  enqueue,
  NO_HASH,
  queueLength,
} from "../table/small_queue.ts";
import { hasExpired } from "../table/version.ts";
import type { Candidates, EvictionPolicy } from "./eviction_policy.ts";

/** The share of the small queue in all entries. */
const SMALL_SHARE = 10;
/** The heat with which an entry stays when it leaves the small queue. */
const HEAT_TO_STAY = 2;
/** Slots that one choice looks at. */
const MOST_LOOKS = 64;
/** Insertions and choices between two looks at how many entries there are. */
const CHOICES_PER_COUNT = 64;

/** Chooses by S3-FIFO. */
export class S3Fifo implements EvictionPolicy {
  readonly #words: Words;
  readonly #resident: Resident = { ref: 0, hash: 0 };
  /** The next slot of the line that this hand has taken, and how many of it are left. */
  #place = 0;
  #left = 0;
  /** How many entries there are, as far as is known, and for how many choices that holds. */
  #entries = 0;
  #untilCount = 0;
  /** What this choice spared first, although it could have been evicted; 0: nothing. */
  #spared = 0;

  constructor(words: Words) {
    this.#words = words;
  }

  onInsert(hash: number): void {
    const words = this.#words;
    this.#count();
    if (noteInserted(words, hash, this.#entries)) enqueue(words, hash);
    else warm(words, hash);
  }

  choose(candidates: Candidates): number {
    this.#count();
    this.#spared = 0;
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const ref = this.#isQueueFull
        ? this.#lookAtQueue(candidates)
        : this.#lookAtMain(candidates);
      if (ref !== 0) return ref;
    }
    return this.#spared || this.#lookAtQueue(candidates);
  }

  get #isQueueFull(): boolean {
    const share = Math.max(1, Math.floor(this.#entries / SMALL_SHARE));
    return queueLength(this.#words) > share;
  }

  /** Counts the entries now and then: they are many participants' to count. */
  #count(): void {
    if (this.#untilCount-- > 0) return;
    this.#untilCount = CHOICES_PER_COUNT;
    this.#entries = sumHints(this.#words, P_ENTRIES);
  }

  /** Takes the next key out of the small queue; its newest version, if it should go; else 0. */
  #lookAtQueue({ isEvictable, limit }: Candidates): number {
    const words = this.#words;
    const hash = dequeue(words);
    if (hash === NO_HASH || !isQueued(words, hash)) return 0;
    const ref = residentOf(words, hash);
    if (ref === 0) {
      forget(words, hash); // it was deleted
      return 0;
    }
    if (hash >>> 0 >= limit || !isEvictable(ref, hash)) {
      enqueue(words, hash);
      noteQueued(words, hash);
      return 0;
    }
    if (this.#hasExpired(ref)) {
      forget(words, hash);
      return ref;
    }
    if (coolTo(words, hash, 1) >= HEAT_TO_STAY) {
      forget(words, hash); // from here on it is in the main part
      this.#spared ||= ref;
      return 0;
    }
    coolTo(words, hash, 0); // when it comes back, it begins anew
    noteEvicted(words, hash);
    return ref;
  }

  /** Looks at the next slot; its newest version, if it should go; else 0. */
  #lookAtMain({ isEvictable, limit }: Candidates): number {
    const words = this.#words;
    if (this.#left === 0) {
      this.#place = nextLine(words, load(words, H_ROOT) * 4, limit);
      this.#left = LINE_SLOTS;
    }
    this.#left--;
    const resident = this.#resident;
    residentAt(words, this.#place++, resident);
    const { ref, hash } = resident;
    if (ref === 0) return 0;
    if (this.#hasExpired(ref)) return isEvictable(ref, hash) ? ref : 0;
    if (isQueued(words, hash)) return 0;
    if (cool(words, hash) === 0) return isEvictable(ref, hash) ? ref : 0;
    if (this.#spared === 0 && isEvictable(ref, hash)) this.#spared = ref;
    return 0;
  }

  #hasExpired(ref: number): boolean {
    const words = this.#words;
    return load(words, H_TTL_USED) !== 0 && hasExpired(words, ref);
  }
}
