/**
 * Spaces: how commands reach what is under keys, by themselves or in a transaction.
 *
 * A command on one key is one write of the map, which is tried again if another worker was faster.
 * One on several keys is a transaction of the map.
 *
 * @module
 */

import type { MapParts } from "../api/shared_map.ts";
import { KEEP } from "../map/keep.ts";
import type { Lifetime } from "../map/lifetime.ts";
import type { MapTransaction } from "../map/transaction.ts";
import { Entry } from "./entry.ts";
import { fail } from "./errors.ts";
import { Keyspace } from "./keyspace.ts";

/** Opens the entry of a key. */
export type Open = (key: string) => Entry;

/** Keys, and what is under them. */
export interface Space {
  /** What is stored under a key, on the shortest way. */
  get(key: string): unknown;
  /** Stores something under a key, which does not expire, on the shortest way. */
  set(key: string, stored: unknown): void;
  /**
   * Adds to what is stored as a number, or to 0, on the shortest way, and keeps the expiry;
   * undefined, and nothing is changed: it is no number, or the sum is not exact as one.
   */
  add(key: string, by: number): number | undefined;
  /** Runs a command that reads one key. */
  read<R>(key: string, command: (entry: Entry) => R): R;
  /** Runs a command that changes one key. */
  change<R>(key: string, command: (entry: Entry) => R): R;
  /** Runs a command on several keys: all of it happens at one moment. */
  all<R>(command: (open: Open) => R): R;
  /** All keys there are. Throws in a transaction. */
  readonly keyspace: Keyspace;
}

const WHAT = "run a command";
const KEPT: Lifetime = { ttl: Infinity, keeps: true };

/** The space of a map object. */
export class DirectSpace implements Space {
  readonly #parts: MapParts<string, unknown>;
  readonly keyspace: Keyspace;

  constructor(parts: MapParts<string, unknown>) {
    this.#parts = parts;
    this.keyspace = new Keyspace(parts);
  }

  get(key: string): unknown {
    return this.#parts.reader.get(key);
  }

  set(key: string, stored: unknown): void {
    this.#parts.writer.set(key, stored, WHAT);
  }

  add(key: string, by: number): number | undefined {
    let sum: number | undefined;
    this.#parts.updater.update(
      key,
      (current = 0) => {
        const next = typeof current === "number" ? current + by : NaN;
        sum = Number.isSafeInteger(next) ? next + 0 : undefined; // never -0
        return sum ?? KEEP;
      },
      KEPT,
      WHAT,
    );
    return sum;
  }

  read<R>(key: string, command: (entry: Entry) => R): R {
    return this.#parts.reader.look(
      key,
      (present) => command(new Entry(present)),
      WHAT,
    );
  }

  change<R>(key: string, command: (entry: Entry) => R): R {
    let result: R;
    this.#parts.writer.change(key, (present) => {
      const entry = new Entry(present);
      result = command(entry);
      return entry.next;
    }, WHAT);
    return result!;
  }

  all<R>(command: (open: Open) => R): R {
    return this.#parts.transactor.run(
      (transaction) => new TransactionSpace(transaction).all(command),
      WHAT,
    );
  }
}

/** The space of a transaction. */
export class TransactionSpace implements Space {
  readonly #transaction: MapTransaction<string, unknown>;

  constructor(transaction: MapTransaction<string, unknown>) {
    this.#transaction = transaction;
  }

  get(key: string): unknown {
    return this.#transaction.get(key);
  }

  set(key: string, stored: unknown): void {
    this.#transaction.set(key, stored);
  }

  add(): undefined {
    return undefined;
  }

  read<R>(key: string, command: (entry: Entry) => R): R {
    return command(this.#open(key));
  }

  change<R>(key: string, command: (entry: Entry) => R): R {
    return this.all((open) => command(open(key)));
  }

  all<R>(command: (open: Open) => R): R {
    const entries = new Map<string, Entry>();
    const result = command((key) => {
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = this.#open(key);
        entries.set(key, entry);
      }
      return entry;
    });
    for (const [key, { next }] of entries) {
      if (next !== KEEP) this.#transaction.replace(key, next, WHAT);
    }
    return result;
  }

  get keyspace(): Keyspace {
    return fail(
      "ERR commands about all keys cannot be used in a transaction",
    );
  }

  #open(key: string): Entry {
    return new Entry(this.#transaction.present(key, WHAT));
  }
}
