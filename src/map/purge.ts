/**
 * Purging: moving the table at once, to drop its tombstones.
 *
 * @module
 */

import { H_ROOT } from "../segment/layout.ts";
import { load } from "../segment/atomics.ts";
import type { Attachment } from "./attachment.ts";
import { evacuate } from "./evacuation.ts";
import type { PlaceWait } from "./shortage.ts";

/**
 * Drops the tombstones, and makes the table as small as it can be. False: there was nothing to drop
 * or to make smaller, or no place for the next table. The caller is between operations.
 *
 * @param attachment The worker's hold on the map.
 * @param worth How many tombstones there must be; by default, enough to be worth it.
 * @param waitsFor What it waits for, if the next table has no place.
 */
export function purge(
  attachment: Attachment,
  worth?: number,
  waitsFor: PlaceWait = attachment.segment.evicts ? "place" : "nothing",
): boolean {
  const { participant, segment: { words }, table } = attachment;
  const { allocator } = participant;
  const before = load(words, H_ROOT);
  // A move that began earlier does not drop what was deleted since; and the table that it leaves
  // must be free for the next one.
  const isWorth = pinnedAndCollected(attachment, () => {
    table.migration.finishIfMoving();
    table.migration.keepReserve();
    return table.resizer.wouldPurge(worth);
  });
  if (!isWorth) return false;
  const hasPlace = () => attachment.pinned(() => table.resizer.hasPlace);
  if (!hasPlace()) makePlace(attachment, hasPlace, waitsFor);
  pinnedAndCollected(attachment, () => table.resizer.purge(worth));
  if (load(words, H_ROOT) === before) return false;
  allocator.consolidate(true);
  return true;
}

function makePlace(
  attachment: Attachment,
  hasPlace: () => boolean,
  waitsFor: PlaceWait,
): void {
  const { participant } = attachment;
  const hasMoved = evacuate(attachment);
  const cameFree = () => {
    participant.allocator.consolidate(true);
    return hasPlace();
  };
  if (cameFree() || waitsFor === "nothing") return;
  if (hasMoved) participant.waitFor(cameFree);
  else if (waitsFor === "memory") {
    participant.waitFor(() => evacuate(attachment) && cameFree());
  }
}

function pinnedAndCollected<T>(attachment: Attachment, work: () => T): T {
  const result = attachment.pinned(work);
  attachment.participant.collectAll();
  return result;
}
