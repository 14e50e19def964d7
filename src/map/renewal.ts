/**
 * Renewals: what a read does besides in a map with a time to idle. See `idle.ts`.
 *
 * A read that renews an entry reads what it has renewed, so that both take effect at one moment: if
 * it read later, it might find nothing, and yet have let the entry live longer.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import type { Segment } from "../segment/segment.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import { LEAVE } from "./commit.ts";
import * as time from "./idle.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Lookup } from "./lookup.ts";
import * as transactions from "./running_transactions.ts";
import { NO_MEMORY } from "./version_maker.ts";
import type { Writer } from "./writer.ts";

// Constants of its own: `layout.ts` says why.
const { endOf } = versions;
const { isRenewalDue } = time;
const { running } = transactions;

/** An entry that idles, from now on. */
const IDLE: Lifetime = { ttl: Infinity, keeps: false };

/** Renews the entries of one map, one key after the other: that of the packed one. */
export class Renewer {
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #lookup: Lookup;
  readonly #writer: Writer;

  constructor(
    { participant, segment }: Attachment,
    lookup: Lookup,
    writer: Writer,
  ) {
    this.#participant = participant;
    this.#segment = segment;
    this.#lookup = lookup;
    this.#writer = writer;
  }

  /** Whether what was found with this expiry has to be renewed, by `visit`. */
  isDue(expiry: number, now: number): boolean {
    const { idle } = this.#segment;
    return idle !== 0 && isRenewalDue(expiry, idle, now);
  }

  /**
   * Calls `visit` with the live version of the packed key, or 0, while the map is pinned. Renews
   * the entry first, if that is due. Lock-free.
   */
  visit<T>(visit: (ref: number) => T): T {
    this.#participant.pin();
    try {
      return visit(this.findLive());
    } finally {
      this.#participant.unpin();
    }
  }

  /**
   * The live version of the packed key, renewed if that is due; 0: there is none. The caller is
   * pinned.
   */
  findLive(): number {
    const found = this.#lookup.findLive();
    if (found === 0 || !this.#mayRenew(found)) return found;
    return this.#renewed() || this.#lookup.findLive();
  }

  /** Not within a transaction, which must not be in its own way. */
  #mayRenew(found: number): boolean {
    return this.#segment.idle !== 0 && running.innermost === undefined &&
      this.isDue(endOf(this.#segment, found), Date.now());
  }

  /**
   * Renews the entry of the packed key, if that is due, and there is memory at hand: a read waits
   * for nobody, and evicts nothing. Without memory the entry is renewed by a later read, or ends.
   * Returns the new version, as it was linked; 0: there is none.
   */
  #renewed(): number {
    let version = 0;
    const outcome = this.#writer.tryCommit(false, (current, live) => {
      version = live ? this.renewal(current) : LEAVE;
      return version;
    });
    return outcome === "done" ? version : 0;
  }

  /**
   * The version that renews a live one, to be published in its place; `LEAVE` if that is not due,
   * or there is no memory at hand. The caller is pinned.
   */
  renewal(current: number): number {
    const { idle } = this.#segment;
    if (idle === 0) return LEAVE; // before the clock is asked
    const end = endOf(this.#segment, current);
    if (!isRenewalDue(end, idle, Date.now())) return LEAVE;
    const { maker } = this.#writer;
    const version = maker.copy(current, maker.endOver(current, true, IDLE));
    return version === NO_MEMORY ? LEAVE : version;
  }
}
