import { assertEquals } from "@std/assert";
import type { SharedMapSnapshot } from "../../mod.ts";
import type { Stage } from "../testing/role.ts";

/** Snapshots that are open at most at once. */
const MOST_OPEN = 8;

export const roles = {
  /** Keeps one snapshot open; what it shows stays the same. */
  async keeper(stage: Stage): Promise<number> {
    const map = stage.attach();
    using snapshot = map.snapshot();
    const size = snapshot.size;
    while (!stage.stopped) await stage.rest();
    assertEquals([...snapshot.keys()].length, size);
    return 1;
  },

  /** Opens snapshots, and closes them in any order. */
  async opener(stage: Stage): Promise<number> {
    const map = stage.attach();
    const open: SharedMapSnapshot<string, unknown>[] = [];
    let opened = 0;
    for (; !stage.stopped || opened === 0; opened++) {
      open.push(map.snapshot());
      const toClose = stage.random.below(MOST_OPEN);
      if (toClose < open.length) open.splice(toClose, 1)[0].close();
      if (open.length > MOST_OPEN) open.shift()!.close();
      if (opened % 16 === 0) await stage.rest();
    }
    return opened;
  },
};
