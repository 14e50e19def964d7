import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /**
   * Works with snapshots and a pin of its own, and lets the event loop run now and then:
   * there it is terminated.
   */
  async worker(context: WorkerContext, log: Int32Array): Promise<void> {
    const map = context.attach<string, number>();
    const snapshots = [];
    map.pin();
    for (let i = 1;; i++) {
      map.set(`t${context.index} ${i % 100}`, i);
      if (i < 20) snapshots.push(map.snapshot());
      Atomics.store(log, context.index, i);
      if (i % 50 === 0) await context.rest();
    }
  },
};
