/**
 * A bank: accounts between which workers transfer money in transactions. So what all accounts
 * hold together is the same at each moment, whatever anybody does.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { SharedMap, SharedMapTransaction } from "../../mod.ts";
import type { Random } from "../testing/random.ts";

export type Bank = SharedMap<string, number>;
type Transaction = SharedMapTransaction<string, number>;

const ACCOUNTS = 1_000;
const OPENING_BALANCE = 100;
const TOTAL = ACCOUNTS * OPENING_BALANCE;
/** So many accounts are paid by one at most. */
const MOST_PAID = 3;

const account = (number: number) => `account ${number}`;
/** How many transfers a teller has made, as the transfers themselves say. */
export const made = (teller: number): string => `made by ${teller}`;

/** Opens the accounts. */
export function openAccounts(bank: Bank): void {
  for (let i = 0; i < ACCOUNTS; i++) bank.set(account(i), OPENING_BALANCE);
}

const ABANDONED = new Error("The transfer is to be abandoned");

/** Transfers money from one account to a few others; returns whether that was not abandoned. */
export function transfer(bank: Bank, random: Random, teller: number): boolean {
  const payer = random.below(ACCOUNTS);
  const paid = Array.from(
    { length: 1 + random.below(MOST_PAID) },
    () => random.below(ACCOUNTS),
  );
  const amount = 1 + random.below(OPENING_BALANCE);
  const isAbandoned = random.chance(0.1);
  try {
    bank.transaction((tx) => {
      for (const to of paid) pay(tx, account(payer), account(to), amount);
      if (isAbandoned) throw ABANDONED;
      tx.increment(made(teller));
    });
  } catch (error) {
    if (error !== ABANDONED) throw error;
  }
  return !isAbandoned;
}

/** Pays as much as is there, at most an amount. An account that holds nothing is no entry. */
function pay(tx: Transaction, from: string, to: string, most: number): void {
  const balance = tx.get(from) ?? 0;
  const amount = Math.min(balance, most);
  if (amount === 0) return;
  if (amount === balance) tx.delete(from);
  else tx.set(from, balance - amount);
  tx.increment(to, amount);
}

/** Throws unless the bank, as it was at one moment, has all of the money. */
export function checkBalances(entries: Iterable<[string, number]>): void {
  let sum = 0;
  for (const [name, balance] of entries) {
    if (!name.startsWith("account ")) continue;
    assert(balance > 0, `${name} holds ${balance}`);
    sum += balance;
  }
  assertEquals(sum, TOTAL, "money was made, or lost");
}

/** The same in one transaction that reads all accounts. */
export function checkInTransaction(bank: Bank): void {
  const balances = bank.transaction((tx) =>
    Array.from({ length: ACCOUNTS }, (_, i) => tx.get(account(i)) ?? 0)
  );
  const sum = balances.reduce((sum, it) => sum + it, 0);
  assertEquals(sum, TOTAL, "a transaction saw more than one moment");
}
