import type { Stage } from "../testing/role.ts";

export const roles = {
  /** Works with snapshots and a pin of its own, and has a turn of the event loop now and then: there it is terminated. */
  async worker(stage: Stage, log: Int32Array): Promise<void> {
    const map = stage.attach<string, number>();
    const snapshots = [];
    map.pin();
    for (let i = 1;; i++) {
      map.set(`t${stage.index} ${i % 100}`, i);
      if (i < 20) snapshots.push(map.snapshot());
      Atomics.store(log, stage.index, i);
      if (i % 50 === 0) await stage.rest();
    }
  },
};
