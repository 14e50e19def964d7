import type { TableRecovery } from "../../src/reclamation/recovery.ts";

/** For participants that have no tables. */
export const noTables: TableRecovery = {
  isLinked: () => false,
  leave() {},
  reap() {},
  endCommits() {},
  returnPermits() {},
  freeUnlinked() {},
};
