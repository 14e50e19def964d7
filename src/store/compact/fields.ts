/**
 * Hashes as packs: a field and its value are a record.
 *
 * @module
 */

import type { BytesAt } from "../../map/present_entry.ts";
import type { Field, Fields, ScanStep } from "../collections.ts";
import { HASH } from "../stored.ts";
import { elementEnd, readElement } from "./element.ts";
import { scanByHash } from "./scan.ts";
import { SortedRecords } from "./sorted_records.ts";

/** A hash in one value. */
export class CompactFields extends SortedRecords implements Fields {
  constructor(at?: BytesAt) {
    super(HASH, 2, at);
  }

  get(field: string): string | undefined {
    const at = this.find(field);
    return at === 0 ? undefined : this.#valueAt(at);
  }

  #valueAt(at: number): string {
    return readElement(this.memory, elementEnd(this.memory, at));
  }

  #fieldAt(at: number): Field {
    return [readElement(this.memory, at), this.#valueAt(at)];
  }

  set(fields: readonly Field[]): number {
    return this.put(fields.map(([name, value]) => ({ name, rest: [value] })));
  }

  at(index: number): Field {
    return this.#fieldAt(this.startOf(index));
  }

  all(): Field[] {
    return this.starts(0, this.length).map((at) => this.#fieldAt(at));
  }

  scan(cursor: number, count: number): ScanStep<Field> {
    return scanByHash(this.all(), ([field]) => field, cursor, count);
  }
}
