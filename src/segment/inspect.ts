/**
 * The inspection of a segment's memory: of every block, who has it.
 *
 * It goes from the bottom up. Here are chunks and blocks, the free lists and the transfer cache;
 * `reclamation/inspect.ts` adds what waits for its readers, `table/inspect.ts` tables and versions.
 * Each of them claims the blocks that it comes to. A block that two claim, or a list that leads to
 * nowhere, is a fault; a block that nobody claims is a leak.
 *
 * It looks at a segment at rest, so it reads plainly. While others work, the faults and leaks mean
 * nothing, and the figures are as good as an estimate; but it always ends, and stays inside the
 * segment, whatever lies there.
 *
 * @module
 */

import {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  H_PARTICIPANTS,
  P_CHUNK,
  P_FREE,
  R_LINK,
  TRANSFER,
  TRANSFER_WAYS,
} from "./layout.ts";
import { participantBase } from "./participants.ts";
import type { Segment } from "./segment.ts";
import { runLength } from "./table_region.ts";
import { load, type Words } from "./atomics.ts";

/** A block of memory. */
export interface Block {
  readonly ref: number;
  /** Its size. */
  readonly refs: number;
}

/** What has a block: all but the last are in use. */
export type Use = "table" | "version" | "tree" | "held" | "retired" | "free";

/** Chunks, by what they are. */
export interface ChunkFigures {
  /** Never used. */
  fresh: number;
  /** Free, and used before. */
  free: number;
  /** Cut into blocks. */
  cut: number;
  /** In runs of chunks. */
  inRuns: number;
}

/** The blocks of one size class. */
export interface ClassFigures {
  /** The size of one, in refs. */
  readonly size: number;
  chunks: number;
  used: number;
  /** On free lists, and in the transfer cache. */
  free: number;
  /** Still part of a chunk that is being cut. */
  uncut: number;
}

/** What an inspection of all blocks has found. */
export interface BlockFindings {
  /** What must never be. */
  readonly faults: readonly string[];
  /** Blocks that nobody has. */
  readonly leaks: readonly Block[];
  readonly chunks: ChunkFigures;
  readonly classes: readonly ClassFigures[];
  /** The blocks that something has, in refs. */
  readonly refs: Readonly<Record<Use, number>>;
}

/** Goes through the participants' records that were ever used. */
export function forEachRecord(
  words: Words,
  visit: (base: number, slot: number) => void,
): void {
  const slots = load(words, H_PARTICIPANTS);
  for (let slot = 0; slot < slots; slot++) {
    visit(participantBase(slot), slot);
  }
}

/** One inspection, while it goes on. */
export class BlockInspection {
  readonly segment: Segment;
  readonly #words: Words;
  readonly #faults: string[] = [];
  readonly #leaks: Block[] = [];
  /** Who has the block at a ref, and for what. */
  readonly #owners = new Map<number, { owner: string; use: Use }>();
  /** The chunks that somebody cuts. */
  readonly #cutters = new Map<number, number>();
  readonly #refs = {
    table: 0,
    version: 0,
    tree: 0,
    held: 0,
    retired: 0,
    free: 0,
  };
  readonly #chunks: ChunkFigures = { fresh: 0, free: 0, cut: 0, inRuns: 0 };
  readonly #classes: ClassFigures[];

  constructor(segment: Segment) {
    this.segment = segment;
    this.#words = segment.words;
    this.#classes = Array.from(
      segment.classes.refs,
      (size) => ({ size, chunks: 0, used: 0, free: 0, uncut: 0 }),
    );
  }

  // ---- claims -----------------------------------------------------------------------------------

  /** Notes that something must never be. Returns false. */
  fault(what: string): false {
    this.#faults.push(what);
    return false;
  }

  /** How many faults there are so far. */
  get faultCount(): number {
    return this.#faults.length;
  }

  /** Notes who has a block; false if it is no block, or another has it. */
  claim(ref: number, owner: string, use: Use): boolean {
    const before = this.ownerOf(ref);
    if (before !== undefined) {
      return this.fault(`block ${ref} belongs to ${before} and to ${owner}`);
    }
    const refs = this.blockRefs(ref);
    if (refs === 0) return this.fault(`${owner} has ${ref}, which is no block`);
    this.#owners.set(ref, { owner, use });
    this.#refs[use] += refs;
    return true;
  }

  /** Refs of the blocks that were claimed for a use so far. */
  refsOf(use: Use): number {
    return this.#refs[use];
  }

  /** Who has claimed a block so far. */
  ownerOf(ref: number): string | undefined {
    return this.#owners.get(ref)?.owner;
  }

  /** Claims what a list leads to; returns how many blocks that are. */
  claimList(head: number, owner: string, use: Use): number {
    let count = 0;
    for (let ref = head; ref !== 0; ref = this.#words[ref * 4 + R_LINK]) {
      if (!this.claim(ref, owner, use)) break;
      count++;
    }
    return count;
  }

  /** The size of the block that begins at a ref; 0: none does. */
  blockRefs(ref: number): number {
    const { chunkCount, chunkShift, classes, firstChunk } = this.segment;
    if (ref < firstChunk) return 0;
    const chunk = this.segment.chunkOf(ref);
    if (chunk >= chunkCount) return 0;
    const at = ref - this.segment.chunkRef(chunk);
    const [state, cutAt] = this.#descriptor(chunk);
    const length = runLength(state);
    if (length > 0) return at === 0 ? length * 2 ** chunkShift : 0;
    if (state < 1 || state > classes.refs.length) return 0;
    const size = classes.refs[state - 1];
    return at % size === 0 && at + size <= cutAt ? size : 0;
  }

  #descriptor(chunk: number): [state: number, cutAt: number] {
    const at = this.segment.descriptor(chunk);
    return [this.#words[at], this.#words[at + 1]];
  }

  // ---- free blocks ------------------------------------------------------------------------------

  /** Claims all free blocks. Comes first: it finds out which chunks are being cut. */
  inspectFree(): void {
    forEachRecord(this.#words, (base, slot) => {
      for (let c = 0; c < this.#classes.length; c++) {
        this.#inspectFreeList(base, slot, c);
        this.#inspectCut(base, slot, c);
      }
    });
    const words = this.#classes.length * TRANSFER_WAYS;
    for (let way = 0; way < words; way++) this.#inspectTransfer(way);
  }

  #inspectFreeList(base: number, slot: number, c: number): void {
    const name = `the free list ${c} of ${slot}`;
    const head = this.#words[base + P_FREE + c];
    this.claimList(head, name, "free");
    if (head !== 0 && this.blockRefs(head) !== this.#classes[c].size) {
      this.fault(`${name} begins with a block of another size`);
    }
  }

  #inspectCut(base: number, slot: number, c: number): void {
    const chunk = this.#words[base + P_CHUNK + c] - 1;
    if (chunk < 0) return;
    if (this.#cutters.has(chunk) || this.#descriptor(chunk)[0] !== c + 1) {
      this.fault(`chunk ${chunk} is not cut by ${slot} alone`);
    }
    this.#cutters.set(chunk, slot);
  }

  #inspectTransfer(way: number): void {
    const name = `transfer word ${way}`;
    let batch = this.#words[TRANSFER + way];
    if (batch < 0) this.fault(`${name} is claimed by ${-batch - 1}`);
    for (; batch > 0; batch = this.#words[batch * 4 + B_NEXT]) {
      const count = this.claimList(batch, name, "free");
      if (count === this.#words[batch * 4 + B_COUNT]) continue;
      this.fault(`${name} has a batch that is not as long as it says`);
      break;
    }
  }

  // ---- chunks -----------------------------------------------------------------------------------

  /** Looks through all chunks for blocks that nobody has claimed: when everything has its owner. */
  finish(): BlockFindings {
    const { chunkCount } = this.segment;
    for (let chunk = 0; chunk < chunkCount;) chunk += this.#inspectChunk(chunk);
    return {
      faults: this.#faults,
      leaks: this.#leaks,
      chunks: this.#chunks,
      classes: this.#classes,
      refs: this.#refs,
    };
  }

  /** Returns how many chunks that were. */
  #inspectChunk(chunk: number): number {
    const [state] = this.#descriptor(chunk);
    const length = runLength(state);
    if (length > 0) return this.#inspectRun(chunk, length);
    if (state === CHUNK_FRESH) this.#chunks.fresh++;
    else if (state === CHUNK_FREE) this.#chunks.free++;
    else if (state > 0 && state <= this.#classes.length) {
      this.#inspectCutChunk(chunk, this.#classes[state - 1]);
    } else this.fault(`chunk ${chunk} is in the state ${state.toString(16)}`);
    return 1;
  }

  #inspectRun(first: number, length: number): number {
    const ref = this.segment.chunkRef(first);
    if (!this.#owners.has(ref)) this.#leak(ref, this.blockRefs(ref));
    let count = 1;
    while (
      count < length && first + count < this.segment.chunkCount &&
      this.#descriptor(first + count)[0] === CHUNK_BODY
    ) count++;
    this.#chunks.inRuns += count;
    if (count < length) {
      this.fault(`the run of ${length} chunks from ${first} is broken`);
    }
    return count;
  }

  #inspectCutChunk(chunk: number, figures: ClassFigures): void {
    const { size } = figures;
    const start = this.segment.chunkRef(chunk);
    const end = 2 ** this.segment.chunkShift;
    const cutAt = this.#cutters.has(chunk) ? this.#descriptor(chunk)[1] : end;
    this.#chunks.cut++;
    figures.chunks++;
    for (let at = 0; at + size <= end; at += size) {
      const use = this.#owners.get(start + at)?.use;
      if (use === "free") figures.free++;
      else if (use !== undefined) figures.used++;
      else if (at + size > cutAt) figures.uncut++;
      else this.#leak(start + at, size);
    }
  }

  #leak(ref: number, refs: number): void {
    this.#leaks.push({ ref, refs });
  }
}
