/**
 * Making versions: of the packed key, with a value and an expiry, before they are published.
 *
 * @module
 */

import type { Memory, ValueFormat } from "../codec/codec.ts";
import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import { poke, store } from "../segment/atomics.ts";
import * as accounting from "../table/account.ts";
import type { EncodedKey } from "../table/key.ts";
import * as structures from "../table/structure.ts";
import type { StructureHead } from "../table/structure.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { Shortage } from "./shortage.ts";
import * as time from "./idle.ts";
import type { Lifetime } from "./lifetime.ts";

// Constants of its own: `layout.ts` says why.
const { H_TTL_USED, LENGTH_MASK, TAG_TOMBSTONE, V_WEIGHT } = layout;
const { weightOf } = accounting;
const { adoptTrees, headBytes, writeStructure } = structures;
const {
  bytesOf,
  endOf,
  isStructure,
  valueBytes,
  valueIndex,
  valueTag,
  versionBytes,
  writeVersion,
} = versions;

const { idleEnd, idles, lifeEnd } = time;

/** There is no memory for a version: `VersionMaker.shortage` says of what there was too little. */
export const NO_MEMORY = -1;

/** A value that is prepared to be written. */
export type Prepared = Pick<
  ValueFormat<unknown>,
  "byteLength" | "number" | "tag" | "weight" | "write"
>;

/** What a structure says besides its trees. */
export interface Body {
  /** Bytes. */
  readonly length: number;
  /** Writes it. */
  writeTo(target: Uint8Array, at: number): void;
}

/** Makes versions of one key after the other. */
export class VersionMaker {
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #key: EncodedKey;
  /** Keys that are longer than this need memory that is kept for their tombstones. */
  readonly #longKey: number;
  /** Whether entries are weighed. */
  readonly #areWeighed: boolean;
  #ttlMarked = false;
  /**
   * What the last `NO_MEMORY`, or lack of a slot, was about. It stands here, and is not returned,
   * because versions are numbers: writes pass no objects while they succeed.
   */
  shortage: Shortage = { of: "entry", bytes: 0 };

  /**
   * @param attachment The worker's hold on the map.
   * @param key What the versions are of.
   */
  constructor({ participant, segment }: Attachment, key: EncodedKey) {
    this.#participant = participant;
    this.#segment = segment;
    this.#key = key;
    this.#areWeighed = segment.mostWeight > 0;
    this.#longKey = participant.segment.largestClassBytes / 2;
  }

  /**
   * When an entry expires that lives `ttl` milliseconds from now; if it has no end, when it has
   * idled for too long, in a map with a time to idle. Notes first that the map has such entries, so
   * that it is swept. The attachment is open.
   */
  endAfter(ttl: number): number {
    const { idle } = this.#segment;
    if (ttl === Infinity && idle === 0) return Infinity;
    this.#markTtl();
    const now = Date.now();
    if (idle === 0) return now + ttl;
    return ttl === Infinity ? idleEnd(idle, now) : lifeEnd(ttl, now);
  }

  /** The same for an entry that expires at a time that is known. */
  endAt(until: number): number {
    if (until === Infinity) return this.endAfter(Infinity);
    this.#markTtl();
    return until;
  }

  #markTtl(): void {
    if (this.#ttlMarked) return;
    store(this.#segment.words, H_TTL_USED, 1);
    this.#ttlMarked = true;
  }

  /**
   * The expiry of a version that takes the place of a key's newest one; negative, for a renewal, if
   * the entry is there and gets more time. One that idles does when it is written, too.
   */
  endOver(current: number, live: boolean, life: Lifetime): number {
    if (!live) return this.#endOf(life);
    const before = endOf(this.#segment, current);
    const isUse = this.#segment.idle !== 0 && idles(before);
    if (life.keeps && !isUse) return before;
    const end = life.keeps ? this.endAfter(Infinity) : this.#endOf(life);
    return before === Infinity || end <= before ? end : -end;
  }

  #endOf({ ttl, until }: Lifetime): number {
    return until === undefined ? this.endAfter(ttl) : this.endAt(until);
  }

  /**
   * Writes a fresh version of the packed key with a prepared value. It is in hand then; the section
   * that it is made in ends when it is published or freed.
   */
  make(values: Prepared, expiry: number): number {
    const ref = this.#allocate(values.byteLength, expiry);
    if (ref === NO_MEMORY) return NO_MEMORY;
    const segment = this.#segment;
    writeVersion(
      segment,
      ref,
      this.#key,
      values.tag,
      values.byteLength,
      expiry,
    );
    values.write(segment, valueIndex(segment.words, ref));
    if (this.#areWeighed) {
      poke(segment.words, ref * 4 + V_WEIGHT, values.weight);
    }
    return this.#kept(ref);
  }

  /**
   * The same, with the expiry that follows from the key's newest version.
   */
  makeOver(
    values: Prepared,
    current: number,
    live: boolean,
    life: Lifetime,
  ): number {
    return this.make(values, this.endOver(current, live, life));
  }

  /** The same with trees, whose nodes are drafted, and bytes behind what it says of them. */
  structure(
    head: StructureHead,
    tag: number,
    body: Uint8Array | Body,
    expiry: number,
  ): number {
    const first = headBytes(head.roots.length, head.left.length);
    const values = {
      tag,
      byteLength: first + body.length,
      number: 0,
      weight: 0,
      write({ bytes }: Memory, at: number) {
        if (body instanceof Uint8Array) bytes.set(body, at * 8 + first);
        else body.writeTo(bytes, at * 8 + first);
      },
    };
    const ref = this.make(values, expiry);
    if (ref !== NO_MEMORY) writeStructure(this.#segment.words, ref, head);
    return ref;
  }

  /** The same with the value of another version, and an expiry of its own. */
  copy(current: number, expiry: number): number {
    const { words, bytes } = this.#segment;
    const length = valueBytes(words, current);
    const ref = this.#allocate(length, expiry);
    if (ref === NO_MEMORY) return NO_MEMORY;
    writeVersion(
      this.#segment,
      ref,
      this.#key,
      valueTag(words, current),
      length,
      expiry,
    );
    const from = valueIndex(words, current) * 8;
    bytes.copyWithin(valueIndex(words, ref) * 8, from, from + length);
    if (isStructure(words, current)) adoptTrees(words, current, ref);
    // If it was replaced meanwhile, this is no weight, nor will the copy be linked.
    if (this.#areWeighed) {
      poke(words, ref * 4 + V_WEIGHT, weightOf(words, current));
    }
    return this.#kept(ref);
  }

  /** A block for a version. If there is one, a section begins. */
  #allocate(valueLength: number, expiry: number): number {
    const keyLength = this.#key.info & LENGTH_MASK;
    const bytes = versionBytes(keyLength, valueLength, expiry !== Infinity);
    const { allocator } = this.#participant;
    const isLong = keyLength > this.#longKey;
    if (
      !isLong || allocator.reserve.keep(versionBytes(keyLength, 0, false))
    ) {
      this.#participant.enterSection();
      const ref = allocator.allocate(bytes);
      if (ref !== 0) return ref;
      this.#participant.leaveSection();
    }
    this.shortage = {
      of: "entry",
      bytes: isLong ? bytes + keyLength : bytes, // with what its tombstone will take
    };
    return NO_MEMORY;
  }

  /**
   * A version of the packed key whose header and key are written, if memory is kept for its
   * tombstone, still or again: from here on that stays so as long as the version exists. Else the
   * version is freed, and its section ends.
   */
  #kept(ref: number): number {
    const keyLength = this.#key.info & LENGTH_MASK;
    if (keyLength <= this.#longKey) return ref;
    const { allocator } = this.#participant;
    if (allocator.reserve.keep(versionBytes(keyLength, 0, false))) {
      return ref;
    }
    this.shortage = {
      of: "entry",
      bytes: bytesOf(this.#segment.words, ref) + keyLength,
    };
    allocator.free(ref);
    this.#participant.leaveSection();
    return NO_MEMORY;
  }

  /** Notes that the table has no slot for a version. */
  noteNoSlot(version: number): void {
    const bytes = bytesOf(this.#segment.words, version);
    this.shortage = { of: "slot", bytes };
  }

  /** A tombstone of the packed key, to delete its entry: as `make`. */
  tombstone(): number {
    const ref = this.#tombstone("tombstone");
    if (ref === NO_MEMORY) {
      this.shortage = { of: "tombstone", bytes: this.#key.info & LENGTH_MASK };
    }
    return ref;
  }

  /**
   * The same for a key that has no version, so that there is one to go by. That deletes nothing: so
   * it has no claim to the memory that is kept for tombstones.
   */
  absence(): number {
    const ref = this.#tombstone("entry");
    if (ref === NO_MEMORY) {
      this.shortage = { of: "entry", bytes: this.#tombstoneBytes };
    }
    return ref;
  }

  get #tombstoneBytes(): number {
    return versionBytes(this.#key.count * 4, 0, false);
  }

  #tombstone(purpose: "entry" | "tombstone"): number {
    this.#participant.enterSection();
    const { allocator } = this.#participant;
    const ref = allocator.allocate(this.#tombstoneBytes, purpose);
    if (ref !== 0) {
      writeVersion(this.#segment, ref, this.#key, TAG_TOMBSTONE, 0, Infinity);
      return ref;
    }
    this.#participant.leaveSection();
    return NO_MEMORY;
  }
}
