/**
 * Transactions, as the caller's code sees them: reads of one moment, and writes that wait.
 *
 * What is read first stays in effect until what is read last is, or the code is stopped at once: so
 * it never sees two moments. That is checked at each new key, for all keys before. The map is
 * pinned, so a version that is still its key's newest was that all along; and where a key has none,
 * it had none as long as a probe ends at the same place. After `MOST_CHECKED` keys a snapshot is
 * opened, and what is read then is what that shows.
 *
 * @module
 */

import { TAG_BYTES, type ValueFormat } from "../codec/codec.ts";
import { checkFunction, theMap } from "../errors.ts";
import type { Segment } from "../segment/segment.ts";
import { versionAt } from "../table/clock.ts";
import type { EncodedKey } from "../table/key.ts";
import { weightOf } from "../table/account.ts";
import type { Table } from "../table/table.ts";
import {
  endOf,
  isStructure,
  settle,
  valueBytes,
  valueIndex,
  valueTag,
} from "../table/version.ts";
import type { Attachment, View } from "./attachment.ts";
import type { EntryAccess } from "./entry_access.ts";
import { KEEP } from "./keep.ts";
import { type Lifetime, lifetimeOf, type SetOptions } from "./lifetime.ts";
import {
  type BytesAt,
  bytesIn,
  type NextEntry,
  type Plan,
  type PresentEntry,
} from "./present_entry.ts";
import { checkBy, sumOf } from "./numbers.ts";
import { isPrimitive } from "./primitive.ts";
import { refuseStructure, structureError } from "./structure_error.ts";
import { storedAt, type StoredValue } from "./structure_maker.ts";
import {
  DELETED,
  type LogEntry,
  type Savepoint,
  type TransactionLog,
  WrittenPlan,
  WrittenValue,
} from "./transaction_log.ts";

/** So many keys, at most, are checked each time that another one is read. */
const MOST_CHECKED = 32;

/** A structure as it is: for an entry whose expiry changes. */
const AS_IT_IS: Plan = {
  make(present, { bytes }) {
    const { at, length, roots, tag } = present!; // the transaction has seen it
    const body = bytes.slice(at, at + length);
    return { tag, roots: roots!, body, isNew: false };
  },
};

/**
 * A transaction: what the function that is passed to {@linkcode SharedMap.prototype.transaction}
 * is given. It is over when that function returns.
 *
 * All reads show one moment of the map, with what the transaction itself has written; its writes
 * take effect together when the function has returned, or not at all.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 *
 * @example Usage
 * ```ts
 * import { SharedMap, type SharedMapTransaction } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using accounts = SharedMap.create<string, number>({ value: "number" });
 * const pay = (tx: SharedMapTransaction<string, number>, amount: number) => {
 *   tx.increment("ada", -amount);
 *   tx.increment("bob", amount);
 * };
 * accounts.transaction((tx) => pay(tx, 10));
 * assertEquals([accounts.get("ada"), accounts.get("bob")], [-10, 10]);
 * ```
 */
export interface SharedMapTransaction<K, V> {
  /** How many times the function has been called by now, with this call: 1 at first. */
  readonly attempt: number;
  /**
   * The value of a key, or undefined. O(1) expected, and a step for each of the first 32 keys that
   * were read before.
   */
  get(key: K): V | undefined;
  /** Whether there is an entry with this key. As `get`, but nothing is decoded. */
  has(key: K): boolean;
  /**
   * Sets the value of a key. What is there is not read: so others may change it before the
   * transaction takes effect.
   *
   * @throws {TypeError} If key, value, options or time to live have the wrong type.
   * @throws {RangeError} If the time to live is not above 0, or there are too many writes: at most
   * 65,535 keys.
   * @throws {MapFullError} If the value is too large for any map.
   */
  set(key: K, value: V, options?: SetOptions): this;
  /** Deletes the entry of a key; returns whether there was one. That is read, as by `has`. */
  delete(key: K): boolean;
  /**
   * Replaces the value of a key by what `fn` makes of it, as
   * {@linkcode SharedMap.prototype.update} does; `fn` is called once.
   */
  update(
    key: K,
    fn: (current: V | undefined) => V | undefined | typeof KEEP,
    options?: SetOptions,
  ): V | undefined;
  /**
   * Adds to the number of a key; if there is no entry, to 0. Returns the new number, as
   * {@linkcode SharedMap.prototype.increment} does.
   */
  increment(
    this: SharedMapTransaction<K, number extends V ? V : never>,
    key: K,
    by?: number,
    options?: SetOptions,
  ): number;
}

/** Thrown through the caller's code: what it has read does not hold any more. */
export const CONFLICT: Error = new Error(
  "The transaction runs again, as what it has read was changed: let this error pass",
);

/**
 * The snapshot from which transactions read after their first keys, one after the other. It is one
 * object, so that the next transaction closes what an exception has left open.
 */
export class LateReads implements View {
  readonly #attachment: Attachment;
  registryWord = 0;
  isOpen = false;
  tick = 0;
  time = 0;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /** Opens it; false: that cannot be now. */
  open(): boolean {
    const word = this.#attachment.participant.freeRegistryWord();
    if (word === 0) return false;
    this.registryWord = word;
    this.isOpen = true; // already: what is cut short is closed, too
    const moment = this.#attachment.openMomentFor(this);
    this.isOpen = moment !== undefined;
    if (moment === undefined) return false;
    this.tick = moment.tick;
    this.time = moment.time;
    return true;
  }

  /** Closes it, if it is open. */
  close(): void {
    this.#attachment.closeMomentOf(this);
  }
}

/** One run of a transaction's code. */
export class MapTransaction<K, V> implements SharedMapTransaction<K, V> {
  readonly attempt: number;
  readonly #access: EntryAccess<K, V>;
  readonly #log: TransactionLog;
  readonly #segment: Segment;
  readonly #table: Table;
  readonly #key: EncodedKey;
  readonly #format: ValueFormat<V>;
  /** How many keys have been read. */
  #reads = 0;
  readonly #lateReads: LateReads;
  /** The same, while it is open. */
  #late: LateReads | undefined;
  #hasConflict = false;
  #isOver = false;

  /**
   * @param access The access of the map object.
   * @param log The log, which is empty.
   * @param lateReads For what is read after the first keys.
   * @param attempt How many runs there are, with this one.
   */
  constructor(
    access: EntryAccess<K, V>,
    log: TransactionLog,
    lateReads: LateReads,
    attempt: number,
  ) {
    const { key, segment, table } = access.hold.attachment;
    this.#access = access;
    this.#log = log;
    this.#lateReads = lateReads;
    this.#segment = segment;
    this.#table = table;
    this.#key = key;
    this.#format = access.values.format;
    this.attempt = attempt;
  }

  /** Whether what was read does not hold any more. */
  get hasConflict(): boolean {
    return this.#hasConflict;
  }

  /** Ends the run: the caller's code may not use it any more. */
  end(): void {
    this.#isOver = true;
    this.#lateReads.close();
  }

  // ---- for the caller's code --------------------------------------------------------------------

  get(key: K): V | undefined {
    const entry = this.#entryOf(key, "get an entry in a transaction");
    return this.#valueOf(entry);
  }

  has(key: K): boolean {
    const entry = this.#entryOf(key, "look for an entry in a transaction");
    return this.#isThere(entry);
  }

  set(key: K, value: V, options?: SetOptions): this {
    const what = "set an entry in a transaction";
    const life = lifetimeOf(options, what, false);
    this.#set(this.#entryOf(key, what), value, life, what);
    return this;
  }

  delete(key: K): boolean {
    const what = "delete an entry in a transaction";
    const entry = this.#entryOf(key, what);
    const isThere = this.#isThere(entry);
    this.#delete(entry, what);
    return isThere;
  }

  update(
    key: K,
    fn: (current: V | undefined) => V | undefined | typeof KEEP,
    options?: SetOptions,
  ): V | undefined {
    checkFunction(fn, "fn");
    const what = "update an entry in a transaction";
    const life = lifetimeOf(options, what, true);
    const entry = this.#entryOf(key, what);
    const current = this.#valueOf(entry);
    const next = fn(current);
    this.#check(what);
    if (next === KEEP) return current;
    if (next === undefined) this.#delete(entry, what);
    else if (isPrimitive(next) && Object.is(next, current) && life.keeps) {
      this.#leaveSame(entry, next, life, what);
    } else this.#set(entry, next, life, what);
    return next;
  }

  increment(key: K, by = 1, options?: SetOptions): number {
    checkBy(by);
    const add = (current: unknown = 0) => sumOf(current, by);
    return this.update(key, add as never, options) as never; // numbers are among the values
  }

  // ---- for those who make larger operations of it -----------------------------------------------

  /** Gives an entry another key, with its value and expiry; returns whether there was one. */
  rename(from: K, to: K, what: string): boolean {
    const source = this.#entryOf(from, what);
    const value = this.#writtenValueOf(source);
    const target = this.#entryOf(to, what);
    if (value === undefined) {
      this.#leaveAbsent(source, what);
      this.#leaveAbsent(target, what);
    }
    if (value === undefined || target === source) return value !== undefined;
    this.#delete(source, what);
    this.#log.write(target, value, what);
    return true;
  }

  /** Exchanges the entries of two keys; returns whether there was any. */
  swapKeys(one: K, other: K, what: string): boolean {
    const first = this.#entryOf(one, what);
    const firstValue = this.#writtenValueOf(first);
    const second = this.#entryOf(other, what);
    const secondValue = this.#writtenValueOf(second);
    if (first !== second) {
      this.#replace(first, secondValue, what);
      this.#replace(second, firstValue, what);
    }
    return firstValue !== undefined || secondValue !== undefined;
  }

  /** What there is under a key, as the transaction sees it; it is read when it is asked for. */
  present(key: K, what: string): PresentEntry<V> {
    const entry = this.#entryOf(key, what);
    const isThere = () => this.#isThere(entry);
    const valueOf = () => this.#valueOf(entry);
    const bytesAt = () => this.#bytesAt(entry);
    const structureOf = () => this.#structureOf(entry);
    const endOf = () => this.#endOf(entry);
    return {
      get isThere() {
        return isThere();
      },
      get value() {
        return valueOf();
      },
      get bytes() {
        return bytesAt();
      },
      get structure() {
        return structureOf();
      },
      get plan() {
        return entry.write instanceof WrittenPlan
          ? entry.write.plan
          : undefined;
      },
      get end() {
        return endOf();
      },
    };
  }

  /** Sets what there is under a key; undefined: nothing. */
  replace(key: K, next: NextEntry<V> | undefined, what: string): void {
    const entry = this.#entryOf(key, what);
    if (next === undefined) return this.#delete(entry, what);
    const { end: until = this.#endOf(entry), plan, value } = next;
    const life = { ttl: Infinity, keeps: false, until };
    if (value !== undefined) return this.#set(entry, value, life, what);
    const written = plan === undefined
      ? this.#presentOf(entry)
      : new WrittenPlan(plan, life);
    if (written !== undefined) {
      this.#log.write(entry, written.withLife(life), what);
    }
  }

  /**
   * Whether what the transaction sees under a key, if there is anything, has been there since a
   * moment. It is read, as by `has`. May say no where nothing was written, as versions are moved.
   *
   * @param tick The moment: see `LateReads`.
   */
  isSince(key: K, tick: number, what: string): boolean {
    const ref = this.#see(this.#entryOf(key, what));
    // Only its own stamp: no snapshot keeps those before it, which may be free.
    return ref === 0 || settle(this.#segment.words, ref) <= tick;
  }

  /** What there is under a key, to be written to it with another expiry. */
  #presentOf(entry: LogEntry): WrittenValue | WrittenPlan | undefined {
    const { write } = entry;
    if (write instanceof WrittenPlan) return write;
    return this.#structureOf(entry) === undefined
      ? this.#writtenValueOf(entry)
      : new WrittenPlan(AS_IT_IS, this.#lifeOf(entry.seen));
  }

  /** Runs the code of a call that joins this one: if it throws, what it has written is undone. */
  join<R>(code: () => R): R {
    const before: Savepoint = this.#log.save();
    try {
      return code();
    } catch (error) {
      this.#log.restore(before);
      throw error;
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  /** The log's entry of a key, which may run the caller's code; the key is packed then. */
  #entryOf(key: K, what: string): LogEntry {
    this.#check(what);
    this.#access.keys.packFast(key, what);
    this.#check(what);
    return this.#log.entryOf(this.#key);
  }

  #check(what: string): void {
    if (this.#isOver) {
      throw new Error(
        `Cannot ${what}: the transaction of ${
          theMap(this.#segment.name)
        } is over: use it only in the function that it was given to, before that returns`,
      );
    }
    if (this.#hasConflict) throw CONFLICT;
  }

  /** The value as the transaction sees it. May run a codec of the caller's own. */
  #valueOf(entry: LogEntry): V | undefined {
    const { write } = entry;
    if (write === DELETED) return undefined;
    if (write !== undefined) return this.#decode(this.#plain(write));
    const ref = this.#see(entry);
    if (ref === 0) return undefined;
    const { versions } = this.#access;
    return versions.value(versions.takeValue(ref));
  }

  /** The value as the transaction sees it, where it lies, if it is bytes. */
  #bytesAt(entry: LogEntry): BytesAt | undefined {
    const { write } = entry;
    if (write === DELETED) return undefined;
    if (write instanceof WrittenPlan) return undefined;
    if (write === undefined) {
      const ref = this.#see(entry);
      return ref === 0 ? undefined : bytesIn(this.#segment, ref);
    }
    const { at, byteLength, memory, tag } = write;
    if (tag !== TAG_BYTES) return undefined;
    return { memory: memory.bytes, from: at * 8, to: at * 8 + byteLength };
  }

  /** The structure that the transaction has seen, unless something else is to be written. */
  #structureOf(entry: LogEntry): StoredValue | undefined {
    const { write } = entry;
    if (write !== undefined && !(write instanceof WrittenPlan)) {
      return undefined;
    }
    const ref = this.#see(entry);
    const isOne = ref !== 0 && isStructure(this.#segment.words, ref);
    return isOne ? storedAt(this.#segment, ref) : undefined;
  }

  /** What is to be written, if it is a plain value. */
  #plain(write: WrittenValue | WrittenPlan): WrittenValue {
    if (write instanceof WrittenValue) return write;
    throw structureError(this.#segment.name);
  }

  #decode({ at, byteLength, memory, tag }: WrittenValue): V {
    const { own } = this.#format;
    if (own === undefined) {
      return this.#format.read(memory, at, byteLength, tag);
    }
    const from = at * 8;
    return own.decode(
      new Uint8Array(memory.bytes.subarray(from, from + byteLength)),
    );
  }

  #isThere(entry: LogEntry): boolean {
    const { write } = entry;
    return write === undefined ? this.#see(entry) !== 0 : write !== DELETED;
  }

  /** The live version of a key; 0: there is none. From here on the transaction goes by that. */
  #see(entry: LogEntry): number {
    if (entry.isRead) return entry.seen;
    const { counts, lookup } = this.#access;
    this.#log.pack(entry, this.#key);
    const late = this.#late;
    const ref = late === undefined
      ? lookup.findLive()
      : this.#seenBy(late, lookup.findNewest());
    if (ref === 0) counts.miss();
    else {
      counts.hit();
      lookup.noteRead();
    }
    entry.seen = ref;
    if (late === undefined) {
      if (ref === 0) this.#noteAbsence(entry);
      this.#checkReads();
      this.#notePlace(entry);
    }
    entry.isRead = true;
    if (++this.#reads === MOST_CHECKED) this.#readLate();
    return ref;
  }

  #seenBy({ tick, time }: LateReads, newest: number): number {
    const ref = versionAt(this.#segment.words, newest, tick);
    return endOf(this.#segment, ref) > time ? ref : 0;
  }

  /**
   * From here on a snapshot is read. It shows what was read before, if that is still in effect once
   * the snapshot is open. Where none can be opened, all keys are checked each time.
   */
  #readLate(): void {
    if (!this.#lateReads.open()) return;
    this.#late = this.#lateReads;
    this.#checkReads();
  }

  /** Throws `CONFLICT` if anything that was read is not in effect any more. */
  #checkReads(): void {
    for (const entry of this.#log.entries) {
      if (entry.isRead && !this.#isStill(entry)) this.#conflict();
    }
  }

  /** Stops the run: it is to begin anew. */
  #conflict(): never {
    this.#hasConflict = true;
    throw CONFLICT;
  }

  #isStill(entry: LogEntry): boolean {
    const { seen, slot } = entry;
    if (slot !== 0 && this.#table.isLinked(slot, seen)) return true;
    const { lookup } = this.#access;
    this.#log.pack(entry, this.#key);
    return seen === 0
      ? this.#table.findOrEnd(this.#key) === entry.absence
      : lookup.findLive() === seen;
  }

  /**
   * Remembers what stands for there being no entry: an entry could come and go between two looks.
   * The key is packed.
   */
  #noteAbsence(entry: LogEntry): void {
    const { lookup } = this.#access;
    entry.absence = this.#table.findOrEnd(this.#key);
    if (lookup.findLive() !== 0) this.#conflict();
  }

  /** Remembers where a version was found that does not expire, if that is near its hash's home. */
  #notePlace(entry: LogEntry): void {
    const { hash, seen } = entry;
    const stays = endOf(this.#segment, seen) === Infinity;
    entry.slot = stays ? this.#table.slotNearHome(hash, seen) : 0;
  }

  // ---- writing ----------------------------------------------------------------------------------

  /** Writes a value, which may run the caller's code. */
  #set(
    entry: LogEntry,
    value: V,
    life: Lifetime,
    what: string,
    isNeedless = false,
  ): void {
    this.#access.values.prepare(value);
    this.#check(what);
    const written = this.#log.encode(this.#format, this.#lifeOver(entry, life));
    this.#log.write(entry, written, what, isNeedless);
  }

  /**
   * Leaves a value as it is; but what is being loaded for the key is not to be kept, so it may have
   * to be written all the same.
   */
  #leaveSame(entry: LogEntry, value: V, life: Lifetime, what: string): void {
    const { isNeedless, write } = entry;
    this.#set(entry, value, life, what, write === undefined || isNeedless);
  }

  /** The life of a value that is written over what the transaction has written already. */
  #lifeOver({ write }: LogEntry, life: Lifetime): Lifetime {
    if (!life.keeps || write === undefined) return life;
    return write === DELETED ? { ttl: life.ttl, keeps: false } : write.life;
  }

  #delete(entry: LogEntry, what: string): void {
    // Where there is nothing, and that is relied on, nothing has to be deleted.
    const isAbsent = entry.isRead && entry.seen === 0;
    this.#log.write(entry, DELETED, what, isAbsent);
  }

  /** What is not there is left so: but what is being loaded for the key is not to be kept. */
  #leaveAbsent(entry: LogEntry, what: string): void {
    if (!this.#isThere(entry)) this.#delete(entry, what);
  }

  #replace(
    entry: LogEntry,
    value: WrittenValue | undefined,
    what: string,
  ): void {
    if (value === undefined) this.#delete(entry, what);
    else this.#log.write(entry, value, what);
  }

  /** The value as the transaction sees it, to be written to another key, with its expiry. */
  #writtenValueOf(entry: LogEntry): WrittenValue | undefined {
    const { write } = entry;
    if (write === DELETED) return undefined;
    const plain = write && this.#plain(write);
    if (plain !== undefined && !plain.life.keeps) return plain;
    const ref = this.#see(entry);
    if (plain !== undefined) {
      return plain.withLife(this.#keptLife(ref, plain.life.ttl));
    }
    if (ref === 0) return undefined;
    const segment = this.#segment;
    const { words } = segment;
    refuseStructure(segment, ref);
    return this.#log.copy(
      segment,
      valueIndex(words, ref),
      valueBytes(words, ref),
      valueTag(words, ref),
      weightOf(words, ref),
      this.#lifeOf(ref),
    );
  }

  /** When an entry expires, as the transaction sees it; `Infinity` if there is none. */
  #endOf(entry: LogEntry): number {
    const { write } = entry;
    if (write === DELETED) return Infinity;
    const life = write === undefined || write.life.keeps
      ? this.#keptLife(this.#see(entry), write?.life.ttl)
      : write.life;
    return life.until ?? Date.now() + life.ttl;
  }

  #lifeOf(ref: number): Lifetime {
    return { ttl: Infinity, keeps: false, until: endOf(this.#segment, ref) };
  }

  /** The life of a value that keeps the expiry of what was there, which is this version. */
  #keptLife(ref: number, ttl = Infinity): Lifetime {
    return ref === 0 ? { ttl, keeps: false } : this.#lifeOf(ref);
  }
}
