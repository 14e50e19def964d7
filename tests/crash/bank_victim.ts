/**
 * A teller of the bank in `bank.ts`, which dies at a given operation on a shared word.
 *
 * @module
 */
import { SharedMap, type SharedMapHandle } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { transfer } from "../concurrency/bank.ts";
import { takeFastPathInTypeScript } from "../table/fast_path_in_typescript.ts";
import { Random } from "../testing/random.ts";
import { dieAt } from "./atomics.ts";

/** What a teller is told. */
export interface Teller {
  readonly handle: SharedMapHandle;
  readonly teller: number;
  /** Where it counts the transfers that it knows of; from `DEAD` on it is dead. */
  readonly ledger: Int32Array;
  readonly seed: number;
  readonly step: number;
}

/** Added to the count of a teller that has died. */
export const DEAD: number = 2 ** 30;

/** Transfers that a teller makes before its steps count: so most die in a transfer. */
const MOST_BEFORE = 100;

/** A worker's own scope, as the types of the main thread do not have it. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Teller>) => void;
};

scope.onmessage = ({ data: { handle, ledger, seed, step, teller } }) => {
  const bank = SharedMap.attach<string, number>(handle);
  if (seed % 2 === 0) takeFastPathInTypeScript(attachmentOf(bank)); // as with a kernel
  const random = new Random(seed);
  const work = () => {
    if (transfer(bank, random, teller)) Atomics.add(ledger, teller, 1);
  };
  for (let i = random.below(MOST_BEFORE); i > 0; i--) work();
  dieAt(step, "all", () => {
    Atomics.add(ledger, teller, DEAD);
    self.close();
    for (;;); // where the runtime ends this worker
  });
  for (;;) work();
};
