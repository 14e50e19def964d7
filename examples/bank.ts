/// <reference lib="deno.worker" />
/**
 * A bank: workers transfer money between accounts, and one of them ends in the
 * middle of a transfer. Yet there is always the same sum in all accounts together,
 * in memory and on disk.
 *
 * ```sh
 * deno run --allow-read=. --allow-write=examples/bank_epochs examples/bank.ts
 * ```
 *
 * A transfer reads one account, and writes to two. As a transaction it takes effect
 * at one moment, or not at all: money is neither lost nor made.
 *
 * @module
 */
import {
  restoreSnapshot,
  SharedMap,
  type SharedMapHandle,
  writeSnapshot,
} from "../mod.ts";

type Accounts = SharedMap<number, number>;

/** What a worker is told. */
interface Order {
  readonly handle: SharedMapHandle;
  /** Whether it ends half way, in the middle of a transfer. */
  readonly ends: boolean;
}

const ACCOUNTS = 100;
const EACH = 1_000;
const TRANSFERS = 20_000;
const DIRECTORY = "examples/bank_epochs";
const CODECS = { key: "number", value: "number" } as const;

if ("WorkerGlobalScope" in self) self.onmessage = ({ data }) => work(data);
else await main();

async function main() {
  using accounts = SharedMap.create(CODECS);
  const all = Array.from({ length: ACCOUNTS }, (_, i) => [i, EACH] as const);
  accounts.setMany(all, { atomic: true });

  let atWork = 0;
  for (const ends of [false, false, true]) {
    atWork++;
    hire({ handle: accounts.handle, ends }).then(() => atWork--);
  }
  await Deno.mkdir(DIRECTORY, { recursive: true });
  const sums = new Set<number>();
  let audits = 0;
  while (atWork > 0) {
    sums.add(audit(accounts));
    if (audits++ % 20 === 0) await writeSnapshot(accounts, DIRECTORY);
    await pause(1);
  }
  console.log(`${audits} audits, in all accounts: ${[...sums].join(", ")}`);

  // What a program finds that starts after this one has crashed.
  using restored = SharedMap.create(CODECS);
  await restoreSnapshot(restored, DIRECTORY);
  console.log(`${restored.size} accounts on disk, in all: ${audit(restored)}`);
  await Deno.remove(DIRECTORY, { recursive: true });
}

/** The sum of all accounts at one moment. */
function audit(accounts: Accounts): number {
  using snapshot = accounts.snapshot();
  return snapshot.values().reduce((sum, balance) => sum + balance);
}

/** Starts a worker; resolves when it is done, or ends. */
function hire(order: Order): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.postMessage(order);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      console.log(data);
      worker.terminate();
      resolve();
    };
  });
}

function work({ handle, ends }: Order): void {
  using accounts = SharedMap.attach(handle, CODECS);
  for (let i = 0; i < TRANSFERS; i++) {
    transfer(accounts, chosen(), chosen(), chosen(), () => {
      if (!ends || i < TRANSFERS / 2) return;
      self.postMessage("a worker ends in the middle of a transfer");
      self.close(); // it does nothing more
    });
  }
  self.postMessage(`a worker has done ${TRANSFERS} transfers`);
}

/**
 * Transfers an amount, unless the account has less.
 *
 * @param between Called in the middle: the money is taken, and not given yet.
 */
function transfer(
  accounts: Accounts,
  from: number,
  to: number,
  amount: number,
  between: () => void,
): void {
  accounts.transaction((tx) => {
    if (tx.get(from)! < amount) return;
    tx.increment(from, -amount);
    between();
    tx.increment(to, amount);
  });
}

/** Chosen by chance, from 0 to 99. */
function chosen(): number {
  return Math.floor(Math.random() * ACCOUNTS);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
