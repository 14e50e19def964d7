/**
 * Recent counts: what all workers counted in the last minutes.
 *
 * Counters only grow (`counters.ts`), so a span of time is a difference. Each attachment notes the
 * sums every few seconds, in a round of background work that takes place anyway, and keeps them for
 * as long as anybody may ask. Nothing of that is shared, and no operation takes part in it.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import { timers } from "../timers.ts";
import { sumCounter } from "./counters.ts";

/** The longest span that can be asked for, in minutes. */
export const MOST_MINUTES = 15;
/** Between two notes. */
const STEP_MS = 5_000;
const MINUTE_MS = 60_000;

/** What {@linkcode SharedMap.prototype.recent} returns: sums over all workers. */
export interface RecentCounts {
  /** Reads that found their key. */
  hits: number;
  /** Reads that did not. */
  misses: number;
  /** The share of reads that found their key, from 0 to 1; 0 if there was no read. */
  hitRatio: number;
  /** Entries evicted. */
  evicted: number;
  /** Expired entries removed. */
  expired: number;
  /** How long the span is, in milliseconds. */
  span: number;
}

/** The sums at one time. */
interface Sums {
  readonly at: number;
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
  readonly expired: number;
}

/** What one attachment has noted of the counters of a map. */
export class CountHistory {
  readonly #segment: Segment;
  readonly #elapsed: () => number;
  /** The oldest first. */
  readonly #notes: Sums[];

  /**
   * @param segment The map.
   * @param elapsed A clock that is never set back, in milliseconds.
   */
  constructor(segment: Segment, elapsed: () => number = timers.elapsed) {
    this.#segment = segment;
    this.#elapsed = elapsed;
    this.#notes = [this.#sums()];
  }

  #sums(): Sums {
    const segment = this.#segment;
    return {
      at: this.#elapsed(),
      hits: sumCounter(segment, "hits"),
      misses: sumCounter(segment, "misses"),
      evicted: sumCounter(segment, "evicted"),
      expired: sumCounter(segment, "expired"),
    };
  }

  /** Notes the sums, if that is due. O(participants) then. */
  note(): void {
    const notes = this.#notes;
    const now = this.#elapsed();
    if (now - notes[notes.length - 1].at < STEP_MS) return;
    notes.push(this.#sums());
    // Of those that are too old, the youngest is where the longest span begins.
    while (notes.length > 1 && now - notes[1].at >= MOST_MINUTES * MINUTE_MS) {
      notes.shift();
    }
  }

  /** What was counted in the last minutes, or since the first note. O(notes + participants). */
  since(minutes: number): RecentCounts {
    const now = this.#sums();
    const begin = now.at - minutes * MINUTE_MS;
    const first = this.#notes.findLast(({ at }) => at <= begin) ??
      this.#notes[0];
    const hits = now.hits - first.hits;
    const misses = now.misses - first.misses;
    const reads = hits + misses;
    return {
      hits,
      misses,
      hitRatio: reads === 0 ? 0 : hits / reads,
      evicted: now.evicted - first.evicted,
      expired: now.expired - first.expired,
      span: now.at - first.at,
    };
  }
}
