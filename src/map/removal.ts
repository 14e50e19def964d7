/**
 * Removal of entries that nobody asked to delete: expired or evicted ones.
 *
 * @module
 */

import { EncodedKey } from "../table/key.ts";
import type { Attachment, RemovalCause } from "./attachment.ts";
import { Committer, LEAVE } from "./commit.ts";

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
    const { participant, removalListeners, segment: { words } } =
      this.#attachment;
    this.#key.copyFrom(words, ref);
    const { maker } = this.#committer;
    const outcome = this.#committer.tryCommit(
      false,
      (current) => current === ref ? maker.tombstone() : LEAVE,
    );
    if (outcome === "full") this.#isStuck = true;
    if (outcome !== "done") return false;
    participant.count(why);
    for (const hear of removalListeners) hear(ref, why);
    return true;
  }
}
