/**
 * Looking up: from a packed key, or a string, to the version that is live, or to a copy of its
 * value.
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
import * as tracking from "../table/tracking.ts";
import type { Attachment } from "./attachment.ts";
import { judged } from "./liveness.ts";

// Constants of its own: `layout.ts` says why.
const { P_HASH, P_INFO, P_RESULT, P_VALUE_INFO } = layout;
const { copiedValue } = lookups;
const { noteRead } = tracking;
const { UNDECIDED } = optimistic;

/** Looks one key after the other up: the one that is packed into the attachment's scratch. */
export class Lookup {
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #fastPath: FastPath;
  readonly #key: EncodedKey;
  /**
   * Of the record, for fast lookups, which come right after a check that the map is open: the
   * participant's `base` would check that again.
   */
  readonly #base: number;
  readonly #floats: Float64Array;
  readonly #hash: number;
  readonly #info: number;
  readonly #number: number;
  readonly #valueInfo: number;

  constructor({ key, participant, fastPath, segment, table }: Attachment) {
    const { base } = participant;
    this.#participant = participant;
    this.#segment = segment;
    this.#table = table;
    this.#fastPath = fastPath;
    this.#key = key;
    this.#base = base;
    this.#floats = segment.floats;
    this.#hash = base + P_HASH;
    this.#info = base + P_INFO;
    this.#number = (base + P_RESULT) / 2;
    this.#valueInfo = base + P_VALUE_INFO;
  }

  // ---- without a pin ----------------------------------------------------------------------------

  // A call of the kernel returns one number, so the rest of what a fast lookup found stands in the
  // participant's record. The getters below read it. It is good until the next lookup of this
  // thread.

  /**
   * Looks a string up, and copies its value if that has at most `most` bytes: see
   * `table/fast_lookup.ts`. Afterwards the scratch holds no key, until `adoptKey`; if nothing was
   * decided, the key has to be packed.
   */
  lookupText(text: string, most: number): number {
    try {
      const found = this.#fastPath.lookup(this.#base, text, most);
      this.#key.forget();
      return found;
    } catch (error) {
      return undecidedAfter(error);
    }
  }

  /** The same for the packed key, which stays in the scratch. */
  lookupPacked(most: number): number {
    const key = this.#key;
    if (!key.fitsScratch) return UNDECIDED;
    try {
      return this.#fastPath.lookupPacked(this.#base, key.hash, key.info, most);
    } catch (error) {
      return undecidedAfter(error);
    }
  }

  /** Takes over the key of a fast lookup that found something. */
  adoptKey(): void {
    const { words } = this.#segment;
    this.#key.adopt(words[this.#info], words[this.#hash]);
  }

  /** When what was found expires, if that is no plain number; `Infinity`: never. */
  get foundExpiry(): number {
    return Math.abs(this.#floats[this.copiedTo - 1]); // negative in a renewal
  }

  /** Notes that the caller reads what was found, which expires. */
  noteFound(): void {
    const { keepsHeat, words } = this.#segment;
    if (keepsHeat) noteRead(words, this.#base, words[this.#hash]);
  }

  /** The number that was found. */
  get number(): number {
    return this.#floats[this.#number];
  }

  /** Where the value that was found was copied to, in units of 8 bytes; its expiry is before it. */
  get copiedTo(): number {
    return copiedValue(this.#base, this.#segment.words[this.#info]);
  }

  /** What the version that was found says of its value: tag and length. */
  get copiedInfo(): number {
    return this.#segment.words[this.#valueInfo];
  }

  // ---- pinned -----------------------------------------------------------------------------------

  /** Calls `visit` with the live version of the packed key, or 0, while the map is pinned. */
  visit<T>(visit: (ref: number) => T): T {
    this.#participant.pin();
    try {
      return visit(this.findLive());
    } finally {
      this.#participant.unpin();
    }
  }

  /** The live version of the packed key; 0: there is none. The caller is pinned. */
  findLive(): number {
    const find = () => this.findNewest();
    const found = judged(this.#segment, find(), find);
    return found > 0 ? found : 0;
  }

  /** Notes that the caller has read the entry of the packed key. */
  noteRead(): void {
    const { keepsHeat, words } = this.#segment;
    if (keepsHeat) noteRead(words, this.#base, this.#key.hash);
  }

  /** The newest version of the packed key, settled; 0: there is none. The caller is pinned. */
  findNewest(): number {
    const key = this.#key;
    if (key.fitsScratch) {
      const { base } = this.#participant;
      const found = this.#fastPath.findOptimistically(base, key.hash, key.info);
      if (found !== UNDECIDED) return found;
    }
    return this.#table.find(key);
  }
}

/** After a fast lookup that threw: memory that was freed under it may have led it astray. */
function undecidedAfter(error: unknown): typeof UNDECIDED {
  if (error instanceof WebAssembly.RuntimeError) return UNDECIDED;
  throw error;
}
