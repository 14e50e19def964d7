/**
 * Removal of entries that nobody asked to delete: expired or evicted ones.
 *
 * @module
 */

import * as fastPath from "../table/fast_path.ts";
import { EncodedKey } from "../table/key.ts";
import type { Attachment, RemovalCause } from "./attachment.ts";
import { Committer, LEAVE } from "./commit.ts";

// A constant of its own: `layout.ts` says why.
const { DONE } = fastPath;

/** Removes versions that a scan found, each only if it is still its key's newest. */
export class Remover {
  readonly #attachment: Attachment;
  /** Its own scratch: the write that is short of memory still needs the attachment's. */
  readonly #key: EncodedKey;
  readonly #committer: Committer;
  #isStuck = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#key = new EncodedKey(attachment.segment.seed);
    this.#committer = new Committer(attachment, this.#key);
  }

  /**
   * Whether no memory was left for a tombstone. Then it removes nothing more: to find that out
   * again looks through all chunks, each time.
   */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Removes one version; false if it was replaced meanwhile, or no memory is left for a tombstone.
   * The caller is pinned.
   */
  remove(ref: number, why: RemovalCause): boolean {
    if (this.#isStuck) return false;
    const { participant, removalListeners } = this.#attachment;
    const isRemoved = why === "evicted" && this.#removeFast(ref) ||
      this.#removeAtLength(ref);
    if (!isRemoved) return false;
    participant.count(why);
    for (const hear of removalListeners) hear(ref, why);
    return true;
  }

  /** Removes a version that has not expired, where nothing is out of the ordinary. */
  #removeFast(ref: number): boolean {
    const { fastPath, participant } = this.#attachment;
    if (fastPath.evict(participant.base, ref) !== DONE) return false;
    this.#noteTombstone();
    return true;
  }

  /** Notes that so many versions were removed by the fast path, which nobody listens to. */
  noteEvicted(count: number): void {
    if (count === 0) return;
    this.#attachment.participant.count("evicted", count);
    for (let i = 0; i < count; i++) this.#noteTombstone();
  }

  /** After the fast path has written a tombstone. */
  #noteTombstone(): void {
    this.#attachment.table.countTombstone();
    this.#attachment.noteEntries(); // so that the next insertion is seen as one
  }

  #removeAtLength(ref: number): boolean {
    this.#key.copyFrom(this.#attachment.segment.words, ref);
    const { maker } = this.#committer;
    const outcome = this.#committer.tryCommit(
      false,
      (current) => current === ref ? maker.tombstone() : LEAVE,
    );
    if (outcome === "full") this.#isStuck = true;
    return outcome === "done";
  }
}
