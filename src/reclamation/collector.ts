/**
 * Collecting: a participant advances the era, and frees what it has retired.
 *
 * It does so after some of its writes, a little at a time, so that no operation stalls; and at rest
 * as much as there is. An era that cannot advance, because somebody reads, only delays reuse. A
 * write that must have memory may wait for it, but not for long (`bounded_wait.ts`).
 *
 * @module
 */

import type { Allocator, Purpose } from "../segment/allocator.ts";
import type { Kernel } from "../segment/kernel.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { BoundedWait } from "./bounded_wait.ts";
import {
  advanceEra,
  collectOnTheWay,
  FREES_PER_COLLECT,
  isCollectionDue,
  mostRetired,
  MUCH_RETIRED,
  RETIRES_PER_COLLECT,
} from "./collection.ts";
import { HeldVersions, type VersionHolder } from "./held_versions.ts";
import { drain, firstToFree, leaveLimbo } from "./limbo.ts";
import { participantBase } from "../segment/participants.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_ERA,
  H_FLUSH,
  H_PARTICIPANTS,
  P_FLUSHED,
  P_HELD_HEAD,
  P_LIMBO_HEAD,
  P_RECORD_WEIGHT,
  P_RETIRED,
  P_USED_REFS,
  REF_BYTES,
} = layout;
const { add, hint, load, own } = access;
const { enter, leave } = sections;

/** A participant collects when it has retired this part of the segment, or so many records. */
const COLLECTS_PER_SEGMENT = 256;
/** The part of the segment that must have come free since the last rest to consolidate it. */
const MUCH = 1 / 16;
/**
 * Held versions that a collection looks at, or passes in their chains, for each record that was
 * retired or held since the last one: so many that what nobody needs any more is never more than a
 * part of what is needed. And how many at least, and at rest.
 */
const LOOKS_PER_RECORD = 4;
const LEAST_LOOKS = 8;
const LOOKS_AT_REST = 4096;
/** Records freed at rest in one go: bounds how long the event loop is busy after a large tree. */
const FREES_AT_REST = 16_384;
/** As many records as there are. */
const ALL = 0x7fffffff;

/** The participant that collects. */
export interface Owner extends VersionHolder {
  readonly segment: Segment;
  readonly allocator: Allocator;
  /** Renews a pin that is kept between operations. */
  renewPin(): void;
  count(counter: "reclaimed", by: number): void;
}

/** What one participant has retired, and holds. */
export class Collector {
  readonly held: HeldVersions;
  readonly #owner: Owner;
  readonly #words: Words;
  readonly #freeBlocks: Kernel["drain"];
  readonly #collectBlocks: (base: number) => unknown;
  readonly #muchFreed: number;
  /** The era that did not go on for a whole wait; 0: none. */
  #stuckAt = 0;
  /** What it has waited for in vain: the oldest in limbo, of each participant. */
  readonly #keptBack = new Map<number, number>();
  #usedRefs = 0;

  constructor(owner: Owner) {
    const { base, segment } = owner;
    const { words } = segment;
    this.#owner = owner;
    this.#words = words;
    this.held = new HeldVersions(words, owner);
    const refs = segment.buffer.byteLength / REF_BYTES;
    this.#muchFreed = refs * MUCH;
    words[base + P_FLUSHED] = load(words, H_FLUSH);
    words[base + P_RETIRED] = 0;
    words[base + P_RECORD_WEIGHT] = Math.ceil(
      refs / COLLECTS_PER_SEGMENT / RETIRES_PER_COLLECT,
    );
    this.#collectBlocks = segment.kernel?.collectOnTheWay ??
      ((base) => collectOnTheWay(words, base));
    this.#freeBlocks = segment.kernel?.drain ??
      ((base, most) => drain(words, base, most));
  }

  // ---- when -------------------------------------------------------------------------------------

  /** After a write: collects now and then, or when another one asked for free blocks. */
  collectSometimes(): void {
    const words = this.#words;
    const { base } = this.#owner;
    if (!isCollectionDue(words, base) || this.#collectBlocks(base)) return;
    const retired = words[base + P_RETIRED];
    this.#owner.renewPin();
    this.collect(FREES_PER_COLLECT);
    if (retired >= MUCH_RETIRED * mostRetired(words, base)) {
      this.#collectMuch(retired);
    }
  }

  /**
   * After something large was retired, as a table: it is free at once, if nobody reads at the
   * moment. Else the next operations try again, but not for long. This worker may be about to block
   * for ever, and nobody else can free what is in its limbo.
   */
  #collectMuch(retired: number): void {
    const { base } = this.#owner;
    for (let i = 0; i < 2; i++) {
      this.#owner.renewPin();
      this.collect(FREES_PER_COLLECT);
    }
    if (this.hasRetired) this.#words[base + P_RETIRED] = retired >> 1;
  }

  /**
   * As `collect`, at rest, a good deal at a time. A participant that used no memory since the last
   * time needs none at hand, and gives it to the others; one that freed much makes whole chunks of
   * it, before it is used again here and there.
   */
  collectAtRest(): void {
    const { allocator, base } = this.#owner;
    this.collect(FREES_AT_REST, LOOKS_AT_REST);
    const used = own(this.#words, base + P_USED_REFS);
    const change = (used - this.#usedRefs) | 0; // it wraps
    if (change === 0) allocator.flush();
    else if (-change > this.#muchFreed) allocator.consolidate(true);
    this.#usedRefs = used;
  }

  /** Frees all that can be freed now, renewing the own pin if it is kept between operations. */
  collectAll(): void {
    for (let i = 0; i < 3; i++) {
      this.#owner.renewPin();
      this.collect(ALL, ALL);
    }
  }

  /**
   * As `collectAll`, but frees no more than an operation does on its way, or so many times as much.
   * False: it freed nothing. Else there may be more, as in a large tree: the caller asks again if
   * it needs it.
   */
  collectFew(times = 1): boolean {
    const { base } = this.#owner;
    const used = own(this.#words, base + P_USED_REFS);
    for (let i = 0; i < 3; i++) {
      this.#owner.renewPin();
      this.collect(FREES_PER_COLLECT * times, ALL);
      if (own(this.#words, base + P_USED_REFS) !== used) return true;
    }
    return false;
  }

  // ---- how --------------------------------------------------------------------------------------

  /**
   * Advances the era if it can, releases held versions, and frees up to `most` records. Gives the
   * free blocks to the others if one of them asked.
   *
   * Has a fast path, `collectOnTheWay()` in reclamation/collection.ts. Kept alike by
   * tests/reclamation/collection_test.ts.
   */
  collect(most: number = ALL, looks: number = this.#looksDue): void {
    const words = this.#words;
    const { base } = this.#owner;
    words[base + P_RETIRED] = 0;
    this.advance();
    this.held.release(most, looks);
    enter(words, base);
    this.#drain(most);
    const asked = load(words, H_FLUSH);
    if (asked !== words[base + P_FLUSHED]) {
      words[base + P_FLUSHED] = asked;
      this.#owner.allocator.flush();
    }
    leave(words, base);
  }

  get #looksDue(): number {
    const { base } = this.#owner;
    const records = this.#words[base + P_RETIRED] /
      this.#words[base + P_RECORD_WEIGHT];
    return LEAST_LOOKS +
      LOOKS_PER_RECORD * Math.min(RETIRES_PER_COLLECT, records);
  }

  /** As `advanceEra`. */
  advance(): boolean {
    return advanceEra(this.#words);
  }

  /** Frees what has no reader left. Blocks go by the kernel, runs of chunks one by one. */
  #drain(most: number): void {
    const words = this.#words;
    const { allocator, base } = this.#owner;
    const used = own(words, base + P_USED_REFS);
    let freed = 0;
    while (freed < most) {
      freed += this.#freeBlocks(base, most - freed);
      const ref = freed < most
        ? firstToFree(words, base, load(words, H_ERA))
        : 0;
      if (ref === 0) break;
      allocator.freeFrom(ref, () => leaveLimbo(words, base));
      freed++;
    }
    if (freed === 0) return;
    this.#owner.count("reclaimed", freed);
    allocator.noteFreed((used - own(words, base + P_USED_REFS)) | 0);
  }

  /** Whether something that was retired is not free yet. */
  get hasRetired(): boolean {
    return own(this.#words, this.#owner.base + P_LIMBO_HEAD) !== 0;
  }

  /** Whether versions are held for open snapshots. */
  get holdsVersions(): boolean {
    return own(this.#words, this.#owner.base + P_HELD_HEAD) !== 0;
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /** Whether a reader has kept the era from going on for a whole wait, and still does. */
  get isEraStuck(): boolean {
    return this.#stuckAt !== 0 && load(this.#words, H_ERA) === this.#stuckAt;
  }

  /** Asks the others to give back what their free lists hold. */
  askForFlush(): void {
    const words = this.#words;
    const asked = add(words, H_FLUSH, 1) + 1;
    words[this.#owner.base + P_FLUSHED] = asked;
  }

  /** Frees all that is retired, and waits for those who may still read it; false: some is left. */
  drainAndWait(): boolean {
    return this.waitFor(() => !this.hasRetired);
  }

  /**
   * As `drainAndWait`, but until some of it is free: no more than an operation frees on its way.
   */
  drainSomeAndWait(): boolean {
    return this.#waitUntil(() => this.collectFew() || !this.hasRetired);
  }

  /**
   * Waits for memory that somebody retired, but not for long, and asks the others for theirs; says
   * whether it came. If a reader kept the era from going on for a whole wait, it waits again only
   * when the era has gone on.
   */
  waitFor(came: () => boolean): boolean {
    return this.#waitUntil(() => {
      this.collectAll();
      return came();
    });
  }

  #waitUntil(came: () => boolean): boolean {
    if (came()) return true;
    const before = load(this.#words, H_ERA);
    if (this.isEraStuck) return false;
    const wait = new BoundedWait();
    do {
      if (!this.#napWhileOthersGive(wait)) {
        this.#stuckAt = load(this.#words, H_ERA) === before ? before : 0;
        return false;
      }
    } while (!came());
    return true;
  }

  /** One nap of a wait, in which others give what they have; false: the wait is over. */
  #napWhileOthersGive(wait: BoundedWait): boolean {
    this.#owner.allocator.flush(); // they may wait for memory as well
    this.askForFlush();
    return wait.nap();
  }

  /** As `waitFor`, for memory for a block, which the caller may then take. */
  waitForBlock(bytes: number, purpose: Purpose): boolean {
    return this.waitFor(() => this.#hasBlock(bytes, purpose));
  }

  /**
   * Waits for memory for a block while participants, this one or others, have something in limbo
   * that they had there before. They free it when those who read are done, and when they themselves
   * get on: the system may keep a thread from both for longer than others take to fill the memory.
   * False: there is nothing, or it stayed where it was for a whole wait. That is not waited for
   * again.
   */
  waitForRetired(bytes: number, purpose: Purpose): boolean {
    this.collectAll();
    const awaited = this.#oldestRetired();
    for (const [base, oldest] of this.#keptBack) {
      if (awaited.get(base) === oldest) awaited.delete(base);
      else this.#keptBack.delete(base);
    }
    if (awaited.size === 0) return false;
    const wait = new BoundedWait();
    do {
      if (!this.#napWhileOthersGive(wait)) {
        for (const [base, oldest] of awaited) this.#keptBack.set(base, oldest);
        return false;
      }
      this.collectAll();
      if (this.#hasBlock(bytes, purpose)) return true;
      const now = this.#oldestRetired();
      for (const [base, oldest] of awaited) {
        if (now.get(base) !== oldest) awaited.delete(base);
      }
    } while (awaited.size > 0);
    return true;
  }

  /** The oldest in limbo, by the base of the participant. The others' are hints. */
  #oldestRetired(): Map<number, number> {
    const words = this.#words;
    const oldest = new Map<number, number>();
    const slots = load(words, H_PARTICIPANTS);
    for (let slot = 0; slot < slots; slot++) {
      const base = participantBase(slot);
      const ref = hint(words, base + P_LIMBO_HEAD);
      if (ref !== 0) oldest.set(base, ref);
    }
    return oldest;
  }

  #hasBlock(bytes: number, purpose: Purpose): boolean {
    const { allocator, base } = this.#owner;
    enter(this.#words, base);
    const ref = allocator.allocate(bytes, purpose);
    if (ref !== 0) allocator.free(ref);
    leave(this.#words, base);
    return ref !== 0;
  }
}
