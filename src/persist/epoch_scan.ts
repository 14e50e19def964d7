/**
 * The scan of one epoch: every entry that a snapshot shows, or all that changed since another, in
 * the order of hashes.
 *
 * A version that an open snapshot shows stays where it is until the snapshot is closed. So the scan
 * pins only while it goes through a range of the table, and what it found may be copied later. When
 * all of a range is copied, the caller passes it: from then on the map need not keep it.
 *
 * The map can revoke the moment at any time, if it needs the memory. Then what was found may be
 * nonsense by now, and so may what was copied since the last check: `check` and `pass` throw then.
 *
 * @module
 */

import { SnapshotError } from "../errors.ts";
import type { Attachment, View } from "../map/attachment.ts";
import {
  REF_MASK,
  REGISTRY_WORDS,
  V_PREV,
  V_STAMP,
} from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import { isRevoked, openDump, pass } from "../table/clock.ts";
import { Cursor } from "../table/cursor.ts";
import { homeOf } from "../table/structure.ts";
import {
  expiryOf,
  isStructure,
  isTombstone,
  settle,
} from "../table/version.ts";

/**
 * The map needed the memory that a scan kept: what it saw is worth nothing, and the scan must be
 * begun again.
 */
export class RevokedError extends Error {}

/** One moment of the map, held until it is closed. */
export class EpochScan implements Disposable, View {
  /** The tick that it shows. */
  readonly tick: number;
  /** When it was opened, in milliseconds since 1970: what has expired by then is gone. */
  readonly time: number;
  readonly #attachment: Attachment;
  readonly #since: number;
  readonly #unknown: ReadonlySet<number>;
  /** The hashes of structures that have expired: the epoch leaves them out. */
  readonly expired: Set<number> = new Set();
  readonly registryWord: number;
  readonly #cursor: Cursor;
  readonly #newest: number[] = [];
  /** The hashes of what was found in the last range. */
  readonly #hashes: number[] = [];
  isOpen = true;
  /** Live entries seen so far. */
  entries = 0;

  /**
   * @param attachment The map.
   * @param since The tick after which a version counts as a change; 0: all entries are wanted.
   * @param unknown The hashes of structures that the epoch of that tick left out as they had
   * expired.
   */
  constructor(
    attachment: Attachment,
    since: number,
    unknown: ReadonlySet<number> = new Set(),
  ) {
    const { participant, segment, table } = attachment;
    this.#attachment = attachment;
    this.#since = since;
    this.#unknown = unknown;
    this.registryWord = participant.freeRegistryWord();
    const moment = this.registryWord === 0
      ? undefined
      : attachment.openMomentFor(this, openDump);
    if (moment === undefined) {
      throw new SnapshotError(
        `Cannot write a snapshot: ${REGISTRY_WORDS} snapshots are open in this attachment, or the map's clock has run out: close one, or create the map anew`,
        { reason: "no snapshot can be opened" },
      );
    }
    this.tick = moment.tick;
    this.time = moment.time;
    this.#cursor = new Cursor(segment, table.migration);
  }

  /** Whether all was seen. */
  get done(): boolean {
    return this.#cursor.done;
  }

  /** How much of the map was seen, from 0 to 1. */
  get share(): number {
    return this.#cursor.position / 2 ** 32;
  }

  /** Whether the version stands for no entry: deleted, or expired when the snapshot was opened. */
  isGone(ref: number): boolean {
    const { segment } = this.#attachment;
    return isTombstone(segment.words, ref) ||
      expiryOf(segment, ref) <= this.time;
  }

  /**
   * Puts the wanted versions of the next range into `found`. In a scan of changes these include
   * tombstones: the epoch before may still have the key.
   */
  next(found: number[]): void {
    const { participant, segment } = this.#attachment;
    const words = segment.words;
    const all = this.#since === 0;
    found.length = 0;
    this.#hashes.length = 0;
    participant.pin();
    try {
      this.#cursor.next(this.#newest);
      for (let i = 0; i < this.#newest.length; i++) {
        const ref = this.#shownOf(this.#newest[i]);
        if (ref === 0) continue;
        const gone = this.isGone(ref);
        if (!gone) this.entries++;
        else if (isStructure(words, ref)) {
          this.expired.add(this.#cursor.hashAt(i));
        }
        if (all ? !gone : words[ref * 4 + V_STAMP] > this.#since) {
          found.push(ref);
          this.#hashes.push(this.#cursor.hashAt(i));
        }
      }
      this.check();
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
  }

  /**
   * Up to which birth the nodes of a structure are in the epoch before; 0: it has none of them.
   * That is so if the trees came under this key later; and if the structure had expired then: it
   * must have been saved in time, but what if the clock was set back meanwhile?
   */
  knownUntil(ref: number, hash: number): number {
    const { words } = this.#attachment.segment;
    const isKnown = homeOf(words, ref) <= this.#since &&
      !this.#unknown.has(hash);
    return isKnown ? this.#since : 0;
  }

  /** The hash of what was found at this index. */
  hashAt(index: number): number {
    return this.#hashes[index];
  }

  /**
   * The version that the moment shows of a key, from its newest on; 0: none. The newest one stays
   * while the caller is pinned; an older one is there only if nobody had revoked the moment when it
   * was found.
   */
  #shownOf(newest: number): number {
    const { words } = this.#attachment.segment;
    let ref = newest;
    while (ref !== 0 && settle(words, ref) > this.tick) {
      ref = load(words, ref * 4 + V_PREV) & REF_MASK;
      this.check();
    }
    return ref;
  }

  /** Throws if the moment was revoked. If not, all that was read so far is good. */
  check(): void {
    const { participant } = this.#attachment;
    if (isRevoked(participant, this.registryWord, this.tick)) {
      throw new RevokedError();
    }
  }

  /**
   * Passes what was found before this index, as it is copied: the map need not keep it any more.
   * Throws if the moment was revoked: the copies are worth nothing then.
   */
  passUpTo(index: number): void {
    this.#pass(this.#hashes[index] >>> 0);
  }

  /** As `passUpTo`, for all that was found. */
  pass(): void {
    this.#pass(this.#cursor.position);
  }

  #pass(hash: number): void {
    this.check();
    pass(this.#attachment.participant, this.registryWord, hash);
  }

  /** Closes the moment; a second call does nothing. */
  close(): void {
    this.#attachment.closeMomentOf(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
