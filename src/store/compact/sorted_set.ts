/**
 * Sorted sets as packs: a score and its member are a record, in the order of scores, and of members
 * with one score.
 *
 * @module
 */

import type { BytesAt } from "../../map/present_entry.ts";
import type { ScanStep, Scored, SortedSet } from "../collections.ts";
import { SORTED_SET } from "../stored.ts";
import {
  elementEnd,
  encodeElement,
  encodeScore,
  readElement,
  readScore,
} from "./element.ts";
import { compareAt, type Edit, Pack } from "./pack.ts";
import { scanByHash } from "./scan.ts";

/** A sorted set in one value. */
export class CompactSortedSet extends Pack implements SortedSet {
  constructor(at?: BytesAt) {
    super(SORTED_SET, 2, at);
  }

  #memberAt(at: number): string {
    return readElement(this.memory, elementEnd(this.memory, at));
  }

  #scoredAt(at: number): Scored {
    return [this.#memberAt(at), readScore(this.memory, at)];
  }

  scoreOf(member: string): number | undefined {
    let score: number | undefined;
    this.#find(member, (at) => score = readScore(this.memory, at));
    return score;
  }

  indexOf(member: string): number | undefined {
    let found: number | undefined;
    this.#find(member, (_at, index) => found = index);
    return found;
  }

  #find(member: string, found: (at: number, index: number) => void): void {
    const wanted = encodeElement(member);
    const bytes = this.memory;
    let index = 0;
    for (let at = this.first; at < this.end; at = this.recordEnd(at)) {
      if (compareAt(bytes, elementEnd(bytes, at), wanted) === 0) {
        return found(at, index);
      }
      index++;
    }
  }

  set(members: readonly Scored[]): void {
    if (members.length === 1) this.#setOne(members[0]);
    else this.#setMany(members);
  }

  /** Only members with the same score are decoded. */
  #setOne(scored: Scored): void {
    const [member, score] = scored;
    const wanted = encodeElement(member);
    const bytes = this.memory;
    let old = 0;
    let place = 0;
    for (let at = this.first; at < this.end; at = this.recordEnd(at)) {
      const other = readScore(bytes, at);
      const memberAt = elementEnd(bytes, at);
      if (old === 0 && compareAt(bytes, memberAt, wanted) === 0) {
        if (other === score) return;
        old = at;
      } else if (place === 0 && other >= score) {
        if (other > score || readElement(bytes, memberAt) > member) place = at;
      }
      if (old !== 0 && place !== 0) break;
    }
    if (place === 0) place = this.end;
    const edits: Edit[] = [{
      from: place,
      to: place,
      by: encodeScored(scored),
    }];
    if (old === 0) return this.edit(edits, 1);
    edits.push({ from: old, to: this.recordEnd(old), by: [] });
    if (old < place) edits.reverse();
    this.edit(edits, 0);
  }

  /** Writes all of them anew. */
  #setMany(members: readonly Scored[]): void {
    const all = new Map([...this.slice(0, this.length), ...members]);
    const by = [...all].sort(compareScored).flatMap(encodeScored);
    const edit = { from: this.first, to: this.end, by };
    this.edit([edit], all.size - this.length);
  }

  remove(members: readonly string[]): number {
    const wanted = new Set(members);
    const edits = this.starts(0, this.length)
      .filter((at) => wanted.has(this.#memberAt(at)))
      .map((from) => ({ from, to: this.recordEnd(from), by: [] }));
    if (edits.length > 0) this.edit(edits, -edits.length);
    return edits.length;
  }

  removeRange(from: number, to: number): void {
    if (from >= to) return;
    const start = this.startOf(from);
    this.edit([{ from: start, to: this.startOf(to), by: [] }], from - to);
  }

  slice(from: number, to: number): Scored[] {
    return this.starts(from, to).map((at) => this.#scoredAt(at));
  }

  countBelow(score: number, isAfter: boolean): number {
    return this.#countWhile((at) => {
      const other = readScore(this.memory, at);
      return other < score || isAfter && other === score;
    });
  }

  countBefore(member: string, isAfter: boolean): number {
    return this.#countWhile((at) => {
      const other = this.#memberAt(at);
      return other < member || isAfter && other === member;
    });
  }

  #countWhile(isBefore: (at: number) => boolean): number {
    let count = 0;
    for (let at = this.first; at < this.end && isBefore(at); count++) {
      at = this.recordEnd(at);
    }
    return count;
  }

  scan(cursor: number, count: number): ScanStep<Scored> {
    const all = this.slice(0, this.length);
    return scanByHash(all, ([member]) => member, cursor, count);
  }
}

function encodeScored([member, score]: Scored): Uint8Array[] {
  return [encodeScore(score), encodeElement(member)];
}

function compareScored(a: Scored, b: Scored): number {
  return a[1] - b[1] || (a[0] < b[0] ? -1 : Number(a[0] > b[0]));
}
