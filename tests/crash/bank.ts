/**
 * Four workers at a time transfer money between accounts and die at random operations on shared
 * words, while snapshots are opened and epochs are written. Prints a report as JSON.
 *
 * `deno run --allow-read --allow-write=FOLDER --config tests/crash/instrumented.json bank.ts WAVES SEED FOLDER`
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { restoreSnapshot, SharedMap, SnapshotWriter } from "../../mod.ts";
import {
  checkBalances,
  checkInTransaction,
  made,
  openAccounts,
} from "../concurrency/bank.ts";
import { eventually } from "../testing/eventually.ts";
import { inspectMemory } from "../testing/inspection.ts";
import { Random } from "../testing/random.ts";
import { DEAD, type Teller } from "./bank_victim.ts";

const TELLERS = 4;
/** This thread, and the worker that writes epochs. */
const LIVING = 2;
/** The latest step at which a teller dies; a transfer takes some hundreds. */
const LATEST = 10_000;

const [waves, seed] = Deno.args.map(Number);
const directory = Deno.args[2];
const random = new Random(seed);
const bank = SharedMap.create<string, number>({ value: "number" });
const ledger = new Int32Array(new SharedArrayBuffer(4 * waves * TELLERS));
const report = { transfers: 0, snapshots: 0, epochs: 0 };

openAccounts(bank);
const writer = new SnapshotWriter(bank, { directory, interval: 5, keep: 2 });
writer.onError = (error) => {
  throw error;
};
await writer.start();
for (let wave = 0; wave < waves; wave++) {
  await letDie(wave);
  await writer.write();
  await checkEpoch();
}
await writer.stop();
checkMemory();
console.log(JSON.stringify(report));
Deno.exit();

/** Checks the sum until all tellers of a wave are dead, and what each of them had done. */
async function letDie(wave: number): Promise<void> {
  const tellers = Array.from({ length: TELLERS }, (_, i) => wave * TELLERS + i);
  const workers = tellers.map(startTeller);
  using before = bank.snapshot();
  const isLiving = (teller: number) => Atomics.load(ledger, teller) < DEAD;
  while (tellers.some(isLiving)) {
    using snapshot = bank.snapshot();
    checkBalances(snapshot);
    checkInTransaction(bank); // it helps the dead, too
    report.snapshots++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (const teller of tellers) checkLedger(teller);
  await eventually(() => {
    const { participants } = bank.stats();
    assertEquals(participants, LIVING, "the dead are not recovered");
  });
  for (const worker of workers) worker.terminate();
  for (const teller of tellers) report.transfers += checkLedger(teller);
  checkBalances(before);
}

function startTeller(teller: number): Worker {
  const url = new URL("./bank_victim.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const step = Math.ceil(LATEST ** random.fraction());
  worker.onerror = (event) => console.error(teller, step, event.message);
  const task: Teller = {
    handle: bank.handle,
    teller,
    ledger,
    step,
    seed: random.below(2 ** 31),
  };
  worker.postMessage(task);
  return worker;
}

/**
 * What a teller knew of is there; the transfer that it died in is there or not. Returns how many
 * are there.
 */
function checkLedger(teller: number): number {
  const known = ledger[teller] - DEAD;
  const count = bank.get(made(teller)) ?? 0;
  assert(count === known || count === known + 1, `${count} of ${known} made`);
  return count;
}

async function checkEpoch(): Promise<void> {
  using restored = SharedMap.create<string, number>({ value: "number" });
  const info = await restoreSnapshot(restored, directory);
  assertEquals(info?.rejected, []);
  checkBalances(restored);
  report.epochs++;
}

function checkMemory(): void {
  checkBalances(bank);
  bank.clear();
  for (let i = 0; i < 6; i++) bank.snapshot().close();
  const { counters, leaks } = inspectMemory(bank.handle.buffer);
  assertEquals([...bank], []);
  assertEquals(counters.entries, { counted: 0, real: 0 });
  assertEquals(bank.stats().liveBytes, 0);
  assert(leaks.length <= waves * TELLERS, `${leaks.length} blocks leaked`);
}
