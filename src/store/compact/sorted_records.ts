/**
 * Records in the order of the bytes of their first element, each of which is there once: what sets
 * and hashes are as packs.
 *
 * @module
 */

import { encodeElement } from "./element.ts";
import { compareAt, type Edit, Pack } from "./pack.ts";

/** A record that is to be there: what it is found by, and what follows that. */
export interface NewRecord {
  readonly name: string;
  readonly rest: readonly string[];
}

/** A pack of such records. */
export class SortedRecords extends Pack {
  /** Where the record with a name begins; 0: there is none. */
  protected find(name: string): number {
    const wanted = encodeElement(name);
    const bytes = this.memory;
    for (let at = this.first; at < this.end; at = this.recordEnd(at)) {
      const order = compareAt(bytes, at, wanted);
      if (order === 0) return at;
      if (order > 0) return 0;
    }
    return 0;
  }

  /** Puts records in, also in the place of others; returns how many names are new. */
  protected put(records: readonly NewRecord[]): number {
    const encoded = new Map(records.map(({ name, rest }) => [name, rest]));
    let added = 0;
    this.#merge([...encoded.keys()], (from, to, name, wanted) => {
      if (from === to) added++;
      const rest = encoded.get(name)!;
      if (from !== to && rest.length === 0) return undefined; // it is the same
      return { from, to, by: [wanted, ...rest.map(encodeElement)] };
    }, () => added);
    return added;
  }

  /** Removes records; returns how many were there. */
  remove(names: readonly string[]): number {
    let removed = 0;
    this.#merge([...new Set(names)], (from, to) => {
      if (from === to) return undefined;
      removed++;
      return { from, to, by: [] };
    }, () => -removed);
    return removed;
  }

  /**
   * Makes an edit for each name, which are all different.
   *
   * @param names The names.
   * @param editOf From where the record is, or belongs if `from` is `to`, and the encoded name.
   * @param records How many records more there are, when all edits are made.
   */
  #merge(
    names: readonly string[],
    editOf: (
      from: number,
      to: number,
      name: string,
      wanted: Uint8Array,
    ) => Edit | undefined,
    records: () => number,
  ): void {
    const sorted = names.map((name) => ({ name, wanted: encodeElement(name) }))
      .sort((a, b) => compareAt(a.wanted, 0, b.wanted));
    const bytes = this.memory;
    const edits: Edit[] = [];
    let at = this.first;
    for (const { name, wanted } of sorted) {
      let order = -1;
      while (
        at < this.end && (order = compareAt(bytes, at, wanted)) < 0
      ) at = this.recordEnd(at);
      const isThere = at < this.end && order === 0;
      const to = isThere ? this.recordEnd(at) : at;
      const edit = editOf(at, to, name, wanted);
      if (edit !== undefined) edits.push(edit);
      at = to;
    }
    if (edits.length > 0) this.edit(edits, records());
  }
}
