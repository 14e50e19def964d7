/**
 * The background: the timers by which a thread works for its attachments when it has time.
 *
 * One timer serves all attachments of the thread. While one of them has work it ticks often; else
 * it rests, and looks for work now and then: to wake a thread that does nothing costs most of all.
 * A write ends the rest. To find the dead, all locks of the process must be asked for, which costs
 * more than all other work: so one query serves all segments, and of all the threads that have a
 * segment one asks, the one that takes the *turn*: a word that says when the last one was taken. (A
 * turn that is lost, because its owner ends, comes again after the same time.)
 *
 * @module
 */

import { livingLocks } from "../reclamation/recovery.ts";
import type { Segment } from "../segment/segment.ts";
import { compareAndSet, load } from "../segment/atomics.ts";
import { type Timer, timers } from "../timers.ts";
import type { Urgency } from "./job.ts";

/** Between two rounds of background work. */
const TICK_MS = 200;
/** The same, when there was nothing to do; and where there will be, as time passes. */
const REST_MS = 5_000;
const SHORT_REST_MS = 2_000;

/** Something that has work in the background. */
export interface Resident {
  /** One round; says how soon there may be more to do. */
  tick(): Urgency;
  /** Whether it is this thread's turn to look for the dead; takes it. */
  takesLook(): boolean;
  /** Clears up after the dead: those whose locks are not among the living's. */
  recover(living: ReadonlySet<string>): Promise<void>;
}

/**
 * Takes a turn that comes once in so many milliseconds, in all threads together.
 *
 * @param segment The segment.
 * @param index The word of its header that says when the last turn was taken.
 * @param everyMs How often.
 */
export function takeTurn(
  { words }: Segment,
  index: number,
  everyMs: number,
): boolean {
  const last = load(words, index);
  const now = timers.now() | 0; // it wraps
  const passed = (now - last) | 0;
  // Below 0: the clock was set back.
  return (passed < 0 || passed >= everyMs) &&
    compareAndSet(words, index, last, now);
}

/** The timers for all residents of this thread. They do not keep the thread alive. */
class Ticker {
  readonly #residents = new Set<Resident>();
  /** Comes even if the other one does not. */
  #heartbeat: Timer | undefined;
  #timer: Timer | undefined;
  /** Whether the next round is a rest away. */
  isResting = false;
  #looking = false;

  add(resident: Resident): void {
    this.#residents.add(resident);
    if (this.#heartbeat === undefined) {
      this.#heartbeat = timers.setInterval(() => this.#tick(), REST_MS);
      this.#heartbeat.unref();
      this.#schedule(TICK_MS);
    } else if (this.isResting) this.#schedule(TICK_MS);
  }

  /** Ends the rest: this thread writes, or wants to. */
  wake(): void {
    this.#schedule(TICK_MS);
  }

  delete(resident: Resident): void {
    this.#residents.delete(resident);
    if (this.#residents.size > 0) return;
    timers.clear(this.#heartbeat);
    timers.clear(this.#timer);
    this.#heartbeat = undefined;
    this.isResting = false;
  }

  #schedule(ms: number): void {
    timers.clear(this.#timer);
    // Should the timer fail, as the stack overflows, the next write sets it, or the heartbeat.
    this.isResting = true;
    if (ms === REST_MS) return;
    this.#timer = timers.setTimeout(() => this.#tick(), ms);
    this.#timer.unref();
    this.isResting = ms > TICK_MS;
  }

  #tick(): void {
    let next = TICK_MS;
    try {
      next = this.#tickAll();
    } finally {
      this.#schedule(next); // also after an exception
    }
    if (!this.#looking) this.#look();
  }

  /** Returns the milliseconds until the next round. */
  #tickAll(): number {
    let next = REST_MS;
    for (const resident of this.#residents) {
      const urgency = resident.tick();
      if (urgency === "soon") next = TICK_MS;
      else if (urgency === "later") next = Math.min(next, SHORT_REST_MS);
    }
    return next;
  }

  /** One look at a time; errors surface as unhandled rejections, because they would be defects. */
  async #look(): Promise<void> {
    const due = [...this.#residents].filter((it) => it.takesLook());
    if (due.length === 0) return;
    this.#looking = true;
    try {
      const living = await livingLocks();
      for (const resident of due) await resident.recover(living);
    } finally {
      this.#looking = false;
    }
  }
}

/** The ticker of this thread. */
export const ticker: Ticker = new Ticker();
