/**
 * Evacuation: moves entries and tombstones out of the next table's place, or out of the place that
 * is kept for the tombstone of a long key. Only out of that: memory is short.
 *
 * They get there while the table is small, and little is kept for the next one. Later entries stay
 * below, so this is needed once for every size that the table grows to, and only in a map that runs
 * full. An entry is moved by replacing it with a copy, which is a write like any other: other
 * workers may read or change the entry at the same time.
 *
 * @module
 */

import { nextTablePlace } from "../segment/table_region.ts";
import { Cursor } from "../table/cursor.ts";
import { EncodedKey } from "../table/key.ts";
import { adoptTrees } from "../table/structure.ts";
import {
  bytesOf,
  copyVersion,
  isStructure,
  tombstoneBytes,
} from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { NO_MEMORY } from "./version_maker.ts";
import { Committer, LEAVE } from "./commit.ts";

/**
 * Moves all, or as much as there is memory for; says whether it was all. The caller is between
 * operations.
 */
export function evacuate(
  attachment: Attachment,
  place: readonly [first: number, end: number] = nextTablePlace(
    attachment.segment,
  ),
): boolean {
  const { participant, segment, table } = attachment;
  const cursor = new Cursor(segment, table.migration);
  const key = new EncodedKey(segment.seed);
  const committer = new Committer(attachment, key);
  const refs: number[] = [];
  while (!cursor.done) {
    participant.pin();
    try {
      cursor.next(refs);
      for (const ref of refs) {
        if (!participant.allocator.isWithin(ref, ...place)) continue;
        key.copyFrom(segment.words, ref);
        if (!move(attachment, committer, ref, place)) return false;
      }
    } finally {
      participant.unpin();
    }
  }
  participant.collectAll();
  return true;
}

/**
 * Moves one version, if it is still the newest of its key; false if there is no memory. The caller
 * is pinned.
 */
function move(
  attachment: Attachment,
  committer: Committer,
  ref: number,
  place: readonly [first: number, end: number],
): boolean {
  const outcome = committer.tryCommit(
    false,
    (current) => current === ref ? copyOutside(attachment, ref, place) : LEAVE,
  );
  return outcome !== "full";
}

/**
 * Copies a version to memory outside of a place. The copy is in hand then, in a section that ends
 * when it is published or freed. `NO_MEMORY`: there is none.
 */
function copyOutside(
  { participant, segment: { words } }: Attachment,
  ref: number,
  place: readonly [first: number, end: number],
): number {
  const { allocator } = participant;
  const bytes = bytesOf(words, ref);
  participant.enterSection();
  // A block that lies in the place itself is retired: so it is not met again until all is moved.
  const copy = allocator.allocateOutside(
    ...place,
    bytes,
    (high) => participant.retire(high),
  );
  if (copy !== 0) {
    copyVersion(words, ref, copy, bytes);
    if (isStructure(words, ref)) adoptTrees(words, ref, copy);
    // So much is kept for its tombstone already, but a search for the longest key may have passed
    // this place before the copy was there.
    if (allocator.reserve.keep(tombstoneBytes(words, copy))) return copy;
    allocator.free(copy);
  }
  participant.leaveSection();
  return NO_MEMORY;
}
