/**
 * Committing transactions: from what a run of the caller's code has logged to a commit of several
 * keys (`table/commits.ts`).
 *
 * Nothing of it runs the caller's code. All memory is taken before anything is linked, but for the
 * tombstones of absent keys, which change nothing. So a transaction for which there is no memory
 * does nothing.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { LENGTH_MASK } from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { type Commits, guardRefs, recordBytes } from "../table/commits.ts";
import type { EncodedKey } from "../table/key.ts";
import type { Table } from "../table/table.ts";
import { bytesOf, endOf, versionBytes } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { ChangeNotes } from "./change_notes.ts";
import { judged } from "./liveness.ts";
import { refuseWhatNeverFits } from "./map_full.ts";
import type { OperationCounts } from "./operation_counts.ts";
import {
  DELETED,
  type LogEntry,
  type TransactionLog,
  type WrittenValue,
} from "./transaction_log.ts";
import { NO_MEMORY, type VersionMaker } from "./version_maker.ts";

/** For more keys than this the table is made large enough first. */
const MOST_AT_ONCE = 256;

/** What came of it: "lost" if something was changed that the transaction goes by. */
export type CommitOutcome = "done" | "lost" | "full";

/** Commits one transaction after the other. */
export class TransactionCommitter {
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #commits: Commits;
  readonly #key: EncodedKey;
  readonly #maker: VersionMaker;
  readonly #changes: ChangeNotes;
  readonly #counts: OperationCounts;
  #taken = 0;
  #missing = 0;

  /**
   * @param attachment The worker's hold on the map.
   * @param maker Makes versions of the attachment's packed key.
   * @param counts Counts what is written.
   */
  constructor(
    attachment: Attachment,
    maker: VersionMaker,
    counts: OperationCounts,
  ) {
    const { key, participant, segment, table } = attachment;
    this.#participant = participant;
    this.#segment = segment;
    this.#table = table;
    this.#commits = table.commits;
    this.#key = key;
    this.#maker = maker;
    this.#changes = new ChangeNotes(attachment, key);
    this.#counts = counts;
  }

  /** How many blocks the last try has taken that came to "full". */
  get taken(): number {
    return this.#taken;
  }

  /** Bytes that it lacked then. */
  get missing(): number {
    return this.#missing;
  }

  /**
   * Commits what is logged; the map has been pinned since the first read. If there is no memory,
   * the maker's `shortage` says of what there was too little. Throws `MapFullError` if it can never
   * fit.
   */
  tryCommit(log: TransactionLog): CommitOutcome {
    const entries = log.inOrder().filter((entry) =>
      entry.isRead || entry.write !== undefined
    );
    this.#taken = 0;
    this.#missing = entries.reduce((sum, entry) => sum + bytesFor(entry), 0);
    refuseWhatNeverFits(this.#segment, this.#missing);
    this.#expect(entries.length);
    try {
      const outcome = this.#commit(log, entries);
      if (outcome !== "done") this.#dropAbsences(log, entries);
      return outcome;
    } finally {
      this.#expect(0);
    }
  }

  /**
   * Announces how many keys there may be more: their tombstones are no entries yet, for which a
   * table would be made larger.
   */
  #expect(keys: number): void {
    const { resizer } = this.#table;
    if (keys > MOST_AT_ONCE) resizer.expect(keys);
    else resizer.announce(keys);
  }

  #commit(log: TransactionLog, entries: readonly LogEntry[]): CommitOutcome {
    for (const entry of entries) {
      const outcome = this.#rely(log, entry);
      if (outcome !== "done") return outcome;
    }
    const needed = entries.filter(isNeeded);
    if (!this.#draft(needed)) return "full";
    for (const entry of needed) {
      if (!this.#add(log, entry)) return "full";
      this.#missing -= bytesFor(entry);
    }
    if (!this.#commits.commit()) return "lost";
    this.#note(log, needed);
    return "done";
  }

  /** Finds the version of a key that the transaction goes by, to be replaced or guarded. */
  #rely(log: TransactionLog, entry: LogEntry): CommitOutcome {
    log.pack(entry, this.#key);
    const seek = () => this.#table.seek(this.#key, true);
    entry.isAbsence = false;
    this.#table.backoff.reset();
    for (;;) {
      const found = judged(this.#segment, seek(), seek);
      entry.isLive = found > 0;
      entry.old = Math.abs(found);
      const live = entry.isLive ? found : 0;
      if (entry.isRead && live !== entry.seen) return "lost";
      if (entry.old !== 0) return "done";
      if (!this.#linkAbsence(entry)) return "full";
    }
  }

  /**
   * Links a tombstone of the packed key, which has no version: now there is one to go by. False if
   * there is no memory, or no slot.
   */
  #linkAbsence(entry: LogEntry): boolean {
    const tombstone = this.#maker.absence();
    if (tombstone === NO_MEMORY) return false;
    const outcome = this.#table.insert(this.#key, tombstone);
    if (outcome === "full") {
      const bytes = bytesOf(this.#segment.words, tombstone);
      this.#maker.shortage = { of: "slot", bytes };
    }
    if (outcome !== "done") this.#participant.allocator.free(tombstone);
    this.#participant.leaveSection();
    if (outcome === "done") {
      entry.isAbsence = true;
      this.#taken++;
    } else this.#table.backoff.wait();
    return outcome !== "full";
  }

  /** Drops the tombstones that were linked in vain, as far as that can be done at once. */
  #dropAbsences(log: TransactionLog, entries: readonly LogEntry[]): void {
    const participant = this.#participant;
    for (const entry of entries) {
      if (!entry.isAbsence) continue;
      log.pack(entry, this.#key);
      this.#table.countTombstone();
      if (this.#table.seek(this.#key, false) !== entry.old) continue;
      participant.enterSection();
      this.#table.dropSought();
      participant.leaveSection();
    }
  }

  #draft(entries: readonly LogEntry[]): boolean {
    let writes = 0;
    let guardsRefs = 0;
    let deletes = 0;
    for (const { info, write } of entries) {
      if (write === undefined) guardsRefs += guardRefs(info);
      else writes++;
      if (write === DELETED) deletes++;
    }
    const guards = entries.length - writes;
    const purpose = deletes === writes ? "tombstone" : "entry";
    const isDrafted = this.#commits.draft(writes, guards, guardsRefs, purpose);
    if (isDrafted) this.#taken++;
    else {
      const bytes = recordBytes(writes, guards, guardsRefs);
      this.#maker.shortage = { of: "entry", bytes };
    }
    return isDrafted;
  }

  /** Adds a key to the record that is drafted; if there is no memory, gives that up. */
  #add(log: TransactionLog, entry: LogEntry): boolean {
    const { hash, isLive, isRead, old, write } = entry;
    log.pack(entry, this.#key);
    if (isLive && (isRead || isKeeping(write))) {
      this.#commits.expires(endOf(this.#segment, old));
    }
    if (write === undefined) {
      this.#commits.guard(this.#key, old);
      return true;
    }
    const version = write === DELETED
      ? this.#maker.tombstone()
      : this.#maker.make(write, this.#expiryOf(write, entry));
    if (version === NO_MEMORY) {
      this.#commits.giveUp();
      return false;
    }
    this.#commits.add(hash, old, version);
    this.#taken++;
    return true;
  }

  #expiryOf({ life }: WrittenValue, { isLive, old }: LogEntry): number {
    // Negative: of a renewal. The record has a deadline, by which that is decided.
    return life.until ?? Math.abs(this.#maker.endOver(old, isLive, life));
  }

  /** Counts what was written, and notes the changes. */
  #note(log: TransactionLog, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.write === undefined) continue;
      if (entry.write === DELETED) {
        this.#counts.delete();
        this.#table.countTombstone();
      } else this.#counts.set();
      log.pack(entry, this.#key);
      this.#changes.note();
    }
  }
}

/** Bytes of the version that is to be written to a key, but for its expiry. */
function bytesFor({ info, write }: LogEntry): number {
  if (write === undefined) return 0;
  const valueLength = write === DELETED ? 0 : write.byteLength;
  return versionBytes(info & LENGTH_MASK, valueLength, false);
}

/** Whether a key matters: to delete what is not there, without having read it, changes nothing. */
function isNeeded({ isLive, isRead, write }: LogEntry): boolean {
  return isRead || write !== DELETED || isLive;
}

/** Whether a value keeps, or renews, the expiry of what was there. */
function isKeeping(write: LogEntry["write"]): boolean {
  return write !== undefined && write !== DELETED && write.life.keeps;
}
