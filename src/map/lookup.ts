/**
 * Looking up: from a packed key, or a string, to the version that is live, or to a copy of its value.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as optimistic from "../table/optimistic_read.ts";
import type { EncodedKey } from "../table/key.ts";
import * as lookups from "../table/fast_lookup.ts";
import type { FastPath } from "../table/fast_path_fallback.ts";
import type { Table } from "../table/table.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";

// Constants of its own: `layout.ts` says why.
const { P_HASH, P_INFO } = layout;
const { copiedValue } = lookups;
const { UNDECIDED } = optimistic;
const { endOf } = versions;

/** Looks one key after the other up: that which is packed into the attachment's scratch. */
export class Lookup {
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #fastPath: FastPath;
  readonly #key: EncodedKey;
  /** Of the record, for looks, right after it was seen that the map is open: the participant would check that again. */
  readonly #base: number;
  readonly #hash: number;
  readonly #info: number;

  constructor({ key, participant, fastPath, segment, table }: Attachment) {
    this.#participant = participant;
    this.#segment = segment;
    this.#table = table;
    this.#fastPath = fastPath;
    this.#key = key;
    this.#base = participant.base;
    this.#hash = participant.base + P_HASH;
    this.#info = participant.base + P_INFO;
  }

  // ---- without a pin ------------------------------------------------------------------------------------------------

  /**
   * Looks for a string, and copies up to `most` bytes of its value, see `table/fast_lookup.ts`. The scratch is that of no key then,
   * until it is adopted; if nothing is decided, not even that.
   */
  tryFast(text: string, most: number): number {
    try {
      const seen = this.#fastPath.lookup(this.#base, text, most);
      this.#key.forget();
      return seen;
    } catch (error) {
      return undecidedAfter(error);
    }
  }

  /** Looks for the packed key. */
  lookupPacked(most: number): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDECIDED;
    try {
      return this.#fastPath.lookupPacked(this.#base, key.hash, key.info, most);
    } catch (error) {
      return undecidedAfter(error);
    }
  }

  /** Takes over the key of a look that found something. */
  adoptKey(): void {
    const { words } = this.#segment;
    this.#key.adopt(words[this.#info], words[this.#hash]);
  }

  /** Where a look that found something copied the value to. */
  get copiedTo(): number {
    return copiedValue(this.#base, this.#segment.words[this.#info]);
  }

  // ---- pinned -------------------------------------------------------------------------------------------------------

  /** Calls `visit` with the live version of the packed key, or 0. */
  visit<T>(visit: (ref: number) => T): T {
    this.#participant.pin();
    try {
      return visit(this.findLive());
    } finally {
      this.#participant.unpin();
    }
  }

  /**
   * The live version of the packed key, or 0. What had expired before it was found is gone; but what expired after that may have been
   * replaced in time, so then it looks again. The caller is pinned.
   */
  findLive(): number {
    for (let now = -Infinity;;) {
      const ref = this.#find();
      const end = endOf(this.#segment, ref);
      if (end <= now) return 0;
      if (end === Infinity) return ref;
      now = Date.now();
      if (end > now) return ref;
    }
  }

  /** The newest version of the packed key, settled; 0: there is none. */
  #find(): number {
    const key = this.#key;
    if (key.fitsScratch) {
      const { base } = this.#participant;
      const seen = this.#fastPath.findOptimistically(base, key.hash, key.info);
      if (seen !== UNDECIDED) return seen;
    }
    return this.#table.find(key);
  }
}

/** What a look comes to that threw: it may have been led astray by memory that was freed under it. */
function undecidedAfter(error: unknown): typeof UNDECIDED {
  if (error instanceof WebAssembly.RuntimeError) return UNDECIDED;
  throw error;
}
