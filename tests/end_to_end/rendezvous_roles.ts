import { SharedMap } from "../../mod.ts";
import { createAttachment } from "../../src/map/attach.ts";
import { checkOptions } from "../../src/api/options.ts";
import { meet } from "../../src/map/rendezvous.ts";
import { sleep } from "../../src/timers.ts";
import type { WorkerContext } from "../testing/role.ts";

export const OPTIONS = { value: "number", maxBytes: 2 ** 20 } as const;
/** Longer than any test waits. */
const TIMEOUT_MS = 60_000;

/** Says that it is there, and blocks its thread until it is told to go on. */
function block(gate: Int32Array): void {
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  Atomics.wait(gate, 0, 1, TIMEOUT_MS);
}

interface Part {
  name: string;
  /** 1: the thread is blocked; 2: it may go on. */
  gate: Int32Array;
}

export const roles = {
  /** Has the map of a name, but does not answer. */
  async deaf(context: WorkerContext, { name, gate }: Part): Promise<void> {
    using map = await SharedMap.open<string, number>(name, OPTIONS);
    map.set("held", 1);
    block(gate);
    while (!context.stopped) await context.rest();
  },

  /** Takes its turn to open a name, and does nothing with it. */
  async dawdler(_context: WorkerContext, { name, gate }: Part): Promise<void> {
    const opening = SharedMap.open<string, number>(name, OPTIONS);
    block(gate);
    using _ = await opening;
  },

  /** Takes its time to create the map of a name, as one that restores it does. */
  async creator(context: WorkerContext, { name, gate }: Part): Promise<void> {
    const hold = await meet(name, {
      create: async () => {
        Atomics.store(gate, 0, 1);
        Atomics.notify(gate, 0);
        while (Atomics.load(gate, 0) === 1) await sleep(5);
        return createAttachment({ ...checkOptions(OPTIONS), name });
      },
      check: () => {},
      timeout: TIMEOUT_MS,
    });
    while (!context.stopped) await context.rest();
    hold.close();
  },
};
