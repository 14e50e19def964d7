/**
 * Updating entries: replacing a value by what the caller's code makes of it.
 *
 * That code runs without a pin, and may do anything: use this map, close it, throw, or never
 * return. So it runs in rounds. Each sees the entry, lets the code run, and replaces the entry if
 * it is still what was seen; if not, the next round begins. In the caller's code the scratch for
 * keys and the prepared value are lost: the key is packed once more after it.
 *
 * @module
 */

import * as layout from "../segment/layout.ts";
import type { Participant } from "../reclamation/participant.ts";
import type { KeyFormat } from "../codec/codec.ts";
import * as access from "../segment/atomics.ts";
import type { Segment } from "../segment/segment.ts";
import { type EncodedKey, NO_HASH } from "../table/key.ts";
import * as lookups from "../table/fast_lookup.ts";
import * as leases from "../table/leases.ts";
import { LEAVE } from "./commit.ts";
import type { EntryAccess } from "./entry_access.ts";
import type { FastCommitter } from "./fast_commit.ts";
import type { Hold } from "./hold.ts";
import { KEEP } from "./keep.ts";
import type { KeyPacker } from "./key_packer.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Lookup } from "./lookup.ts";
import type { OperationCounts } from "./operation_counts.ts";
import { Watch } from "./own_changes.ts";
import { isPrimitive } from "./primitive.ts";
import type { Renewer } from "./renewal.ts";
import { Sighting } from "./sighting.ts";
import type { ValuePacker } from "./value_packer.ts";
import type { VersionMaker } from "./version_maker.ts";
import type { VersionReader } from "./version_reader.ts";
import type { Writer } from "./writer.ts";

// Constants of its own: `layout.ts` says why.
const { H_ERA } = layout;
const { load } = access;
const { hasLeases } = leases;
const { NUMBER } = lookups;

/** How many bytes of a value a fast lookup copies, if only plain numbers are to be read. */
const NUMBERS = -1;
/** What came of a round in vain: something else is there by now. */
const CHANGED = Symbol("changed");

/** What the caller of an update gives: from the present value to the next. */
export type Update<V> = (
  current: V | undefined,
) => V | undefined | typeof KEEP;

/** Updates the entries of a map for one map object. */
export class EntryUpdater<K, V> {
  readonly #hold: Hold;
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #key: EncodedKey;
  readonly #keys: KeyPacker<K>;
  readonly #values: ValuePacker<V>;
  readonly #versions: VersionReader<K, V>;
  readonly #lookup: Lookup;
  readonly #writer: Writer;
  readonly #fast: FastCommitter;
  readonly #maker: VersionMaker;
  readonly #counts: OperationCounts;
  readonly #renewer: Renewer;
  /** For the next update, unless one has taken it. */
  #spareWatch: Watch | undefined;

  constructor(access: EntryAccess<K, V>) {
    const { counts, hold, keys, lookup, renewer, values, versions, writer } =
      access;
    const { key, participant, segment } = hold.attachment;
    this.#hold = hold;
    this.#participant = participant;
    this.#segment = segment;
    this.#key = key;
    this.#keys = keys;
    this.#values = values;
    this.#versions = versions;
    this.#lookup = lookup;
    this.#writer = writer;
    this.#fast = writer.fast;
    this.#maker = writer.maker;
    this.#counts = counts;
    this.#renewer = renewer;
  }

  /** Replaces the value of a key by what the caller makes of it; returns the new one. */
  update(
    key: K,
    fn: Update<V>,
    life: Lifetime,
    what: string,
  ): V | undefined {
    this.#hold.checkWritable(what);
    const isText = this.#keys.areTexts && typeof key === "string";
    let prepared: unknown = key;
    let found: number;
    if (isText) {
      found = this.#lookup.lookupText(key, NUMBERS);
    } else {
      prepared = this.#keys.pack(key, what);
      found = this.#lookup.lookupPacked(NUMBERS);
    }
    if (found === NUMBER || found === 0) {
      const current = found === 0 ? undefined : this.#lookup.number;
      const text = isText ? key : undefined;
      const next = this.#updateFound(prepared, text, current, what, fn, life);
      if (next !== CHANGED) return next;
    }
    this.#keys.packPrepared(prepared, what);
    return this.#replaceBy(prepared, what, (current) => {
      const next = fn(current);
      const isKept = next === KEEP;
      const isSame = life.keeps && isPrimitive(next) &&
        Object.is(next, current);
      if (!isKept && !isSame && next !== undefined) this.#values.prepare(next);
      return { isKept, isSame, next: isKept ? current : next };
    }, (seen, { isKept, isSame, next }) => {
      if (isKept) return next; // as if it had only read
      return this.#updateSeen(seen, next, isSame, life);
    });
  }

  /**
   * The first round of an update, where a fast lookup found a number, or nothing.
   *
   * @param prepared The key.
   * @param text The key, if it is a string.
   * @param current What was found.
   * @param what What is done, for an error.
   * @param fn The caller's code.
   * @param life How long the entry lives.
   * @returns The new value; `CHANGED` if something else is there by now.
   */
  #updateFound(
    prepared: unknown,
    text: string | undefined,
    current: number | undefined,
    what: string,
    fn: Update<V>,
    life: Lifetime,
  ): V | undefined | typeof CHANGED {
    const hash = text === undefined ? this.#key.hash : NO_HASH;
    const watch = this.#watch(prepared, hash);
    const next = watch.during(fn, current as V | undefined);
    this.#spareWatch = watch;
    this.#hold.checkOpen(what);
    if (next === KEEP) return current as V | undefined;
    if (watch.hasSeenChange) return CHANGED;
    const isNothing = current === undefined && next === undefined;
    if (isNothing && !hasLeases(this.#segment.words)) return undefined;
    const isSame = life.keeps && Object.is(next, current);
    if (!isSame) {
      const staysForGood = life.keeps || life.ttl === Infinity;
      if (
        current !== undefined && staysForGood && this.#values.keepsNumbers &&
        this.#exchange(prepared, text, current, next, what)
      ) {
        this.#counts.set();
        return next;
      }
      if (next !== undefined) this.#values.prepare(next);
    }
    this.#keys.packPrepared(prepared, what);
    const seen = current === undefined
      ? Sighting.ofAbsence(this.#segment, this.#versions)
      : Sighting.ofNumber(this.#segment, this.#versions, current);
    return this.#updateSeen(seen, next, isSame, life);
  }

  /** Exchanges a number for another in one call of the kernel, if that is possible. */
  #exchange(
    prepared: unknown,
    text: string | undefined,
    current: number,
    next: unknown,
    what: string,
  ): boolean {
    if (text !== undefined) {
      return this.#fast.exchangeByText(text, current, next);
    }
    this.#keys.packPrepared(prepared, what);
    return this.#fast.exchange(current, next);
  }

  #updateSeen(
    seen: Sighting<V>,
    next: V | undefined,
    isSame: boolean,
    life: Lifetime,
  ): V | undefined | typeof CHANGED {
    const outcome = this.#replaceSeen(seen, (current, live) => {
      if (isSame) return LEAVE;
      if (next === undefined) return live ? this.#maker.tombstone() : LEAVE;
      return this.#maker.makeOver(this.#values.format, current, live, life);
    });
    if (outcome === "changed") return CHANGED;
    if (outcome === "done") {
      if (next === undefined) this.#counts.delete();
      else this.#counts.set();
    }
    return next;
  }

  /** Sets a value and returns the one that was there, where the caller's code decodes that. */
  swap(key: K, value: V, life: Lifetime, what: string): V | undefined {
    const prepared = this.#keys.pack(key, what);
    return this.#replaceBy(prepared, what, (before) => {
      this.#values.prepare(value);
      return before;
    }, (seen, before) => {
      const outcome = this.#replaceSeen(
        seen,
        (current, live) =>
          this.#maker.makeOver(this.#values.format, current, live, life),
      );
      if (outcome !== "done") return CHANGED;
      this.#counts.set();
      return before;
    });
  }

  /** Deletes an entry and returns its value, in the same way. */
  take(key: K, what: string): V | undefined {
    const prepared = this.#keys.pack(key, what);
    return this.#replaceBy(prepared, what, (value) => value, (seen, value) => {
      if (seen.value === undefined) return this.#leaveAbsent(seen);
      const outcome = this.#replaceSeen(seen, () => this.#maker.tombstone());
      if (outcome !== "done") return CHANGED;
      this.#counts.delete();
      return value;
    });
  }

  /** What is not there is left so: but what is being loaded for the key is not to be kept. */
  #leaveAbsent(seen: Sighting<V>): undefined | typeof CHANGED {
    if (!hasLeases(this.#segment.words)) return undefined;
    const outcome = this.#replaceSeen(seen, () => LEAVE);
    return outcome === "changed" ? CHANGED : undefined;
  }

  // ---- rounds -----------------------------------------------------------------------------------

  /**
   * Replaces the entry of the packed key by what the caller's code makes of its value, again and
   * again until nobody comes in between.
   *
   * @param prepared The key, for when that code has used the map.
   * @param what What is done, for an error.
   * @param call Runs the caller's code.
   * @param replace From what was seen, and what `call` returned, to the result; `CHANGED` if
   * something else is there by now.
   */
  #replaceBy<N, R>(
    prepared: unknown,
    what: string,
    call: (current: V | undefined) => N,
    replace: (seen: Sighting<V>, made: N) => R | typeof CHANGED,
  ): R {
    const watch = this.#watch(prepared, this.#key.hash);
    const round = (seen: Sighting<V>) => call(this.#valueOf(seen));
    for (;;) {
      const seen = this.#see();
      const made = watch.during(round, seen);
      this.#keys.packPrepared(prepared, what);
      const result = replace(seen, made);
      if (result !== CHANGED) {
        this.#spareWatch = watch;
        return result;
      }
      watch.endRound(what);
    }
  }

  /**
   * A watch over a key's entry. An operation that is done with it leaves it for the next.
   */
  #watch(prepared: unknown, hash: number): Watch {
    const watch = this.#spareWatch ??
      new Watch(this.#segment, this.#keys.format as KeyFormat<unknown>);
    this.#spareWatch = undefined;
    watch.begin(prepared, hash);
    return watch;
  }

  /** Reads the entry of the packed key, for the caller's code. */
  #see(): Sighting<V> {
    const participant = this.#participant;
    const segment = this.#segment;
    participant.pin();
    try {
      const era = load(segment.words, H_ERA);
      const ref = this.#renewer.findLive();
      if (ref !== 0) this.#lookup.noteRead();
      return Sighting.of(segment, this.#versions, era, ref);
    } finally {
      participant.unpin();
    }
  }

  /** The value that was seen. May run a codec of the caller's own. */
  #valueOf({ value }: Sighting<V>): V | undefined {
    return value === undefined ? undefined : this.#versions.value(value);
  }

  /**
   * Publishes what `make` makes in the place of what was seen under the packed key.
   *
   * @param seen What was seen.
   * @param make From the newest version, and whether it is live, to the one to publish, or to
   * `LEAVE` or `NO_MEMORY`.
   * @returns What came of it: "changed" if something else is there now.
   */
  #replaceSeen(
    seen: Sighting<V>,
    make: (current: number, live: boolean) => number,
  ): "done" | "left" | "changed" {
    let isStill = true;
    const isDone = this.#writer.commit(true, (current, live) => {
      isStill = seen.isStill(live ? current : 0);
      return isStill ? make(current, live) : LEAVE;
    });
    return isDone ? "done" : isStill ? "left" : "changed";
  }
}
