/**
 * Running transactions: the caller's code, again and again until nothing that it has read was
 * changed before what it writes takes effect.
 *
 * The map is pinned while the code runs, so that what it has read can be told from what comes
 * later. If there is too little memory for what it writes, the run ends, memory is reclaimed, and
 * the code runs again.
 *
 * @module
 */

import { received, theMap } from "../errors.ts";
import type { Participant } from "../reclamation/participant.ts";
import type { Segment } from "../segment/segment.ts";
import { hasLeases } from "../table/leases.ts";
import { CommitTries } from "./commit_tries.ts";
import type { EntryAccess } from "./entry_access.ts";
import { running, runningOn } from "./running_transactions.ts";
import { LateReads, MapTransaction } from "./transaction.ts";
import {
  type CommitOutcome,
  TransactionCommitter,
} from "./transaction_commit.ts";
import { TransactionLog } from "./transaction_log.ts";

/** The caller's code. */
type Code<K, V, R> = (transaction: MapTransaction<K, V>) => R;

/** What came of a run of the caller's code. */
interface Run<R> {
  readonly outcome: CommitOutcome;
  /** What the code returned, if it was not stopped. */
  readonly result?: R;
}

/** Runs the transactions of one map object. */
export class Transactor<K, V> {
  readonly #access: EntryAccess<K, V>;
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #committer: TransactionCommitter;
  readonly #lateReads: LateReads;
  /** For the next transaction, unless one has taken it. */
  #spareLog: TransactionLog | undefined;

  constructor(access: EntryAccess<K, V>) {
    const { counts, hold: { attachment }, writer } = access;
    this.#access = access;
    this.#lateReads = new LateReads(attachment);
    this.#participant = attachment.participant;
    this.#segment = attachment.segment;
    this.#committer = new TransactionCommitter(
      attachment,
      writer,
      counts,
    );
  }

  /**
   * Runs a transaction; within the code of another one of this map it becomes a part of that.
   * Throws what the code throws, and then nothing is written; and `MapFullError`.
   *
   * @param code The caller's code.
   * @param what What is done, for an error.
   */
  run<R>(code: Code<K, V, R>, what: string): R {
    this.#access.hold.checkOpen(what);
    const outer = runningOn(this.#segment);
    if (outer !== undefined) {
      // Of a map object with the same codecs, as it is of the same segment.
      const transaction = outer.transaction as MapTransaction<K, V>;
      return transaction.join(() => this.#call(code, transaction, what));
    }
    const log = this.#spareLog ?? new TransactionLog();
    this.#spareLog = undefined;
    try {
      return this.#runUntilDone(code, log, what);
    } finally {
      log.empty();
      this.#spareLog = log;
    }
  }

  #runUntilDone<R>(code: Code<K, V, R>, log: TransactionLog, what: string): R {
    const tries = new CommitTries(this.#access, this.#committer);
    for (let attempt = 1;; attempt++) {
      const { outcome, result } = this.#runOnce(code, log, attempt, what);
      if (outcome === "done") {
        this.#participant.count("transactions");
        this.#participant.collectSometimes();
        return result as R;
      }
      log.empty();
      if (outcome === "lost") {
        this.#participant.count("conflicts");
        tries.endConflict();
      } else tries.endShortage();
    }
  }

  #runOnce<R>(
    code: Code<K, V, R>,
    log: TransactionLog,
    attempt: number,
    what: string,
  ): Run<R> {
    // No pin of the caller's, which is renewed between operations: what was read stays what it is.
    this.#participant.pin();
    const late = this.#lateReads;
    const transaction = new MapTransaction(this.#access, log, late, attempt);
    try {
      late.close(); // if an exception has left it open
      const result = this.#callWithin(code, transaction, what);
      if (transaction.hasConflict) return { outcome: "lost" };
      this.#access.hold.checkOpen(what);
      // The code has ended: who loads a value from here on sees what it has changed elsewhere.
      if (!hasLeases(this.#segment.words)) log.leaveOutNeedless();
      const outcome = log.writes === 0
        ? "done"
        : this.#committer.tryCommit(log);
      return { outcome, result };
    } catch (error) {
      if (transaction.hasConflict) return { outcome: "lost" };
      throw error;
    } finally {
      transaction.end();
      this.#participant.unpin();
    }
  }

  /** Calls the code, which is known to run meanwhile. */
  #callWithin<R>(
    code: Code<K, V, R>,
    transaction: MapTransaction<K, V>,
    what: string,
  ): R {
    const outer = running.innermost;
    running.innermost = { segment: this.#segment, transaction, outer };
    try {
      return this.#call(code, transaction, what);
    } finally {
      running.innermost = outer;
    }
  }

  #call<R>(
    code: Code<K, V, R>,
    transaction: MapTransaction<K, V>,
    what: string,
  ): R {
    const result = code(transaction);
    if (!isThenable(result)) return result;
    // The caller gets this error. That the promise may reject with another one, as the transaction
    // is over, is nobody's concern.
    if (result instanceof Promise) result.catch(() => {});
    throw new TypeError(
      `Cannot ${what} in ${
        theMap(this.#segment.name)
      }: its function must not be async, since it may run again, and others would wait for it: ${
        received(result)
      }: await before the transaction, or after it`,
    );
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
