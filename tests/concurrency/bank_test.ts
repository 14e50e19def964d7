// Transfers between accounts: the sum is the same at each moment that anybody sees.
import { assertEquals, assertGreater } from "@std/assert";
import { restoreSnapshot, SharedMap, SnapshotWriter } from "../../mod.ts";
import { Folder } from "../testing/folder.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import {
  checkBalances,
  checkInTransaction,
  made,
  openAccounts,
} from "./bank.ts";
import type { roles } from "./bank_roles.ts";

const SCRIPT = new URL("./bank_roles.ts", import.meta.url);
const TELLERS = 4;

Deno.test(
  "transfers between accounts leave the sum as it is in every snapshot, and in every epoch on disk",
  inCrews(async (run) => {
    using folder = new Folder();
    using bank = SharedMap.create<string, number>({ value: "number" });
    openAccounts(bank);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, bank.handle);
      const tellers = crew.add("teller", TELLERS, run.share(2_000));
      const auditors = crew.add("auditor", 1, undefined);
      const writer = new SnapshotWriter(bank, {
        directory: folder.path,
        interval: 5,
        keep: 2,
      });
      writer.onError = (error) => {
        throw error;
      };
      await writer.start();
      await writer.write(); // so that there is one to begin with
      await crew.start();
      let isDone = false;
      const counts = tellers.finally(() => isDone = true);
      try {
        while (!isDone) await checkEpoch(folder);
      } finally {
        await writer.stop();
      }
      await checkEpoch(folder);
      assertGreater(writer.stats.deltas, 0);
      for (const [teller, count] of (await counts).entries()) {
        assertEquals(bank.get(made(teller)), count);
      }
      crew.stop();
      const [checks] = await auditors;
      assertGreater(checks, 0);
    }
    checkBalances(bank);
    checkInTransaction(bank);
    assertSound(bank);
  }),
);

/** Restores the newest epoch and checks it. */
async function checkEpoch({ path }: Folder): Promise<void> {
  using restored = SharedMap.create<string, number>({ value: "number" });
  const info = await restoreSnapshot(restored, path);
  assertEquals(info?.rejected, []);
  checkBalances(restored);
}
