/**
 * Evicting here and there: the entries that the policy chooses, one by one, each wherever it lies.
 *
 * A dump needs less and less of the map: while one is under way, entries are chosen mostly among
 * those that it has passed.
 *
 * @module
 */

import {
  FIRST_PLACE,
  hasDump,
  LAST_PLACE,
  neededFrom,
  oldestHeld,
} from "../reclamation/registry.ts";
import { BoundedWait } from "../reclamation/bounded_wait.ts";
import type { Words } from "../segment/atomics.ts";
import { Cursor } from "../table/cursor.ts";
import { freesMemory } from "../table/evictable.ts";
import { FREES_MEMORY, ruleFor } from "../table/eviction_rule.ts";
import { bytesOf, hasExpired } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { Candidates } from "./eviction_policy.ts";
import { Remover } from "./removal.ts";

const HASHES = 2 ** 32;
/** Choices of the policy that come to nothing, before entries go that are met anywhere. */
const MOST_IN_VAIN = 16;
/** How long a write that finds nothing to evict waits for a dump to pass something. */
const DUMP_PATIENCE_MS = 5;
/**
 * Ranges of hashes in which it then looks for what is younger than the dump: to go through all of a
 * large map would take longer.
 */
const RANGES_BESIDE_DUMP = 64;

/** Evicts entries until so many bytes and entries at least are gone, if there are that many. */
export class ScatteredEviction {
  readonly #attachment: Attachment;
  readonly #words: Words;
  readonly #remover: Remover;
  readonly #leastBytes: number;
  readonly #leastEntries: number;
  #bytes = 0;
  #entries = 0;

  constructor(
    attachment: Attachment,
    leastBytes: number,
    leastEntries: number,
  ) {
    this.#attachment = attachment;
    this.#words = attachment.segment.words;
    this.#remover = new Remover(attachment);
    this.#leastBytes = leastBytes;
    this.#leastEntries = leastEntries;
  }

  /**
   * Evicts; says whether there was anything to evict. If there is nothing beside a dump, it waits
   * until that has passed more, but not for long. The caller is between operations.
   */
  run(): boolean {
    for (;;) {
      this.#evictChosen();
      // In a dump that has just begun nothing is to be found yet.
      const isTooEarly = this.#isInVain &&
        neededFrom(this.#words) === FIRST_PLACE;
      if (isTooEarly && this.#dumpsGetOn()) continue;
      this.#evictFromAnywhere();
      if (!this.#isInVain || !this.#dumpsGetOn()) return this.#entries > 0;
    }
  }

  get #isOver(): boolean {
    return this.#remover.isStuck ||
      this.#bytes >= this.#leastBytes && this.#entries >= this.#leastEntries;
  }

  get #isInVain(): boolean {
    return this.#entries === 0 && !this.#remover.isStuck;
  }

  /** Evicts what the policy chooses, until it is over, or too many choices were in vain. */
  #evictChosen(): void {
    const { evictionPolicy, participant, segment, table } = this.#attachment;
    const candidates = {
      segment,
      table,
      limit: HASHES,
      isEvictable: ruleFor(segment.words, FREES_MEMORY),
      rule: FREES_MEMORY,
    } satisfies Candidates;
    for (let inVain = 0; !this.#isOver && inVain < MOST_IN_VAIN;) {
      const before = this.#entries;
      participant.pin();
      try {
        candidates.limit = limitFor(segment.words, inVain);
        const ref = evictionPolicy.choose(candidates);
        if (ref !== 0) this.#evict(ref);
      } finally {
        participant.unpin();
      }
      if (this.#entries === before) inVain++;
    }
  }

  /**
   * Evicts range by range, until it is over, from a place by chance: the beginning of the table
   * would become sparse.
   */
  #evictFromAnywhere(): void {
    const { segment, table } = this.#attachment;
    const start = Math.floor(Math.random() * HASHES);
    let ranges = isWaitingForDumps(this.#words) ? RANGES_BESIDE_DUMP : Infinity;
    for (const [from, to] of [[start, HASHES], [0, start]]) {
      const cursor = new Cursor(segment, table.migration, from);
      while (!this.#isOver && cursor.position < to && ranges-- > 0) {
        this.#evictRange(cursor);
      }
    }
  }

  /** Evicts the entries of the cursor's next range, until it is over. */
  #evictRange(cursor: Cursor): void {
    const { participant } = this.#attachment;
    const refs: number[] = [];
    participant.pin();
    try {
      cursor.next(refs);
      for (let i = 0; i < refs.length && !this.#isOver; i++) {
        if (freesMemory(this.#words, refs[i], cursor.hashAt(i))) {
          this.#evict(refs[i]);
        }
      }
    } finally {
      participant.unpin();
    }
    participant.collectSometimes();
  }

  /** Evicts this entry, if it is still there. The caller is pinned. */
  #evict(ref: number): void {
    const size = bytesOf(this.#words, ref);
    const cause = hasExpired(this.#words, ref) ? "expired" : "evicted";
    if (!this.#remover.remove(ref, cause)) return;
    this.#bytes += size;
    this.#entries++;
  }

  /**
   * Waits for the dumps that are under way to pass something more, but not for long; says whether
   * they did. Not for a dump of this very participant, which does nothing meanwhile.
   */
  #dumpsGetOn(): boolean {
    const words = this.#words;
    const before = neededFrom(words);
    const { base } = this.#attachment.participant;
    if (!isWaitingForDumps(words) || hasDump(words, base)) return false;
    const patience = new BoundedWait(DUMP_PATIENCE_MS);
    while (neededFrom(words) === before) {
      if (!patience.nap()) return false;
    }
    return true;
  }
}

/** The hashes, from 0 on, to choose from: while a dump is under way mostly those it has passed. */
function limitFor(words: Words, inVain: number): number {
  const place = neededFrom(words);
  if (place === FIRST_PLACE || inVain % 2 !== 0) return HASHES;
  return place - FIRST_PLACE;
}

/** Whether it is dumps alone that keep entries from being evicted. */
function isWaitingForDumps(words: Words): boolean {
  return neededFrom(words) !== LAST_PLACE && oldestHeld(words) === 0;
}
