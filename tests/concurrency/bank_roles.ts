import type { WorkerContext } from "../testing/role.ts";
import { checkBalances, checkInTransaction, transfer } from "./bank.ts";

/** Snapshots that are open at a time. */
const MOST_OPEN = 4;

export const roles = {
  /** Makes transfers; returns how many were not abandoned. */
  teller(context: WorkerContext, transfers: number): number {
    const bank = context.attach<string, number>();
    let count = 0;
    for (let i = 0; i < transfers; i++) {
      if (transfer(bank, context.random, context.index)) count++;
    }
    return count;
  },

  /** Checks the sum until it is told to stop, also in snapshots that were opened a while ago. */
  async auditor(context: WorkerContext, _input: undefined): Promise<number> {
    const bank = context.attach<string, number>();
    const open = [];
    let checks = 0;
    do {
      open.push(bank.snapshot());
      checkInTransaction(bank);
      if (open.length > MOST_OPEN) {
        using oldest = open.shift()!;
        checkBalances(oldest);
      }
      checks++;
      await context.rest();
    } while (!context.stopped);
    for (const snapshot of open) {
      checkBalances(snapshot);
      snapshot.close();
    }
    return checks;
  },
};
