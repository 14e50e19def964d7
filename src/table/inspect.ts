/**
 * The inspection of a whole map's memory: that every block has one owner, that no list leads
 * astray, that the counters are right, and how much of what there is.
 *
 * `segment/inspect.ts` says what an inspection is worth, at rest and otherwise. Here are tables and
 * versions, and the counters, which are compared with what is there. After a death a block may be
 * lost: so what is in use may be counted with it, or without.
 *
 * @module
 */

import {
  claimTree,
  inspectInboxes,
  inspectQueues,
  inspectRoots,
  type QueueFigures,
} from "../reclamation/inspect.ts";
import { childOf, childrenOf, treeRefs } from "../reclamation/tree.ts";
import { type BlockFindings, BlockInspection } from "../segment/inspect.ts";
import {
  FINAL,
  H_ROOT,
  P_ENTRIES,
  P_GIVEN,
  P_HELD_COUNT,
  P_LIVE_REFS,
  P_PERMITS,
  P_TAKEN,
  P_USED_REFS,
  P_WEIGHT,
  REF_BYTES,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  V_PREV,
} from "../segment/layout.ts";
import { sumOver } from "../segment/participants.ts";
import type { Segment } from "../segment/segment.ts";
import { load, type Words } from "../segment/atomics.ts";
import { heatOf, MOST_HEAT } from "./heat.ts";
import {
  isFrozen,
  isGone,
  isMoved,
  isUnclaimed,
  isUnlinked,
  refOf,
  slotAt,
} from "./slot.ts";
import { blockRefs } from "../segment/free_list.ts";
import { claimedSlots } from "./slot_permits.ts";
import { tableBytes } from "./table_record.ts";
import { rootsOf } from "./structure.ts";
import { weightOf } from "./account.ts";
import { bytesOf, isStructure, isTombstone } from "./version.ts";

/** A counter, and the truth. */
export interface Counter {
  readonly counted: number;
  readonly real: number;
}

/** All counters that somebody relies on. */
export interface Counters {
  /** Slots of the newest table that are claimed or may be: `counted` is a bound. */
  readonly slots: Counter;
  readonly entries: Counter;
  /** What entries take, in refs, with all that hangs from them. */
  readonly liveRefs: Counter;
  /** What they weigh, in a map whose entries are weighed. */
  readonly weight: Counter;
  readonly freeChunks: Counter;
  readonly usedRefs: Counter;
  readonly held: Counter;
}

/** Slots and versions. */
export interface TableFigures {
  /** Slots of the current table, and of the next one, if there is one. */
  readonly capacities: readonly number[];
  readonly entries: number;
  readonly tombstones: number;
  /** How many entries have which heat, from 0 on: see `heat.ts`. */
  readonly byHeat: readonly number[];
}

/** What an inspection has found. */
export interface Inspection extends BlockFindings {
  readonly queues: QueueFigures;
  readonly tables: TableFigures;
  readonly counters: Counters;
  /** Counters that are wrong, in words. */
  readonly miscounts: readonly string[];
}

/** Looks at all memory of a segment. Takes time and memory for each block of it. */
export function inspect(segment: Segment): Inspection {
  const blocks = new BlockInspection(segment);
  blocks.inspectFree();
  const queues = inspectQueues(blocks);
  inspectRoots(blocks);
  inspectInboxes(blocks);
  const tables = new TableInspection(blocks);
  const found = blocks.finish();
  const counters = countersOf(segment, found, queues, tables);
  const { byHeat, capacities, entries, tombstones } = tables;
  return {
    ...found,
    queues,
    tables: { byHeat, capacities, entries, tombstones },
    counters,
    miscounts: miscountsOf(counters, lostIn(found)),
  };
}

/** Refs in blocks that nobody has. */
export function lostIn({ leaks }: BlockFindings): number {
  return leaks.reduce((sum, { refs }) => sum + refs, 0);
}

// ---- tables -------------------------------------------------------------------------------------

/** Claims the tables and the versions in them. */
class TableInspection {
  readonly #blocks: BlockInspection;
  readonly #words: Words;
  /** Word index of the current table, and of the next one, if there is one. */
  readonly indices: readonly number[];
  readonly capacities: readonly number[];
  entries = 0;
  liveRefs = 0;
  weight = 0;
  tombstones = 0;
  readonly byHeat: number[] = new Array(MOST_HEAT + 1).fill(0);

  constructor(blocks: BlockInspection) {
    const { words } = blocks.segment;
    this.#blocks = blocks;
    this.#words = words;
    const root = load(words, H_ROOT);
    const isRoot = this.#claimTable(root, "the root");
    const next = isRoot ? load(words, root * 4 + T_NEXT) : 0;
    const isMoving = next !== 0 && this.#claimTable(next, "the next table");
    this.indices = [...isRoot ? [root * 4] : [], ...isMoving ? [next * 4] : []];
    this.capacities = this.indices.map((table) => words[table + T_CAPACITY]);
    for (const table of this.indices) this.#claimVersions(table);
  }

  #claimTable(ref: number, name: string): boolean {
    if (!this.#blocks.claim(ref, name, "table")) return false;
    const capacity = this.#words[ref * 4 + T_CAPACITY];
    const isWhole = capacity > 0 &&
      tableBytes(capacity) <= this.#blocks.blockRefs(ref) * REF_BYTES;
    return isWhole || this.#blocks.fault(`${name} is longer than its block`);
  }

  #claimVersions(table: number): void {
    for (const [hash, link] of slotsOf(this.#words, table)) {
      if (isUnlinked(link) || isMoved(link) || isGone(link)) continue;
      this.#claimVersion(refOf(link), hash);
    }
  }

  /** A version that is being moved may be linked in two tables. */
  #claimVersion(ref: number, hash: number): void {
    const words = this.#words;
    if (this.#blocks.ownerOf(ref) === "a slot") return;
    if (!this.#blocks.claim(ref, "a slot", "version")) return;
    if (isTombstone(words, ref)) this.tombstones++;
    else {
      this.entries++;
      this.byHeat[heatOf(words, hash)]++;
      this.liveRefs += blockRefs(words, bytesOf(words, ref));
      this.weight += weightOf(words, ref);
    }
    if (isStructure(words, ref)) this.#claimTrees(ref);
    const before = words[ref * 4 + V_PREV];
    if ((before & FINAL) !== 0) return;
    this.#blocks.claim(before, "an unpruned prev", "version");
  }

  #claimTrees(ref: number): void {
    const blocks = this.#blocks;
    const before = blocks.refsOf("tree");
    for (const root of rootsOf(this.#words, ref)) {
      if (root === 0) continue;
      const faults = blocks.faultCount;
      claimTree(blocks, root, `version ${ref}`, "tree");
      const isTree = blocks.faultCount === faults;
      if (isTree) this.#checkRefs(root);
    }
    this.liveRefs += blocks.refsOf("tree") - before;
  }

  /** Each node says what it takes with all that hangs from it; returns how many refs that are. */
  #checkRefs(node: number): number {
    const words = this.#words;
    let refs = this.#blocks.blockRefs(node);
    for (let i = 0; i < childrenOf(words, node); i++) {
      refs += this.#checkRefs(childOf(words, node, i));
    }
    const said = treeRefs(words, node);
    if (said !== refs) {
      this.#blocks.fault(
        `node ${node} says ${said} refs, and there are ${refs}`,
      );
    }
    return refs;
  }
}

function* slotsOf(words: Words, table: number) {
  const end = slotAt(table, words[table + T_CAPACITY]);
  for (let slot = slotAt(table, 0); slot < end; slot += SLOT_WORDS) {
    yield [words[slot], words[slot + 1]] as const;
  }
}

// ---- counters -----------------------------------------------------------------------------------

function countersOf(
  { chunkCount, words }: Segment,
  found: BlockFindings,
  queues: QueueFigures,
  tables: TableInspection,
): Counters {
  const { chunks, refs } = found;
  const used = refs.table + refs.version + refs.tree + refs.held +
    refs.retired;
  const taken = (sumOver(words, P_TAKEN) - sumOver(words, P_GIVEN)) | 0; // each wraps
  return {
    slots: slotsCounter(words, tables.indices),
    entries: { counted: sumOver(words, P_ENTRIES), real: tables.entries },
    liveRefs: { counted: sumOver(words, P_LIVE_REFS), real: tables.liveRefs },
    weight: { counted: sumOver(words, P_WEIGHT), real: tables.weight },
    freeChunks: {
      counted: chunkCount - taken,
      real: chunks.fresh + chunks.free,
    },
    usedRefs: {
      counted: sumOver(words, P_USED_REFS),
      real: used + lostIn(found),
    },
    held: { counted: sumOver(words, P_HELD_COUNT), real: queues.held },
  };
}

/**
 * While a table is moved, what is left of it needs a place in the next one, too; but for what is
 * frozen and has its place there already.
 */
function slotsCounter(words: Words, tables: readonly number[]): Counter {
  const newest = tables.at(-1);
  if (newest === undefined) return { counted: 0, real: 0 };
  const claims = [...claimsOf(words, newest)];
  let real = sumOver(words, P_PERMITS) + claims.length;
  if (tables.length > 1) {
    for (const [hash, link] of claimsOf(words, tables[0])) {
      if (isMoved(link)) continue;
      const isCopied = claims.some(([h, l]) =>
        isFrozen(link) && h === hash &&
        (isUnlinked(l) || refOf(l) === refOf(link))
      );
      if (!isCopied) real++;
    }
  }
  return { counted: claimedSlots(words, newest), real };
}

function* claimsOf(words: Words, table: number) {
  for (const [hash, link] of slotsOf(words, table)) {
    if (!isUnclaimed(hash)) yield [hash, link] as const;
  }
}

function miscountsOf(counters: Counters, lost: number): string[] {
  const { slots, usedRefs, ...exact } = counters;
  const wrong: string[] = [];
  const check = (name: string, of: Counter, least: number, most: number) => {
    if (least <= of.counted && of.counted <= most) return;
    wrong.push(`${of.counted} ${name} are counted, while there are ${of.real}`);
  };
  for (const [name, counter] of Object.entries(exact)) {
    check(name, counter, counter.real, counter.real);
  }
  check("slots", slots, slots.real, Infinity);
  check("used refs", usedRefs, usedRefs.real - lost, usedRefs.real);
  return wrong;
}
