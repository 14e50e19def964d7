/**
 * Writing an index: each change is one write of the one key under which the index is.
 *
 * @module
 */

import type { EntryAccess } from "../map/entry_access.ts";
import type { Hold } from "../map/hold.ts";
import { KEEP } from "../map/keep.ts";
import { StructureAccess } from "../map/structure_access.ts";
import { ifRoom } from "../store/representation.ts";
import { blockLengths } from "./forms.ts";
import { emptyIndex, Growth, type Item, type KEPT } from "./growth.ts";
import type { PackedMetadata } from "./record.ts";
import type { Row } from "./row.ts";
import type { CheckedShape } from "./vector_options.ts";
import { checkIndex } from "./vector_reader.ts";

/** The key of an index in its map. */
export const KEY = "vectors";
const FOR_GOOD = { ttl: Infinity, keeps: true };

/** Changes an index for one object. Its methods throw `MapFullError`; then nothing is changed. */
export class VectorWriter {
  readonly #hold: Hold;
  readonly #access: StructureAccess<string>;
  readonly #floats: Float32Array;

  constructor(access: EntryAccess<string, unknown>) {
    this.#hold = access.hold;
    this.#access = new StructureAccess(access);
    this.#floats = new Float32Array(access.hold.attachment.segment.buffer);
  }

  /** Adds vectors by one write, or replaces those that have their ids; returns how many are new. */
  put(items: readonly Item[], what: string): number {
    let added = 0;
    this.#change((growth) => {
      added = 0; // it may run again
      for (const item of items) if (growth.put(item)) added++;
    }, what);
    return added;
  }

  /** As `Growth.update`. */
  update(
    id: Uint8Array,
    row: Row | undefined,
    metadata: PackedMetadata | undefined | typeof KEPT,
    what: string,
  ): boolean {
    let isThere = false;
    this.#change((growth) => {
      isThere = growth.update(id, row, metadata);
    }, what);
    return isThere;
  }

  /** Removes a vector; returns whether it was there. */
  remove(id: Uint8Array, what: string): boolean {
    let wasThere = false;
    this.#change((growth) => {
      wasThere = growth.remove(id);
    }, what);
    return wasThere;
  }

  /** Replaces the index by what `grow` makes of it, until nobody has come in between. */
  #change(grow: (growth: Growth) => void, what: string): void {
    this.#access.change(
      KEY,
      (stored, draft) =>
        ifRoom(() => {
          const index = checkIndex(this.#hold, stored);
          const growth = new Growth(draft, this.#floats, index);
          grow(growth);
          return growth.isChanged ? growth.next : KEEP;
        }),
      FOR_GOOD,
      what,
    );
  }
}

/** Makes an index in a map, unless it has one. */
export function found(
  access: EntryAccess<string, unknown>,
  shape: CheckedShape,
): void {
  const { allocator } = access.hold.attachment.participant;
  const refsOf = (bytes: number) => allocator.blockRefs(bytes);
  const index = { ...shape, ...blockLengths(shape, refsOf) };
  new StructureAccess(access).change(
    KEY,
    (present) => present === undefined ? emptyIndex(index) : KEEP,
    FOR_GOOD,
    "make an index",
  );
}
