/**
 * What a map says where a key has a structure and a plain value is asked for.
 *
 * @module
 */

import { theMap } from "../errors.ts";
import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";

// Constants of its own: `layout.ts` says why.
const { isStructure } = versions;

/** Throws a `TypeError` if trees hang from a version: they are no value of the map's codecs. */
export function refuseStructure(segment: Segment, ref: number): void {
  if (isStructure(segment.words, ref)) throw structureError(segment.name);
}

/** What is thrown then: so that a store can tell it from other errors. */
export class StructureError extends TypeError {}

/** What is wrong then. */
export function structureError(name: string | undefined): StructureError {
  return new StructureError(
    `Cannot read a value of ${
      theMap(name)
    }: it is a collection of a store, or an index of vectors: read it by what it was made with, or delete the key`,
  );
}
