/**
 * Trying to commit again: what is done between two tries of one commit of several keys, or of a
 * leased write.
 *
 * @module
 */

import type { EntryAccess } from "./entry_access.ts";
import { evictAhead } from "./eviction.ts";
import type { Progress } from "./reclaim_strategies.ts";
import type { TransactionCommitter } from "./transaction_commit.ts";

/** The tries of one commit. Its methods are called between pins. */
export class CommitTries<K, V> {
  readonly #access: EntryAccess<K, V>;
  readonly #committer: TransactionCommitter;
  #progress: Progress | undefined;
  #conflicts = 0;
  #mostTaken = 0;

  /**
   * @param access The access of the map object.
   * @param committer What commits: it says how much a try took.
   */
  constructor(access: EntryAccess<K, V>, committer: TransactionCommitter) {
    this.#access = access;
    this.#committer = committer;
  }

  /** After a try in vain: somebody else has got on meanwhile. */
  endConflict(): void {
    const { participant, table: { backoff } } = this.#access.hold.attachment;
    participant.collectSometimes();
    if (this.#conflicts++ === 0) backoff.reset();
    backoff.wait();
  }

  /** After a try for which there was too little memory: reclaims some. Throws `MapFullError`. */
  endShortage(): void {
    const { hold: { attachment }, writer } = this.#access;
    const { taken, wanted } = this.#committer;
    if (taken > this.#mostTaken) this.#progress = undefined; // what was tried has helped
    this.#mostTaken = Math.max(this.#mostTaken, taken);
    this.#progress = writer.reclaim(this.#progress);
    if (attachment.segment.evicts) evictAhead(attachment, wanted);
  }
}
