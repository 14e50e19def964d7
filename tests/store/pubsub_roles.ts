import { SharedStore } from "../../src/store/mod.ts";
import type { WorkerContext } from "../testing/role.ts";

export const CHANNELS = ["one", "two", "three"];
/** What ends a subscriber. */
export const END = "end";
/** How many are subscribed. */
const READY = "ready";

/** What a subscriber has seen. */
export interface Seen {
  /** For each publisher, how many messages came, and whether each was the next one. */
  readonly counts: readonly number[];
  readonly isOrdered: boolean;
}

export const roles = {
  /** Publishes numbers on one channel after the other; returns how many subscribers got them. */
  async publisher(
    { count, handle, index }: WorkerContext,
    { messages, subscribers }: { messages: number; subscribers: number },
  ): Promise<number> {
    using store = SharedStore.attach(handle);
    while (Number(store.get(READY) ?? 0) < subscribers) await turn();
    let sent = 0;
    for (let i = 0; i < messages; i++) {
      const channel = CHANNELS[i % CHANNELS.length];
      sent += store.publish(channel, `${index} ${i}`);
      if (i % 50 === 0) await turn();
    }
    store.incr(END);
    if (Number(store.get(END)) === count) store.publish("three", END);
    return sent;
  },

  /** Takes what is published on all channels, until the end; by a pattern, or by their names. */
  async subscriber(
    { handle, index }: WorkerContext,
    publishers: number,
  ): Promise<Seen> {
    using store = SharedStore.attach(handle);
    using subscription = index % 2 === 0
      ? store.psubscribe("*")
      : store.subscribe(CHANNELS);
    store.incr(READY);
    const counts = new Array(publishers).fill(0);
    const last = new Array(publishers).fill(-1);
    let isOrdered = true;
    for await (const { message } of subscription) {
      if (message === END) break;
      const [publisher, i] = message.split(" ").map(Number);
      counts[publisher]++;
      isOrdered &&= i === last[publisher] + 1;
      last[publisher] = i;
    }
    return { counts, isOrdered };
  },

  /** Comes and goes: subscribes, takes a few, and leaves, until all is over. */
  async visitor(context: WorkerContext, visits: number): Promise<number> {
    let taken = 0;
    for (let i = 0; i < visits; i++) {
      using store = SharedStore.attach(context.handle);
      using subscription = store.subscribe(context.random.pick(CHANNELS), {
        onMessage: () => taken++,
      });
      subscription.psubscribe(`${i}*`);
      await turn();
    }
    return taken;
  },
};

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
