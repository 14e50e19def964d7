/**
 * Participants: who is here, who is reading, and what may be reused.
 *
 * Every attachment of a worker takes one participant record in the segment. While it reads, the
 * record holds its *pin*: the era that it saw. A record that was unlinked is *retired*: it goes to
 * the participant's limbo queue with the global era read after the unlink. The era advances when
 * every pinned participant has seen it, so what was retired at era e can have no reader left at
 * e + 2 steps, and is freed then (`collector.ts`). This is epoch-based reclamation (Fraser,
 * "Practical lock-freedom", 2004); that the stamp must be the global era and not the participant's
 * own is shown by the model in `tests/model`.
 *
 * Limbo queues, held versions and free lists live in the segment, so that a survivor can adopt
 * those of a worker that died, or left.
 *
 * A participant that has left does nothing any more: its record may be another's by then. All that
 * it does to the record goes by its `base` or its `allocator`, and those it then refuses.
 *
 * @module
 */

import { mapClosed } from "../errors.ts";
import { Allocator, type Purpose } from "../segment/allocator.ts";
import * as assertions from "../segment/assert.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import type { Segment } from "../segment/segment.ts";
import { tally } from "../segment/tally.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import { Collector } from "./collector.ts";
import type { Chains } from "./held_versions.ts";
import { closeInbox } from "./inbox.ts";
import { hold, isHeldTree, retire, retireAgain, retireTree } from "./limbo.ts";
import * as pins from "./pin.ts";
import { participantBase } from "../segment/participants.ts";
import {
  beginTreeMove,
  descend,
  endTreeMove,
  finishDescent,
  isTreeStamp,
} from "./tree.ts";

// Constants of its own: `layout.ts` says why.
const {
  COUNTERS,
  ESTATE,
  H_ERA,
  H_PARTICIPANTS,
  H_SNAPSHOTS,
  H_SNAPSHOT_CHANGES,
  MAX_CLASSES,
  MAX_PARTICIPANTS,
  P_CHUNK,
  P_COUNTERS,
  P_DRAFT,
  P_EXPECTED,
  P_FREE,
  P_HAND,
  P_HORIZON,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  P_INBOX,
  P_LEAVING,
  P_LIMBO_HEAD,
  P_LIMBO_TAIL,
  P_LOADING,
  P_PERMITS,
  P_PIN,
  P_POSTING,
  P_REGISTRY,
  P_REGISTRY_MARK,
  P_SECTION,
  P_STATE,
  P_SUBSCRIPTIONS,
  R_LINK,
  R_STAMP,
  REGISTRY_WORDS,
} = layout;
const { add, compareAndSet, load, own, poke, store } = access;
const { assert, CHECKED } = assertions;
const { enter, isCutShort, leave } = sections;
const { clearPin, setPin } = pins;

/** A counter of {@linkcode COUNTERS}. */
export type Counter = (typeof layout.COUNTERS)[number];

/** No word of a record: who has left has none. */
const NOWHERE = 0;

/**
 * Ends all by which a participant holds others up: its snapshots, its horizon, what it expects to
 * write, and its pin.
 */
export function withdraw(words: Words, base: number): void {
  for (let i = 0; i < REGISTRY_WORDS; i++) {
    store(words, base + P_REGISTRY + i, 0);
  }
  add(words, H_SNAPSHOT_CHANGES, 1); // also if the words were cleared before: who did it may have died here
  store(words, base + P_HORIZON, 0);
  poke(words, base + P_EXPECTED, 0);
  store(words, base + P_PIN, 0);
}

/** One attachment's presence in the segment. */
export class Participant {
  readonly segment: Segment;
  readonly slot: number;
  /** The number of the Web Lock that stands for its life. */
  readonly lock: number;
  readonly #words: Words;
  readonly #allocator: Allocator;
  readonly #collector: Collector;
  /**
   * Changes once before it is used: V8 throws away what it has compiled for a field that never
   * changed, when it does.
   */
  #base = NOWHERE;
  #depth = 0;
  #kept = 0;
  #repair: (() => void) | undefined;
  #onCutShort: (() => void) | undefined;
  #isRepairing = false;

  private constructor(segment: Segment, slot: number, lock: number) {
    this.segment = segment;
    this.slot = slot;
    this.lock = lock;
    this.#allocator = new Allocator(segment, slot);
    this.#words = segment.words;
    this.#base = participantBase(slot);
    this.#collector = new Collector(this);
  }

  /**
   * Takes a free record, or returns undefined when all are taken. `lock` is the number of the Web
   * Lock that the caller holds already: from the moment the record says so, anybody may test
   * whether its worker lives.
   */
  static join(segment: Segment, lock: number): Participant | undefined {
    const words = segment.words;
    for (let slot = 0; slot < MAX_PARTICIPANTS; slot++) {
      const index = participantBase(slot) + P_STATE;
      const state = load(words, index);
      if (state !== 0 && state !== ESTATE) continue;
      // Raised before the record is live, so that no scan misses a live one.
      raise(words, H_PARTICIPANTS, slot + 1);
      if (compareAndSet(words, index, state, lock)) {
        if (CHECKED && state === 0) checkBare(words, index - P_STATE);
        return new Participant(segment, slot, lock);
      }
    }
    return undefined;
  }

  /** Whether it has not left. */
  get isHere(): boolean {
    return this.#base !== NOWHERE;
  }

  /** Word index of its record. Throws `ClosedError` once it has left, as does whatever needs it. */
  get base(): number {
    if (this.#base === NOWHERE) this.#refuse();
    return this.#base;
  }

  /** Its memory, likewise. */
  get allocator(): Allocator {
    if (this.#base === NOWHERE) this.#refuse();
    return this.#allocator;
  }

  #refuse(): never {
    throw mapClosed("use the map", this.segment.name);
  }

  /**
   * Ends the participation. What cannot be given away at once (records that some reader may still
   * see, versions that a snapshot shows) stays in the record, which is free then all the same: see
   * `estate.ts`.
   */
  leave(): void {
    const { base } = this;
    const words = this.#words;
    this.heal();
    this.#depth = 0;
    this.#kept = 0;
    this.#closeInbox();
    withdraw(words, base);
    this.dropLoaded();
    this.collectAll();
    const empty = this.allocator.giveAll() &&
      own(words, base + P_LIMBO_HEAD) === 0 &&
      own(words, base + P_HELD_HEAD) === 0;
    this.#base = NOWHERE;
    if (CHECKED && empty) checkBare(words, base);
    store(words, base + P_STATE, empty ? 0 : ESTATE); // last: it may be another's from here on
  }

  #closeInbox(): void {
    this.pin();
    this.enterSection();
    closeInbox(this.#words, this.base);
    this.leaveSection();
    this.unpin();
  }

  /** Frees the nodes of a structure that is not loaded to its end: see `Trees.load`. */
  dropLoaded(): void {
    const words = this.#words;
    const chain = this.base + P_LOADING;
    for (let ref = own(words, chain); ref !== 0; ref = own(words, chain)) {
      const next = own(words, ref * 4 + R_LINK);
      this.allocator.freeFrom(ref, () => poke(words, chain, next));
    }
  }

  /** Gives up its record: it left, or could not, and then others clear up. */
  abandon(): void {
    this.#base = NOWHERE;
  }

  /**
   * Takes over the queues and free blocks of one that is dead, or has left: a record at a time,
   * each in one hand at most.
   */
  adopt(base: number): void {
    const words = this.#words;
    finishDescent(words, base);
    for (;;) {
      const first = own(words, base + P_LIMBO_HEAD);
      if (first === 0) break;
      const isTree = isTreeStamp(own(words, first * 4 + R_STAMP));
      const ref = isTree ? descend(words, base, first) : first;
      poke(words, base + P_LIMBO_HEAD, own(words, ref * 4 + R_LINK));
      this.#retireAgain(ref);
    }
    poke(words, base + P_LIMBO_TAIL, 0);
    for (;;) {
      const ref = own(words, base + P_HELD_HEAD);
      if (ref === 0) break;
      this.#holdAgain(base, ref);
    }
    poke(words, base + P_HELD_TAIL, 0);
    poke(words, base + P_HELD_COUNT, 0);
    this.allocator.adopt(base);
  }

  /** Takes over the first of what another participant held. */
  #holdAgain(base: number, ref: number): void {
    const words = this.#words;
    const stamp = own(words, ref * 4 + R_STAMP);
    enter(words, this.base);
    if (isHeldTree(stamp)) beginTreeMove(words, this.base, ref);
    poke(words, base + P_HELD_HEAD, own(words, ref * 4 + R_LINK));
    this.hold(ref, stamp);
    if (isHeldTree(stamp)) endTreeMove(words, this.base);
    leave(words, this.base);
  }

  // ---- sections ---------------------------------------------------------------------------------

  /** Begins a section of an operation: see `segment/section.ts`. */
  enterSection(): void {
    enter(this.#words, this.base);
  }

  /** Ends it. */
  leaveSection(): void {
    leave(this.#words, this.base);
  }

  /**
   * Says what brings the record in order after a section that was cut short: `repair`, which may be
   * called again if it is cut short itself; and what sees to it that this is `soon`, since the pin
   * of that section is kept until then.
   */
  repairWith(repair: () => void, soon: () => void): void {
    this.#repair = repair;
    this.#onCutShort = soon;
  }

  /** Brings the record in order if a section was cut short. Called where none can be under way. */
  heal(): void {
    if (!isCutShort(this.#words, this.base) || this.#isRepairing) return;
    this.#isRepairing = true;
    try {
      this.#repairPinned();
    } finally {
      this.#isRepairing = false;
    }
  }

  /**
   * What was in hand may have been linked, and retired since: so the section keeps its pin until
   * it is known.
   */
  #repairPinned(): void {
    const words = this.#words;
    const pin = this.base + P_PIN;
    if (own(words, pin) === 0) store(words, pin, load(words, H_ERA));
    this.#repair?.();
    poke(words, this.base + P_SECTION, 0);
    if (this.#depth === 0) clearPin(words, this.base);
  }

  /**
   * Whether an operation was stopped and has left its pin: there are more than the caller of the
   * map keeps. Asked in a timer, where no operation is under way.
   */
  get isStopped(): boolean {
    return this.#depth !== this.#kept || this.#isRepairing;
  }

  /** Gives up the pins of operations that were stopped. */
  dropStalePins(): void {
    this.#isRepairing = false;
    this.#depth = this.#kept;
    if (this.#depth === 0 && !isCutShort(this.#words, this.base)) {
      clearPin(this.#words, this.base);
    }
  }

  // ---- pins -------------------------------------------------------------------------------------

  /** From here on nothing that this participant can reach is reused. Wait-free; nests. */
  pin(): void {
    const { base } = this;
    if (isCutShort(this.#words, base)) this.heal();
    this.pinInSection();
  }

  /** As `pin`, within a section, which must end before the pin does. */
  pinInSection(): void {
    const words = this.#words;
    if (this.#depth === 0 && !this.#isRepairing) {
      setPin(words, this.base);
    }
    this.#depth++; // last: a call may fail, if the stack overflows
  }

  /**
   * Ends the innermost pin, unless a section was cut short: then the repair does. Wait-free. Once
   * the participant has left, all of its pins have ended.
   */
  unpin(): void {
    const words = this.#words;
    if (CHECKED) {
      assert(this.#depth > 0 || !this.isHere, "an unpin has its pin");
    }
    if (this.#depth === 1) {
      if (isCutShort(words, this.base)) this.#onCutShort?.();
      else clearPin(words, this.base);
    }
    this.#depth--;
  }

  /** Pins for the caller of the map, over many operations. */
  keepPin(): void {
    this.#kept++;
    this.pin();
  }

  /** Ends a pin of the caller. */
  releasePin(): void {
    this.#kept--;
    this.unpin();
  }

  /**
   * Renews a pin that the caller keeps: between operations no ref is in use, and the era can go on.
   */
  renewPin(): void {
    if (this.#depth > 0 && this.#depth === this.#kept) {
      store(this.#words, this.base + P_PIN, load(this.#words, H_ERA));
    }
  }

  // ---- limbo ------------------------------------------------------------------------------------

  /** Takes a record that was just unlinked; it is freed when no reader can be left. */
  retire(ref: number): void {
    const refs = this.allocator.runRefs(ref);
    enter(this.#words, this.base);
    retire(this.#words, this.base, ref, refs);
    leave(this.#words, this.base);
  }

  #retireAgain(ref: number): void {
    const refs = this.allocator.runRefs(ref);
    enter(this.#words, this.base);
    retireAgain(this.#words, this.base, ref, refs);
    leave(this.#words, this.base);
  }

  /**
   * Takes the root of a tree that was just unlinked; all of the tree, of so many refs, is freed
   * when no reader can be left.
   */
  retireTree(root: number, refs: number): void {
    enter(this.#words, this.base);
    retireTree(this.#words, this.base, root, refs);
    leave(this.#words, this.base);
  }

  /** Keeps a version that an open snapshot needs, until none does. It died at `death`. */
  hold(ref: number, death: number): void {
    enter(this.#words, this.base);
    hold(this.#words, this.base, ref, death);
    leave(this.#words, this.base);
  }

  /** What takes held versions out of their chains: set when there is a table. */
  set chains(chains: Chains) {
    this.#collector.held.chains = chains;
  }

  /** See {@linkcode Collector.collectSometimes}. */
  collectSometimes(): void {
    this.#collector.collectSometimes();
  }

  /** See {@linkcode Collector.collect}. */
  collect(most?: number): void {
    this.#collector.collect(most);
  }

  /** See {@linkcode Collector.collectAtRest}. */
  collectAtRest(): void {
    this.#collector.collectAtRest();
  }

  /** See {@linkcode Collector.collectAll}. */
  collectAll(): void {
    this.#collector.collectAll();
  }

  /** See {@linkcode Collector.collectFew}. */
  collectFew(times?: number): boolean {
    return this.#collector.collectFew(times);
  }

  /** See {@linkcode Collector.advance}. */
  advance(): boolean {
    return this.#collector.advance();
  }

  /** See {@linkcode Collector.hasRetired}. */
  get hasRetired(): boolean {
    return this.#collector.hasRetired;
  }

  /** See {@linkcode Collector.holdsVersions}. */
  get holdsVersions(): boolean {
    return this.#collector.holdsVersions;
  }

  /** See {@linkcode Collector.askForFlush}. */
  askForFlush(): void {
    this.#collector.askForFlush();
  }

  /** See {@linkcode Collector.isEraStuck}. */
  get isEraStuck(): boolean {
    return this.#collector.isEraStuck;
  }

  /** See {@linkcode Collector.drainAndWait}. */
  drainAndWait(): boolean {
    return this.#collector.drainAndWait();
  }

  /** See {@linkcode Collector.drainSomeAndWait}. */
  drainSomeAndWait(): boolean {
    return this.#collector.drainSomeAndWait();
  }

  /** See {@linkcode Collector.waitFor}. */
  waitFor(came: () => boolean): boolean {
    return this.#collector.waitFor(came);
  }

  /** See {@linkcode Collector.waitForBlock}. */
  waitForBlock(bytes: number, purpose: Purpose): boolean {
    return this.#collector.waitForBlock(bytes, purpose);
  }

  /** See {@linkcode Collector.waitForRetired}. */
  waitForRetired(bytes: number, purpose: Purpose): boolean {
    return this.#collector.waitForRetired(bytes, purpose);
  }

  // ---- snapshots --------------------------------------------------------------------------------

  /** A free registry word of this participant, or 0 when all are in use. */
  freeRegistryWord(): number {
    for (let i = 0; i < REGISTRY_WORDS; i++) {
      const index = this.base + P_REGISTRY + i;
      if (own(this.#words, index) === 0) return index;
    }
    return 0;
  }

  /**
   * Clears the registry words of this participant but those in use: the others are of snapshots
   * whose opening or closing was cut short.
   */
  closeSnapshotsBut(inUse: ReadonlySet<number>): void {
    for (let i = 0; i < REGISTRY_WORDS; i++) {
      const index = this.base + P_REGISTRY + i;
      if (!inUse.has(index)) store(this.#words, index, 0);
    }
  }

  /** Raises the marks that bound the scans, so that no scan misses this registry word. */
  raiseSnapshotMarks(index: number): void {
    const mark = this.base + P_REGISTRY_MARK;
    raise(this.#words, H_SNAPSHOTS, this.slot + 1);
    raise(this.#words, mark, index - this.base - P_REGISTRY + 1);
  }

  /** Says that a snapshot was opened or closed: what is held may be needed less. */
  noteTurn(): void {
    add(this.#words, H_SNAPSHOT_CHANGES, 1);
  }

  // ---- counters ---------------------------------------------------------------------------------

  /** Adds to one of this participant's own counters. */
  count(counter: Counter, by = 1): void {
    this.segment.floats[this.counterIndex(counter)] += by;
  }

  /** Index of a counter in `segment.floats`, for hot paths. */
  counterIndex(counter: Counter): number {
    return (this.base + P_COUNTERS) / 2 + COUNTERS.indexOf(counter);
  }

  /** Adds to a wrapping counter of the record. */
  tally(word: number, by: number): void {
    tally(this.#words, this.base + word, by);
  }

  /** Slots of the current table that this participant may still claim. */
  get permits(): number {
    return own(this.#words, this.base + P_PERMITS);
  }
  set permits(value: number) {
    poke(this.#words, this.base + P_PERMITS, value);
  }
}

/** A record whose state is 0 has nothing in it that anybody would miss. */
function checkBare(words: Words, base: number): void {
  const heads = [
    P_LIMBO_HEAD,
    P_HELD_HEAD,
    P_HAND,
    P_DRAFT,
    P_LEAVING,
    P_LOADING,
    P_PIN,
    P_HORIZON,
    P_INBOX,
    P_SUBSCRIPTIONS,
    P_POSTING,
  ];
  for (let c = 0; c < MAX_CLASSES; c++) heads.push(P_FREE + c, P_CHUNK + c);
  const left = heads.filter((word) => words[base + word] !== 0);
  assert(left.length === 0, `a free record is empty, but for words ${left}`);
}

/** Raises a mark that never falls. */
function raise(words: Words, index: number, value: number): void {
  for (;;) {
    const mark = load(words, index);
    if (mark >= value || compareAndSet(words, index, mark, value)) return;
  }
}
