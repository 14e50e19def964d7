/**
 * Blocked commands: those that wait for something to take, in the order in which they came.
 *
 * Each key that is waited for has a queue, and one wait of the map for an entry that somebody in
 * the queue wants. When there is one, the first who wants it takes it, by an ordinary command; if
 * another worker was faster, the wait goes on. So the order is kept within a worker, and not among
 * workers.
 *
 * @module
 */

import type { MapParts } from "../api/shared_map.ts";
import { Alarm } from "../map/alarm.ts";
import { EntryWaiter } from "../map/entry_waiter.ts";
import type { PresentEntry } from "../map/present_entry.ts";
import type { Run, Waits } from "./commands/command.ts";
import type { Reply } from "./commands/reply.ts";
import { Entry } from "./entry.ts";
import type { Space } from "./space.ts";
import { ReadTrees, type Trees } from "./trees.ts";

/** One command that waits. */
interface Waiter {
  readonly waits: Waits;
  /** It is over: with a reply, or with an error. */
  readonly settle: (reply: Reply, error?: unknown) => void;
}

/** What waits for one key. */
interface Queue {
  readonly waiters: Waiter[];
  readonly stop: AbortController;
}

/** What ends a wait, but for what it waits for. */
export interface BlockingLimits {
  /** How long, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** What is under a key that is not there. */
const ABSENT: PresentEntry<unknown> = {
  isThere: false,
  value: undefined,
  bytes: undefined,
  structure: undefined,
  plan: undefined,
  end: Infinity,
};

/** The commands of one store object that wait. */
export class Blocked {
  readonly #access: MapParts<string, unknown>["access"];
  readonly #space: Space;
  readonly #trees: Trees;
  readonly #queues = new Map<string, Queue>();

  constructor({ access }: MapParts<string, unknown>, space: Space) {
    this.#access = access;
    this.#space = space;
    this.#trees = new ReadTrees(access.hold.attachment.segment);
  }

  /** Runs a command, at once if it need not wait; null: the time is over. */
  async run(run: Run, limits: BlockingLimits): Promise<Reply> {
    limits.signal?.throwIfAborted();
    const { waits } = run;
    if (waits === undefined || !this.#isAwaited(waits)) {
      const reply = run(this.#space);
      if (reply !== null || waits === undefined) return reply;
    }
    return await this.#wait(waits, limits);
  }

  /** Whether somebody who came before waits in the same line. */
  #isAwaited({ keys, line }: Waits): boolean {
    return line !== undefined &&
      keys.some((key) =>
        this.#queues.get(key)?.waiters.some(({ waits }) => waits.line === line)
      );
  }

  #wait(waits: Waits, { signal, timeout }: BlockingLimits): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.settle(null, signal!.reason);
      const alarm = new Alarm(() => waiter.settle(null));
      const waiter: Waiter = {
        waits,
        settle: (reply, error) => {
          alarm.clear();
          signal?.removeEventListener("abort", onAbort);
          this.#leave(waiter);
          if (error === undefined) resolve(reply);
          else reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort);
      alarm.set(timeout);
      const keys = [...new Set(waits.keys)];
      const known = keys.filter((key) => this.#queues.has(key));
      for (const key of keys) this.#join(key, waiter);
      // What is there already wakes no queue that has begun to wait.
      for (const key of known) this.#serveReady(key);
    });
  }

  #join(key: string, waiter: Waiter): void {
    const queue = this.#queues.get(key);
    if (queue !== undefined) queue.waiters.push(waiter);
    else {
      const stop = new AbortController();
      const begun = { waiters: [waiter], stop };
      this.#queues.set(key, begun);
      this.#serve(key, begun);
    }
  }

  #leave(waiter: Waiter): void {
    for (const key of waiter.waits.keys) {
      const queue = this.#queues.get(key);
      const place = queue?.waiters.indexOf(waiter) ?? -1;
      if (queue === undefined || place < 0) continue;
      queue.waiters.splice(place, 1);
      if (queue.waiters.length > 0) continue;
      this.#queues.delete(key);
      queue.stop.abort();
    }
  }

  /** Serves a queue until nobody waits any more. */
  async #serve(key: string, queue: Queue): Promise<void> {
    const { stop: { signal }, waiters } = queue;
    const look = (present: PresentEntry<unknown>) => {
      const entry = new Entry(present, this.#trees);
      return waiters.some(({ waits }) => waits.isReady(entry, key));
    };
    const until = (isReady: boolean | undefined) => isReady ?? look(ABSENT);
    try {
      while (waiters.length > 0) {
        await EntryWaiter.waitFor(this.#access, key, look, { until, signal });
        this.#serveReady(key);
      }
    } catch (error) {
      if (signal.aborted) return; // the last one has left
      for (const waiter of [...waiters]) waiter.settle(null, error);
    }
  }

  /** Serves those who wait for a key and can take something, in their order. */
  #serveReady(key: string): void {
    for (;;) {
      const waiters = this.#queues.get(key)?.waiters;
      if (waiters === undefined || !this.#serveFirst(key, waiters)) return;
    }
  }

  /** Lets the first who can take something take it; false: there is nothing. */
  #serveFirst(key: string, waiters: readonly Waiter[]): boolean {
    for (const waiter of [...waiters]) {
      const { waits } = waiter;
      try {
        const reply = this.#space.all((open) =>
          waits.isReady(open(key), key) ? waits.take(open, key) : null
        );
        if (reply === null) continue;
        waiter.settle(reply);
      } catch (error) {
        waiter.settle(null, error);
      }
      return true;
    }
    return false;
  }
}
