/**
 * Clearing: deleting all entries, expired or not, range by range in the order of hashes.
 *
 * @module
 */

import { Cursor } from "../table/cursor.ts";
import * as leases from "../table/leases.ts";
import * as versions from "../table/version.ts";
import { LEAVE } from "./commit.ts";
import type { EntryAccess } from "./entry_access.ts";
import { purge } from "./purge.ts";
import type { Progress } from "./reclaim_strategies.ts";

// Constants of its own: `layout.ts` says why.
const { revokeAll } = leases;
const { isTombstone } = versions;

/** How much of a range was deleted before there was no memory for a tombstone. */
type Cleared = "all" | "some" | "none";

/** Deletes all entries that are there when it comes to them. */
export function clearEntries<K, V>(access: EntryAccess<K, V>): void {
  const { hold: { attachment }, writer } = access;
  const { participant, segment, table: { migration } } = attachment;
  revokeAll(segment.words);
  let cursor = new Cursor(segment, migration);
  for (let progress: Progress | undefined; !cursor.done;) {
    const start = cursor.position;
    const cleared = clearRange(access, cursor);
    if (cleared !== "none") progress = undefined;
    participant.collectSometimes();
    if (cleared === "all") continue;
    // Memory can be freed only between pins; the range is done again then.
    progress = writer.reclaim(progress);
    cursor = new Cursor(segment, migration, start);
  }
  // So that the table can grow again, and large values find whole stretches: as in a fresh map.
  participant.collectAll();
  participant.allocator.consolidate(true);
  purge(attachment, 1);
}

/** Deletes what is in the cursor's next range. */
function clearRange<K, V>(
  { counts, hold: { attachment }, writer }: EntryAccess<K, V>,
  cursor: Cursor,
): Cleared {
  const { key, participant, segment: { words } } = attachment;
  const refs: number[] = [];
  let cleared: Cleared = "none";
  participant.pin();
  try {
    cursor.next(refs);
    for (const ref of refs) {
      if (isTombstone(words, ref)) continue;
      key.copyFrom(words, ref);
      const outcome = writer.tryCommit(
        false,
        (current) =>
          current === 0 || isTombstone(words, current)
            ? LEAVE
            : writer.maker.tombstone(),
      );
      if (outcome === "full") return cleared;
      if (outcome === "left") continue;
      counts.delete();
      cleared = "some";
    }
    return "all";
  } finally {
    participant.unpin();
  }
}
