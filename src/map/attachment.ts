/**
 * Attachments: one worker's hold on one segment, from attach to close, and what it does in the background.
 *
 * @module
 */

import { adoptEstates } from "../epoch/estate.ts";
import { Lifeline } from "../epoch/lifeline.ts";
import { Participant } from "../epoch/participant.ts";
import { lifelineName, recoverDead, repairOwn } from "../epoch/recovery.ts";
import { noteOf, oldestHeld, revokeDumps } from "../epoch/registry.ts";
import {
  HandleError,
  mapClosed,
  MapFullError,
  type OpenSnapshot,
  theMap,
} from "../errors.ts";
import {
  H_LOCKS,
  H_LOOKED,
  H_ROOT,
  H_SWEPT,
  H_TTL_USED,
  MAX_PARTICIPANTS,
  T_NEXT,
} from "../segment/layout.ts";
import { Segment, type SegmentHandle } from "../segment/segment.ts";
import { add, load, store, type Words } from "../segment/words.ts";
import {
  closeSnapshot,
  type Moment,
  openMoment,
  type openSnapshot,
} from "../table/clock.ts";
import { HashMemo } from "../table/hash_memo.ts";
import { EncodedKey } from "../table/key.ts";
import { allocateTable, floorShiftFor, isTable } from "../table/migration.ts";
import { type Quick, quickOver } from "../table/quick_over.ts";
import { Salvage } from "../table/salvage.ts";
import { Table } from "../table/table.ts";
import { tombstoneBytes, versionBytes } from "../table/version.ts";
import { activityOf, liveBytesOf, sumActivity } from "./accounting.ts";
import { type Resident, takeTurn, ticker, type Urgency } from "./background.ts";
import { capacityOf, leastMaxBytes } from "./capacity.ts";
import { evacuate } from "./evacuation.ts";
import { evict, evictQuickly } from "./eviction.ts";
import type { Hold } from "./hold.ts";
import type { CheckedOptions } from "./options.ts";
import { sweep, sweepAll } from "./sweep.ts";

/** Between two looks for the dead: while somebody writes, and while nobody does. */
const LOOK_MS = 500;
const LOOK_AT_REST_MS = 5_000;
/** Rounds without work before a rest: so many that a look for the dead is due by then, if something was written. */
const ROUNDS_BEFORE_REST = 3;
/** Between two rounds of the background sweep. */
const SWEEP_MS = 150;
/** Of so many rounds at rest one does all the same what those do that have work. */
const RESTS_PER_ROUND = 10;
/** Background work on a migration per round: bounds how long the event loop is busy. */
const STRIDES_PER_TICK = 256;
/** Attempts at making room by evicting a few entries, before all is tried. */
const QUICK_ATTEMPTS = 2;
/** Attempts at dropping tombstones, when there is no memory for another. */
const MOST_PURGES = 12;
/** Writes that do not try to drop a few tombstones, after several that did in vain. */
const MOST_PURGES_SKIPPED = 64;
/** The first attempt that revokes dumps before it tries what else there is: the one before it found that it does not do. */
const FIRST_TO_REVOKE = 4;
/** Share of tombstones in the table at which the background starts a move. */
const DEAD_SHARE_AT_REST = 1 / 4;

/** What had been written to each segment by the last look of this thread, which serves all attachments to it. */
const looks = new WeakMap<SharedArrayBuffer, number>();

/** What a write was short of. */
export interface Shortage {
  /** Memory for an entry; a slot of the table, for which there was no larger one; or memory for a tombstone. */
  of: "entry" | "slot" | "tombstone";
  /** Bytes of the entry, or of the tombstone's key. */
  bytes: number;
}

/**
 * What a purge waits for if the next table has no place: nothing; that what was moved out of it is free; or also, if nothing else is
 * left to try, that others give memory back to move it to.
 */
export type PlaceWait = "nothing" | "place" | "memory";

/** What is closed together with an attachment. */
export interface Dependent {
  /** The part of the attachment that it ends with; none: it ends with the attachment. */
  readonly owner?: Hold;
  /** The registry word of the snapshot that it has open. */
  readonly registryWord?: number;
  close(): void;
}

/** What holds a moment of the map until it is closed. */
export interface Holder extends Dependent {
  readonly registryWord: number;
  isOpen: boolean;
}

/** One worker's hold on one segment. */
export class Attachment implements Resident {
  readonly segment: Segment;
  readonly participant: Participant;
  readonly table: Table;
  /** Scratch for the key of the operation at hand. */
  readonly key: EncodedKey;
  /** What this worker remembers of the map's hashes. */
  readonly memo: HashMemo = new HashMemo();
  /** The quick way of operations: compiled, if it can be. */
  readonly quick: Quick;
  readonly #lifeline: Lifeline;
  readonly #salvage: Salvage;
  /** What is closed together with the attachment. */
  readonly dependents: Set<Dependent> = new Set();
  /** Whether the last round found that an operation was stopped. */
  #wasStopped = false;
  /** What this participant had written by the last round; and how long it has had nothing to do. */
  #ownActivity = -1;
  #rests = 0;
  /** When a sweep of the whole table is worth its while again, in milliseconds since 1970. */
  #sweepDue = 0;
  #purgesToSkip = 0;
  #purgeBackOff = 1;

  private constructor(
    segment: Segment,
    participant: Participant,
    lifeline: Lifeline,
  ) {
    this.segment = segment;
    this.participant = participant;
    this.#lifeline = lifeline;
    this.table = new Table(participant);
    this.#salvage = new Salvage(participant, this.table);
    participant.repairWith(() => this.#repair(), () => ticker.wake());
    this.key = EncodedKey.inRecord(participant, this.memo);
    const { kernel, words, floats } = segment;
    this.quick = kernel ?? quickOver(words, floats);
  }

  /** Makes a segment and attaches to it. */
  static create(options: CheckedOptions): Attachment {
    const { capacity, ...rest } = options;
    const floorShift = floorShiftFor(capacity);
    const segment = Segment.create({ ...rest, floorShift });
    const { participant, lifeline } = join(segment);
    const root = allocateTable(participant, floorShift);
    if (root === 0) {
      participant.leave();
      lifeline.release();
      throw new RangeError(
        `Cannot create SharedMap: maxBytes must hold a table for the capacity: received maxBytes ${options.maxBytes} and capacity ${capacity}`,
      );
    }
    store(segment.words, H_ROOT, root);
    segment.publish();
    return new Attachment(segment, participant, lifeline).#begin();
  }

  /** Attaches to a segment that another worker made. */
  static attach(handle: SegmentHandle): Attachment {
    return Attachment.attachTo(Segment.attach(handle));
  }

  /** Attaches to a segment that was looked at before. */
  static attachTo(segment: Segment): Attachment {
    const { participant, lifeline } = join(segment);
    if (!hasTables(participant)) {
      participant.leave();
      lifeline.release();
      throw new HandleError(
        `Cannot attach to ${
          theMap(segment.name)
        }: its table is damaged: pass the \`handle\` of a SharedMap as it is`,
        { mapName: segment.name },
      );
    }
    return new Attachment(segment, participant, lifeline).#begin();
  }

  #begin(): this {
    this.participant.pin();
    this.table.migration.keepReserve();
    this.participant.unpin();
    ticker.add(this);
    return this;
  }

  /** Whether `close` was not called. */
  get isOpen(): boolean {
    return this.participant.isHere;
  }

  /** Throws `ClosedError` after `close`; heals what was cut short. Before each operation that writes. */
  checkOpen(what: string): void {
    this.checkReadable(what);
    this.participant.heal();
  }

  /** As `checkOpen`, for an operation that only reads: whatever pins heals. */
  checkReadable(what: string): void {
    if (!this.isOpen) throw mapClosed(what, this.segment.name);
  }

  /** Leaves the segment; again is nothing. */
  close(): void {
    if (!this.isOpen) return;
    ticker.delete(this);
    try {
      for (const dependent of this.dependents) dependent.close();
      this.table.leave();
      this.participant.leave();
    } finally {
      this.participant.abandon(); // if it failed, others clear up
      this.#lifeline.release();
    }
  }

  /** Opens the moment that a holder holds, in its registry word; undefined: the clock has run out. */
  openMomentFor(
    holder: Holder,
    open?: typeof openSnapshot,
  ): Moment | undefined {
    const { participant } = this;
    participant.heal();
    participant.enterSection(); // until it is among the dependents, a repair closes it
    const moment = openMoment(participant, holder.registryWord, open);
    if (moment !== undefined) this.dependents.add(holder);
    participant.leaveSection();
    return moment;
  }

  /** Lets go of the moment that a holder holds; again is nothing. */
  closeMomentOf(holder: Holder): void {
    if (!holder.isOpen) return;
    const { participant } = this;
    participant.heal();
    participant.enterSection();
    this.dependents.delete(holder); // from here on a repair closes it
    holder.isOpen = false;
    closeSnapshot(participant, holder.registryWord);
    participant.leaveSection();
    participant.collect();
  }

  /** Brings the record in order after a section that was cut short. */
  #repair(): void {
    const { dependents, participant } = this;
    const words = [...dependents].map((dependent) => dependent.registryWord);
    const inUse = words.filter((word) => word !== undefined);
    participant.closeSnapshotsBut(new Set(inUse));
    repairOwn(participant, this.#salvage);
  }

  /**
   * One round of background work. Where nothing was written since the last one, and nothing is left to do, it does not even look for
   * work, but now and then.
   */
  tick(): Urgency {
    const { participant } = this;
    if (this.#isStopped()) return "soon";
    participant.heal();
    adoptEstates(participant); // also at rest: who left may have been the last that had something to do
    if (!this.#isAtRest()) {
      participant.collectAtRest();
      this.#lowerReserve();
      this.#tidyTable();
    } else if (participant.holdsVersions) participant.collect(); // the snapshot may be closed by now
    if (this.#rests < ROUNDS_BEFORE_REST) {
      this.#sweep();
      return "soon";
    }
    if (load(this.segment.words, H_TTL_USED) === 0) {
      const isDone = !participant.holdsVersions && this.#wasLookedAfter;
      return isDone ? "when something happens" : "later";
    }
    return this.#sweep() ? "soon" : "later";
  }

  /**
   * Whether this worker is being stopped: then a timer that is due is still called once, and must do nothing. Where an operation left its
   * pin twice, the worker lives, and an exception came out of a place where none should.
   */
  #isStopped(): boolean {
    const { participant } = this;
    const isFirst = participant.isStopped && !this.#wasStopped;
    if (participant.isStopped && !isFirst) participant.dropStalePins();
    this.#wasStopped = isFirst;
    return isFirst;
  }

  #isAtRest(): boolean {
    const { participant, table: { migration } } = this;
    const activity = activityOf(this.segment, participant.slot);
    const isActive = activity !== this.#ownActivity ||
      participant.hasRetired || migration.isMoving;
    this.#ownActivity = activity;
    this.#rests = isActive ? 0 : this.#rests + 1;
    return this.#rests % RESTS_PER_ROUND > 1; // once more after the last that was active: what it has at hand is given away then
  }

  /** Says whether something had expired. */
  #sweep(): boolean {
    return load(this.segment.words, H_TTL_USED) !== 0 &&
      takeTurn(this.segment, H_SWEPT, SWEEP_MS) && sweep(this);
  }

  /**
   * Whether a look of this thread followed all that was written. Another thread's does not do: whoever took the last turn may be the one
   * that died.
   */
  get #wasLookedAfter(): boolean {
    return sumActivity(this.segment) === looks.get(this.segment.buffer);
  }

  takesLook(): boolean {
    const { segment } = this;
    const activity = sumActivity(segment);
    const isActive = activity !== looks.get(segment.buffer);
    const every = isActive ? LOOK_MS : LOOK_AT_REST_MS;
    const isTaken = takeTurn(segment, H_LOOKED, every);
    if (isTaken) looks.set(segment.buffer, activity); // else what was written is yet to be followed by a look
    return isTaken;
  }

  #tidyTable(): void {
    const { migration } = this.table;
    this.#pinned(() => {
      migration.keepReserve();
      migration.considerShrinking(DEAD_SHARE_AT_REST);
      for (let i = 0; i < STRIDES_PER_TICK && migration.helpIfMoving(); i++);
    });
  }

  async recover(living: ReadonlySet<string>): Promise<void> {
    if (!this.isOpen) return;
    await recoverDead(this.participant, this.#salvage, living);
  }

  // ---- when memory is short -----------------------------------------------------------------------------------------

  /**
   * Tries to free memory for a write that found none, harder with each attempt; the caller is between operations. Throws
   * `MapFullError` when nothing is left to try.
   */
  makeRoom(shortage: Shortage, attempt: number): void {
    const { participant, segment } = this;
    const { bytes } = shortage;
    if (ticker.isResting) ticker.wake();
    adoptEstates(participant);
    participant.collectAll();
    if (bytes > capacityOf(segment, segment.floorShift)) {
      this.#throwNeverFits(bytes);
    }
    if (attempt === 0) return;
    this.#lowerReserve();
    if (this.#mayEvictQuickly(shortage)) {
      if (attempt <= QUICK_ATTEMPTS && this.#evictQuickly(bytes)) return;
      attempt = Math.max(1, attempt - QUICK_ATTEMPTS);
    }
    participant.allocator.consolidate(true);
    switch (attempt) {
      case 1:
        participant.askForFlush();
        sweep(this, Infinity);
        participant.collectAll();
        return;
      case 2:
        this.#purgeBackingOff();
        return;
    }
    if (attempt >= FIRST_TO_REVOKE && this.#revoke(shortage)) return;
    const madeRoom = shortage.of === "tombstone"
      ? this.#makeRoomForTombstone(bytes, attempt)
      : segment.evicts && evict(this, shortage, attempt);
    if (madeRoom || this.#revoke(shortage)) return;
    this.#throwFull(bytes);
  }

  /**
   * Revokes the dumps that are under way, which begin again later, and waits for what they kept: others may hold it, and give it back
   * when they come to it. False: there were none.
   */
  #revoke({ of, bytes }: Shortage): boolean {
    const { participant, segment: { words } } = this;
    if (!revokeDumps(words)) return false;
    participant.noteTurn();
    this.purge(1, of === "tombstone" ? "memory" : undefined);
    const { allocator } = participant;
    const purpose = of === "tombstone" ? of : "entry";
    participant.waitFor(() => {
      participant.enterSection();
      const ref = allocator.allocate(bytes, purpose);
      if (ref !== 0) allocator.free(ref);
      participant.leaveSection();
      return ref !== 0;
    });
    return true;
  }

  /** Keeps no more memory for the tombstone of the longest key than is needed. */
  #lowerReserve(): void {
    const { participant: { allocator }, segment: { words } } = this;
    allocator.lowerReserve((ref) => tombstoneBytes(words, ref));
  }

  #mayEvictQuickly({ of, bytes }: Shortage): boolean {
    return this.segment.evicts && of === "entry" &&
      bytes <= this.participant.allocator.largestClassBytes;
  }

  /** Removes what has expired if that may be much, or else evicts a few entries; says whether anything came free. */
  #evictQuickly(bytes: number): boolean {
    if (Date.now() >= this.#sweepDue) {
      const { removed, due } = sweepAll(this);
      this.#sweepDue = due;
      if (removed && this.participant.drain()) return true;
    }
    return evictQuickly(this, bytes);
  }

  /**
   * Drops tombstones. If what is kept for them is used up, even a few, but not at every write of a map where that changes nothing:
   * each time costs a move of the table.
   */
  #purgeBackingOff(): void {
    const { participant: { allocator }, table: { migration } } = this;
    const low = allocator.isLow();
    const hasMuch = () => this.#pinned(() => migration.wouldPurge());
    if (low && this.#purgesToSkip > 0 && !hasMuch()) {
      this.#purgesToSkip--;
      return;
    }
    this.purge(low ? 1 : undefined);
    this.#purgeBackOff = allocator.isLow()
      ? Math.min(MOST_PURGES_SKIPPED, 2 * this.#purgeBackOff)
      : 1;
    this.#purgesToSkip = this.#purgeBackOff - 1;
  }

  /**
   * A delete must not fail in a full map. If what is kept for tombstones is used up, the table has to move without them, and what
   * the last move left may still be read: so it waits for that, as evictions do. A long key needs
   * a run, and what is in its place must go elsewhere: the table, too, however few it has to drop.
   */
  #makeRoomForTombstone(keyBytes: number, attempt: number): boolean {
    if (attempt >= MOST_PURGES) return false;
    const { participant } = this;
    const { allocator } = participant;
    const bytes = versionBytes(keyBytes, 0, false);
    const isLong = bytes > allocator.largestClassBytes;
    participant.drain();
    this.purge(isLong ? 0 : 1, attempt < MOST_PURGES - 1 ? "place" : "memory");
    if (isLong) {
      evacuate(this, allocator.tombstonePlace(bytes));
      participant.drain();
      allocator.consolidate(true);
    }
    return true;
  }

  /**
   * Drops the tombstones, and makes the table as small as it can be; says whether there were any, or it did.
   *
   * @param worth How many there must be; by default, enough to be worth it.
   * @param waitsFor What it waits for, if the next table has no place.
   */
  purge(
    worth?: number,
    waitsFor: PlaceWait = this.segment.evicts ? "place" : "nothing",
  ): boolean {
    const { participant, segment: { words }, table: { migration } } = this;
    const { allocator } = participant;
    const before = load(words, H_ROOT);
    // A move that began earlier does not drop what was deleted since; and the table it leaves must be free for the next.
    const isWorth = this.#pinnedAndCollected(() => {
      migration.finishIfMoving();
      migration.keepReserve();
      return migration.wouldPurge(worth);
    });
    if (!isWorth) return false;
    const hasPlace = () => this.#pinned(() => migration.hasPlace);
    if (!hasPlace()) this.#makePlace(hasPlace, waitsFor);
    this.#pinnedAndCollected(() => migration.purge(worth));
    if (load(words, H_ROOT) === before) return false;
    allocator.consolidate(true);
    return true;
  }

  #makePlace(hasPlace: () => boolean, waitsFor: PlaceWait): void {
    const { participant } = this;
    const hasMoved = evacuate(this);
    const cameFree = () => {
      participant.allocator.consolidate(true);
      return hasPlace();
    };
    if (cameFree() || waitsFor === "nothing") return;
    if (hasMoved) participant.waitFor(cameFree);
    else if (waitsFor === "memory") {
      participant.waitFor(() => evacuate(this) && cameFree());
    }
  }

  #pinnedAndCollected<T>(work: () => T): T {
    const result = this.#pinned(work);
    this.participant.collectAll();
    return result;
  }

  #pinned<T>(work: () => T): T {
    this.participant.pin();
    try {
      return work();
    } finally {
      this.participant.unpin();
    }
  }

  #throwFull(needed: number): never {
    const { segment } = this;
    const snapshot = oldestOpen(segment.words);
    const remedy = snapshot !== undefined
      ? `a snapshot has been open for ${
        Math.round(snapshot.ageMs / 1000)
      } s (its epoch is ${snapshot.epoch}), and what it shows cannot be reused: close it`
      : segment.evicts
      ? "create the map with a larger maxBytes"
      : `delete entries, or create the map with a larger maxBytes or with onFull: "evict"`;
    this.#refuse(needed, "does not fit now", remedy, snapshot);
  }

  #throwNeverFits(needed: number): never {
    const { floorShift } = this.segment;
    const size = leastMaxBytes((geometry) =>
      needed <= capacityOf(geometry, floorShift)
    );
    const remedy = size === undefined
      ? "store it in parts"
      : `create the map with a larger maxBytes, such as ${size}, or store it in parts`;
    this.#refuse(needed, "can never fit", remedy);
  }

  #refuse(
    needed: number,
    why: string,
    remedy: string,
    snapshot?: OpenSnapshot,
  ): never {
    const { segment } = this;
    const maxBytes = segment.buffer.byteLength;
    const liveBytes = liveBytesOf(segment);
    const mapName = segment.name;
    const where = mapName === undefined ? "a map" : theMap(mapName);
    throw new MapFullError(
      `Cannot store the entry: it needs ${needed} bytes and ${why} in ${where} of ${maxBytes} bytes, of which live entries take ${liveBytes}: ${remedy}`,
      { needed, maxBytes, liveBytes, snapshot, mapName },
    );
  }
}

/** The oldest snapshot that somebody has open; undefined: nobody has. */
function oldestOpen(words: Words): OpenSnapshot | undefined {
  const word = oldestHeld(words);
  if (word === 0) return undefined;
  const epoch = load(words, word);
  const openedAt = load(words, noteOf(word)) * 1000;
  if (epoch <= 0) return undefined; // closed meanwhile
  return { epoch, ageMs: Math.max(0, Date.now() - openedAt) };
}

/** Whether the root is a table, and the next one if there is one. */
function hasTables(participant: Participant): boolean {
  const { segment } = participant;
  participant.pin();
  const root = load(segment.words, H_ROOT);
  const next = isTable(segment, root)
    ? load(segment.words, root * 4 + T_NEXT)
    : -1;
  const isSound = next === 0 || isTable(segment, next);
  participant.unpin();
  return isSound;
}

function join(
  segment: Segment,
): { participant: Participant; lifeline: Lifeline } {
  const lock = add(segment.words, H_LOCKS, 1) + 1;
  // The lock first: a record that says LIVE without one would be taken for a dead worker's.
  const lifeline = Lifeline.hold(lifelineName(segment, lock));
  const participant = Participant.join(segment, lock);
  if (participant !== undefined) return { participant, lifeline };
  lifeline.release();
  throw new HandleError(
    `Cannot attach to ${
      theMap(segment.name)
    }: all ${MAX_PARTICIPANTS} places are taken: close attachments that are no longer needed`,
    { mapName: segment.name },
  );
}
