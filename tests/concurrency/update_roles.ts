/**
 * Workers that change an entry between an update and its callback.
 *
 * @module
 */
import type { Role } from "../testing/role.ts";

/**
 * How often the entry changes under the callback: more often than a callback may do that
 * itself.
 */
export const ROUNDS = 40;

export const roles = {
  /** The first updates an entry, the second changes it each time that the callback runs. */
  disturb(context) {
    const map = context.attach<string, string>();
    if (context.index === 1) {
      for (let i = 1; i <= ROUNDS; i++) {
        context.meet();
        map.set("disturbed", `${i}`);
        context.meet();
      }
      return 0;
    }
    let runs = 0;
    map.update("disturbed", (text) => {
      if (runs++ < ROUNDS) {
        context.meet();
        map.set("another", "entry"); // which is no reason to give up
        context.meet();
      }
      return `${text}!`;
    });
    return runs;
  },

  /**
   * The first takes its time over the callback of an update; meanwhile the second needs the
   * memory that it gave back.
   */
  linger(context) {
    const map = context.attach<string, string>();
    if (context.index === 0) {
      map.update("lingering", () => {
        context.meet();
        context.meet();
        return "done";
      });
      return;
    }
    context.meet();
    for (let i = 0; i < 20_000; i++) map.set("busy", "x".repeat(100));
    context.meet();
  },
} satisfies Record<string, Role>;
