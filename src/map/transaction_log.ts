/**
 * Transaction logs: what a transaction has read so far, and what it is to write. Nobody else sees
 * any of it: keys and values are encoded in private memory until the transaction commits.
 *
 * @module
 */

import type { Memory } from "../codec/codec.ts";
import { MOST_WRITES } from "../segment/layout.ts";
import type { EncodedKey } from "../table/key.ts";
import { keyWords } from "../table/version.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Plan } from "./present_entry.ts";
import { PrivateMemory } from "./private_memory.ts";
import type { Prepared } from "./version_maker.ts";

/** A value that is to be written, encoded. */
export class WrittenValue implements Prepared {
  readonly memory: Memory;
  readonly at: number;
  readonly tag: number;
  readonly byteLength: number;
  readonly weight: number;
  readonly life: Lifetime;

  /**
   * @param memory Where the value is.
   * @param at Where it begins, in units of 8 bytes.
   * @param tag Its tag.
   * @param byteLength Its length.
   * @param weight What it weighs.
   * @param life How long the entry lives.
   */
  constructor(
    memory: Memory,
    at: number,
    tag: number,
    byteLength: number,
    weight: number,
    life: Lifetime,
  ) {
    this.memory = memory;
    this.at = at;
    this.tag = tag;
    this.byteLength = byteLength;
    this.weight = weight;
    this.life = life;
  }

  get number(): number {
    return this.memory.floats[this.at];
  }

  write(memory: Memory, at: number): void {
    const { byteLength, memory: { bytes, words } } = this;
    if (byteLength === 8) {
      memory.words[at * 2] = words[this.at * 2];
      memory.words[at * 2 + 1] = words[this.at * 2 + 1];
    } else {
      const from = this.at * 8;
      memory.bytes.set(bytes.subarray(from, from + byteLength), at * 8);
    }
  }

  /** The same value for an entry that lives as long as is said. */
  withLife(life: Lifetime): WrittenValue {
    return new WrittenValue(
      this.memory,
      this.at,
      this.tag,
      this.byteLength,
      this.weight,
      life,
    );
  }
}

/** A structure that is to be made when the transaction commits. */
export class WrittenPlan {
  readonly plan: Plan;
  readonly life: Lifetime;

  constructor(plan: Plan, life: Lifetime) {
    this.plan = plan;
    this.life = life;
  }

  /** The same for an entry that lives as long as is said. */
  withLife(life: Lifetime): WrittenPlan {
    return new WrittenPlan(this.plan, life);
  }
}

/** The entry is to be deleted. */
export const DELETED: unique symbol = Symbol("deleted");

/** So many entries are searched one by one: that takes less time than an index. */
const MOST_SEARCHED = 12;

/** What is to be written to a key. */
export type Write = WrittenValue | WrittenPlan | typeof DELETED;

/** A key of a transaction. */
export class LogEntry {
  readonly hash: number;
  readonly info: number;
  /** Where its words are in the log's memory. */
  readonly keyAt: number;
  /** The next one with the same hash. */
  readonly next: LogEntry | undefined;
  /** Whether the transaction goes by what it has read of the key. */
  isRead = false;
  /** The live version that it has read; 0: there is none. */
  seen = 0;
  /** What stands for there being none: see `Table.findOrEnd`. */
  absence = 0;
  /** The slot that led to that version, if it is known; 0: it is not. */
  slot = 0;
  /** What is to be written; undefined: nothing. */
  write: Write | undefined;
  /**
   * Whether that is there already, so that it matters only to those who load a value for the key
   * meanwhile: theirs is not to be kept.
   */
  isNeedless = false;
  /** The version to be replaced, or to be guarded: while the transaction commits. */
  old = 0;
  /** Whether that is live, or was not looked at. */
  isLive = true;
  /** The tombstone that was linked for want of a version to go by; 0: none was. */
  ownTombstone = 0;

  constructor(
    hash: number,
    info: number,
    keyAt: number,
    next: LogEntry | undefined,
  ) {
    this.hash = hash;
    this.info = info;
    this.keyAt = keyAt;
    this.next = next;
  }
}

/** What a transaction was to write at some point of its code. */
export interface Savepoint {
  readonly writes: readonly (Write | undefined)[];
  readonly areNeedless: readonly boolean[];
  readonly count: number;
}

/** The log of one transaction after the other. */
export class TransactionLog {
  readonly #memory = new PrivateMemory();
  readonly #byHash = new Map<number, LogEntry>();
  /** In the order in which they were used first. */
  readonly #entries: LogEntry[] = [];
  #writes = 0;

  /** Begins anew. */
  empty(): void {
    this.#memory.empty();
    if (this.#byHash.size > 0) this.#byHash.clear();
    this.#entries.length = 0;
    this.#writes = 0;
  }

  /** All keys, in the order in which they were used first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** How many keys are to be written. */
  get writes(): number {
    return this.#writes;
  }

  /** The entry of a key, which is made if there is none. */
  entryOf(key: EncodedKey): LogEntry {
    const first = this.#firstOf(key.hash);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (this.#isOf(entry, key)) return entry;
    }
    const { count } = key;
    const keyAt = this.#memory.take(count * 4) * 2;
    const { words } = this.#memory;
    for (let i = 0; i < count; i++) words[keyAt + i] = key.words[i];
    const entry = new LogEntry(key.hash, key.info, keyAt, first);
    this.#entries.push(entry);
    if (this.#entries.length > MOST_SEARCHED) this.#index(entry);
    return entry;
  }

  /** The entry with a hash that was made last. */
  #firstOf(hash: number): LogEntry | undefined {
    const entries = this.#entries;
    if (entries.length > MOST_SEARCHED) return this.#byHash.get(hash);
    let i = entries.length - 1;
    while (i >= 0 && entries[i].hash !== hash) i--;
    return i < 0 ? undefined : entries[i];
  }

  #index(newest: LogEntry): void {
    const byHash = this.#byHash;
    if (byHash.size > 0) byHash.set(newest.hash, newest);
    else for (const entry of this.#entries) byHash.set(entry.hash, entry);
  }

  #isOf(entry: LogEntry, key: EncodedKey): boolean {
    if (entry.info !== key.info) return false;
    const { words } = this.#memory;
    const { count } = key;
    for (let i = 0; i < count; i++) {
      if (words[entry.keyAt + i] !== key.words[i]) return false;
    }
    return true;
  }

  /** Packs the key of an entry. */
  pack(entry: LogEntry, into: EncodedKey): void {
    into.copyWords(this.#memory.words, entry.keyAt, entry.info, entry.hash);
  }

  /** Encodes a prepared value, to be written later. */
  encode(values: Prepared, life: Lifetime): WrittenValue {
    const { byteLength, tag, weight } = values;
    const memory = this.#memory;
    const at = memory.take(byteLength);
    values.write(memory, at);
    return new WrittenValue(memory, at, tag, byteLength, weight, life);
  }

  /** A copy of the value of a version, to be written to another key, in the same way. */
  copy(
    from: Memory,
    at: number,
    byteLength: number,
    tag: number,
    weight: number,
    life: Lifetime,
  ): WrittenValue {
    return this.encode({
      byteLength,
      tag,
      weight,
      number: from.floats[at],
      write: ({ bytes }, to) =>
        bytes.set(from.bytes.subarray(at * 8, at * 8 + byteLength), to * 8),
    }, life);
  }

  /**
   * Says what is to be written to a key. Throws a `RangeError` if there are too many.
   *
   * @param entry The entry of the key.
   * @param write What is to be written.
   * @param what What is done, for an error.
   * @param isNeedless Whether that is what the transaction has read of the key.
   */
  write(
    entry: LogEntry,
    write: Write,
    what: string,
    isNeedless = false,
  ): void {
    if (entry.write === undefined) {
      if (this.#writes === MOST_WRITES) {
        throw new RangeError(
          `Cannot ${what}: a transaction writes to at most ${MOST_WRITES} keys: split it`,
        );
      }
      this.#writes++;
    }
    entry.write = write;
    entry.isNeedless = isNeedless;
  }

  /** Takes back what need not be written, as nobody loads a value for any key. */
  leaveOutNeedless(): void {
    for (const entry of this.#entries) {
      if (!entry.isNeedless) continue;
      entry.write = undefined;
      entry.isNeedless = false;
      this.#writes--;
    }
  }

  /** What is to be written by now, for `restore`. */
  save(): Savepoint {
    const writes = this.#entries.map(({ write }) => write);
    const areNeedless = this.#entries.map(({ isNeedless }) => isNeedless);
    return { writes, areNeedless, count: this.#writes };
  }

  /** Takes back what was written since. What was read since stays so. */
  restore({ areNeedless, writes, count }: Savepoint): void {
    this.#entries.forEach((entry, i) => {
      entry.write = writes[i];
      entry.isNeedless = areNeedless[i] ?? false;
    });
    this.#writes = count;
  }

  /** The entries in the order in which all transactions install theirs. */
  inOrder(): LogEntry[] {
    const { words } = this.#memory;
    return this.#entries.sort((a, b) =>
      (a.hash >>> 0) - (b.hash >>> 0) || compareKeys(words, a, b)
    );
  }
}

/** Orders keys with the same hash: by what a version says of them, and then by their words. */
function compareKeys(words: Int32Array, a: LogEntry, b: LogEntry): number {
  if (a.info !== b.info) return a.info - b.info;
  const count = keyWords(a.info);
  let i = 0;
  while (i < count && words[a.keyAt + i] === words[b.keyAt + i]) i++;
  return i === count ? 0 : words[a.keyAt + i] - words[b.keyAt + i];
}
