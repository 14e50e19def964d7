/**
 * The trees that hang from versions: who drafts their nodes, and who frees them.
 *
 * A node belongs to one key, and lives in its tree from the stamp of the version that brought it,
 * its birth, until the stamp of the version that leaves it out, its death. One worker frees what a
 * version leaves out: the one that links it. In this order:
 *
 * - Nodes are written, and chained from `P_DRAFT`, before anybody can reach them. If the version is
 *   not linked, all of that chain is freed.
 * - The version says what it leaves out, or `P_LEAVING` names the version whose trees go. That is
 *   written before the link.
 * - The version is linked and settled. Its stamp is the birth of each new node. As long as that is
 *   not written, the node counts as born long ago. It is written while the worker is still pinned,
 *   and not along the chain: another one may have left the node out already, and its link is a
 *   queue's then.
 * - For each node that is left out one look decides: it is held if an open snapshot shows it, else
 *   retired. What goes with all that hangs from it counts as being as old as the tree under its
 *   key. Then it is one record, however large it is, and is freed block by block
 *   (`reclamation/tree.ts`).
 * - The draft is forgotten, then what is left, and only then the version is in hand no more. So a
 *   recovery finds it there, and does what was left to do. What the dead had retired already, it
 *   sees in the queues: none of that can have been freed while the dead is pinned.
 *
 * A structure from a file is *loaded* node by node, and other writes may come in between, which
 * make room for it. So its nodes are chained from a word of their own, `P_LOADING`, until all are
 * there; then they become the draft.
 *
 * Where a commit record decides about the version, that stands for the hand: the draft is the
 * record's, and what its versions leave is freed by the owner, or who recovers it, before another
 * participant leads to the record (`commits.ts`).
 *
 * (`leavings.pml` and `loading.pml` in `tests/model` check this.)
 *
 * @module
 */

import * as limbo from "../reclamation/limbo.ts";
import type { Participant } from "../reclamation/participant.ts";
import { participantBase } from "../segment/participants.ts";
import * as registry from "../reclamation/registry.ts";
import * as treeRecords from "../reclamation/tree.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import * as structures from "./structure.ts";
import * as versions from "./version.ts";

// Constants of its own: `layout.ts` says why.
const {
  N_BIRTH,
  P_DRAFT,
  P_HAND,
  P_HELD_HEAD,
  P_LEAVING,
  P_LIMBO_HEAD,
  P_LOADING,
  R_LINK,
  V_STAMP,
} = layout;
const { load, own, poke } = access;
const { hold, holdTree, retire, retireTree } = limbo;
const { isShown } = registry;
const { birthOf, treeRefs } = treeRecords;
const { homeOf, isWhole, leavingsOf, leftNode } = structures;
const { isStructure } = versions;

/** The trees of one map, as one participant changes them: one version at a time. */
export class Trees {
  readonly #participant: Participant;
  readonly #words: Words;
  /**
   * The nodes of the draft, as long as there is one: the chain itself is not to be followed once
   * they are linked.
   */
  readonly #fresh: number[] = [];
  /** The nodes of the structure that is being loaded. */
  readonly #loaded: number[] = [];

  constructor(participant: Participant) {
    this.#participant = participant;
    this.#words = participant.segment.words;
  }

  // ---- before the link --------------------------------------------------------------------------

  /**
   * Memory for a new node, which is part of the draft from here on; 0: there is none. Its first
   * word is to be written before the version is linked. The caller is in a section that lasts until
   * the version is linked, or the draft is given up.
   */
  allocate(bytes: number): number {
    const last = this.last;
    if (last === 0) this.#fresh.length = 0; // the draft before was cut short, and repaired
    const ref = this.#allocate(bytes, P_DRAFT);
    if (ref !== 0) this.#fresh.push(ref);
    return ref;
  }

  /** Memory for a node, on the chain of a word of the record; 0: there is none. */
  #allocate(bytes: number, chain: number): number {
    const words = this.#words;
    const { allocator, base } = this.#participant;
    const ref = allocator.allocate(bytes);
    if (ref === 0) return 0;
    // A file has the block as it is, so nothing of what was there before may be left behind it.
    const end = (ref + allocator.refsOf(ref)) * 4;
    for (let i = ref * 4 + (bytes >>> 2); i < end; i++) words[i] = 0;
    poke(words, ref * 4 + R_LINK, own(words, base + chain));
    poke(words, base + chain, ref); // it is led to by this from here on
    poke(words, base + P_HAND, 0);
    return ref;
  }

  /** The node that was drafted last; 0: there is no draft. */
  get last(): number {
    return own(this.#words, this.#participant.base + P_DRAFT);
  }

  /**
   * Frees the nodes of the draft that were allocated after one, or all of them: their version is
   * not linked, and never will be.
   */
  giveUp(after = 0): void {
    const words = this.#words;
    const { allocator, base } = this.#participant;
    for (let ref = this.last; ref !== after; ref = this.last) {
      const next = own(words, ref * 4 + R_LINK);
      allocator.freeFrom(ref, () => poke(words, base + P_DRAFT, next));
      this.#fresh.pop();
    }
  }

  // ---- loading ----------------------------------------------------------------------------------

  /**
   * Memory for a node of a structure that is being loaded; 0: there is none, and the caller may
   * make room, by any writes, and try again. The first word of the node is to be written before
   * that. Ended by `draftLoaded` or `Participant.dropLoaded`.
   */
  load(bytes: number): number {
    const { base } = this.#participant;
    const isFirst = own(this.#words, base + P_LOADING) === 0;
    if (isFirst) this.#loaded.length = 0;
    this.#participant.enterSection();
    const ref = this.#allocate(bytes, P_LOADING);
    this.#participant.leaveSection();
    if (ref !== 0) this.#loaded.push(ref);
    return ref;
  }

  /**
   * Makes what was loaded the draft, which is empty. The caller is in a section that lasts until
   * the version is linked, or `takeBackLoaded` undoes this.
   */
  draftLoaded(): void {
    this.#fresh.length = 0;
    for (const node of this.#loaded) this.#fresh.push(node);
    this.#hangOver(P_LOADING, P_DRAFT);
  }

  /** The version was not linked: its draft is what is being loaded again. */
  takeBackLoaded(): void {
    this.#hangOver(P_DRAFT, P_LOADING);
    this.#fresh.length = 0;
  }

  /** Hangs a chain from another word: as long as both lead to it, the draft counts. */
  #hangOver(from: number, to: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    poke(words, base + to, own(words, base + from));
    poke(words, base + from, 0);
  }

  // ---- the link ---------------------------------------------------------------------------------

  /**
   * Says, before a version is linked, which one it is to take the place of (0: none), if trees hang
   * from one of the two; returns whether they do.
   */
  announce(old: number, version: number): boolean {
    const words = this.#words;
    const hasTrees = isStructure(words, version) ||
      old !== 0 && isStructure(words, old);
    if (hasTrees) poke(words, this.#participant.base + P_LEAVING, old);
    return hasTrees;
  }

  /** Takes that back: the version was not linked. */
  takeBack(): void {
    poke(this.#words, this.#participant.base + P_LEAVING, 0);
  }

  // ---- after the link ---------------------------------------------------------------------------

  /** Sees to the trees of a version that was announced: it is linked and settled, and in hand. */
  settled(old: number, version: number, hash: number): void {
    const words = this.#words;
    const { base } = this.#participant;
    const stamp = load(words, version * 4 + V_STAMP);
    this.bear(stamp);
    leave(words, base, old, version, stamp, hash);
    this.forget();
    poke(words, base + P_LEAVING, 0);
  }

  /** Writes its birth into each new node. The caller is pinned since before the link. */
  bear(stamp: number): void {
    const words = this.#words;
    if (own(words, this.#participant.base + P_DRAFT) === 0) return;
    for (const node of this.#fresh) poke(words, node * 4 + N_BIRTH, stamp);
  }

  /** The nodes of the draft are those of a version that is linked. */
  forget(): void {
    if (this.#fresh.length > 0) this.#fresh.length = 0;
    poke(this.#words, this.#participant.base + P_DRAFT, 0);
  }
}

/**
 * Holds or retires what a version leaves out, as the participant with this record.
 *
 * @param words The segment.
 * @param base The record. Its owner is pinned since before the link, or was so when it died.
 * @param old The version that was replaced; 0: there was none. It may be retired by now.
 * @param version The version that took its place.
 * @param death The stamp of that, settled: read before the snapshots are.
 * @param hash The hash of the key.
 * @param done What is in the queues of that record already.
 */
export function leave(
  words: Words,
  base: number,
  old: number,
  version: number,
  death: number,
  hash: number,
  done?: ReadonlySet<number>,
): void {
  for (const left of leavingsOf(words, version, old)) {
    const node = leftNode(left);
    if (done?.has(node)) continue;
    if (isWhole(left)) {
      const isNeeded = isShown(words, homeOf(words, old), death, hash);
      if (isNeeded) holdTree(words, base, node, death);
      else retireTree(words, base, node, treeRefs(words, node));
    } else if (isShown(words, birthOf(words, node), death, hash)) {
      hold(words, base, node, death);
    } else retire(words, base, node, 0);
  }
}

/**
 * Ends what the participant in a slot, which is dead, was about with the version in its hand, which
 * is linked and settled. Its pin is still there. Can be repeated.
 */
export function leaveForDead(
  words: Words,
  slot: number,
  version: number,
  hash: number,
): void {
  const base = participantBase(slot);
  const old = own(words, base + P_LEAVING);
  const stamp = load(words, version * 4 + V_STAMP);
  leave(words, base, old, version, stamp, hash, queuedOf(words, base));
}

/** What is in the queues of a participant that is dead, or this one itself. */
export function queuedOf(words: Words, base: number): ReadonlySet<number> {
  const queued = new Set<number>();
  for (const head of [P_LIMBO_HEAD, P_HELD_HEAD]) {
    let ref = own(words, base + head);
    for (; ref !== 0; ref = own(words, ref * 4 + R_LINK)) queued.add(ref);
  }
  return queued;
}
