import type { WorkerContext } from "../testing/role.ts";

export const roles = {
  /**
   * Goes on setting new keys to values of some length: each must find a place. Returns how
   * many it set.
   */
  hoarder(
    context: WorkerContext,
    { length, operations }: { length: number; operations: number },
  ): number {
    const map = context.attach<string, Uint8Array>();
    const value = new Uint8Array(length);
    for (let i = 0; i < operations; i++) {
      map.set(`${context.index} ${i}`, value);
    }
    return operations;
  },
};
