/**
 * Sorted sets: two trees, one by member, which says the score, and one by score and then member, in
 * which the ranks are. Both change together, as the version that names them names both roots.
 *
 * @module
 */

import { Items } from "./items.ts";
import type { SearchKey } from "./compare.ts";
import { addElement } from "./element.ts";
import { type Hash, Members } from "./members.ts";
import { headOf, keysAt, type NodeMemory } from "./node.ts";
import { Place } from "./place.ts";
import { fromScoreWords, toScoreWords } from "./score.ts";
import { type Draft, NO_MEMORY, Splicer } from "./splice.ts";

/** The roots of a sorted set; 0 both: it is empty. */
export interface SortedRoots {
  members: number;
  scores: number;
}

/** Bytes of a score beside its member. */
const SCORE_BYTES = 8;

/** The bytes of a score beside its member. */
export function scoreBytes(score: number): Uint8Array {
  const bytes = new Uint8Array(SCORE_BYTES);
  new DataView(bytes.buffer).setFloat64(0, score + 0); // -0 is 0
  return bytes;
}

/** Changes sorted sets. A change may fail for want of memory; then the roots are as they were. */
export class SortedSets {
  readonly #draft: Draft;
  readonly #members: Members;
  readonly #items = new Items();
  readonly #splicer: Splicer;
  readonly #from = new Place();
  readonly #to = new Place();
  readonly #key: SearchKey = { high: 0, low: 0, content: new Uint8Array(0) };
  readonly #scoreBytes = new Uint8Array(SCORE_BYTES);
  readonly #scoreView = new DataView(this.#scoreBytes.buffer);

  constructor(draft: Draft, hash: Hash) {
    this.#draft = draft;
    this.#members = new Members(draft, hash);
    this.#splicer = new Splicer(draft, 2, this.#items);
  }

  /** The score of a member; undefined: it is not there. O(log n). */
  scoreOf(roots: SortedRoots, member: Uint8Array): number | undefined {
    if (!this.#members.find(roots.members, member)) return undefined;
    this.#scoreBytes.set(this.#members.with);
    return this.#scoreView.getFloat64(0);
  }

  /** How many elements come before a member that is there, by their scores. O(log n). */
  rankOf(roots: SortedRoots, score: number, member: Uint8Array): number {
    this.#seek(roots, score, member);
    return this.#from.index;
  }

  /**
   * Gives a member a score, whether it is there or not. O(log n).
   *
   * @param score Any number but `NaN`.
   * @returns Whether there was memory.
   */
  put(roots: SortedRoots, score: number, member: Uint8Array): boolean {
    const before = this.scoreOf(roots, member);
    if (before === score) return true;
    this.#scoreView.setFloat64(0, score + 0); // -0 is 0
    const members = this.#members.put(roots.members, this.#scoreBytes);
    if (members === NO_MEMORY) return false;
    let { scores } = roots;
    if (before !== undefined) scores = this.#removeScore(roots, before, member);
    if (scores === NO_MEMORY) return false;
    scores = this.#addScore(scores, score, member);
    if (scores === NO_MEMORY) return false;
    roots.members = members;
    roots.scores = scores;
    return true;
  }

  /**
   * Removes a member with this score, which is there. O(log n).
   *
   * @returns Whether there was memory.
   */
  remove(roots: SortedRoots, score: number, member: Uint8Array): boolean {
    this.#members.find(roots.members, member);
    const members = this.#members.remove(roots.members);
    if (members === NO_MEMORY) return false;
    const scores = this.#removeScore(roots, score, member);
    if (scores === NO_MEMORY) return false;
    roots.members = members;
    roots.scores = scores;
    return true;
  }

  #seek({ scores }: SortedRoots, score: number, member: Uint8Array): void {
    toScoreWords(score, this.#key);
    this.#key.content = member;
    this.#from.findKey(this.#draft, scores, this.#key);
  }

  #removeScore(roots: SortedRoots, score: number, member: Uint8Array): number {
    this.#seek(roots, score, member);
    this.#items.clear();
    this.#to.copyFrom(this.#from);
    this.#to.stepInLeaf();
    return this.#splicer.splice(roots.scores, this.#from, this.#to);
  }

  #addScore(scores: number, score: number, member: Uint8Array): number {
    this.#seek({ members: 0, scores }, score, member);
    const { high, low } = this.#key;
    this.#items.clear();
    if (!addElement(this.#draft, this.#items, high, low, member)) {
      return NO_MEMORY;
    }
    return this.#splicer.splice(scores, this.#from, this.#from);
  }

  /**
   * Goes to the first element with this score or a higher one. O(log n).
   *
   * @returns How many elements have a lower score.
   */
  findScore(roots: SortedRoots, score: number, place: Place): number {
    toScoreWords(score, this.#key);
    this.#key.content = new Uint8Array(0);
    place.findKey(this.#draft, roots.scores, this.#key);
    return place.index;
  }
}

/** The score of an element of a tree by score. */
export function scoreAt(
  { words }: NodeMemory,
  leaf: number,
  item: number,
): number {
  const at = keysAt(leaf, headOf(words, leaf)) + 2 * item;
  return fromScoreWords(words[at], words[at + 1]);
}
