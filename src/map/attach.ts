/**
 * Attaching: a worker's hold on a segment, and the background work that goes with it.
 *
 * @module
 */

import { Segment, type SegmentHandle } from "../segment/segment.ts";
import { Attachment, type CheckedOptions } from "./attachment.ts";
import { ticker } from "./background.ts";
import { jobsOf } from "./background_jobs.ts";
import { EntryLimit } from "./entry_limit.ts";
import type { EvictionPolicy } from "./eviction_policy.ts";
import { Maintenance } from "./maintenance.ts";
import { MemoryLimit } from "./memory_limit.ts";
import { WeightLimit } from "./weight_limit.ts";

/**
 * Makes a segment and attaches to it.
 *
 * @param options What the map is to be.
 * @param policy What chooses the entries to evict, if the map does; by default by chance.
 */
export function createAttachment(
  options: CheckedOptions,
  policy?: EvictionPolicy,
): Attachment {
  return maintained(Attachment.make(options, policy));
}

/** Attaches to a segment that another worker made. */
export function attach(handle: SegmentHandle): Attachment {
  return attachTo(Segment.attach(handle));
}

/** Attaches to a segment that was checked before, in the same way. */
export function attachTo(
  segment: Segment,
  policy?: EvictionPolicy,
): Attachment {
  return maintained(Attachment.join(segment, policy));
}

function maintained(attachment: Attachment): Attachment {
  attachment.pinned(() => attachment.table.migration.keepReserve());
  const { entryKeepers, segment: { evicts, mostEntries, mostWeight } } =
    attachment;
  if (mostEntries > 0) entryKeepers.push(new EntryLimit(attachment));
  if (mostWeight > 0) attachment.weightKeeper = new WeightLimit(attachment);
  if (evicts) entryKeepers.push(new MemoryLimit(attachment));
  const resident = new Maintenance(attachment, jobsOf(attachment));
  attachment.resident = resident;
  attachment.dependents.add({ close: () => ticker.delete(resident) });
  ticker.add(resident);
  return attachment;
}
