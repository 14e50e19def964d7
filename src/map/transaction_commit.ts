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

import { theMap } from "../errors.ts";
import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { guardRefs } from "../table/commit_record.ts";
import { type Commits, recordBytes } from "../table/commits.ts";
import { ANY_VERSION } from "../table/fast_path.ts";
import type { FastPath } from "../table/fast_path_fallback.ts";
import type { EncodedKey } from "../table/key.ts";
import type { Lease } from "../table/lease.ts";
import * as leases from "../table/leases.ts";
import type { Table } from "../table/table.ts";
import { endOf, valueIndex, versionBytes } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { ChangeNotes } from "./change_notes.ts";
import type { Lifetime } from "./lifetime.ts";
import { judged } from "./liveness.ts";
import { refuseWhatNeverFits } from "./map_full.ts";
import type { OperationCounts } from "./operation_counts.ts";
import {
  DELETED,
  type LogEntry,
  type TransactionLog,
  WrittenPlan,
  WrittenValue,
} from "./transaction_log.ts";
import { NO_NODES, storedAt, type StructureMaker } from "./structure_maker.ts";
import { NO_MEMORY, type VersionMaker } from "./version_maker.ts";
import type { Writer } from "./writer.ts";

// Constants of its own: `layout.ts` says why.
const {
  LENGTH_MASK,
  TAG_SHIFT,
  TOMBSTONE,
} = layout;

const { hasLeases, revoke } = leases;

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
  readonly #structures: StructureMaker;
  readonly #changes: ChangeNotes;
  readonly #counts: OperationCounts;
  readonly #fastPath: FastPath;
  #taken = 0;
  #wanted = 0;

  /**
   * @param attachment The worker's hold on the map.
   * @param writer Its makers make versions of the attachment's packed key.
   * @param counts Counts what is written.
   */
  constructor(
    attachment: Attachment,
    { maker, structures }: Pick<Writer, "maker" | "structures">,
    counts: OperationCounts,
  ) {
    const { fastPath, key, participant, segment, table } = attachment;
    this.#participant = participant;
    this.#segment = segment;
    this.#table = table;
    this.#commits = table.commits;
    this.#key = key;
    this.#maker = maker;
    this.#structures = structures;
    this.#changes = new ChangeNotes(attachment, key);
    this.#counts = counts;
    this.#fastPath = fastPath;
  }

  /** How much the last try has taken that came to "full": blocks, and bytes of nodes. */
  get taken(): number {
    return this.#taken;
  }

  /** Bytes of all that it was to take. */
  get wanted(): number {
    return this.#wanted;
  }

  /**
   * Commits what is logged; the map has been pinned since the first read. If there is no memory,
   * the maker's `shortage` says of what there was too little. Throws `MapFullError` if it can never
   * fit, and `RangeError` if it weighs more than all entries may.
   *
   * @param log What is logged.
   * @param lease Under which that was loaded: "lost" if it is not good any more. As each write of a
   * key revokes its leases, one without a lease does.
   */
  tryCommit(log: TransactionLog, lease?: Lease): CommitOutcome {
    const entries = log.inOrder();
    this.#refuseTooHeavy(entries);
    this.#taken = 0;
    this.#expect(entries.length);
    try {
      const outcome = this.#commit(log, entries, lease);
      if (outcome !== "done") this.#dropAbsences(log, entries);
      if (outcome === "full") this.#refuseWhatNeverFits(entries);
      return outcome;
    } finally {
      this.#expect(0);
    }
  }

  #refuseTooHeavy(entries: readonly LogEntry[]): void {
    const { mostWeight, name } = this.#segment;
    if (mostWeight === 0) return;
    const weight = entries.reduce((sum, entry) => sum + weightOf(entry), 0);
    if (weight <= mostWeight) return;
    throw new RangeError(
      `Cannot commit the transaction to ${
        theMap(name)
      }: what it writes weighs ${weight}, and maxWeight is ${mostWeight}: write it in several transactions, or make the map with a higher maxWeight`,
    );
  }

  #refuseWhatNeverFits(entries: readonly LogEntry[]): void {
    const { before = 0 } = this.#maker.shortage; // nodes
    this.#taken += before;
    this.#wanted = entries.reduce(
      (sum, entry) => sum + bytesFor(entry),
      before,
    );
    refuseWhatNeverFits(this.#segment, this.#wanted);
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

  #commit(
    log: TransactionLog,
    entries: readonly LogEntry[],
    lease: Lease | undefined,
  ): CommitOutcome {
    if (!this.#draft(entries)) return "full";
    if (lease === undefined) this.#revokeLeases(entries);
    else this.#commits.relyOn(lease);
    for (const entry of entries) {
      if (!isUsed(entry)) continue;
      log.pack(entry, this.#key);
      const isAdded = this.#addFast(entry);
      const outcome = isAdded ? "done" : this.#addAtLength(entry);
      if (outcome !== "done") {
        this.#commits.giveUp();
        return outcome;
      }
      this.#taken++;
    }
    if (!this.#commits.commit()) return "lost";
    this.#note(log, entries);
    return "done";
  }

  /** What is being loaded for keys that are written is not to be kept. */
  #revokeLeases(entries: readonly LogEntry[]): void {
    const { words } = this.#segment;
    if (!hasLeases(words)) return;
    for (const { hash, write } of entries) {
      if (write !== undefined) revoke(words, hash);
    }
  }

  /**
   * Adds the packed key to the record that is drafted, in one call of the kernel, if it has a
   * version that is live for good, and is to have one.
   */
  #addFast({ hash, info, isRead, seen, write }: LogEntry): boolean {
    const expected = isRead ? seen : ANY_VERSION;
    if (expected === 0 || !this.#key.fitsScratch) return false;
    const { base } = this.#participant;
    if (write === undefined) {
      return this.#fastPath.draftGuard(base, hash, info, expected) !== 0;
    }
    if (write instanceof WrittenPlan) return false;
    const isDeleted = write === DELETED;
    if (!isDeleted && !this.#staysForGood(write)) return false;
    const version = this.#fastPath.draftVersion(
      base,
      hash,
      info,
      isDeleted ? TOMBSTONE : write.tag << TAG_SHIFT | write.byteLength,
      expected,
    );
    if (version === 0) return false;
    if (!isDeleted) {
      write.write(this.#segment, valueIndex(this.#segment.words, version));
    }
    return true;
  }

  #staysForGood({ life }: WrittenValue): boolean {
    const { idle, mostWeight } = this.#segment;
    return idle === 0 && mostWeight === 0 && staysForGood(life);
  }

  /** The same, whatever there is. */
  #addAtLength(entry: LogEntry): CommitOutcome {
    const outcome = this.#rely(entry);
    if (outcome !== "done") return outcome;
    return this.#add(entry) ? "done" : "full";
  }

  /** Finds the version of a key that the transaction goes by, to be replaced or guarded. */
  #rely(entry: LogEntry): CommitOutcome {
    const seek = () => this.#table.seek(this.#key, true);
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
    if (outcome === "full") this.#maker.noteNoSlot(tombstone);
    if (outcome !== "done") this.#participant.allocator.free(tombstone);
    this.#participant.leaveSection();
    if (outcome === "done") {
      entry.ownTombstone = tombstone;
      this.#taken++;
    } else this.#table.backoff.wait();
    return outcome !== "full";
  }

  /**
   * Drops the tombstones that were linked in vain, as far as that can be done at once. Others may
   * have replaced one, by an entry even: what they linked is theirs.
   */
  #dropAbsences(log: TransactionLog, entries: readonly LogEntry[]): void {
    const participant = this.#participant;
    for (const entry of entries) {
      if (entry.ownTombstone === 0) continue;
      log.pack(entry, this.#key);
      this.#table.countTombstone();
      if (this.#table.seek(this.#key, false) === entry.ownTombstone) {
        participant.enterSection();
        this.#table.dropSought();
        participant.leaveSection();
      }
      entry.ownTombstone = 0;
    }
  }

  #draft(entries: readonly LogEntry[]): boolean {
    let writes = 0;
    let deletes = 0;
    let guardsRefs = 0;
    let guards = 0;
    for (const { info, isRead, write } of entries) {
      if (write !== undefined) {
        writes++;
        if (write === DELETED) {
          deletes++;
          guardsRefs += guardRefs(info); // if there is nothing to delete
        }
      } else if (isRead) {
        guards++;
        guardsRefs += guardRefs(info);
      }
    }
    const purpose = deletes === writes ? "tombstone" : "entry";
    const isDrafted = this.#commits.draft(writes, guards, guardsRefs, purpose);
    if (isDrafted) this.#taken++;
    else {
      const bytes = recordBytes(writes, guards, guardsRefs);
      this.#maker.shortage = { of: "entry", bytes };
    }
    return isDrafted;
  }

  /** Adds the packed key to the record that is drafted; false: there is no memory. */
  #add(entry: LogEntry): boolean {
    const { hash, isLive, isRead, old, write } = entry;
    if (isLive && (isRead || isKeeping(write))) {
      this.#commits.expires(endOf(this.#segment, old));
    }
    // What is not there need not be deleted; but that must stay so until the commit.
    if (write === undefined || deletesNothing(entry)) {
      this.#commits.guard(hash, old);
      return true;
    }
    const version = write === DELETED
      ? this.#maker.tombstone()
      : write instanceof WrittenPlan
      ? this.#plant(write, entry)
      : this.#maker.make(write, this.#expiryOf(write, entry));
    if (version === NO_MEMORY) return false;
    this.#commits.add(hash, old, version);
    return true;
  }

  /** Makes what was planned of the version that the transaction goes by. */
  #plant(write: WrittenPlan, entry: LogEntry): number {
    const old = entry.isLive ? entry.old : 0;
    return this.#structures.drafting((draft) => {
      const next = write.plan.make(storedAt(this.#segment, old), draft);
      if (next === NO_NODES) return this.#structures.noMemory();
      const expiry = this.#expiryOf(write, entry);
      if ("roots" in next) {
        return this.#structures.structure(next, old, expiry);
      }
      draft.giveUp(); // before a version takes memory
      return this.#maker.make(next, expiry);
    });
  }

  #expiryOf(
    { life }: WrittenValue | WrittenPlan,
    { isLive, old }: LogEntry,
  ): number {
    // Negative: of a renewal. The record has a deadline, by which that is decided.
    return life.until === undefined
      ? Math.abs(this.#maker.endOver(old, isLive, life))
      : this.#maker.endAt(life.until);
  }

  /** Counts what was written, and notes the changes. */
  #note(log: TransactionLog, entries: readonly LogEntry[]): void {
    this.#changes.beginMany();
    for (const entry of entries) {
      if (entry.write === undefined || deletesNothing(entry)) continue;
      if (entry.write === DELETED) {
        this.#counts.delete();
        this.#table.countTombstone();
      } else this.#counts.set();
      if (this.#changes.wantsKey) log.pack(entry, this.#key);
      this.#changes.noteOne(!entry.isLive);
    }
  }
}

/** What that weighs which is to be written to a key; structures weigh nothing. */
function weightOf({ write }: LogEntry): number {
  return write instanceof WrittenValue ? write.weight : 0;
}

/** Bytes of the version that is to be written to a key, but for its expiry. */
function bytesFor({ info, write }: LogEntry): number {
  if (write === undefined || write instanceof WrittenPlan) return 0;
  const valueLength = write === DELETED ? 0 : write.byteLength;
  return versionBytes(info & LENGTH_MASK, valueLength, false);
}

/** Whether a key was read, or is to be written: what was to be written may have been undone. */
function isUsed({ isRead, write }: LogEntry): boolean {
  return isRead || write !== undefined;
}

/** Whether an entry is to be deleted that is not there. */
function deletesNothing({ isLive, write }: LogEntry): boolean {
  return write === DELETED && !isLive;
}

/** Whether an entry does not expire that is written over one that does not. */
function staysForGood({ keeps, ttl, until = Infinity }: Lifetime): boolean {
  return until === Infinity && (keeps || ttl === Infinity);
}

/** Whether a value keeps, or renews, the expiry of what was there. */
function isKeeping(write: LogEntry["write"]): boolean {
  return write !== undefined && write !== DELETED && write.life.keeps;
}
