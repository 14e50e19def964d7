import { assertEquals } from "@std/assert";
import type { SharedMapSnapshot } from "../../mod.ts";
import type { WorkerContext } from "../testing/role.ts";

/** Snapshots that are open at most at once. */
const MOST_OPEN = 8;

export const roles = {
  /** Keeps one snapshot open; what it shows stays the same. */
  async keeper(context: WorkerContext): Promise<number> {
    const map = context.attach();
    using snapshot = map.snapshot();
    const size = snapshot.size;
    while (!context.stopped) await context.rest();
    assertEquals([...snapshot.keys()].length, size);
    return 1;
  },

  /** Opens snapshots, and closes them in any order. */
  async opener(context: WorkerContext): Promise<number> {
    const map = context.attach();
    const open: SharedMapSnapshot<string, unknown>[] = [];
    let opened = 0;
    for (; !context.stopped || opened === 0; opened++) {
      open.push(map.snapshot());
      const toClose = context.random.below(MOST_OPEN);
      if (toClose < open.length) open.splice(toClose, 1)[0].close();
      if (open.length > MOST_OPEN) open.shift()!.close();
      if (opened % 16 === 0) await context.rest();
    }
    return opened;
  },
};
