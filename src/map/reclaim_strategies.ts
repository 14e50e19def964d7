/**
 * The strategies that make memory free for a write that found none, in the order in which they are
 * tried: from the one that costs least to the one that costs most.
 *
 * @module
 */

import { adoptEstates } from "../reclamation/estate.ts";
import { revokeDumps } from "../reclamation/registry.ts";
import { P_LIVE_REFS, P_USED_REFS } from "../segment/layout.ts";
import { sumHints } from "../segment/participants.ts";
import type { Segment } from "../segment/segment.ts";
import { versionBytes } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { evacuate } from "./evacuation.ts";
import { evict, evictFew } from "./eviction.ts";
import { sweep, sweepAll } from "./expiry_sweep.ts";
import { lowerMemoryLimit } from "./memory_limit.ts";
import { purge } from "./purge.ts";
import { PurgeBackoff } from "./purge_backoff.ts";
import type { Shortage } from "./shortage.ts";

/** How often a write evicts a few entries, before it tries what costs more. */
const MOST_FEW_EVICTIONS = 2;
/** How often a write evicts until there is a place: others may take what was freed each time. */
const MOST_EVICTIONS = 29;
/** How often a write waits for what is retired: others may take what came free each time. */
const MOST_WAITS = 9;
/** More of the memory than a table takes, or what was retired of late. */
const MUCH_RETIRED = 1 / 4;
/** More blocks than any map has, as a power of two of those that are freed the first time. */
const MOST_DOUBLINGS = 22;
/** How often a delete makes a place for its tombstone. */
const MOST_TOMBSTONE_PLACES = 9;

/** One way of making memory free. */
export interface Strategy {
  readonly name: string;
  /** How often one write tries it at most; once, if nothing is said. */
  readonly times?: number;
  /** Whether it can help; it always can, if nothing is said. The caller is between operations. */
  applies?(
    context: ReclaimContext,
    shortage: Shortage,
    progress: Progress,
  ): boolean;
  /**
   * Tries it; says whether something may have come free, so that the write is tried again before
   * the next strategy is. The caller is between operations.
   *
   * @param tries How often this write has tried it before.
   */
  run(context: ReclaimContext, shortage: Shortage, tries: number): boolean;
}

/** What the strategies work on, and what they remember from one write to the next. */
export class ReclaimContext {
  readonly attachment: Attachment;
  readonly purges: PurgeBackoff;
  /** When a sweep of the whole table is worth it again, in milliseconds since 1970. */
  sweepDue = 0;

  constructor(attachment: Attachment) {
    this.attachment = attachment;
    this.purges = new PurgeBackoff(attachment);
  }
}

/** How far one write has come: which strategies it has tried, and how often. */
export class Progress {
  readonly #tries = new Map<Strategy, number>();

  /** How often a strategy has been tried. */
  triesOf(strategy: Strategy): number {
    return this.#tries.get(strategy) ?? 0;
  }

  /** Notes one try more. */
  count(strategy: Strategy): void {
    this.#tries.set(strategy, this.triesOf(strategy) + 1);
  }
}

const ADOPT_ESTATES: Strategy = {
  name: "adopt estates",
  times: Infinity,
  run({ attachment: { participant } }) {
    adoptEstates(participant);
    return false;
  },
};

/**
 * Frees what nobody reads any more: a little at first, then twice as much each time, and all of it
 * before any of the others is tried. So a write that needs a block does not free all of a large
 * tree for it; and one that needs much looks for it a few times only.
 */
const COLLECT: Strategy = {
  name: "collect",
  times: Infinity,
  run({ attachment: { participant } }, _, tries) {
    if (tries <= MOST_DOUBLINGS) {
      return participant.collectFew(2 ** tries) || tries === 0;
    }
    // A try in vain may retire something itself, as a transaction does its record: so that some of
    // it was freed is no reason for another one for ever.
    participant.collectAll();
    return tries === MOST_DOUBLINGS + 1;
  },
};

const LOWER_RESERVE: Strategy = {
  name: "lower the reserve",
  times: Infinity,
  run({ attachment }) {
    attachment.lowerReserve();
    return false;
  },
};

/** Where much may have expired: that is known from the last sweep of the whole table. */
const SWEEP_IF_DUE: Strategy = {
  name: "sweep the whole table if that is due",
  applies: sharesItsChunk,
  run(context) {
    if (Date.now() < context.sweepDue) return false;
    const { removed, due } = sweepAll(context.attachment);
    context.sweepDue = due;
    return removed && context.attachment.participant.drainAndWait();
  },
};

/**
 * Enough for as long as all entries are of about one size. Not while a reader keeps what is evicted
 * from being free: each write would evict more, in vain, until the map is empty.
 */
const EVICT_FEW: Strategy = {
  name: "evict a few entries",
  times: MOST_FEW_EVICTIONS,
  applies: (context, shortage) =>
    sharesItsChunk(context, shortage) &&
    !context.attachment.participant.isEraStuck,
  run({ attachment }, { bytes }) {
    lowerMemoryLimit(attachment.segment.words);
    return evictFew(attachment, bytes);
  },
};

/** Makes whole chunks of free blocks: what is tried after it may need them. */
const CONSOLIDATE: Strategy = {
  name: "consolidate",
  times: Infinity,
  run({ attachment: { participant } }) {
    participant.allocator.consolidate(true);
    return false;
  },
};

const ASK_OTHERS: Strategy = {
  name: "ask others to give back",
  run({ attachment: { participant } }) {
    participant.askForFlush();
    return false;
  },
};

const SWEEP: Strategy = {
  name: "sweep what has expired",
  run({ attachment }) {
    sweep(attachment, Infinity);
    attachment.participant.collectAll();
    return true;
  },
};

const PURGE: Strategy = {
  name: "purge tombstones",
  run({ purges }) {
    purges.purge();
    return true;
  },
};

const EVICT: Strategy = {
  name: "evict until there is a place",
  times: MOST_EVICTIONS,
  applies: ({ attachment: { segment } }, { of }) =>
    segment.evicts && of !== "tombstone",
  run: ({ attachment }, shortage, tries) => evict(attachment, shortage, tries),
};

/** A delete must not fail in a full map. */
const PLACE_TOMBSTONE: Strategy = {
  name: "make a place for a tombstone",
  times: MOST_TOMBSTONE_PLACES,
  applies: (_, { of }) => of === "tombstone",
  run({ attachment }, { bytes }, tries) {
    const isLast = tries === MOST_TOMBSTONE_PLACES - 1;
    makeTombstonePlace(attachment, bytes, isLast);
    return true;
  },
};

/** What was tried before did not do: a dump goes before more entries have to. */
const REVOKE_FIRST: Strategy = {
  name: "revoke dumps before more is given up",
  times: Infinity,
  applies: (_context, _shortage, progress) =>
    progress.triesOf(EVICT) + progress.triesOf(PLACE_TOMBSTONE) > 0,
  run: ({ attachment }, shortage) => revoke(attachment, shortage),
};

/** A map is not full while others only have to get on for its memory to be free. */
const WAIT_FOR_RETIRED: Strategy = {
  name: "wait for what is retired",
  times: MOST_WAITS,
  applies: ({ attachment: { segment } }) => muchIsRetired(segment),
  run({ attachment: { participant }, purges }, { of, bytes }) {
    const purpose = of === "tombstone" ? "tombstone" : "entry";
    if (!participant.waitForRetired(bytes, purpose)) return false;
    if (of === "slot") purges.purge(); // a table needs more than a block
    return true;
  },
};

/** A dump is begun again, from its start: so what else there is comes first. */
const REVOKE: Strategy = {
  name: "revoke dumps",
  times: Infinity,
  run: ({ attachment }, shortage) => revoke(attachment, shortage),
};

/** All strategies, in the order in which a write tries them. */
export const STRATEGIES: readonly Strategy[] = [
  ADOPT_ESTATES,
  COLLECT,
  LOWER_RESERVE,
  SWEEP_IF_DUE,
  EVICT_FEW,
  CONSOLIDATE,
  ASK_OTHERS,
  SWEEP,
  PURGE,
  REVOKE_FIRST,
  EVICT,
  PLACE_TOMBSTONE,
  WAIT_FOR_RETIRED,
  REVOKE,
];

/**
 * Whether a good part of the memory is neither free nor taken by live entries. In a map that is
 * really full that is little: the table, and what was retired of late.
 */
function muchIsRetired({ words, chunkCount, chunkShift }: Segment): boolean {
  const dead = sumHints(words, P_USED_REFS) - sumHints(words, P_LIVE_REFS);
  return dead > MUCH_RETIRED * chunkCount * 2 ** chunkShift;
}

/** Whether a map that evicts is short of memory for an entry that shares its chunk with others. */
function sharesItsChunk(
  { attachment: { participant, segment } }: ReclaimContext,
  { of, bytes }: Shortage,
): boolean {
  return segment.evicts && of === "entry" &&
    bytes <= participant.segment.largestClassBytes;
}

/**
 * Revokes the dumps that are under way, and waits for the memory that they kept: others may have
 * it, and give it back when they come to it. False: there were none.
 */
function revoke(attachment: Attachment, { of, bytes }: Shortage): boolean {
  const { participant, segment: { words } } = attachment;
  if (!revokeDumps(words)) return false;
  participant.noteTurn();
  const isTombstone = of === "tombstone";
  purge(attachment, 1, isTombstone ? "memory" : undefined);
  participant.waitForBlock(bytes, isTombstone ? "tombstone" : "entry");
  return true;
}

/**
 * Makes a place for the tombstone of a key, after the memory that is kept for tombstones was used
 * up: the table has to move without those that it has, and what the last move left may still be
 * read, so it waits for that, as evictions do. A long key needs a run of chunks, and what is in its
 * place must go elsewhere: the table, too, however few tombstones it has to drop.
 *
 * @param attachment The worker's hold on the map.
 * @param keyBytes How long the key is.
 * @param isLast Whether this is the last try: then it also waits for the memory of others.
 */
function makeTombstonePlace(
  attachment: Attachment,
  keyBytes: number,
  isLast: boolean,
): void {
  const { participant } = attachment;
  const { allocator } = participant;
  const bytes = versionBytes(keyBytes, 0, false);
  const isLong = bytes > participant.segment.largestClassBytes;
  participant.drainAndWait();
  purge(attachment, isLong ? 0 : 1, isLast ? "memory" : "place");
  if (!isLong) return;
  evacuate(attachment, allocator.reserve.place(bytes));
  participant.drainAndWait();
  allocator.consolidate(true);
}
