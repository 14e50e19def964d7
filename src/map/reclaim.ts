/**
 * Reclaiming: what a write does that found no memory, or no slot. It goes from what costs least to what costs most, a step for
 * each attempt, and then says what there is to do.
 *
 * @module
 */

import { adoptEstates } from "../reclamation/estate.ts";
import { noteOf, oldestHeld, revokeDumps } from "../reclamation/registry.ts";
import { MapFullError, type OpenSnapshot, theMap } from "../errors.ts";
import { load, type Words } from "../segment/atomics.ts";
import { versionBytes } from "../table/version.ts";
import { liveBytesOf } from "./counters.ts";
import type { Attachment } from "./attachment.ts";
import { ticker } from "./background.ts";
import { capacityOf, leastMaxBytes } from "./capacity.ts";
import { evacuate } from "./evacuation.ts";
import { evict, evictFew } from "./eviction.ts";
import { purge } from "./purge.ts";
import type { Shortage } from "./shortage.ts";
import { sweep, sweepAll } from "./expiry_sweep.ts";

/** Attempts at making room by evicting a few entries, before all is tried. */
const EVICT_FEW_ATTEMPTS = 2;
/** Attempts at dropping tombstones, when there is no memory for another. */
const MOST_PURGES = 12;
/** Writes that do not try to drop a few tombstones, after several that did in vain. */
const MOST_PURGES_SKIPPED = 64;
/** The first attempt that revokes dumps before it tries what else there is: the one before it found that it does not do. */
const FIRST_TO_REVOKE = 4;

/** Reclaims memory for the writes of one attachment. */
export class Reclaimer {
  readonly #attachment: Attachment;
  /** When a sweep of the whole table is worth its while again, in milliseconds since 1970. */
  #sweepDue = 0;
  #purgesToSkip = 0;
  #purgeBackOff = 1;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /**
   * Tries to free memory for a write that found none, harder with each attempt; the caller is between operations. Throws
   * `MapFullError` when nothing is left to try.
   */
  reclaimFor(shortage: Shortage, attempt: number): void {
    const { participant, segment } = this.#attachment;
    const { bytes } = shortage;
    if (ticker.isResting) ticker.wake();
    adoptEstates(participant);
    participant.collectAll();
    if (bytes > capacityOf(segment, segment.minCapacityShift)) {
      this.#throwNeverFits(bytes);
    }
    if (attempt === 0) return;
    this.#attachment.lowerReserve();
    if (this.#mayEvictFew(shortage)) {
      if (attempt <= EVICT_FEW_ATTEMPTS && this.#evictFew(bytes)) return;
      attempt = Math.max(1, attempt - EVICT_FEW_ATTEMPTS);
    }
    participant.allocator.consolidate(true);
    switch (attempt) {
      case 1:
        participant.askForFlush();
        sweep(this.#attachment, Infinity);
        participant.collectAll();
        return;
      case 2:
        this.#purgeBackingOff();
        return;
    }
    if (attempt >= FIRST_TO_REVOKE && this.#revoke(shortage)) return;
    const reclaimed = shortage.of === "tombstone"
      ? this.#reclaimForTombstone(bytes, attempt)
      : segment.evicts && evict(this.#attachment, shortage, attempt);
    if (reclaimed || this.#revoke(shortage)) return;
    this.#throwFull(bytes);
  }

  /**
   * Revokes the dumps that are under way, which begin again later, and waits for what they kept: others may hold it, and give it back
   * when they come to it. False: there were none.
   */
  #revoke({ of, bytes }: Shortage): boolean {
    const { participant, segment: { words } } = this.#attachment;
    if (!revokeDumps(words)) return false;
    participant.noteTurn();
    purge(this.#attachment, 1, of === "tombstone" ? "memory" : undefined);
    participant.waitForBlock(bytes, of === "tombstone" ? of : "entry");
    return true;
  }

  #mayEvictFew({ of, bytes }: Shortage): boolean {
    return this.#attachment.segment.evicts && of === "entry" &&
      bytes <= this.#attachment.participant.allocator.largestClassBytes;
  }

  /** Removes what has expired if that may be much, or else evicts a few entries; says whether anything came free. */
  #evictFew(bytes: number): boolean {
    if (Date.now() >= this.#sweepDue) {
      const { removed, due } = sweepAll(this.#attachment);
      this.#sweepDue = due;
      if (removed && this.#attachment.participant.drainAndWait()) return true;
    }
    return evictFew(this.#attachment, bytes);
  }

  /**
   * Drops tombstones. If what is kept for them is used up, even a few, but not at every write of a map where that changes nothing:
   * each time costs a move of the table.
   */
  #purgeBackingOff(): void {
    const { participant: { allocator }, table: { resizer } } = this.#attachment;
    const low = allocator.isLow();
    const hasMuch = () => this.#attachment.pinned(() => resizer.wouldPurge());
    if (low && this.#purgesToSkip > 0 && !hasMuch()) {
      this.#purgesToSkip--;
      return;
    }
    purge(this.#attachment, low ? 1 : undefined);
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
  #reclaimForTombstone(keyBytes: number, attempt: number): boolean {
    if (attempt >= MOST_PURGES) return false;
    const { participant } = this.#attachment;
    const { allocator } = participant;
    const bytes = versionBytes(keyBytes, 0, false);
    const isLong = bytes > allocator.largestClassBytes;
    participant.drainAndWait();
    purge(
      this.#attachment,
      isLong ? 0 : 1,
      attempt < MOST_PURGES - 1 ? "place" : "memory",
    );
    if (isLong) {
      evacuate(this.#attachment, allocator.tombstonePlace(bytes));
      participant.drainAndWait();
      allocator.consolidate(true);
    }
    return true;
  }

  #throwFull(needed: number): never {
    const { segment } = this.#attachment;
    const snapshot = oldestOpen(segment.words);
    const remedy = snapshot !== undefined
      ? `a snapshot has been open for ${
        Math.round(snapshot.ageMs / 1000)
      } s (it shows tick ${snapshot.tick}), and what it shows cannot be reused: close it`
      : segment.evicts
      ? "create the map with a larger maxBytes"
      : `delete entries, or create the map with a larger maxBytes or with onFull: "evict"`;
    this.#refuse(needed, "does not fit now", remedy, snapshot);
  }

  #throwNeverFits(needed: number): never {
    const { minCapacityShift } = this.#attachment.segment;
    const size = leastMaxBytes((geometry) =>
      needed <= capacityOf(geometry, minCapacityShift)
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
    const { segment } = this.#attachment;
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
  const tick = load(words, word);
  const openedAt = load(words, noteOf(word)) * 1000;
  if (tick <= 0) return undefined; // closed meanwhile
  return { tick, epoch: tick, ageMs: Math.max(0, Date.now() - openedAt) };
}
