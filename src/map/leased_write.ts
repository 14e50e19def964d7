/**
 * Leased writes: a value that was loaded comes into the map, unless its key was written meanwhile.
 *
 * What the key was is looked at under a lease (`table/leases.ts`), before the load. Afterwards the
 * value takes the place of what was seen, or of nothing: not of an entry that another worker has
 * set meanwhile. It does so through a commit record, like a transaction of one key, which counts
 * only if the lease is good when all is linked. So nobody has to take anything away again, and it
 * does not matter who decides: this worker, one that meets the version, or one that recovers this
 * worker after its death.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import type { Lease } from "../table/lease.ts";
import { CommitTries } from "./commit_tries.ts";
import type { EntryAccess } from "./entry_access.ts";
import { KeyObserver } from "./key_observer.ts";
import {
  type CommitOutcome,
  TransactionCommitter,
} from "./transaction_commit.ts";
import { DELETED, TransactionLog, type Write } from "./transaction_log.ts";
import type { Taken } from "./version_reader.ts";

/** What was seen of a key under a lease. */
export interface LeasedSight<V> {
  readonly lease: Lease;
  /** The value, to be finished; undefined: there is none. */
  readonly value: Taken<V> | undefined;
  /** When it expires, in milliseconds since 1970. */
  readonly end: number;
  /** The number of its version's write. */
  readonly writes: number;
}

/** Looks at keys under a lease, and writes what was loaded for them. */
export class LeasedWriter<K, V> {
  readonly #access: EntryAccess<K, V>;
  readonly #observer: KeyObserver<K, V>;
  readonly #participant: Participant;
  readonly #committer: TransactionCommitter;
  /** It has memory of its own: made when something is loaded first. */
  #log: TransactionLog | undefined;

  constructor(access: EntryAccess<K, V>) {
    const { counts, hold: { attachment }, writer } = access;
    this.#access = access;
    this.#observer = new KeyObserver(access);
    this.#participant = attachment.participant;
    this.#committer = new TransactionCommitter(attachment, writer, counts);
  }

  /** Takes a lease for the packed key, and looks at it. The lease has to be ended. */
  see(): LeasedSight<V> {
    const { key, leases } = this.#access.hold.attachment;
    const lease = leases.take(key.hash);
    const { end, value, writes } = this.#observer.look();
    return { lease, value, end, writes };
  }

  /**
   * Writes the prepared value of the packed key, if nobody has written to it since it was seen.
   *
   * @param seen What was seen.
   * @param ttl How long the entry lives, in milliseconds.
   * @returns Whether the value is in the map.
   * @throws {MapFullError} If it does not fit.
   */
  write(seen: LeasedSight<V>, ttl: number): boolean {
    const { format } = this.#access.values;
    const life = { ttl, keeps: false };
    return this.#commit(seen, (log) => log.encode(format, life));
  }

  /** Deletes the entry of the packed key, if nobody has written to it since it was seen. */
  remove(seen: LeasedSight<V>): void {
    if (seen.value !== undefined) this.#commit(seen, () => DELETED);
  }

  #commit(
    seen: LeasedSight<V>,
    writeIn: (log: TransactionLog) => Write,
  ): boolean {
    const log = this.#log ??= new TransactionLog();
    try {
      const entry = log.entryOf(this.#access.hold.attachment.key);
      log.write(entry, writeIn(log), "load");
      return this.#commitLogged(seen, log);
    } finally {
      log.empty();
    }
  }

  #commitLogged(seen: LeasedSight<V>, log: TransactionLog): boolean {
    const tries = new CommitTries(this.#access, this.#committer);
    for (;;) {
      const outcome = this.#tryCommit(seen, log);
      if (outcome === "full") tries.endShortage();
      else if (outcome === "lost") tries.endConflict();
      else {
        this.#participant.collectSometimes();
        return outcome === "done";
      }
    }
  }

  #tryCommit(
    seen: LeasedSight<V>,
    log: TransactionLog,
  ): CommitOutcome | "late" {
    const { hold: { attachment }, lookup } = this.#access;
    const [entry] = log.entries;
    this.#participant.pin();
    try {
      log.pack(entry, attachment.key);
      const live = lookup.findLive();
      if (live === 0 && entry.write === DELETED) return "late";
      const writes = live === 0 ? seen.writes : this.#observer.writesOf(live);
      if (Number.isNaN(writes)) return "lost"; // somebody replaces it just now
      const isStill = live === 0 || seen.value !== undefined;
      if (!seen.lease.isGood || !isStill || writes !== seen.writes) {
        return "late";
      }
      entry.isRead = true;
      entry.seen = live;
      return this.#committer.tryCommit(log, seen.lease);
    } finally {
      this.#participant.unpin();
    }
  }
}
