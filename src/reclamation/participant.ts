/**
 * Participants: who is here, who is reading, and what may be reused.
 *
 * Every attachment of a worker takes one participant record in the segment. While it reads, the record holds its *pin*: the
 * era that it saw. A record that was unlinked is *retired*: it goes to the participant's limbo queue with the global era
 * read after the unlink. The era advances when every pinned participant has seen it, so what was retired at era e
 * can have no reader left at e + 2 steps, and is freed then. (Epoch-based reclamation: Fraser, "Practical lock-freedom", 2004;
 * the stamp with the global era and not the participant's own is what the model in `tests/model` shows to be needed.)
 *
 * Limbo queues, held versions and free lists live in the segment, so that a survivor can adopt those of a dead
 * worker, or one that left. An era that cannot advance only delays reuse; who must have memory may wait for it, but not for long.
 *
 * A participant that has left does nothing any more: its record may be another's by then. All that it does to the record goes by its
 * `base` or its `allocator`, and those it hands out no more.
 *
 * @module
 */

import { mapClosed } from "../errors.ts";
import { Allocator, type Purpose } from "../segment/allocator.ts";
import type { Kernel } from "../segment/kernel.ts";
import * as layout from "../segment/layout.ts";
import * as sections from "../segment/section.ts";
import type { Segment } from "../segment/segment.ts";
import { tally } from "../segment/tally.ts";
import * as access from "../segment/atomics.ts";
import type { Words } from "../segment/atomics.ts";
import {
  drain,
  firstToFree,
  heldAfter,
  hold,
  leaveLimbo,
  releaseHeld,
  retire,
} from "./limbo.ts";
import { BoundedWait } from "./bounded_wait.ts";
import { oldestSnapshot, participantBase } from "./registry.ts";

// Constants of its own: `layout.ts` says why.
const {
  COUNTERS,
  ESTATE,
  H_ERA,
  H_FLUSH,
  H_PARTICIPANTS,
  H_SNAPSHOTS,
  H_TURNS,
  MAX_PARTICIPANTS,
  P_COUNTERS,
  P_EXPECTED,
  P_HORIZON,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  P_LIMBO_HEAD,
  P_LIMBO_TAIL,
  P_PERMITS,
  P_PIN,
  P_REGISTRY,
  P_RECORD_WEIGHT,
  P_REGISTRY_MARK,
  P_RETIRED,
  P_SECTION,
  P_STATE,
  P_USED_REFS,
  R_LINK,
  R_STAMP,
  REF_BYTES,
  REGISTRY_WORDS,
} = layout;
const { add, compareAndSet, hint, load, own, poke, release, store } = access;
const { enter, isCutShort, leave } = sections;

/** A counter of {@linkcode COUNTERS}. */
export type Counter = (typeof layout.COUNTERS)[number];

/** What is retired between two looks at the other participants: so many records, or a part of the segment. */
const RETIRES_PER_COLLECT = 64;
const COLLECTS_PER_SEGMENT = 256;
/** The part of the segment that somebody must have freed between two rounds at rest to make whole chunks of it. */
const MUCH = 1 / 16;
/** What was retired, in looks at the others: so much at once is tried to be freed at once. */
const MUCH_RETIRED = 2;
/** Records freed by one collect on an operation's path: bounds the stall after a long pin. */
const FREES_PER_COLLECT = 256;
/**
 * Held versions that a collect looks at, or passes in their chains, for each record that was retired or held since the last one: so
 * many that what nobody needs any more is never more than a part of what is needed. And how many at least, and at rest.
 */
const LOOKS_PER_RECORD = 4;
const LEAST_LOOKS = 8;
const LOOKS_AT_REST = 4096;
/** As many records as there are. */
const ALL = 0x7fffffff;
/** No word of a record: who has left has none. */
const NOWHERE = 0;

/** What to do with the chains that held versions are in: the room above knows. */
export interface Chains {
  /**
   * Whether a held version, which died at `death`, is "needed"; or it is "out" of where anybody may come by, and can be retired; or others
   * were faster too often, and it is to be tried once more, "later". The caller is pinned.
   */
  releaseHeld(ref: number, death: number): "needed" | "out" | "later";
  /** How many versions were passed on the way, ever. */
  passed: number;
}

/** Ends all that a participant keeps others from: its snapshots, its horizon, what it expects to write, and its pin. */
export function withdraw(words: Words, base: number): void {
  for (let i = 0; i < REGISTRY_WORDS; i++) {
    store(words, base + P_REGISTRY + i, 0);
  }
  add(words, H_TURNS, 1); // also if that was done before: whoever did may have died before it said so
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
  /** Changes once before it is used: what V8 compiled while a field never changed it throws away when one does. */
  #base = NOWHERE;
  #depth = 0;
  #kept = 0;
  #repair: (() => void) | undefined;
  #onCutShort: (() => void) | undefined;
  #isRepairing = false;
  /** The most that may be retired until the next look at the others, in refs. */
  readonly #mostRetired: number;
  readonly #freeBlocks: Kernel["drain"];
  readonly #muchFreed: number;
  /** The era that did not go on for a whole wait; 0: none. */
  #stuckAt = 0;
  #flushed: number;
  #usedRefs = 0;
  /** Set by whoever has a table: until then, what an older snapshot is open for stays. */
  chains: Chains | undefined;
  /** The held version after which the next look is due; 0: at the first. And what `H_TURNS` said when this round of looks began. */
  #lookedAt = 0;
  #turns: number;

  private constructor(segment: Segment, slot: number, lock: number) {
    this.segment = segment;
    this.slot = slot;
    this.lock = lock;
    this.#allocator = new Allocator(segment, slot);
    const words = segment.words;
    this.#words = words;
    this.#base = participantBase(slot);
    this.#flushed = load(this.#words, H_FLUSH);
    this.#turns = (load(this.#words, H_TURNS) - 1) | 0; // a round is due
    const refs = segment.buffer.byteLength / REF_BYTES;
    this.#mostRetired = refs / COLLECTS_PER_SEGMENT;
    this.#muchFreed = refs * MUCH;
    words[this.base + P_RETIRED] = 0;
    words[this.base + P_RECORD_WEIGHT] = Math.ceil(
      this.#mostRetired / RETIRES_PER_COLLECT,
    );
    this.#freeBlocks = segment.kernel?.drain ??
      ((base, most) => drain(words, base, most));
  }

  /**
   * Takes a free record, or returns undefined when all are taken. `lock` is the number of the Web Lock that the caller
   * holds already: from the moment the record says so, anybody may test whether its worker lives.
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
   * Ends the participation. What cannot be given away at once (records that some reader may still see, versions that a snapshot
   * shows) stays in the record, which is free then all the same: see `estate.ts`.
   */
  leave(): void {
    const { base } = this;
    const words = this.#words;
    this.heal();
    this.#depth = 0;
    this.#kept = 0;
    withdraw(words, base);
    this.collectAll();
    const empty = this.allocator.giveAll() &&
      own(words, base + P_LIMBO_HEAD) === 0 &&
      own(words, base + P_HELD_HEAD) === 0;
    this.#base = NOWHERE;
    store(words, base + P_STATE, empty ? 0 : ESTATE); // last: it may be another's from here on
  }

  /** Has nothing to do with its record any more: it left, or could not, and then others clear up. */
  abandon(): void {
    this.#base = NOWHERE;
  }

  /** Takes over the queues and free blocks of one that is dead, or has left: a record at a time, each in one hand at most. */
  adopt(base: number): void {
    const words = this.#words;
    for (;;) {
      const ref = own(words, base + P_LIMBO_HEAD);
      if (ref === 0) break;
      poke(words, base + P_LIMBO_HEAD, own(words, ref * 4 + R_LINK));
      this.retire(ref);
    }
    poke(words, base + P_LIMBO_TAIL, 0);
    for (;;) {
      const ref = own(words, base + P_HELD_HEAD);
      if (ref === 0) break;
      poke(words, base + P_HELD_HEAD, own(words, ref * 4 + R_LINK));
      this.hold(ref, own(words, ref * 4 + R_STAMP));
    }
    poke(words, base + P_HELD_TAIL, 0);
    poke(words, base + P_HELD_COUNT, 0);
    this.allocator.adopt(base);
  }

  // ---- sections -----------------------------------------------------------------------------------------------------

  /** Begins a part of an operation in which the record is not as it will be: see `segment/section.ts`. */
  enterSection(): void {
    enter(this.#words, this.base);
  }

  /** Ends such a part. */
  leaveSection(): void {
    leave(this.#words, this.base);
  }

  /**
   * Says what brings the record in order after a section that was cut short: it may be called again if it is cut short itself. And what
   * sees to it that this is soon, since the pin of that section is kept until then.
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

  /** What was in hand may have been linked, and retired since: so the section's own pin is kept until that is settled. */
  #repairPinned(): void {
    const words = this.#words;
    const pin = this.base + P_PIN;
    if (own(words, pin) === 0) store(words, pin, load(words, H_ERA));
    this.#repair?.();
    poke(words, this.base + P_SECTION, 0);
    if (this.#depth === 0) release(words, pin, 0);
  }

  /**
   * Whether this participant is pinned by more than the caller of the map keeps, which in a timer, where nothing is under way, is a
   * pin that an operation left when it was stopped.
   */
  get isStopped(): boolean {
    return this.#depth !== this.#kept || this.#isRepairing;
  }

  /** Gives up the pins of operations that were stopped. */
  dropStalePins(): void {
    this.#isRepairing = false;
    this.#depth = this.#kept;
    if (this.#depth === 0 && !isCutShort(this.#words, this.base)) {
      release(this.#words, this.base + P_PIN, 0);
    }
  }

  // ---- pins ---------------------------------------------------------------------------------------------------------

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
      // The era may be stale by now: a stale pin only holds the era back, and what can still be reached was not
      // retired before the pin was visible.
      store(words, this.base + P_PIN, hint(words, H_ERA));
    }
    this.#depth++; // last: a call may fail, if the stack overflows
  }

  /**
   * Ends the innermost pin, unless a section was cut short: then the repair does. Wait-free. Once it has left, all of them have
   * ended.
   */
  unpin(): void {
    const words = this.#words;
    if (this.#depth === 1) {
      if (isCutShort(words, this.base)) this.#onCutShort?.();
      else release(words, this.base + P_PIN, 0);
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

  /** Renews a pin that the caller keeps: between operations no ref is in use, and the era can go on. */
  #renewPin(): void {
    if (this.#depth > 0 && this.#depth === this.#kept) {
      store(this.#words, this.base + P_PIN, load(this.#words, H_ERA));
    }
  }

  // ---- limbo --------------------------------------------------------------------------------------------------------

  /** Takes a record that was just unlinked; it is freed when no reader can be left. */
  retire(ref: number): void {
    const refs = this.allocator.runRefs(ref);
    enter(this.#words, this.base);
    retire(this.#words, this.base, ref, refs);
    leave(this.#words, this.base);
  }

  /** Keeps a version that an open snapshot needs, until none does. It died at `death`. */
  hold(ref: number, death: number): void {
    enter(this.#words, this.base);
    hold(this.#words, this.base, ref, death);
    leave(this.#words, this.base);
  }

  /** After a write: now and then, or when another one asked, advances the era and frees what has no reader left. */
  collectSometimes(): void {
    const retired = this.#words[this.base + P_RETIRED];
    if (
      retired < this.#mostRetired &&
      hint(this.#words, H_FLUSH) === this.#flushed
    ) return;
    this.#renewPin();
    this.collect(FREES_PER_COLLECT);
    if (retired >= MUCH_RETIRED * this.#mostRetired) this.#collectMuch(retired);
  }

  /**
   * After something large was retired, as a table: it is free at once, if nobody reads at the
   * moment. Else the next operations try again, but not for long. This worker may be about to block
   * for ever, and nobody else can free what is in its limbo.
   */
  #collectMuch(retired: number): void {
    const words = this.#words;
    for (let i = 0; i < 2; i++) {
      this.#renewPin();
      this.collect(FREES_PER_COLLECT);
    }
    const isLeft = own(words, this.base + P_LIMBO_HEAD) !== 0;
    if (isLeft) words[this.base + P_RETIRED] = retired >> 1;
  }

  /**
   * Advances the era if it can, releases held versions, and frees up to `most` records. Gives the free blocks to the others if
   * one of them asked.
   */
  collect(most: number = ALL, looks: number = this.#looksDue): void {
    const words = this.#words;
    words[this.base + P_RETIRED] = 0;
    this.advance();
    this.#release(most, looks);
    enter(words, this.base);
    this.#drain(most);
    const asked = load(words, H_FLUSH);
    if (asked !== this.#flushed) {
      this.#flushed = asked;
      this.allocator.flush();
    }
    leave(words, this.base);
  }

  /**
   * As `collect`, at rest: whoever used no memory since the last time needs none at hand, and gives it to the others; and whoever freed
   * much makes whole chunks of it, before it is used again here and there.
   */
  collectAtRest(): void {
    this.collect(ALL, LOOKS_AT_REST);
    const used = own(this.#words, this.base + P_USED_REFS);
    const change = (used - this.#usedRefs) | 0; // it wraps
    if (change === 0) this.allocator.flush();
    else if (-change > this.#muchFreed) this.allocator.consolidate(true);
    this.#usedRefs = used;
  }

  /** Whether something that it retired is not free yet. */
  get hasRetired(): boolean {
    return own(this.#words, this.base + P_LIMBO_HEAD) !== 0;
  }

  /** Whether it holds versions for open snapshots. */
  get holdsVersions(): boolean {
    return own(this.#words, this.base + P_HELD_HEAD) !== 0;
  }

  /** Asks the others to give back what their free lists hold. */
  askForFlush(): void {
    this.#flushed = (add(this.#words, H_FLUSH, 1) + 1) | 0;
  }

  /** Frees all that can be freed by this participant now, renewing its own pin if it is between operations. */
  collectAll(): void {
    for (let i = 0; i < 3; i++) {
      this.#renewPin();
      this.collect(ALL, ALL);
    }
  }

  /** Frees all that is retired, and waits for those who may still read it, but not for long; false: something is left. */
  drainAndWait(): boolean {
    return this.waitFor(() => own(this.#words, this.base + P_LIMBO_HEAD) === 0);
  }

  /**
   * Waits for memory that somebody retired, but not for long, and asks the others for theirs; says whether it came. Who found that
   * a reader keeps the era from going on waits again only when it has gone on.
   */
  waitFor(came: () => boolean): boolean {
    this.collectAll();
    if (came()) return true;
    const before = load(this.#words, H_ERA);
    if (before === this.#stuckAt) return false;
    const patience = new BoundedWait();
    do {
      this.allocator.flush(); // others may wait for it as well
      this.askForFlush();
      if (!patience.nap()) {
        this.#stuckAt = load(this.#words, H_ERA) === before ? before : 0;
        return false;
      }
      this.collectAll();
    } while (!came());
    return true;
  }

  /** As `waitFor`, for memory for a block, which whoever asked may take then. */
  waitForBlock(bytes: number, purpose: Purpose): boolean {
    const { allocator } = this;
    return this.waitFor(() => {
      this.enterSection();
      const ref = allocator.allocate(bytes, purpose);
      if (ref !== 0) allocator.free(ref);
      this.leaveSection();
      return ref !== 0;
    });
  }

  /** One try to advance the era: it does when every pinned participant has seen it. */
  advance(): boolean {
    const words = this.#words;
    const era = load(words, H_ERA);
    const slots = load(words, H_PARTICIPANTS);
    for (let slot = 0; slot < slots; slot++) {
      const pin = load(words, participantBase(slot) + P_PIN);
      if (pin !== 0 && pin !== era) return false;
    }
    return compareAndSet(words, H_ERA, era, (era + 2) | 0);
  }

  #drain(most: number): void {
    const words = this.#words;
    const used = own(words, this.base + P_USED_REFS);
    let freed = 0;
    while (freed < most) {
      freed += this.#freeBlocks(this.base, most - freed);
      const ref = freed < most
        ? firstToFree(words, this.base, load(words, H_ERA))
        : 0;
      if (ref === 0) break;
      this.allocator.freeFrom(ref, () => leaveLimbo(words, this.base));
      freed++;
    }
    if (freed === 0) return;
    this.count("reclaimed", freed);
    this.allocator.noteFreed((used - own(words, this.base + P_USED_REFS)) | 0);
  }

  get #looksDue(): number {
    const records = this.#words[this.base + P_RETIRED] /
      this.#words[this.base + P_RECORD_WEIGHT];
    return LEAST_LOOKS +
      LOOKS_PER_RECORD * Math.min(RETIRES_PER_COLLECT, records);
  }

  /** Retires held versions that no snapshot needs, open or yet to be opened. */
  #release(most: number, looks: number): void {
    const words = this.#words;
    if (heldAfter(words, this.base, 0) === 0) return;
    this.pin(); // before the registry is looked at: see `Chains`
    try {
      const oldest = oldestSnapshot(words);
      for (let released = 0; released < most; released++) {
        const ref = heldAfter(words, this.base, 0);
        if (ref === 0 || own(words, ref * 4 + R_STAMP) > oldest) break;
        this.#releaseHeld(0, ref);
      }
      this.#lookThrough(oldest, looks);
    } finally {
      this.unpin();
    }
  }

  /**
   * Looks at the next held versions, wherever they stand in the queue: the first may have to stay for long. A round through all of
   * them begins when a snapshot was opened or closed since the last one began: else nothing is needed less.
   */
  #lookThrough(oldest: number, looks: number): void {
    const words = this.#words;
    const chains = this.chains;
    if (chains === undefined) return;
    if (this.#lookedAt === 0) {
      const turns = load(words, H_TURNS);
      if (turns === this.#turns) return;
      this.#turns = turns;
    }
    const start = chains.passed;
    for (let looked = 0; looked + chains.passed - start < looks; looked++) {
      const ref = heldAfter(words, this.base, this.#lookedAt);
      if (ref === 0) {
        this.#lookedAt = 0;
        return;
      }
      if (this.#mayGo(chains, ref, oldest)) {
        this.#releaseHeld(this.#lookedAt, ref);
      } else this.#lookedAt = ref;
    }
  }

  /** Whether nobody needs a held version: then it is out of its chain, if an older snapshot might still come by. */
  #mayGo(chains: Chains, ref: number, oldest: number): boolean {
    const words = this.#words;
    const death = own(words, ref * 4 + R_STAMP);
    if (death <= oldest) return true;
    const outcome = chains.releaseHeld(ref, death);
    if (outcome === "later") this.#turns = (this.#turns - 1) | 0; // so that another round follows this one
    return outcome === "out";
  }

  /** Retires the version that is held behind another one, or first if that is 0. */
  #releaseHeld(before: number, ref: number): void {
    const words = this.#words;
    if (this.#lookedAt === ref) this.#lookedAt = 0;
    enter(words, this.base);
    releaseHeld(words, this.base, before);
    this.retire(ref);
    leave(words, this.base);
  }

  // ---- snapshots ----------------------------------------------------------------------------------------------------

  /** A free registry word of this participant, or 0 when all are in use. */
  freeRegistryWord(): number {
    for (let i = 0; i < REGISTRY_WORDS; i++) {
      const index = this.base + P_REGISTRY + i;
      if (own(this.#words, index) === 0) return index;
    }
    return 0;
  }

  /** Clears the registry words of this participant but those in use: of snapshots that did not come to be opened, or to be closed. */
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

  /** Says that a snapshot of this participant was opened or closed: what is held may be needed less. */
  noteTurn(): void {
    add(this.#words, H_TURNS, 1);
  }

  // ---- counters -----------------------------------------------------------------------------------------------------

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

/** Raises a mark that never falls. */
function raise(words: Words, index: number, value: number): void {
  for (;;) {
    const mark = load(words, index);
    if (mark >= value || compareAndSet(words, index, mark, value)) return;
  }
}
