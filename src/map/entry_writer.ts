/**
 * Writing entries: from the caller's key and value to a commit.
 *
 * Whatever runs the caller's code comes first: codecs, and the getters of a value. Then the key is
 * packed, and nothing but this module's code runs until the entry is written. Where a codec of the
 * caller's own has to decode the value that is replaced, it is an update: see `entry_updater.ts`.
 *
 * `what` says, here and there, what is done, for an error.
 *
 * @module
 */

import type { ValueFormat } from "../codec/codec.ts";
import * as layout from "../segment/layout.ts";
import * as fastPath from "../table/fast_path.ts";
import { LEAVE } from "./commit.ts";
import type { EntryAccess } from "./entry_access.ts";
import type { EntryUpdater } from "./entry_updater.ts";
import { type FastCommitter, NOT_TAKEN } from "./fast_commit.ts";
import type { Hold } from "./hold.ts";
import { KEEP } from "./keep.ts";
import type { KeyPacker } from "./key_packer.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Lookup } from "./lookup.ts";
import { sumOf } from "./numbers.ts";
import type { OperationCounts } from "./operation_counts.ts";
import {
  type Change,
  type NextEntry,
  PresentVersion,
} from "./present_entry.ts";
import type { Renewer } from "./renewal.ts";
import { NO_NODES, type StructureMaker } from "./structure_maker.ts";
import type { TreeDraft } from "./tree_draft.ts";
import type { ValuePacker } from "./value_packer.ts";
import type { VersionMaker } from "./version_maker.ts";
import type { Taken, VersionReader } from "./version_reader.ts";
import type { Writer } from "./writer.ts";

// Constants of its own: `layout.ts` says why.
const { KEY_SCRATCH_BYTES, MEDIUM_TEXT } = layout;
const { DONE, UNDONE } = fastPath;

/** A value, if undefined is to say that there is none. */
interface Read<V> {
  readonly value: Taken<V>;
}

/** Writes the entries of a map for one map object. */
export class EntryWriter<K, V> {
  readonly #hold: Hold;
  readonly #keys: KeyPacker<K>;
  readonly #values: ValuePacker<V>;
  readonly #format: ValueFormat<V>;
  readonly #versions: VersionReader<K, V>;
  readonly #lookup: Lookup;
  readonly #writer: Writer;
  readonly #fast: FastCommitter;
  readonly #maker: VersionMaker;
  readonly #structures: StructureMaker;
  readonly #counts: OperationCounts;
  readonly #renewer: Renewer;
  readonly #updater: EntryUpdater<K, V>;
  /** Whether trees hung from what was changed last: then the kernel is not asked to find it. */
  #metTrees = false;
  /** Whether keys are strings, for which there are operations of their own. */
  readonly #hasTextKeys: boolean;
  /** Whether a codec of the caller's own decodes values. */
  readonly #hasOwnValues: boolean;
  /** Whether the caller's code decodes values, or weighs them. */
  readonly #callsBack: boolean;
  /** Whether reading a value cannot fail, whatever is stored. */
  readonly #readsSafely: boolean;
  /**
   * Whether what is written is a value and no more: not where entries idle, as none is without an
   * expiry, nor where they are weighed.
   */
  readonly #arePlain: boolean;

  constructor(access: EntryAccess<K, V>, updater: EntryUpdater<K, V>) {
    const { counts, hold, keys, lookup, renewer, values, versions, writer } =
      access;
    const { name, own } = values.format;
    this.#hold = hold;
    this.#keys = keys;
    this.#values = values;
    this.#format = values.format;
    this.#versions = versions;
    this.#lookup = lookup;
    this.#writer = writer;
    this.#fast = writer.fast;
    this.#maker = writer.maker;
    this.#structures = writer.structures;
    this.#counts = counts;
    this.#renewer = renewer;
    this.#updater = updater;
    this.#hasTextKeys = keys.areTexts;
    this.#hasOwnValues = own !== undefined;
    this.#callsBack = own !== undefined ||
      hold.attachment.segment.mostWeight > 0;
    const { idle, mostWeight } = hold.attachment.segment;
    this.#arePlain = idle === 0 && mostWeight === 0;
    this.#readsSafely = name === "number" || name === "string";
  }

  /** Prepares the value and packs the key. */
  #pack(key: K, value: V, what: string): void {
    this.#hold.checkWritable(what);
    const prepared = this.#keys.format.prepare(key);
    this.#values.prepare(value);
    this.#keys.packPrepared(prepared, what);
  }

  /** Whether a key is a string that the kernel may pack: if not, each call of it is in vain. */
  #isShortText(key: K): key is K & string {
    return this.#hasTextKeys && typeof key === "string" &&
      key.length <= KEY_SCRATCH_BYTES;
  }

  /** Sets the value of a key; it has no time to live. */
  set(key: K, value: V, what: string): void {
    if (this.#arePlain && this.#isShortText(key)) {
      this.#setByText(key, value, what);
    } else {
      this.#pack(key, value, what);
      this.#writer.put(this.#format, this.#maker.endAfter(Infinity));
    }
    this.#counts.set();
  }

  /** The same for a key that is a short string, which the kernel packs. */
  #setByText(key: K & string, value: V, what: string): void {
    this.#hold.checkWritable(what);
    const { keepsNumbers, keepsTexts } = this.#values;
    if (typeof value === "number" && keepsNumbers) {
      if (this.#fast.putNumberByText(key, value)) return;
      this.#values.prepare(value);
    } else if (
      typeof value === "string" && keepsTexts && value.length <= MEDIUM_TEXT
    ) {
      if (this.#fast.putTextByText(key, value)) return;
      this.#values.prepare(value);
    } else {
      this.#values.prepare(value);
      this.#hold.checkOpen(what);
      if (this.#fast.putByText(key, this.#format)) return;
    }
    this.#keys.packPrepared(key, what);
    this.#writer.putAtLength(this.#format, Infinity);
  }

  /** The same with an expiry. */
  setFor(key: K, value: V, life: Lifetime, what: string): void {
    this.#pack(key, value, what);
    if (life.keeps) {
      this.#writer.commit(
        true,
        (current, live) =>
          this.#maker.makeOver(this.#format, current, live, life),
      );
    } else this.#writer.put(this.#format, this.#maker.endAfter(life.ttl));
    this.#counts.set();
  }

  /** Sets the value of a key if there is none; returns the one that is there then. */
  getOrInsert(key: K, value: V, { ttl }: Lifetime, what: string): V {
    this.#pack(key, value, what);
    let existing: Read<V> | undefined;
    this.#writer.commit(true, (current, live) => {
      existing = live ? this.#read(current) : undefined;
      return live
        ? this.#renewer.renewal(current)
        : this.#maker.make(this.#format, this.#maker.endAfter(ttl));
    });
    if (existing === undefined) {
      this.#counts.miss();
      this.#counts.set();
      return value;
    }
    this.#counts.hit();
    this.#lookup.noteRead();
    return this.#versions.value((existing as Read<V>).value);
  }

  /** The same with a value that the caller's code computes if there is none. */
  getOrInsertComputed(
    key: K,
    compute: (key: K) => V,
    life: Lifetime,
    what: string,
  ): V {
    this.#keys.pack(key, what);
    const found = this.#renewer.visit((ref) =>
      ref === 0 ? undefined : this.#read(ref)
    );
    if (found === undefined) {
      return this.getOrInsert(key, compute(key), life, what);
    }
    this.#counts.hit();
    this.#lookup.noteRead();
    return this.#versions.value(found.value);
  }

  /** Sets the value of a key; returns the one that was there. */
  swap(key: K, value: V, life: Lifetime, what: string): V | undefined {
    this.#hold.checkWritable(what);
    if (this.#hasOwnValues) return this.#updater.swap(key, value, life, what);
    this.#pack(key, value, what);
    let before: Taken<V> | undefined;
    this.#writer.commit(true, (current, live) => {
      // First: should it fail, nothing is lost.
      before = live ? this.#versions.takeValue(current) : undefined;
      return this.#maker.makeOver(this.#format, current, live, life);
    });
    this.#counts.set();
    if (before === undefined) return undefined;
    this.#lookup.noteRead();
    return this.#versions.value(before);
  }

  /** Sets the value of a key if the one that is there, or that there is none, is as expected. */
  compareAndSet(
    key: K,
    expected: V | undefined,
    value: V,
    life: Lifetime,
    what: string,
  ): boolean {
    const isExpected = expected === undefined
      ? undefined
      : this.#values.comparison(expected);
    this.#pack(key, value, what);
    const isSet = this.#writer.commit(true, (current, live) => {
      if (live ? !isExpected?.(current) : isExpected !== undefined) {
        return LEAVE;
      }
      return this.#maker.makeOver(this.#format, current, live, life);
    });
    if (isSet) this.#counts.set();
    return isSet;
  }

  /** Adds to the number of a key; no entry counts as 0. */
  increment(key: K, by: number, life: Lifetime, what: string): number {
    this.#hold.checkWritable(what);
    if (this.#callsBack) return this.#incrementByUpdate(key, by, life, what);
    // Of finite numbers there always is a sum.
    const isPlain = Number.isFinite(by) && life.ttl === Infinity &&
      this.#values.keepsNumbers && this.#arePlain;
    let sum = isPlain ? this.#incrementByText(key, by) : NaN;
    if (sum !== sum) {
      this.#keys.pack(key, what); // once: that may run the caller's code
      if (isPlain) sum = this.#fast.increment(by);
    }
    if (sum === sum) {
      this.#counts.set();
      return sum;
    }
    let isThere = false;
    this.#writer.commit(true, (current, live) => {
      isThere = live;
      sum = sumOf(live ? this.#versions.takeValue(current) : 0, by);
      this.#values.prepare(sum as never);
      return this.#maker.makeOver(this.#format, current, live, life);
    });
    this.#counts.set();
    if (isThere) this.#lookup.noteRead();
    return sum;
  }

  /**
   * Adds in one call of the kernel to the number of a key that is a short string; NaN if that is
   * out of the ordinary, or the key is none.
   */
  #incrementByText(key: K, by: number): number {
    if (!this.#isShortText(key)) return NaN;
    return this.#fast.incrementByText(key, by);
  }

  #incrementByUpdate(key: K, by: number, life: Lifetime, what: string): number {
    let sum = 0;
    const add = (current: unknown) => sum = sumOf(current ?? 0, by);
    this.#updater.update(key, add as never, life, what); // numbers are among the values
    return sum;
  }

  /** Sets how long the entry of a key still lives; returns whether there is one. */
  expire(key: K, ttl: number, what: string): boolean {
    this.#hold.checkWritable(what);
    const life = { ttl, keeps: false };
    this.#keys.pack(key, what);
    return this.#writer.commit(
      false,
      (current, live) =>
        live
          ? this.#maker.copy(current, this.#maker.endOver(current, live, life))
          : LEAVE,
    );
  }

  /**
   * Replaces the entry of a key by what `change` makes of it. That runs while the map is pinned,
   * and runs again if another worker is faster; what it throws is thrown, and nothing is changed.
   */
  change(key: K, change: Change<V>, what: string): void {
    this.#hold.checkWritable(what);
    this.#keys.packFast(key, what);
    const { segment } = this.#hold.attachment;
    let isDeleted = false;
    const isDone = this.#writer.commit(
      true,
      (current, live) =>
        this.#structures.drafting((draft) => {
          const ref = live ? current : 0;
          const present = new PresentVersion(segment, this.#versions, ref);
          const next = change(present, draft);
          isDeleted = next === undefined;
          this.#metTrees = present.isStructure;
          return this.#versionOf(next, draft, current, live);
        }),
      !this.#metTrees,
    );
    if (!isDone) return;
    if (isDeleted) this.#counts.delete();
    else this.#counts.set();
  }

  #versionOf(
    next: ReturnType<Change<V>>,
    draft: TreeDraft,
    current: number,
    live: boolean,
  ): number {
    if (next === KEEP) return LEAVE;
    if (next === NO_NODES) return this.#structures.noMemory();
    if (next?.structure === undefined) {
      draft.giveUp(); // before a version takes memory
      return next === undefined
        ? live ? this.#maker.tombstone() : LEAVE
        : this.#plainVersionOf(next, current, live);
    }
    const expiry = this.#expiryOf(next, current, live);
    return this.#structures.structure(
      next.structure,
      live ? current : 0,
      expiry,
    );
  }

  #expiryOf({ end }: NextEntry<V>, current: number, live: boolean): number {
    const life = end === undefined
      ? { ttl: Infinity, keeps: true }
      : { ttl: Infinity, keeps: false, until: end };
    return this.#maker.endOver(current, live, life);
  }

  #plainVersionOf(next: NextEntry<V>, current: number, live: boolean): number {
    const expiry = this.#expiryOf(next, current, live);
    if (next.value !== undefined) {
      this.#values.prepare(next.value);
      return this.#maker.make(this.#format, expiry);
    }
    return live ? this.#maker.copy(current, expiry) : LEAVE;
  }

  /** Deletes the entry of a key; returns whether there was one. */
  delete(key: K, what: string): boolean {
    this.#hold.checkWritable(what);
    const isDeleted = this.#isShortText(key)
      ? this.#deleteByText(key, what)
      : this.#deletePacked(key, what);
    if (isDeleted) this.#counts.delete();
    return isDeleted;
  }

  #deletePacked(key: K, what: string): boolean {
    this.#keys.pack(key, what);
    return this.#writer.delete();
  }

  /** The same for a key that is a short string, which the kernel packs. */
  #deleteByText(key: K & string, what: string): boolean {
    const outcome = this.#fast.removeByText(key);
    if (outcome !== UNDONE) return outcome === DONE;
    this.#keys.packPrepared(key, what);
    return this.#writer.deleteAtLength();
  }

  /** Deletes the entry of a key; returns its value. */
  take(key: K, what: string): V | undefined {
    this.#hold.checkWritable(what);
    if (this.#hasOwnValues) return this.#updater.take(key, what);
    const taken = this.#isShortText(key)
      ? this.#takeByText(key, what)
      : this.#takePacked(key, what);
    if (taken === undefined) return undefined;
    this.#counts.delete();
    return this.#versions.value(taken.value);
  }

  readonly #read = (ref: number): Read<V> => ({
    value: this.#versions.takeValue(ref),
  });

  #takePacked(key: K, what: string): Read<V> | undefined {
    this.#keys.pack(key, what);
    return this.#writer.take(this.#read, this.#readsSafely);
  }

  /** The same for a key that is a short string, which the kernel packs. */
  #takeByText(key: K & string, what: string): Read<V> | undefined {
    const taken = this.#fast.takeByText(key, this.#read, this.#readsSafely);
    if (taken !== NOT_TAKEN) return taken;
    this.#keys.packPrepared(key, what);
    return this.#writer.takeAtLength(this.#read);
  }

  /** Deletes the entry of a key if its value is as expected. */
  compareAndDelete(key: K, expected: V, what: string): boolean {
    this.#hold.checkWritable(what);
    const isExpected = this.#values.comparison(expected);
    this.#keys.pack(key, what);
    const isDeleted = this.#writer.commit(
      false,
      (current, live) =>
        live && isExpected(current) ? this.#maker.tombstone() : LEAVE,
    );
    if (isDeleted) this.#counts.delete();
    return isDeleted;
  }
}
