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
import { StructureError } from "../map/structure_error.ts";
import type { Nodes } from "../map/structure_maker.ts";
import type { MapTransaction } from "../map/transaction.ts";
import { Entry } from "./entry.ts";
import { fail, StoreError, WRONG_TYPE } from "./errors.ts";
import { Keyspace } from "./keyspace.ts";
import { Publisher } from "./pubsub/publisher.ts";
import { ifRoom, LIMITS, type Limits } from "./representation.ts";
import { DraftedTrees, PlannedTrees, ReadTrees, type Trees } from "./trees.ts";

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
  /** How the entry of a key is used; null: there is none. That is no use itself. */
  use(key: string): Use | null;
  /** Runs a command that reads one key. */
  read<R>(key: string, command: (entry: Entry) => R): R;
  /** Runs a command that changes one key. */
  change<R>(key: string, command: (entry: Entry) => R): R;
  /** Runs a command on several keys: all of it happens at one moment. */
  all<R>(command: (open: Open) => R): R;
  /** All keys there are. Throws in a transaction. */
  readonly keyspace: Keyspace;
  /** What sends messages. Throws in a transaction. */
  readonly publisher: Publisher;
}

/** How an entry is used, as far as the map tracks that. */
export interface Use {
  /** From 0 to 255; undefined: it is not tracked. */
  readonly frequency: number | undefined;
  /** Seconds since it was used; null: nothing is known of that; undefined: it is not tracked. */
  readonly idle: number | null | undefined;
}

const WHAT = "run a command";
const KEPT: Lifetime = { ttl: Infinity, keeps: true };

/** The space of a map object. */
export class DirectSpace implements Space {
  readonly #parts: MapParts<string, unknown>;
  readonly #limits: Limits;
  readonly #nodes: Nodes;
  readonly #readTrees: Trees;
  readonly keyspace: Keyspace;
  #publisher: Publisher | undefined;

  /**
   * @param parts The parts of the map.
   * @param limits When collections become trees, and packs.
   */
  constructor(parts: MapParts<string, unknown>, limits: Limits = LIMITS) {
    this.#parts = parts;
    this.#limits = limits;
    this.#nodes = parts.access.hold.attachment.segment;
    this.#readTrees = new ReadTrees(this.#nodes);
    this.keyspace = new Keyspace(parts);
  }

  get publisher(): Publisher {
    const { hold } = this.#parts.access;
    hold.checkWritable("send a message");
    return this.#publisher ??= new Publisher(hold.attachment);
  }

  get(key: string): unknown {
    try {
      return this.#parts.reader.get(key);
    } catch (error) {
      throw asWrongType(error);
    }
  }

  set(key: string, stored: unknown): void {
    this.#parts.writer.set(key, stored, WHAT);
  }

  add(key: string, by: number): number | undefined {
    let sum: number | undefined;
    const add = (current: unknown = 0) => {
      const next = typeof current === "number" ? current + by : NaN;
      sum = Number.isSafeInteger(next) ? next + 0 : undefined; // never -0
      return sum ?? KEEP;
    };
    try {
      this.#parts.updater.update(key, add, KEPT, WHAT);
    } catch (error) {
      throw asWrongType(error);
    }
    return sum;
  }

  use(key: string): Use | null {
    const { access, reader } = this.#parts;
    const { keepsUses } = access.hold.attachment.segment;
    const use = reader.access(key);
    if (use === undefined) return null;
    const { frequency, idle } = use;
    if (!keepsUses) return { frequency: undefined, idle: undefined };
    return {
      frequency,
      idle: idle === undefined ? null : Math.floor(idle / 1000),
    };
  }

  read<R>(key: string, command: (entry: Entry) => R): R {
    return this.#parts.reader.look(
      key,
      (present) => command(new Entry(present, this.#readTrees)),
      WHAT,
    );
  }

  change<R>(key: string, command: (entry: Entry) => R): R {
    let result: R;
    this.#parts.writer.change(key, (present, draft) => {
      const trees = new DraftedTrees(draft, this.#limits);
      const entry = new Entry(present, trees);
      return ifRoom(() => {
        result = command(entry);
        return entry.next;
      });
    }, WHAT);
    return result!;
  }

  all<R>(command: (open: Open) => R): R {
    return this.#parts.transactor.run(
      (transaction) => this.within(transaction).all(command),
      WHAT,
    );
  }

  /** The space of a transaction. */
  within(transaction: MapTransaction<string, unknown>): TransactionSpace {
    const use = (key: string) => this.use(key);
    return new TransactionSpace(transaction, this.#nodes, this.#limits, use);
  }
}

/** What is thrown where a string is asked for, and there are trees. */
function asWrongType(error: unknown): unknown {
  return error instanceof StructureError ? new StoreError(WRONG_TYPE) : error;
}

/** The space of a transaction. */
export class TransactionSpace implements Space {
  readonly #transaction: MapTransaction<string, unknown>;
  readonly #trees: Trees;

  /**
   * @param transaction The transaction of the map.
   * @param nodes The memory of the map.
   * @param limits As those of the store.
   * @param use How an entry is used: no part of the transaction.
   */
  constructor(
    transaction: MapTransaction<string, unknown>,
    nodes: Nodes,
    limits: Limits,
    readonly use: (key: string) => Use | null,
  ) {
    this.#transaction = transaction;
    this.#trees = new PlannedTrees(nodes, limits);
  }

  get(key: string): unknown {
    try {
      return this.#transaction.get(key);
    } catch (error) {
      throw asWrongType(error);
    }
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

  get publisher(): Publisher {
    return fail("ERR commands on messages cannot be used in a transaction");
  }

  #open(key: string): Entry {
    return new Entry(this.#transaction.present(key, WHAT), this.#trees);
  }
}
