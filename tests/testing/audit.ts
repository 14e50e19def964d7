/**
 * The audit: looks at a segment while nobody works on it, and says of every
 * block of memory who has it. A block that two have, or a list that leads to
 * nowhere, is a fault; a block that nobody has is a leak.
 *
 * @module
 */
import {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_FRESH,
  CHUNK_RUN,
  FINAL,
  GONE,
  H_CHUNK_COUNT,
  H_CHUNK_SHIFT,
  H_FIRST_CHUNK,
  H_PARTICIPANTS,
  H_ROOT,
  MOVED,
  P_CHUNK,
  P_FREE,
  P_HELD_HEAD,
  P_LIMBO_HEAD,
  PARTICIPANT_WORDS,
  PARTICIPANTS,
  R_LINK,
  REF_MASK,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_SLOTS,
  TRANSFER,
  TRANSFER_WAYS,
  V_PREV,
} from "../../src/segment/layout.ts";
import { DESCRIPTOR_WORDS, DESCRIPTORS } from "../../src/segment/layout.ts";
import { SizeClasses } from "../../src/segment/size_classes.ts";

/** What an audit found. */
export interface Findings {
  /** What must never be. */
  readonly faults: string[];
  /** Blocks that nobody has: where, and their size in refs. */
  readonly leaks: { ref: number; refs: number }[];
  /** Chunks that are free. */
  readonly freeChunks: number;
  /** Refs that are in use: entries, tables, what waits to be freed, leaks. */
  readonly usedRefs: number;
  /** Versions on the lists of those that open snapshots need. */
  readonly held: number;
}

/** Looks at a segment at rest. */
export function audit(buffer: SharedArrayBuffer): Findings {
  return new Audit(new Int32Array(buffer)).findings();
}

class Audit {
  readonly #words: Int32Array;
  readonly #shift: number;
  readonly #firstChunk: number;
  readonly #chunkCount: number;
  readonly #classes: SizeClasses;
  readonly #faults: string[] = [];
  /** Who has the block of a ref. */
  readonly #owners = new Map<number, string>();
  /** The chunks that somebody cuts. */
  readonly #cutters = new Map<number, number>();
  #usedRefs = 0;
  #held = 0;

  constructor(words: Int32Array) {
    this.#words = words;
    this.#shift = words[H_CHUNK_SHIFT];
    this.#firstChunk = words[H_FIRST_CHUNK];
    this.#chunkCount = words[H_CHUNK_COUNT];
    this.#classes = new SizeClasses(2 ** this.#shift);
  }

  findings(): Findings {
    this.#lookAtParticipants();
    this.#lookAtExchange();
    const root = this.#words[H_ROOT];
    this.#lookAtTable(root, "the root");
    const next = this.#words[root * 4 + T_NEXT];
    if (next !== 0) this.#lookAtTable(next, "the next table");
    const { leaks, freeChunks } = this.#lookAtChunks();
    return {
      faults: this.#faults,
      leaks,
      freeChunks,
      usedRefs: this.#usedRefs,
      held: this.#held,
    };
  }

  // ---- who has a block --------------------------------------------------------------------------

  /** Notes who has a block; false if it is no block, or another has it. */
  #claim(ref: number, owner: string, used: boolean): boolean {
    const before = this.#owners.get(ref);
    if (before !== undefined) {
      return this.#fault(`block ${ref} belongs to ${before} and to ${owner}`);
    }
    const refs = this.#blockRefs(ref);
    if (refs === 0) {
      return this.#fault(`${owner} has ${ref}, which is no block`);
    }
    this.#owners.set(ref, owner);
    if (used) this.#usedRefs += refs;
    return true;
  }

  #fault(what: string): false {
    this.#faults.push(what);
    return false;
  }

  /** The size of the block that begins at a ref; 0: none does. */
  #blockRefs(ref: number): number {
    const chunk = (ref - this.#firstChunk) >> this.#shift;
    if (chunk < 0 || chunk >= this.#chunkCount) return 0;
    const at = (ref - this.#firstChunk) % 2 ** this.#shift;
    const [state, cutAt] = this.#descriptor(chunk);
    if ((state & CHUNK_RUN) !== 0 && state > 0) {
      return at === 0 ? (state & (CHUNK_BODY - 1)) * 2 ** this.#shift : 0;
    }
    if (state < 1 || state > this.#classes.refs.length) return 0;
    const size = this.#classes.refs[state - 1];
    return at % size === 0 && at + size <= cutAt ? size : 0;
  }

  #descriptor(chunk: number): [state: number, cutAt: number] {
    const at = DESCRIPTORS + chunk * DESCRIPTOR_WORDS;
    return [this.#words[at], this.#words[at + 1]];
  }

  /** Claims what a list leads to; returns how many blocks that are. */
  #claimList(head: number, owner: string, used: boolean): number {
    let count = 0;
    for (let ref = head; ref !== 0; ref = this.#words[ref * 4 + R_LINK]) {
      if (!this.#claim(ref, owner, used)) break;
      count++;
    }
    return count;
  }

  // ---- places -----------------------------------------------------------------------------------

  #lookAtParticipants(): void {
    for (let slot = 0; slot < this.#words[H_PARTICIPANTS]; slot++) {
      const base = PARTICIPANTS + slot * PARTICIPANT_WORDS;
      for (let c = 0; c < this.#classes.refs.length; c++) {
        this.#lookAtFreeList(base, slot, c);
      }
      this.#claimLimbo(this.#words[base + P_LIMBO_HEAD], `limbo of ${slot}`);
      const held = this.#words[base + P_HELD_HEAD];
      this.#held += this.#claimList(held, `held by ${slot}`, true);
    }
  }

  #lookAtFreeList(base: number, slot: number, c: number): void {
    const name = `the free list ${c} of ${slot}`;
    const head = this.#words[base + P_FREE + c];
    this.#claimList(head, name, false);
    if (head !== 0 && this.#blockRefs(head) !== this.#classes.refs[c]) {
      this.#fault(`${name} begins with a block of another size`);
    }
    const chunk = this.#words[base + P_CHUNK + c] - 1;
    if (chunk < 0) return;
    if (this.#cutters.has(chunk) || this.#descriptor(chunk)[0] !== c + 1) {
      this.#fault(`chunk ${chunk} is not cut by ${slot} alone`);
    }
    this.#cutters.set(chunk, slot);
  }

  #claimLimbo(head: number, owner: string): void {
    const words = this.#words;
    for (let ref = head; ref !== 0; ref = words[ref * 4 + R_LINK]) {
      if (!this.#claim(ref, owner, true)) return;
    }
  }

  #lookAtExchange(): void {
    const words = this.#words;
    const ways = this.#classes.refs.length * TRANSFER_WAYS;
    for (let way = 0; way < ways; way++) {
      const name = `exchange word ${way}`;
      let batch = words[TRANSFER + way];
      if (batch < 0) this.#fault(`${name} is claimed by ${-batch - 1}`);
      for (; batch > 0; batch = words[batch * 4 + B_NEXT]) {
        const count = this.#claimList(batch, name, false);
        if (count !== words[batch * 4 + B_COUNT]) {
          this.#fault(`${name} has a batch that is not as long as it says`);
          break;
        }
      }
    }
  }

  #lookAtTable(ref: number, name: string): void {
    const words = this.#words;
    const slots = ref * 4 + T_SLOTS;
    if (!this.#claim(ref, name, true)) return;
    for (let i = 0; i < words[ref * 4 + T_CAPACITY]; i++) {
      const link = words[slots + i * SLOT_WORDS + 1];
      if (link === 0 || link === MOVED || link === GONE) continue;
      this.#lookAtVersion(link & REF_MASK);
    }
  }

  /** A version that is being moved may be linked in two tables. */
  #lookAtVersion(ref: number): void {
    if (this.#owners.get(ref) === "a slot") return;
    if (!this.#claim(ref, "a slot", true)) return;
    const before = this.#words[ref * 4 + V_PREV];
    if ((before & FINAL) === 0) this.#claim(before, "an unpruned prev", true);
  }

  // ---- chunks -----------------------------------------------------------------------------------

  #lookAtChunks() {
    const leaks: { ref: number; refs: number }[] = [];
    let freeChunks = 0;
    for (let chunk = 0; chunk < this.#chunkCount;) {
      const [state, cutAt] = this.#descriptor(chunk);
      const start = this.#firstChunk + chunk * 2 ** this.#shift;
      if (state === CHUNK_FREE || state === CHUNK_FRESH) {
        freeChunks++;
        chunk++;
      } else if (state > 0 && (state & CHUNK_RUN) !== 0) {
        if (!this.#owners.has(start)) {
          leaks.push({ ref: start, refs: this.#blockRefs(start) });
        }
        chunk += this.#lookAtRun(chunk, state & (CHUNK_BODY - 1));
      } else if (state > 0 && state <= this.#classes.refs.length) {
        leaks.push(...this.#lookAtCutChunk(chunk, start, state, cutAt));
        chunk++;
      } else {
        this.#fault(`chunk ${chunk} is in the state ${state.toString(16)}`);
        chunk++;
      }
    }
    for (const { refs } of leaks) this.#usedRefs += refs;
    return { leaks, freeChunks };
  }

  #lookAtRun(first: number, length: number): number {
    for (let i = 1; i < length; i++) {
      if (this.#descriptor(first + i)[0] === CHUNK_BODY) continue;
      this.#fault(`the run of ${length} chunks from ${first} is broken`);
      return i;
    }
    return length;
  }

  #lookAtCutChunk(chunk: number, start: number, state: number, cutAt: number) {
    const size = this.#classes.refs[state - 1];
    const leaks: { ref: number; refs: number }[] = [];
    const end = this.#cutters.has(chunk) ? cutAt : 2 ** this.#shift;
    for (let at = 0; at + size <= end; at += size) {
      if (this.#owners.has(start + at)) continue;
      leaks.push({ ref: start + at, refs: size });
    }
    return leaks;
  }
}
