/**
 * Lists as packs: an element is a record.
 *
 * @module
 */

import type { BytesAt } from "../../map/present_entry.ts";
import type { List } from "../collections.ts";
import { LIST } from "../stored.ts";
import { encodeElement, readElement } from "./element.ts";
import { Pack } from "./pack.ts";

/** A list in one value. */
export class CompactList extends Pack implements List {
  constructor(at?: BytesAt) {
    super(LIST, 1, at);
  }

  at(index: number): string {
    return readElement(this.memory, this.startOf(index));
  }

  slice(from: number, to: number): string[] {
    return this.starts(from, to).map((at) => readElement(this.memory, at));
  }

  insert(index: number, elements: readonly string[]): void {
    const at = this.startOf(index);
    const by = elements.map(encodeElement);
    this.edit([{ from: at, to: at, by }], elements.length);
  }

  replace(index: number, element: string): void {
    const from = this.startOf(index);
    const by = [encodeElement(element)];
    this.edit([{ from, to: this.recordEnd(from), by }], 0);
  }

  take(index: number): string {
    const element = this.at(index);
    this.removeRange(index, index + 1);
    return element;
  }

  remove(indices: readonly number[]): void {
    let at = this.startOf(0);
    let index = 0;
    const edits = indices.map((next) => {
      for (; index < next; index++) at = this.recordEnd(at);
      return { from: at, to: this.recordEnd(at), by: [] };
    });
    this.edit(edits, -indices.length);
  }

  removeRange(from: number, to: number): void {
    if (from >= to) return;
    const start = this.startOf(from);
    this.edit([{ from: start, to: this.startOf(to), by: [] }], from - to);
  }
}
