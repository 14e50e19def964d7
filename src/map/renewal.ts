/**
 * Renewals: what a read does besides in a map with a time to idle. See `idle.ts`.
 *
 * @module
 */

import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";
import { LEAVE } from "./commit.ts";
import * as time from "./idle.ts";
import type { Lifetime } from "./lifetime.ts";
import * as transactions from "./running_transactions.ts";
import type { Writer } from "./writer.ts";

// Constants of its own: `layout.ts` says why.
const { endOf } = versions;
const { isRenewalDue } = time;
const { running } = transactions;

/** An entry that idles, from now on. */
const IDLE: Lifetime = { ttl: Infinity, keeps: false };

/** Renews the entries of one map, one key after the other: that of the packed one. */
export class Renewer {
  readonly #segment: Segment;
  readonly #writer: Writer;

  constructor(segment: Segment, writer: Writer) {
    this.#segment = segment;
    this.#writer = writer;
  }

  /** Whether what was found with this expiry has to be renewed, by a lookup that pins. */
  isDue(expiry: number, now: number): boolean {
    const { idle } = this.#segment;
    return idle !== 0 && isRenewalDue(expiry, idle, now);
  }

  /**
   * Renews the entry of the packed key, if that is due. It asks for no memory but what is at hand:
   * a read waits for nobody, and evicts nothing. Without memory the entry is renewed by a later
   * read, or ends. Not within a transaction, which must not be in its own way.
   *
   * Lock-free.
   */
  renew(): void {
    const { idle } = this.#segment;
    if (idle === 0 || running.innermost !== undefined) return;
    const writer = this.#writer;
    const { maker } = writer;
    writer.tryCommit(false, (current, live) => {
      if (!live) return LEAVE;
      const end = endOf(this.#segment, current);
      if (!isRenewalDue(end, idle, Date.now())) return LEAVE;
      return maker.copy(current, maker.endOver(current, live, IDLE));
    });
  }
}
