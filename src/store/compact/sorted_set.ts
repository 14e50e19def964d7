/**
 * Sorted sets as packs: a score and its member are a record, in the order of scores, and of members
 * with one score.
 *
 * @module
 */

import type { ScanStep, Scored, SortedSet } from "../collections.ts";
import { SORTED_SET } from "../stored.ts";
import {
  elementEnd,
  encodeElement,
  encodeScore,
  readElement,
  readScore,
} from "./element.ts";
import { compareAt, type Edit, FIRST, Pack } from "./pack.ts";
import { scanByHash } from "./scan.ts";

/** A sorted set in one value. */
export class CompactSortedSet extends Pack implements SortedSet {
  constructor(stored?: Uint8Array) {
    super(SORTED_SET, 2, stored);
  }

  #memberAt(at: number): string {
    return readElement(this.stored, elementEnd(this.stored, at));
  }

  #scoredAt(at: number): Scored {
    return [this.#memberAt(at), readScore(this.stored, at)];
  }

  scoreOf(member: string): number | undefined {
    let score: number | undefined;
    this.#find(member, (at) => score = readScore(this.stored, at));
    return score;
  }

  indexOf(member: string): number | undefined {
    let found: number | undefined;
    this.#find(member, (_at, index) => found = index);
    return found;
  }

  #find(member: string, found: (at: number, index: number) => void): void {
    const wanted = encodeElement(member);
    const bytes = this.stored;
    let index = 0;
    for (let at = FIRST; at < bytes.length; at = this.recordEnd(at)) {
      if (compareAt(bytes, elementEnd(bytes, at), wanted) === 0) {
        return found(at, index);
      }
      index++;
    }
  }

  set(members: readonly Scored[]): void {
    const scores = new Map(members);
    const sorted = members.toSorted(compareScored);
    const bytes = this.stored;
    const edits: Edit[] = [];
    let next = 0;
    let records = 0;
    for (let at = FIRST; at < bytes.length; at = this.recordEnd(at)) {
      const record = this.#scoredAt(at);
      const first = next;
      while (
        next < sorted.length && compareScored(sorted[next], record) < 0
      ) next++;
      const by = sorted.slice(first, next).flatMap(encodeScored);
      const isReplaced = scores.has(record[0]) &&
        (next === sorted.length || sorted[next][0] !== record[0] ||
          sorted[next][1] !== record[1]);
      if (scores.has(record[0]) && !isReplaced) {
        next++; // it is there, with this score
        records--;
      }
      if (isReplaced) records--;
      const to = isReplaced ? this.recordEnd(at) : at;
      if (by.length > 0 || isReplaced) edits.push({ from: at, to, by });
    }
    const { length } = bytes;
    const by = sorted.slice(next).flatMap(encodeScored);
    if (by.length > 0) edits.push({ from: length, to: length, by });
    if (edits.length > 0) this.edit(edits, records + members.length);
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
      const other = readScore(this.stored, at);
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
    const { length } = this.stored;
    let count = 0;
    for (let at = FIRST; at < length && isBefore(at); count++) {
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
