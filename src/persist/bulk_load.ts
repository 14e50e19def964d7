/**
 * Bulk load: encoded entries go straight into the table, many under one pin, in the order of their
 * hashes. An entry goes in by the same steps of the table as any write, so others may read and
 * write the map meanwhile.
 *
 * Fast path of `tryCommit()` in map/commit.ts: it saves what surrounds a write, which is decoding
 * and encoding, a pin for each entry, and tables that grow step by step; and as places in the table
 * follow the hashes, memory is touched in order. While nobody else has the map, plain writes
 * replace the atomic steps. Kept alike by tests/persist/load_test.ts.
 *
 * A structure comes in parts; see `structure_load.ts`. Between the first and the last of them the
 * loader does nothing else, and the caller does not pause.
 *
 * @module
 */

import type { RecordScale } from "./record_scale.ts";
import { account, announce } from "../table/account.ts";
import type { Attachment } from "../map/attachment.ts";
import { Reclaimer } from "../map/reclaim.ts";
import type { Progress } from "../map/reclaim_strategies.ts";
import type { Shortage } from "../map/shortage.ts";
import * as layout from "../segment/layout.ts";
import * as access from "../segment/atomics.ts";
import { hashWords } from "../table/hash.ts";
import { EncodedKey } from "../table/key.ts";
import { NO_USE, restoreUse } from "../table/kept_uses.ts";
import { revoke } from "../table/leases.ts";
import type { Table } from "../table/table.ts";
import {
  valueIndexOf,
  versionBytes,
  writeHeader,
  writingTick,
} from "../table/version.ts";
import { RECORD_HEAD_WORDS } from "./format.ts";
import { beginWalk, type Merge } from "./merge.ts";
import { hasTrees, isNodes } from "./node_record.ts";
import { NO_SINK, NodeWalk } from "./node_walk.ts";
import {
  copy,
  recordEnd,
  recordExpiry,
  recordValue,
  recordWords,
} from "./record.ts";
import { readKey, type RecordReader } from "./record_reader.ts";
import { StructureLoad } from "./structure_load.ts";

// Constants of its own: `layout.ts` says why.
const {
  H_TTL_USED,
  HAS_EXPIRY,
  KEY_MASK,
  LENGTH_MASK,
  P_ENTRIES,
  P_HAND,
  P_LIVE_REFS,
  P_WEIGHT,
  V_HEADER_WORDS,
  V_WEIGHT,
  V_WRITES,
} = layout;
const { poke, store } = access;

/** Entries under one pin. */
const BATCH = 1024;
/** Entries whose places are read together. */
const AHEAD = 128;

/** Loads entries into one map. */
export class BulkLoader {
  readonly #attachment: Attachment;
  readonly #reclaimer: Reclaimer;
  readonly #table: Table;
  readonly #key: EncodedKey;
  readonly #k0: number;
  readonly #k1: number;
  /** Keys that are longer than this need memory that is kept for their tombstones. */
  readonly #longKey: number;
  readonly #now: number;
  readonly #isAlone: boolean;
  readonly #structure: StructureLoad;
  /** Through the structure of which a file brings the nodes. */
  #walk: NodeWalk | undefined;
  /** The stamp of what is written; 0, as for any write, if it is settled when it is linked. */
  readonly #stamp: number;
  /** What is not accounted for yet: new entries, and the size of their blocks. */
  #newEntries = 0;
  #newRefs = 0;
  #newWeight = 0;
  /** What the record at hand weighs. */
  #weight = 0;
  readonly #scale: RecordScale<never> | undefined;
  #left: number;
  #inBatch = 0;
  #ttlMarked = false;
  /** Entries that were written. */
  loaded = 0;
  /** Entries that were left out because they have expired. */
  expired = 0;

  /**
   * @param attachment The map.
   * @param entries About how many will come: the table is made for them.
   * @param isAlone Whether nobody else has the map yet: then no snapshot can be opened, so versions
   * may be settled before they are linked, and plain writes link them. That saves an atomic step or
   * two for each.
   * @param scale Weighs the entries, in a map whose entries are weighed.
   */
  constructor(
    attachment: Attachment,
    entries: number,
    isAlone: boolean,
    scale?: RecordScale<never>,
  ) {
    this.#attachment = attachment;
    this.#reclaimer = new Reclaimer(attachment);
    this.#structure = new StructureLoad(attachment, this.#reclaimer);
    this.#table = attachment.table;
    this.#key = new EncodedKey(attachment.segment.seed);
    [this.#k0, this.#k1] = attachment.segment.seed;
    this.#longKey = attachment.segment.largestClassBytes / 2;
    this.#now = Date.now();
    this.#isAlone = isAlone;
    this.#scale = scale;
    this.#stamp = isAlone ? writingTick(attachment.segment.words) : 0;
    this.#left = entries;
    this.#expect(entries);
  }

  #expect(entries: number): void {
    const { participant, table } = this.#attachment;
    participant.pin();
    try {
      table.resizer.expect(Math.max(0, entries));
    } finally {
      participant.unpin();
    }
  }

  /**
   * Writes the records that a reader has, of a file that is no delta. Throws `MapFullError`. If
   * they end within a structure, those that come next are to follow at once.
   */
  loadAll(
    { hasTrees, records, uses, words }: Pick<
      RecordReader,
      "hasTrees" | "records" | "uses" | "words"
    >,
  ): void {
    const isByOne = hasTrees || this.#scale !== undefined;
    if (isByOne || this.isWithinStructure) {
      this.#loadParts(words, records, uses);
    } else this.#loadPlain(words, records, uses);
  }

  /** Whether nodes of the last structure are yet to come. */
  get isWithinStructure(): boolean {
    return this.#walk !== undefined;
  }

  /**
   * Writes records one by one, as there are structures among them, or parts of one; or as they are
   * weighed, which is to run the caller's code.
   */
  #loadParts(words: Int32Array, count: number, uses: Int32Array): void {
    for (let at = 0, i = 0; i < count; at = recordEnd(words, at), i++) {
      if (isNodes(words[at])) {
        this.#walk!.take(words, recordValue(words, at), recordEnd(words, at));
      } else if (hasTrees(words[at])) this.#beginParts(words, at, uses[i]);
      else this.loadOne(words, at, uses[i]);
      if (this.#walk !== undefined && !this.#walk.isOpen) this.#endParts();
    }
  }

  #use: number = NO_USE;
  #isWanted = false;

  #beginParts(words: Int32Array, at: number, use: number = NO_USE): void {
    this.#isWanted = !this.#isExpired(words, at);
    this.#use = use;
    const refuse = (reason: string) => {
      throw new Error(`a full epoch was checked: ${reason}`);
    };
    if (this.#isWanted) this.#structure.begin(words, at);
    const sink = this.#isWanted ? this.#structure : NO_SINK;
    this.#walk = new NodeWalk(sink, refuse);
    beginWalk(this.#walk, words, at);
  }

  #endParts(): void {
    this.#walk = undefined;
    if (this.#isWanted) this.#loadStructure(this.#use);
  }

  /** Writes the present entry of a chain. Throws `MapFullError` or `SnapshotError`. */
  loadMerged(merge: Merge): void {
    const { at, use, words } = merge;
    if (!merge.hasTrees) return this.loadOne(words, at, use);
    if (this.#isExpired(words, at)) return;
    this.#structure.begin(words, at);
    merge.readNodes(this.#structure);
    this.#loadStructure(use);
  }

  /** Writes the structure whose nodes are there. */
  #loadStructure(use: number): void {
    this.#weight = 0;
    this.#structure.end();
    this.#loadSingle(this.#structure.record, 0, use);
  }

  /**
   * Writes `count` plain records, the first of which begins the words.
   *
   * @param words The records.
   * @param count How many they are.
   * @param uses What is known of the uses of each; nothing, if that was not kept.
   */
  #loadPlain(words: Int32Array, count: number, uses: Int32Array): void {
    const { participant } = this.#attachment;
    for (let at = 0, done = 0; done < count;) {
      const batch = Math.min(BATCH, count - done);
      participant.pin();
      try {
        at = this.#loadBatch(words, at, batch, uses.subarray(done));
      } finally {
        participant.unpin();
      }
      this.#endBatch(batch);
      done += batch;
    }
  }

  /**
   * Reads the places of some keys before it writes to the first: these reads do not wait for each
   * other, as the atomic steps of writes do.
   */
  #loadBatch(
    words: Int32Array,
    at: number,
    count: number,
    uses: Int32Array,
  ): number {
    const { hashes, places } = this.#ahead;
    for (let done = 0; done < count;) {
      const some = Math.min(AHEAD, count - done);
      for (let i = 0; i < some; i++) {
        places[i] = at;
        hashes[i] = this.#hashAt(words, at);
        at += recordWords(words[at], words[at + 1]);
      }
      this.#table.touch(hashes, some);
      for (let i = 0; i < some; i++) {
        if (this.#isExpired(words, places[i])) continue;
        this.#load(words, places[i], hashes[i], uses[done + i] ?? NO_USE);
      }
      done += some;
    }
    return at;
  }

  readonly #ahead = {
    hashes: new Int32Array(AHEAD),
    places: new Int32Array(AHEAD),
  };

  #hashAt(words: Int32Array, at: number): number {
    const keyInfo = words[at];
    return hashWords(
      words,
      ((keyInfo & LENGTH_MASK) + 3) >>> 2,
      keyInfo & KEY_MASK,
      this.#k0,
      this.#k1,
      at + RECORD_HEAD_WORDS,
    );
  }

  /**
   * Writes one record, with what is known of its uses. Throws `MapFullError`, and what weighing
   * throws.
   */
  loadOne(words: Int32Array, at: number, use: number = NO_USE): void {
    if (this.#isExpired(words, at)) return;
    this.#weight = this.#scale?.weightOf(words, at) ?? 0;
    this.#loadSingle(words, at, use);
  }

  #loadSingle(words: Int32Array, at: number, use: number): void {
    const { participant } = this.#attachment;
    participant.pin();
    try {
      this.#load(words, at, this.#hashAt(words, at), use);
    } finally {
      participant.unpin();
    }
    if (++this.#inBatch >= BATCH) this.#endBatch(this.#inBatch);
  }

  #endBatch(entries: number): void {
    this.#inBatch = 0;
    this.#left -= entries;
    this.#account();
    this.#expect(this.#left);
    this.#attachment.participant.collectSometimes();
  }

  #account(): void {
    const { participant } = this.#attachment;
    participant.tally(P_ENTRIES, this.#newEntries);
    participant.tally(P_LIVE_REFS, this.#newRefs);
    participant.tally(P_WEIGHT, this.#newWeight);
    this.#newEntries = 0;
    this.#newRefs = 0;
    this.#newWeight = 0;
  }

  /**
   * Ends the bulk load, also after an error: accounts for the rest, and takes back what was
   * announced.
   */
  end(): void {
    this.#attachment.participant.dropLoaded();
    this.#account();
    this.#expect(0);
  }

  #isExpired(words: Int32Array, at: number): boolean {
    if ((words[at] & HAS_EXPIRY) === 0) return false;
    if (recordExpiry(words, at) <= this.#now) {
      this.expired++;
      return true;
    }
    if (!this.#ttlMarked) {
      store(this.#attachment.segment.words, H_TTL_USED, 1);
      this.#ttlMarked = true;
    }
    return false;
  }

  /** Loads one record. The caller is pinned, and is pinned again on return. */
  #load(words: Int32Array, at: number, hash: number, use: number): void {
    let progress: Progress | undefined;
    for (;;) {
      const shortage = this.#tryLoad(words, at, hash);
      if (shortage === undefined) break;
      const { participant } = this.#attachment;
      participant.unpin();
      try {
        progress = this.#reclaimer.reclaimFor(shortage, progress);
      } finally {
        participant.pin();
      }
    }
    restoreUse(this.#attachment.segment.words, hash, use);
    this.loaded++;
  }

  #tryLoad(words: Int32Array, at: number, hash: number): Shortage | undefined {
    const keyInfo = words[at];
    const valueInfo = this.#valueInfoOf(words, at);
    const keyLength = keyInfo & LENGTH_MASK;
    const bytes = versionBytes(
      keyLength,
      valueInfo & LENGTH_MASK,
      (keyInfo & HAS_EXPIRY) !== 0,
    );
    const { participant } = this.#attachment;
    participant.enterSection();
    const outcome = this.#link(words, at, hash, bytes);
    participant.leaveSection();
    if (outcome === "done") return undefined;
    const isLong = outcome === "entry" && keyLength > this.#longKey;
    return { of: outcome, bytes: isLong ? bytes + keyLength : bytes };
  }

  /**
   * Writes and links a version of so many bytes, or returns what it is short of. The caller is in a
   * section.
   */
  #link(
    words: Int32Array,
    at: number,
    hash: number,
    bytes: number,
  ): "done" | "entry" | "slot" {
    const { allocator } = this.#attachment.participant;
    const keyLength = words[at] & LENGTH_MASK;
    const hasTombstone = () =>
      keyLength <= this.#longKey ||
      allocator.reserve.keep(versionBytes(keyLength, 0, false));
    const version = hasTombstone() ? allocator.allocate(bytes) : 0;
    if (version === 0) return "entry";
    this.#write(words, at, version);
    if (!this.#isAlone) this.#revokeLeases(hash);
    const isKept = hasTombstone(); // once more, as the others can see this key now
    const isTree = hasTrees(words[at]);
    if (isKept && !isTree && this.#linkNew(hash, version, bytes)) return "done";
    if (isKept) readKey(words, at, this.#key);
    if (isKept && this.#put(version, isTree)) return "done";
    allocator.free(version);
    return isKept ? "slot" : "entry";
  }

  /** Links a version under the key that was read. */
  #put(version: number, isTree: boolean): boolean {
    const { trees } = this.#table;
    if (isTree) trees.draftLoaded();
    const isLinked = this.#table.put(this.#key, version);
    if (isTree && !isLinked) trees.takeBackLoaded();
    return isLinked;
  }

  /** The value word of the version that a record becomes. */
  #valueInfoOf(words: Int32Array, at: number): number {
    return hasTrees(words[at]) ? this.#structure.valueInfo : words[at + 1];
  }

  /** As each write does before it looks at its key. */
  #revokeLeases(hash: number): void {
    revoke(this.#attachment.segment.words, hash);
  }

  /**
   * Links a version that is in hand, if it is certainly the first of its key, and counts it.
   */
  #linkNew(hash: number, version: number, bytes: number): boolean {
    const { participant } = this.#attachment;
    const { words } = participant.segment;
    if (!this.#isAlone) {
      announce(words, participant.base, 0, version);
      const isLinked = this.#table.insertNew(hash, version, false);
      if (isLinked) account(words, participant.base, hash);
      return isLinked;
    }
    poke(words, version * 4 + V_WRITES, 0);
    // If this worker is stopped now, the map dies with it.
    poke(words, participant.base + P_HAND, 0);
    if (!this.#table.insertNew(hash, version, true)) return false;
    this.#newEntries++;
    this.#newRefs += participant.allocator.blockRefs(bytes);
    this.#newWeight += this.#weight;
    return true;
  }

  #write(words: Int32Array, at: number, version: number): void {
    const to = this.#attachment.segment.words;
    const base = version * 4;
    const keyInfo = words[at];
    const keyWords = ((keyInfo & LENGTH_MASK) + 3) >>> 2;
    const isTree = hasTrees(keyInfo);
    const stamp = isTree ? 0 : this.#stamp; // which is also the birth of its nodes
    const valueInfo = this.#valueInfoOf(words, at);
    writeHeader(to, version, stamp, keyInfo, valueInfo);
    if (this.#weight > 0) poke(to, base + V_WEIGHT, this.#weight);
    const from = at + RECORD_HEAD_WORDS;
    copy(words, from, to, base + V_HEADER_WORDS, keyWords);
    const expires = (keyInfo & HAS_EXPIRY) !== 0 ? 2 : 0;
    if (isTree) {
      copy(
        words,
        from + keyWords,
        to,
        valueIndexOf(version, keyInfo) * 2 - expires,
        expires,
      );
      return this.#structure.writeValue(version);
    }
    copy(
      words,
      from + keyWords,
      to,
      valueIndexOf(version, keyInfo) * 2 - expires,
      expires + (((words[at + 1] & LENGTH_MASK) + 3) >>> 2),
    );
  }
}
