/**
 * Table recovery: what a dead worker leaves of tables and large versions.
 *
 * A table that was replaced is retired by one participant, its *reaper*. A participant that may
 * have to be it writes that down first. So if the reaper dies before the table is retired, the one
 * that recovers it becomes the reaper.
 *
 * A block that the dead worker had in hand is lost, unless it takes a run of chunks, which says who
 * allocated it. Its first word tells whether it was linked: of a version the stamp, which is set
 * before anybody replaces the version; of a table the next one, which every table has that is not
 * the root any more.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import { participantBase } from "../segment/participants.ts";
import { ownerOf } from "../segment/chunk_ledger.ts";
import type { TableRecovery } from "../reclamation/recovery.ts";
import {
  CHUNK_RUN,
  H_ROOT,
  P_LIMBO_HEAD,
  P_REAPING,
  R_LINK,
  T_NEXT,
  T_REAPER,
  V_STAMP,
} from "../segment/layout.ts";
import { load, own, poke, store } from "../segment/atomics.ts";
import { retell } from "./changes.ts";
import { forEachRange } from "./cursor.ts";
import { EncodedKey } from "./key.ts";
import type { Migration } from "./migration.ts";
import { returnPermits } from "./permit_batch.ts";
import type { Table } from "./table.ts";
import { leaveForDead } from "./trees.ts";

/** Recovers what belongs to tables, as one participant. */
export class TableRecoverer implements TableRecovery {
  readonly #participant: Participant;
  readonly #table: Table;
  readonly #migration: Migration;
  /** Its own scratch. */
  readonly #key: EncodedKey;

  constructor(participant: Participant, table: Table) {
    this.#participant = participant;
    this.#table = table;
    this.#migration = table.migration;
    this.#key = new EncodedKey(participant.segment.seed);
  }

  /**
   * A version is settled before it is replaced, and by a search for its key, if it is the newest.
   */
  isLinked(version: number): boolean {
    const participant = this.#participant;
    const { words } = participant.segment;
    const stamp = version * 4 + V_STAMP;
    this.#key.copyFrom(words, version);
    participant.pin();
    if (load(words, stamp) === 0) this.#table.find(this.#key);
    participant.unpin();
    const isLinked = load(words, stamp) !== 0;
    if (isLinked) retell(words, this.#key.hash);
    return isLinked;
  }

  /** `isLinked` was asked of the same version before. */
  leave(slot: number, version: number): void {
    const { words } = this.#participant.segment;
    leaveForDead(words, slot, version, this.#key.hash);
  }

  reap(slot: number): void {
    const participant = this.#participant;
    const { words } = participant.segment;
    const base = participantBase(slot);
    const ref = own(words, base + P_REAPING);
    if (ref !== 0 && load(words, H_ROOT) !== ref) {
      // At each step at least one record leads to the table, also for a worker that recovers both.
      poke(words, participant.base + P_REAPING, ref);
      const reaper = load(words, ref * 4 + T_REAPER);
      if (reaper === 0) this.#migration.reap(ref * 4);
      else if (reaper === slot + 1 && !isInLimbo(participant, base, ref)) {
        store(words, ref * 4 + T_REAPER, participant.slot + 1);
        if (slot !== participant.slot) poke(words, base + P_REAPING, 0);
        participant.retire(ref);
      }
      poke(words, participant.base + P_REAPING, 0);
    }
    poke(words, base + P_REAPING, 0);
  }

  endCommits(slot: number): void {
    this.#table.commits.recover(slot);
  }

  returnPermits(permits: number): void {
    this.#participant.pin();
    returnPermits(this.#participant.segment.words, permits);
    this.#participant.unpin();
  }

  freeUnlinked(slot: number): void {
    const { allocator } = this.#participant;
    const tables = this.#unlinked(ownerOf(slot, "table"));
    for (const ref of tables) {
      // Once more: it may have been replaced, freed, and be another's by now.
      const isUnlinked = !this.#isTableInUse(ref) &&
        this.#isUnlinked(ref, ownerOf(slot, "table"));
      if (isUnlinked) allocator.freeUnlinkedRun(ref, "table");
    }
    const versions = this.#unlinked(ownerOf(slot, "version"));
    if (versions.length === 0) return;
    this.#settleAll();
    for (const ref of versions) {
      if (this.#isUnlinked(ref, ownerOf(slot, "version"))) {
        allocator.freeUnlinkedRun(ref, "version");
      }
    }
  }

  /** Runs of this owner that may not be linked. */
  #unlinked(owner: number): number[] {
    const { segment } = this.#participant;
    const found: number[] = [];
    for (let chunk = 0; chunk < segment.chunkCount; chunk++) {
      const state = load(segment.words, segment.descriptor(chunk));
      if (state <= 0 || (state & CHUNK_RUN) === 0) continue;
      const ref = segment.chunkRef(chunk);
      if (this.#isUnlinked(ref, owner)) found.push(ref);
    }
    return found;
  }

  /**
   * The word is read first: a dead worker allocates nothing more, so a block that still is its own
   * was so at that moment, too.
   */
  #isUnlinked(ref: number, owner: number): boolean {
    const { segment } = this.#participant;
    const { words } = segment;
    const isFresh = load(words, ref * 4 + V_STAMP) === 0;
    const descriptor = segment.descriptor(segment.chunkOf(ref));
    return isFresh && load(words, descriptor + 1) === owner;
  }

  /**
   * In this order: a table that was linked is the next one, or then the root, or then has a next
   * one itself.
   */
  #isTableInUse(ref: number): boolean {
    const { words } = this.#participant.segment;
    this.#participant.pin();
    const root = load(words, H_ROOT);
    const next = load(words, root * 4 + T_NEXT);
    const follower = load(words, ref * 4 + T_NEXT);
    this.#participant.unpin();
    return ref === root || ref === next || follower !== 0;
  }

  /** Settles every version that is the newest of its key. */
  #settleAll(): void {
    forEachRange(this.#participant, this.#migration, () => {});
  }
}

function isInLimbo(
  participant: Participant,
  base: number,
  wanted: number,
): boolean {
  const { words } = participant.segment;
  let ref = own(words, base + P_LIMBO_HEAD);
  while (ref !== 0 && ref !== wanted) ref = own(words, ref * 4 + R_LINK);
  return ref === wanted;
}
