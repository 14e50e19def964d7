/**
 * Reading entries: from the caller's key to the value.
 *
 * First without a pin, by a fast lookup, which decides nearly always; else pinned. A value that a
 * codec of the caller's own decodes is copied while pinned, and decoded without a pin.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import type { Segment, SharedBytes } from "../segment/segment.ts";
import * as lookups from "../table/fast_lookup.ts";
import * as optimistic from "../table/optimistic_read.ts";
import * as versions from "../table/version.ts";
import type { Attachment } from "./attachment.ts";
import type { EntryAccess } from "./entry_access.ts";
import type { Hold } from "./hold.ts";
import type { KeyPacker } from "./key_packer.ts";
import type { Lookup } from "./lookup.ts";
import type { OperationCounts } from "./operation_counts.ts";
import { type PresentEntry, PresentVersion } from "./present_entry.ts";
import { MOST_AHEAD, ReadAhead } from "./read_ahead.ts";
import type { Renewer } from "./renewal.ts";
import { Scan } from "./scan.ts";
import { refuseStructure } from "./structure_error.ts";
import { accessOf, type SharedMapAccess } from "./tracked_uses.ts";
import type { Part, VersionReader } from "./version_reader.ts";

// Constants of its own: `layout.ts` says why.
const { FOUND, LONG, NUMBER } = lookups;
const { UNDECIDED } = optimistic;
const { endOf, valueBytes, valueIndex, valueTag } = versions;

/** How many bytes of a value a fast lookup copies: as many as the scratch holds. */
const ANY = 0x7fffffff;

/**
 * What visits a value where it lies, while the map is pinned. It must not keep the bytes, nor close
 * the map. It may use the map otherwise, but what it writes finds no memory that only the end of
 * the pin would free.
 *
 * @param bytes The segment.
 * @param from Where the value begins in it.
 * @param length Its length in bytes.
 * @param tag What its codec says of it: see `codec/codec.ts`.
 * @param expiry When the entry expires, in milliseconds since 1970; `Infinity`: never.
 */
export type Visitor<T> = (
  bytes: SharedBytes,
  from: number,
  length: number,
  tag: number,
  expiry: number,
) => T;

/** Reads the entries of a map for one map object. */
export class EntryReader<K, V> {
  readonly #hold: Hold;
  readonly #attachment: Attachment;
  readonly #participant: Participant;
  readonly #segment: Segment;
  readonly #keys: KeyPacker<K>;
  readonly #versions: VersionReader<K, V>;
  readonly #lookup: Lookup;
  readonly #counts: OperationCounts;
  readonly #renewer: Renewer;
  readonly #ahead: ReadAhead<K>;
  /** Whether keys are strings, for which there is a lookup of their own. */
  readonly #hasTextKeys: boolean;
  /** Whether a codec of the caller's own encodes keys, or decodes values. */
  readonly #runsCallersCode: boolean;

  constructor(access: EntryAccess<K, V>) {
    const { counts, hold, keys, lookup, renewer, versions } = access;
    const { attachment } = hold;
    this.#hold = hold;
    this.#attachment = attachment;
    this.#participant = attachment.participant;
    this.#segment = attachment.segment;
    this.#keys = keys;
    this.#versions = versions;
    this.#lookup = lookup;
    this.#counts = counts;
    this.#renewer = renewer;
    this.#ahead = new ReadAhead(attachment, keys.format);
    this.#hasTextKeys = keys.areTexts;
    this.#runsCallersCode = keys.format.own !== undefined ||
      versions.values.own !== undefined;
  }

  /** The value of a key, or undefined. */
  get(key: K): V | undefined {
    const what = "get an entry";
    if (!this.#hasTextKeys || typeof key !== "string") {
      this.#keys.pack(key, what);
      return this.#getPacked();
    }
    this.#hold.checkReadable(what);
    return this.#valueOf(this.#lookupText(key, ANY, what));
  }

  #getPacked(): V | undefined {
    return this.#valueOf(this.#lookup.lookupPacked(ANY));
  }

  /** The value that a fast lookup found, from what it returned. */
  #valueOf(found: number): V | undefined {
    if (found === NUMBER) {
      this.#counts.hit();
      return this.#lookup.number as V;
    }
    if (found === 0) {
      this.#counts.miss();
      return undefined;
    }
    return this.#decodeFound(found);
  }

  /** The same where it is no plain number. */
  #decodeFound(found: number): V | undefined {
    const lookup = this.#lookup;
    if (found === UNDECIDED) return this.#getPinned(false);
    const isLasting = lookup.foundExpiry === Infinity;
    if (found === FOUND && (isLasting || this.#isFoundLive())) {
      const value = this.#versions.copied(lookup.copiedTo, lookup.copiedInfo);
      if (value === undefined) this.#counts.miss();
      else this.#counts.hit();
      return value;
    }
    lookup.adoptKey();
    return this.#getPinned(isLasting);
  }

  /**
   * Whether what a fast lookup found, and what expires, seems to be live; if so, notes that it is
   * read. If not, or if it has to be renewed, a lookup under a pin has to decide.
   */
  #isFoundLive(): boolean {
    const expiry = this.#lookup.foundExpiry;
    const now = Date.now();
    if (expiry <= now || this.#renewer.isDue(expiry, now)) return false;
    this.#lookup.noteFound();
    return true;
  }

  #getPinned(isNoted: boolean): V | undefined {
    const taken = this.#readPacked(
      (ref) => ref === 0 ? undefined : this.#versions.takeValue(ref),
      isNoted,
    );
    return taken === undefined ? undefined : this.#versions.value(taken);
  }

  /**
   * Looks a string up without a pin. If nothing is decided, its key is packed then; else the
   * scratch holds none until it is adopted.
   */
  #lookupText(key: K & string, most: number, what: string): number {
    const found = this.#lookup.lookupText(key, most);
    if (found === UNDECIDED) this.#keys.pack(key, what);
    return found;
  }

  /** Whether there is an entry. */
  has(key: K): boolean {
    const what = "look for an entry";
    this.#hold.checkReadable(what);
    let found: number;
    if (this.#hasTextKeys && typeof key === "string") {
      found = this.#lookupText(key, 0, what);
    } else {
      this.#keys.pack(key, what);
      found = this.#lookup.lookupPacked(0);
    }
    const isCopied = found === FOUND || found === LONG;
    if (
      isCopied && this.#lookup.foundExpiry !== Infinity && !this.#isFoundLive()
    ) {
      this.#lookup.adoptKey();
      found = UNDECIDED;
    }
    if (found === UNDECIDED) return this.#readPacked((ref) => ref !== 0);
    if (found === 0) this.#counts.miss();
    else this.#counts.hit();
    return found !== 0;
  }

  /**
   * The values of many keys. Memory is read ahead, unless the caller's code could change it
   * meanwhile.
   */
  getMany(keys: readonly K[]): (V | undefined)[] {
    this.#hold.checkOpen("get entries");
    if (this.#runsCallersCode) return keys.map((key) => this.get(key));
    this.#participant.pin();
    try {
      return this.#getAhead(keys);
    } finally {
      this.#participant.unpin();
    }
  }

  #getAhead(keys: readonly K[]): (V | undefined)[] {
    const values: (V | undefined)[] = [];
    for (let from = 0; from < keys.length; from += MOST_AHEAD) {
      const count = Math.min(MOST_AHEAD, keys.length - from);
      this.#ahead.start(keys, from, count);
      for (let i = 0; i < count; i++) {
        this.#ahead.take(i);
        values.push(this.#getPacked());
      }
    }
    return values;
  }

  /** How long an entry still lives, in milliseconds; undefined: there is none. */
  ttl(key: K): number | undefined {
    this.#keys.pack(key, "read the time left to an entry");
    return this.#readPacked((ref) =>
      ref === 0
        ? undefined
        : Math.max(0, endOf(this.#segment, ref) - Date.now())
    );
  }

  /** How the entry of a key is used; undefined: there is none. */
  access(key: K): SharedMapAccess | undefined {
    this.#keys.pack(key, "read how an entry is used");
    const { hash } = this.#attachment.key;
    return this.#lookup.visit((ref) =>
      ref === 0 ? undefined : accessOf(this.#segment, hash)
    );
  }

  /**
   * Visits the value of a key where it lies, for those who want no decoding; undefined if there is
   * no entry. Throws a `TypeError` if the value is not all in its version.
   *
   * @param key The key.
   * @param visitor Called at most once, while the map is pinned.
   * @param what What is done, for an error.
   * @returns What the visitor returned.
   */
  visit<T>(
    key: K,
    visitor: Visitor<T>,
    what = "visit an entry",
  ): T | undefined {
    this.#keys.pack(key, what);
    const segment = this.#segment;
    const { bytes, words } = segment;
    return this.#readPacked((ref) => {
      if (ref === 0) return undefined;
      refuseStructure(segment, ref);
      return visitor(
        bytes,
        valueIndex(words, ref) * 8,
        valueBytes(words, ref),
        valueTag(words, ref),
        endOf(segment, ref),
      );
    });
  }

  /** Reads what there is under a key by `read`, which runs while the map is pinned. */
  look<T>(key: K, read: (present: PresentEntry<V>) => T, what: string): T {
    this.#keys.packFast(key, what);
    return this.#readPacked((ref) =>
      read(new PresentVersion(this.#segment, this.#versions, ref))
    );
  }

  /**
   * Calls `read` with the live version of the packed key, or 0, and counts a hit or a miss. Before
   * that it renews the entry, if that is due.
   *
   * @param read Reads the version, while pinned.
   * @param isNoted Whether a fast lookup has noted already that the entry is read.
   */
  #readPacked<T>(read: (ref: number) => T, isNoted = false): T {
    return this.#renewer.visit((ref) => {
      if (ref === 0) this.#counts.miss();
      else {
        this.#counts.hit();
        if (!isNoted) this.#lookup.noteRead();
      }
      return read(ref);
    });
  }

  /** Iterates over all keys. */
  keys(): MapIterator<K> {
    return this.#scan(this.#versions.keyPart);
  }

  /** Iterates over all values. */
  values(): MapIterator<V> {
    return this.#scan(this.#versions.valuePart);
  }

  /** Iterates over all entries. */
  entries(): MapIterator<[K, V]> {
    return this.#scan(this.#versions.entryPart);
  }

  #scan<T>(part: Part<T>): MapIterator<T> {
    return new Scan(
      this.#attachment,
      (newest, now) => endOf(this.#segment, newest) > now ? newest : 0,
      part,
      () => this.#hold.checkOpen("iterate over the entries"),
    );
  }
}
