/**
 * Sets as packs: a member is a record.
 *
 * @module
 */

import type { BytesAt } from "../../map/present_entry.ts";
import type { Members, ScanStep } from "../collections.ts";
import { SET } from "../stored.ts";
import { readElement } from "./element.ts";
import { scanByHash } from "./scan.ts";
import { SortedRecords } from "./sorted_records.ts";

/** A set in one value. */
export class CompactMembers extends SortedRecords implements Members {
  constructor(at?: BytesAt) {
    super(SET, 1, at);
  }

  has(member: string): boolean {
    return this.find(member) !== 0;
  }

  add(members: readonly string[]): number {
    return this.put(members.map((name) => ({ name, rest: [] })));
  }

  at(index: number): string {
    return readElement(this.memory, this.startOf(index));
  }

  all(): string[] {
    return this.starts(0, this.length)
      .map((at) => readElement(this.memory, at));
  }

  scan(cursor: number, count: number): ScanStep<string> {
    return scanByHash(this.all(), (member) => member, cursor, count);
  }
}
