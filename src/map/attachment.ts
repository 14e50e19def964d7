/**
 * Attachments: one worker's hold on one segment, from attach to close.
 *
 * @module
 */

import { Lifeline } from "../reclamation/lifeline.ts";
import { Participant } from "../reclamation/participant.ts";
import { lifelineName, repairOwn } from "../reclamation/recovery.ts";
import { participantBase } from "../segment/participants.ts";
import { HandleError, mapClosed, theMap } from "../errors.ts";
import {
  H_LOCKS,
  H_PARTICIPANTS,
  H_ROOT,
  MAX_PARTICIPANTS,
  P_ENTRIES,
  P_STATE,
  T_NEXT,
} from "../segment/layout.ts";
import { Segment } from "../segment/segment.ts";
import { add, load, own, store, type Words } from "../segment/atomics.ts";
import {
  closeSnapshot,
  type Moment,
  openMoment,
  type openSnapshot,
} from "../table/clock.ts";
import { HashMemo } from "../table/hash_memo.ts";
import { EncodedKey } from "../table/key.ts";
import { Leases } from "../table/lease.ts";
import { minCapacityShiftFor } from "../table/resize_policy.ts";
import { allocateTable, isTable } from "../table/table_record.ts";
import {
  type FastPath,
  fastPathFallback,
} from "../table/fast_path_fallback.ts";
import { TableRecoverer } from "../table/table_recovery.ts";
import { Table } from "../table/table.ts";
import { tombstoneBytes } from "../table/version.ts";
import { type Resident, ticker } from "./background.ts";
import type { EvictionPolicy } from "./eviction_policy.ts";
import { policyFor, type PolicyName } from "./policies.ts";
import type { Flights } from "./flights.ts";
import { CountHistory } from "./recent_counts.ts";
import { WakeUps } from "./wake_ups.ts";

/**
 * The largest number of a lock. A negative number in a record says that the record is being
 * adopted.
 */
const MOST_LOCKS = 2 ** 31 - 1;

/** The options of a new map, checked. */
export interface CheckedOptions {
  keyCodec: string;
  valueCodec: string;
  maxBytes: number;
  capacity: number;
  evict: boolean;
  /** The most entries; 0: as many as fit. */
  mostEntries?: number;
  /** The most that all entries are to weigh; 0: they are not weighed. */
  mostWeight?: number;
  /** The time to idle, in milliseconds; 0: entries do not idle. */
  idle?: number;
  /** What chooses the entries that are evicted; by default S3-FIFO. */
  policy?: PolicyName | undefined;
  /** Whether uses are tracked. */
  track?: boolean;
  /** The hash seed; by default a random one. */
  seed?: readonly [number, number];
  /** The name that the map is opened by. */
  name?: string | undefined;
  /** What tells its segment from all others; by default random bits. */
  id?: readonly [number, number];
}

/** What is closed together with an attachment. */
export interface Dependent {
  /** The part of the attachment that it ends with; none: it ends with the attachment. */
  readonly owner?: object;
  /** The registry word of the snapshot that it has open. */
  readonly registryWord?: number;
  /** Does what is due in the background. */
  tidy?(): void;
  close(): void;
}

/** What shows the map at one moment, until it is closed. */
export interface View extends Dependent {
  readonly registryWord: number;
  isOpen: boolean;
}

/** Why the map removed an entry by itself. */
export type RemovalCause = "expired" | "evicted";

/**
 * Hears of each entry that this attachment has removed by itself, with the version that was
 * removed. Called while pinned, so none of the caller's code may run.
 */
export type RemovalListener = (ref: number, cause: RemovalCause) => void;

/** What keeps the entries down. */
export interface EntryKeeper {
  /** Called after each insertion, or each change of an entry, between sections. */
  keep(): void;
}

/** The same for what entries weigh. */
export interface WeightKeeper extends EntryKeeper {
  /** Called after many changes that were not told one by one. */
  keepAll(): void;
}

/** One worker's hold on one segment. */
export class Attachment {
  readonly segment: Segment;
  readonly participant: Participant;
  readonly table: Table;
  /** Scratch for the key of the operation at hand. */
  readonly key: EncodedKey;
  /** What this worker remembers of the map's hashes. */
  readonly memo: HashMemo = new HashMemo();
  /** The fast path of operations: compiled, where that is possible. */
  readonly fastPath: FastPath;
  readonly #lifeline: Lifeline;
  /** What chooses the entries to evict, in a map that evicts. */
  readonly evictionPolicy: EvictionPolicy;
  /** What keeps down how many entries there are, and their size: after each insertion. */
  readonly entryKeepers: EntryKeeper[] = [];
  /** What keeps down what they weigh: a change may make an entry heavier, too. */
  weightKeeper: WeightKeeper | undefined;
  /** What this participant had counted when it was last asked. */
  #entriesNoted: number;
  /** What clears up after a worker that died while it worked on the table. */
  readonly tableRecovery: TableRecoverer;
  /** What works for it in the background. */
  resident: Resident | undefined;
  /** Who hears of what it removes. */
  readonly removalListeners: Set<RemovalListener> = new Set();
  /** How it sleeps while it waits for changes. */
  readonly wakeUps: WakeUps;
  /** What it takes for values that are being loaded. */
  readonly leases: Leases;
  /** The loads of keys that are under way in this thread: see `loader.ts`. */
  readonly flights: Flights = new Map();
  /** What it has noted of the counters. */
  readonly countHistory: CountHistory;
  /** What is closed together with the attachment. */
  readonly dependents: Set<Dependent> = new Set();
  private constructor(
    segment: Segment,
    participant: Participant,
    lifeline: Lifeline,
    evictionPolicy: EvictionPolicy = policyFor(segment, participant.base),
  ) {
    this.segment = segment;
    this.evictionPolicy = evictionPolicy;
    this.participant = participant;
    this.#entriesNoted = own(segment.words, participant.base + P_ENTRIES);
    this.countHistory = new CountHistory(segment);
    this.wakeUps = new WakeUps(segment.words);
    this.leases = new Leases(segment.words, participant.slot);
    this.#lifeline = lifeline;
    this.table = new Table(participant);
    this.tableRecovery = new TableRecoverer(participant, this.table);
    participant.repairWith(() => this.#repair(), () => ticker.wake());
    this.key = EncodedKey.inRecord(participant, this.memo);
    const { kernel, words, floats } = segment;
    this.fastPath = kernel ?? fastPathFallback(words, floats, participant.base);
  }

  /**
   * Makes a segment and attaches to it. `attach.ts` begins what runs in the background.
   */
  static make(options: CheckedOptions, policy?: EvictionPolicy): Attachment {
    const { capacity, policy: name = "s3-fifo", track = false, ...rest } =
      options;
    const minCapacityShift = minCapacityShiftFor(capacity);
    const segment = Segment.create({
      ...rest,
      keepsHeat: options.evict || track,
      keepsRecency: options.evict && name === "lru",
      keepsUses: track,
      keepsGhosts: options.evict && name === "s3-fifo",
      minCapacityShift,
    });
    const { participant, lifeline } = join(segment);
    const root = allocateTable(participant, minCapacityShift);
    if (root === 0) {
      participant.leave();
      lifeline.release();
      throw new RangeError(
        `Cannot create SharedMap: maxBytes must hold a table for the capacity: received maxBytes ${options.maxBytes} and capacity ${capacity}`,
      );
    }
    store(segment.words, H_ROOT, root);
    segment.publish();
    return new Attachment(segment, participant, lifeline, policy);
  }

  /** Attaches to a segment that another worker made; the background is as with `make`. */
  static join(segment: Segment, policy?: EvictionPolicy): Attachment {
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
    return new Attachment(segment, participant, lifeline, policy);
  }

  /** Whether `close` was not called. */
  get isOpen(): boolean {
    return this.participant.isHere;
  }

  /**
   * Throws `ClosedError` after `close`; repairs what was cut short. To be called before each
   * operation that writes.
   */
  checkOpen(what: string): void {
    if (!this.isOpen) throw mapClosed(what, this.segment.name);
    this.participant.heal();
  }

  /** Leaves the segment; a second call does nothing. */
  close(): void {
    if (!this.isOpen) return;
    try {
      for (const dependent of this.dependents) dependent.close();
      this.table.leave();
      this.participant.leave();
    } finally {
      this.participant.abandon(); // if it failed, others clear up
      this.#lifeline.release();
    }
  }

  /** How many more entries this participant counts than when this was called last. */
  noteEntries(): number {
    const { participant, segment: { words } } = this;
    const entries = own(words, participant.base + P_ENTRIES);
    const more = (entries - this.#entriesNoted) | 0; // the counts wrap
    this.#entriesNoted = entries;
    return more;
  }

  /** Does work under a pin. */
  pinned<T>(work: () => T): T {
    this.participant.pin();
    try {
      return work();
    } finally {
      this.participant.unpin();
    }
  }

  /**
   * Gives back what is kept for the tombstone of the longest key, as far as it is not needed any
   * more.
   */
  lowerReserve(): void {
    const { participant: { allocator }, segment: { words } } = this;
    allocator.reserve.lower((ref) => tombstoneBytes(words, ref));
  }

  /**
   * Opens a moment in the registry word of its view; undefined: the clock has run out.
   */
  openMomentFor(
    view: View,
    open?: typeof openSnapshot,
  ): Moment | undefined {
    const { participant } = this;
    participant.heal();
    participant.enterSection(); // until it is among the dependents, a repair would close it
    const moment = openMoment(participant, view.registryWord, open);
    if (moment !== undefined) this.dependents.add(view);
    participant.leaveSection();
    return moment;
  }

  /** Closes the moment of a view; a second call does nothing. */
  closeMomentOf(view: View): void {
    if (!view.isOpen) return;
    const { participant } = this;
    participant.heal();
    participant.enterSection();
    this.dependents.delete(view); // from here on a repair closes it
    view.isOpen = false;
    closeSnapshot(participant, view.registryWord);
    participant.leaveSection();
    participant.collect();
  }

  /** Repairs the record after a section that was cut short. */
  #repair(): void {
    const { dependents, participant } = this;
    const words = [...dependents].map((dependent) => dependent.registryWord);
    const inUse = words.filter((word) => word !== undefined);
    participant.closeSnapshotsBut(new Set(inUse));
    repairOwn(participant, this.tableRecovery);
  }
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

/**
 * The number of a lock that no record names. The numbers begin anew after 2 ** 31 attachments, when
 * most are long gone.
 */
function nextLock(words: Words): number {
  for (;;) {
    const lock = (add(words, H_LOCKS, 1) + 1) & MOST_LOCKS;
    if (lock !== 0 && !isNamed(words, lock)) return lock;
  }
}

/** Whether a record names a lock: that of its own worker, or of one that adopts what is in it. */
function isNamed(words: Words, lock: number): boolean {
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    const state = load(words, participantBase(slot) + P_STATE);
    if (state === lock || state === -lock) return true;
  }
  return false;
}

function join(
  segment: Segment,
): { participant: Participant; lifeline: Lifeline } {
  const lock = nextLock(segment.words);
  // The lock comes first: a record that is in use without one would be taken for a dead worker's.
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
