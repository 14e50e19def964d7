/**
 * Removal of entries that nobody asked to delete: expired or evicted ones.
 *
 * @module
 */

import { TAG_TOMBSTONE } from "../segment/layout.ts";
import { enter, leave } from "../segment/section.ts";
import { EncodedKey } from "../table/key.ts";
import { versionBytes, writeVersion } from "../table/version.ts";
import type { Attachment } from "./attachment.ts";

/** Writes a tombstone of this key, which is in hand then; 0 when even the reserve is spent. The caller is in a section. */
export function newTombstone(attachment: Attachment, key: EncodedKey): number {
  const { participant, segment } = attachment;
  const bytes = versionBytes(key.count * 4, 0, false);
  const ref = participant.allocator.allocate(bytes, "tombstone");
  if (ref !== 0) writeVersion(segment, ref, key, TAG_TOMBSTONE, 0, Infinity);
  return ref;
}

/** Removes versions that a scan found, each only if it is still its key's newest. */
export class Remover {
  readonly #attachment: Attachment;
  /** Its own scratch: the operation that made room necessary still needs the attachment's. */
  readonly #key: EncodedKey;
  #isStuck = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#key = new EncodedKey(attachment.segment.seed);
  }

  /**
   * Whether no memory was left for a tombstone. Then it removes nothing more: to find that out again looks through all chunks, each
   * time.
   */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Removes one version; false if it was replaced meanwhile, or no memory is left for a tombstone. The caller is pinned. */
  remove(ref: number, why: "expired" | "evicted"): boolean {
    if (this.#isStuck) return false;
    const { participant, segment: { words }, table } = this.#attachment;
    this.#key.copyFrom(words, ref);
    if (table.seek(this.#key, false) !== ref) return false;
    enter(words, participant.base);
    const removed = this.#bury(ref);
    leave(words, participant.base);
    if (removed) participant.count(why);
    return removed;
  }

  #bury(ref: number): boolean {
    const { participant, table } = this.#attachment;
    const tombstone = newTombstone(this.#attachment, this.#key);
    if (tombstone === 0) {
      this.#isStuck = true;
      return false;
    }
    if (table.replace(ref, tombstone)) return true;
    participant.allocator.free(tombstone);
    return false;
  }
}
