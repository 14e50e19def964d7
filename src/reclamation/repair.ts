/**
 * Repair: brings a participant's record in order that was left in the middle of something, because
 * its worker died or a section was cut short (`segment/section.ts`). The rules are the same for
 * both, and each step can be repeated, as a repair may be cut short, too.
 *
 * What the record says was written before the step that decides. So here it is found out whether
 * that step was taken:
 *
 * - A block on its way to or from a free list: whether it is the first of that list. Nothing comes
 *   before it, because a section that was cut short is repaired before another one begins.
 * - A block in hand that may be linked: whether its version has a stamp. A version gets its stamp
 *   before it is replaced, and the newest one gets it when its key is looked up.
 * - A node that is drafted: as its version, or if a commit record decides about that, as the record
 *   (`table/commits.ts`). One that is being loaded from a file is not linked as long as its chain
 *   is not the draft: if its worker is dead, it is freed.
 * - A message on its way to an inbox: whether it is there, or was (`inbox.ts`).
 * - A batch on its way to or from a transfer word: whether it is on the participant's own list.
 * - A chunk: its state (`segment/chunk_ledger.ts`).
 *
 * @module
 */

import {
  balanceChunks,
  changeChunk,
  finishChunkChange,
} from "../segment/chunk_ledger.ts";
import { assert, CHECKED } from "../segment/assert.ts";
import { unlinkChunks } from "../segment/consolidation.ts";
import {
  addBlock,
  beginFreeing,
  endFreeing,
  endTaking,
  pushBlock,
} from "../segment/free_list.ts";
import {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_TAKING,
  H_CHUNK_HINT,
  H_PARTICIPANTS,
  MAX_CLASSES,
  P_CHUNK,
  P_CHUNK_CHANGE,
  P_COMMIT,
  P_DRAFT,
  P_ENTRIES,
  P_ENTRIES_AHEAD,
  P_FREE,
  P_FREE_COUNT,
  P_FREEING,
  P_HAND,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  P_LEAVING,
  P_LIMBO_HEAD,
  P_LIMBO_TAIL,
  P_LIVE_AHEAD,
  P_LIVE_REFS,
  P_LOADING,
  P_POSTING,
  P_SUBSCRIPTIONS,
  P_TAKING,
  P_TRANSIT_CUT,
  P_TRANSIT_OLD,
  P_TRANSIT_REF,
  P_TRANSIT_WORD,
  P_WEIGHT,
  P_WEIGHT_AHEAD,
  R_LINK,
  R_STAMP,
  TRANSFER,
  TRANSFER_WAYS,
} from "../segment/layout.ts";
import { doubt } from "../segment/long_key.ts";
import type { Segment } from "../segment/segment.ts";
import { runLength } from "../segment/table_region.ts";
import { load, own, poke, store } from "../segment/atomics.ts";
import { participantBase } from "../segment/participants.ts";
import { isPushed, isReceived, noteSubscriptions, rewake } from "./inbox.ts";
import { hold, isHeldTree, retireTree } from "./limbo.ts";
import { childOf, childrenOf, endTreeMove, finishDescent } from "./tree.ts";

/**
 * Brings the record of the participant in a slot in order. Nothing else works with it, and its pin
 * is still as it was when it was left.
 *
 * @param segment The segment.
 * @param slot The participant.
 * @param versions What to ask of the version in hand. The caller is pinned.
 */
export function repair(
  segment: Segment,
  slot: number,
  versions: VersionsInHand,
): void {
  const record = new Record(segment, slot);
  record.mendQueues(); // before anything is added to them
  record.finishTreeMove();
  finishChunkChange(segment, slot); // before anything else is counted
  record.finishCut();
  record.finishMove();
  record.finishPosting();
  record.finishHand(versions);
  record.finishTransit();
  record.freeClaimedChunks();
  if (CHECKED) record.checkIdle();
}

/**
 * Frees the nodes that the participant in a slot has drafted, whose record was repaired: their
 * version is not linked. Can be repeated.
 */
export function freeDraft(segment: Segment, slot: number): void {
  const record = new Record(segment, slot);
  record.freeDraft();
  record.freeClaimedChunks();
}

/**
 * Frees the nodes that the participant in a slot, which is dead, had loaded for a structure, when
 * its record was repaired. Can be repeated.
 */
export function freeLoaded(segment: Segment, slot: number): void {
  const record = new Record(segment, slot);
  record.freeLoaded();
  record.freeClaimedChunks();
}

/** What those know who know tables about the version that a participant had in hand. */
export interface VersionsInHand {
  /** Whether it was linked; it is whole, and its memory was not reused. */
  isLinked(version: number): boolean;
  /** Frees what it leaves out, as the participant in a slot: it is linked. Can be repeated. */
  leave(slot: number, version: number): void;
}

class Record {
  readonly #segment: Segment;
  readonly #slot: number;
  readonly #base: number;

  constructor(segment: Segment, slot: number) {
    this.#segment = segment;
    this.#slot = slot;
    this.#base = participantBase(slot);
  }

  #own(word: number): number {
    return own(this.#segment.words, this.#base + word);
  }

  #set(word: number, value: number): void {
    poke(this.#segment.words, this.#base + word, value);
  }

  get #classes(): number[] {
    return [...this.#segment.classes.refs.keys()];
  }

  /** Nothing is on its way any more. */
  checkIdle(): void {
    const { words } = this.#segment;
    const left = [P_TAKING, P_FREEING, P_HAND, P_CHUNK_CHANGE]
      .filter((word) => words[this.#base + word] !== 0);
    assert(left.length === 0, `a record is repaired, but for words ${left}`);
  }

  // ---- one block --------------------------------------------------------------------------------

  /**
   * A block that was just cut is the first of its list, though its chunk may not say yet that it
   * was cut. A chunk that is all cut is nobody's to cut: its blocks may be given away, and it be
   * another's.
   */
  finishCut(): void {
    const segment = this.#segment;
    for (const c of this.#classes) {
      const chunk = this.#own(P_CHUNK + c) - 1;
      if (chunk < 0 || !this.#isOfClass(chunk, c)) continue;
      const cutAt = segment.descriptor(chunk) + 1;
      const size = segment.classes.refs[c];
      let at = own(segment.words, cutAt);
      if (this.#own(P_FREE + c) === segment.chunkRef(chunk) + at) {
        at += size;
        poke(segment.words, cutAt, at);
      }
      if (at + size > 2 ** segment.chunkShift) this.#set(P_CHUNK + c, 0);
    }
  }

  /** Else it was claimed to be cut, or is being given back. */
  #isOfClass(chunk: number, c: number): boolean {
    const { words } = this.#segment;
    return load(words, this.#segment.descriptor(chunk)) === c + 1;
  }

  /** Ends the way of a block from a list into the hand, or to a list. */
  finishMove(): void {
    const { words } = this.#segment;
    const taking = this.#own(P_TAKING);
    if (taking !== 0) {
      const isTaken = this.#own(P_FREE + this.#classAt(taking)) !== taking;
      if (isTaken) endTaking(words, this.#base, taking);
      else this.#set(P_TAKING, 0);
    }
    const freeing = this.#own(P_FREEING);
    if (freeing === 0) return;
    const stays = this.#isListed(P_LIMBO_HEAD, freeing) ||
      this.#isChained(freeing);
    if (stays) this.#set(P_FREEING, 0);
    else this.#finishFreeing(freeing);
  }

  /** Whether a node is the last of the draft, or of what is being loaded. */
  #isChained(ref: number): boolean {
    return this.#own(P_DRAFT) === ref || this.#own(P_LOADING) === ref;
  }

  #finishFreeing(ref: number): void {
    const { words } = this.#segment;
    const c = this.#classAt(ref);
    if (c < 0) return this.#finishFreeingRun(ref);
    const isListed = this.#own(P_FREE + c) === ref;
    if (!isListed) addBlock(words, this.#base, c, ref);
    endFreeing(words, this.#base, ref);
  }

  /** The run of chunks is given back from here on: {@linkcode freeClaimedChunks} ends that. */
  #finishFreeingRun(ref: number): void {
    const segment = this.#segment;
    const chunk = segment.chunkOf(ref);
    const state = load(segment.words, segment.descriptor(chunk));
    const length = runLength(state);
    if (length > 0) {
      const mine = CHUNK_TAKING | this.#slot;
      const refs = length * 2 ** segment.chunkShift;
      changeChunk(segment, this.#slot, chunk, mine, -length, -refs);
    }
    this.#set(P_FREEING, 0);
  }

  /** The class of a block; -1: it is a run of chunks, perhaps one that is being given back. */
  #classAt(ref: number): number {
    const segment = this.#segment;
    const chunk = segment.chunkOf(ref);
    const state = load(segment.words, segment.descriptor(chunk));
    return state >= 1 && state <= MAX_CLASSES ? state - 1 : -1;
  }

  /**
   * Counts the version in hand if it was linked, and frees what it leaves out. Otherwise frees it,
   * unless it is a run, which is found by its owner's name; and the nodes that were drafted.
   */
  finishHand(versions: VersionsInHand): void {
    // Both lead to what was loaded: it was becoming the draft of a version, which is not linked.
    if (this.#own(P_LOADING) === this.#own(P_DRAFT)) this.#set(P_LOADING, 0);
    const hand = this.#own(P_HAND);
    const isDecidedByRecord = this.#own(P_COMMIT) !== 0;
    if (hand < 0 && versions.isLinked(-hand)) {
      versions.leave(this.#slot, -hand);
      if (!isDecidedByRecord) this.#set(P_DRAFT, 0);
      this.#set(P_LEAVING, 0);
      this.#set(P_ENTRIES, this.#own(P_ENTRIES_AHEAD));
      this.#set(P_LIVE_REFS, this.#own(P_LIVE_AHEAD));
      this.#set(P_WEIGHT, this.#own(P_WEIGHT_AHEAD));
      this.#set(P_HAND, 0);
      return;
    }
    if (hand !== 0) this.#freeHand(Math.abs(hand));
    this.#set(P_LEAVING, 0);
    if (!isDecidedByRecord) this.freeDraft();
  }

  #freeHand(ref: number): void {
    const { words } = this.#segment;
    const isLedTo = this.#isCommits(ref) || this.#isChained(ref) ||
      this.#own(P_SUBSCRIPTIONS) === ref;
    if (isLedTo) return this.#set(P_HAND, 0);
    const c = this.#classAt(ref);
    if (c < 0) return this.#set(P_HAND, 0);
    pushBlock(words, this.#base, c, ref);
  }

  /** Whether a commit record is this block, or leads to it: then it is in hand no more. */
  #isCommits(ref: number): boolean {
    const { words } = this.#segment;
    const record = Math.abs(this.#own(P_COMMIT));
    if (record === 0 || record === ref) return record === ref;
    const children = childrenOf(words, record);
    return children > 0 && childOf(words, record, children - 1) === ref;
  }

  /** A message that was not pushed is part of the draft again. */
  finishPosting(): void {
    const { words } = this.#segment;
    noteSubscriptions(words, this.#base);
    const message = this.#own(P_POSTING);
    if (message === 0) return;
    if (this.#own(P_DRAFT) !== message) {
      if (isPushed(words, message)) rewake(words, message);
      else {
        poke(words, message * 4 + R_LINK, this.#own(P_DRAFT));
        this.#set(P_DRAFT, message);
      }
    }
    this.#set(P_POSTING, 0);
  }

  /** Frees the nodes of the draft. */
  freeDraft(): void {
    this.#freeChain(P_DRAFT);
  }

  /** Frees the nodes of the structure that was being loaded. */
  freeLoaded(): void {
    this.#freeChain(P_LOADING);
  }

  /** Frees the nodes of a chain; each is on it until it is on its way. */
  #freeChain(word: number): void {
    const { words } = this.#segment;
    for (;;) {
      const ref = this.#own(word);
      if (ref === 0) return;
      const next = own(words, ref * 4 + R_LINK);
      const c = this.#classAt(ref);
      if (c >= 0) beginFreeing(words, this.#base, c, ref);
      else this.#set(P_FREEING, ref);
      this.#set(word, next);
      this.#finishFreeing(ref);
    }
  }

  // ---- batches ----------------------------------------------------------------------------------

  /** Finishes or undoes what was done at a transfer word, if that word still says so. */
  finishTransit(): void {
    const { words } = this.#segment;
    const word = this.#own(P_TRANSIT_WORD);
    if (word === 0 || load(words, word) !== -(this.#slot + 1)) return;
    const old = this.#own(P_TRANSIT_OLD);
    const brought = this.#own(P_TRANSIT_REF);
    const list = P_FREE + Math.floor((word - TRANSFER) / TRANSFER_WAYS);
    if (brought === 0) { // it took
      if (this.#isListed(list, old)) {
        return store(words, word, own(words, old * 4 + B_NEXT));
      }
      this.#cutBatch(old);
      return store(words, word, old);
    }
    // It gave, but the batch is still on its list.
    if (this.#isListed(list, brought)) return store(words, word, old);
    poke(words, this.#own(P_TRANSIT_CUT) * 4 + R_LINK, 0);
    store(words, word, brought);
  }

  /** Whether a block is on a list or in a queue of this participant's. */
  #isListed(list: number, wanted: number): boolean {
    const { words } = this.#segment;
    let ref = this.#own(list);
    while (ref !== 0 && ref !== wanted) ref = own(words, ref * 4 + R_LINK);
    return ref !== 0;
  }

  /** Ends a batch where its count says, in case it was already linked to the taker's list. */
  #cutBatch(batch: number): void {
    const { words } = this.#segment;
    let last = batch;
    for (let i = 1; i < own(words, batch * 4 + B_COUNT); i++) {
      const next = own(words, last * 4 + R_LINK);
      if (next === 0) return; // it ends already
      last = next;
    }
    poke(words, last * 4 + R_LINK, 0);
  }

  // ---- chunks -----------------------------------------------------------------------------------

  /** Frees the chunks that were being claimed or given back, and takes them off the lists first. */
  freeClaimedChunks(): void {
    const segment = this.#segment;
    const { words } = segment;
    const claimed = new Set<number>();
    for (let chunk = 0; chunk < segment.chunkCount; chunk++) {
      const state = load(words, segment.descriptor(chunk));
      if (state === (CHUNK_TAKING | this.#slot)) claimed.add(chunk);
      // A body behind a claimed chunk belongs to the same unfinished run: others follow their head.
      else if (state === CHUNK_BODY && claimed.has(chunk - 1)) {
        claimed.add(chunk);
      }
    }
    if (claimed.size > 0) this.#takeOffLists(claimed);
    doubt(words, claimed.size); // a run with a long key may be among them
    for (const chunk of [...claimed].reverse()) {
      poke(words, segment.descriptor(chunk) + 1, 0); // its owner: before others can have it
      store(words, segment.descriptor(chunk), CHUNK_FREE);
    }
    balanceChunks(words, this.#base);
    poke(words, H_CHUNK_HINT, 0);
  }

  /** Takes chunks off the lists, and off what was being cut. */
  #takeOffLists(chunks: ReadonlySet<number>): void {
    for (const c of this.#classes) {
      const current = this.#own(P_CHUNK + c);
      if (current !== 0 && chunks.has(current - 1)) this.#set(P_CHUNK + c, 0);
      const list = this.#base + P_FREE + c;
      const stay = unlinkChunks(this.#segment, list, chunks);
      this.#set(P_FREE_COUNT + c, stay);
    }
  }

  // ---- queues and lists -------------------------------------------------------------------------

  /** Queues and lists are what their first record leads to: ends and lengths follow from that. */
  mendQueues(): void {
    finishDescent(this.#segment.words, this.#base);
    this.#set(P_LIMBO_TAIL, this.#walk(P_LIMBO_HEAD).last);
    const held = this.#walk(P_HELD_HEAD);
    this.#set(P_HELD_TAIL, held.last);
    this.#set(P_HELD_COUNT, held.count);
    for (const c of this.#classes) {
      this.#set(P_FREE_COUNT + c, this.#walk(P_FREE + c).count);
    }
  }

  /**
   * Ends the way of a tree to a queue, from another one or from where it was linked, if it has left
   * that and is not in the queue: of another participant's queue it is the first as long as it has
   * not left.
   */
  finishTreeMove(): void {
    const { words } = this.#segment;
    const root = -this.#own(P_LEAVING);
    if (root <= 0) return;
    const isSomewhere = this.#isListed(P_LIMBO_HEAD, root) ||
      this.#isListed(P_HELD_HEAD, root) || this.#isHeldFirst(root) ||
      isReceived(words, this.#slot, root);
    const stamp = own(words, root * 4 + R_STAMP);
    if (!isSomewhere && isHeldTree(stamp)) hold(words, this.#base, root, stamp);
    else if (!isSomewhere) retireTree(words, this.#base, root, 0);
    endTreeMove(words, this.#base);
  }

  #isHeldFirst(ref: number): boolean {
    const { words } = this.#segment;
    const slots = load(words, H_PARTICIPANTS);
    for (let slot = 0; slot < slots; slot++) {
      if (load(words, participantBase(slot) + P_HELD_HEAD) === ref) return true;
    }
    return false;
  }

  #walk(head: number): { last: number; count: number } {
    const { words } = this.#segment;
    let last = 0;
    let count = 0;
    for (
      let ref = this.#own(head);
      ref !== 0;
      ref = own(words, ref * 4 + R_LINK)
    ) {
      last = ref;
      count++;
    }
    return { last, count };
  }
}
