import { numberKeys } from "../../src/codec/keys.ts";
import { Participant } from "../../src/reclamation/participant.ts";
import {
  H_ROOT,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_SLOTS,
  TAG_TOMBSTONE,
} from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { allocateTable } from "../../src/table/table_record.ts";
import { Table } from "../../src/table/table.ts";
import {
  isTombstone,
  valueIndex,
  versionBytes,
  writeVersion,
} from "../../src/table/version.ts";

const TAG = 1;
let locks = 0;

/** A key of the tests: a number, and a hash if it shall not be its own. */
export type Key = number | { n: number; hash: number };

/** A hash whose home in a table of 2 ** `shift` slots is this one. */
export const homeAt = (slot: number, low = 0, shift = 8) =>
  slot << 32 - shift | low;

/** A table from numbers to numbers as one participant works on it, one step at a time. */
export class SmallTable {
  readonly segment: Segment;
  readonly participant: Participant;
  readonly table: Table;

  /**
   * A table of 2 ** `shift` slots in a segment of its own, or another participant's view of
   * one.
   */
  constructor(
    { maxBytes = 2 ** 22, shift = 8, minCapacityShift = 8 } = {},
    shared?: SmallTable,
  ) {
    this.segment = shared?.segment ?? Segment.create({
      maxBytes,
      keyCodec: "number",
      valueCodec: "number",
      evict: false,
      minCapacityShift,
    });
    this.participant = Participant.join(this.segment, ++locks)!;
    if (shared === undefined) {
      const root = allocateTable(this.participant, shift);
      this.segment.words[H_ROOT] = root;
      this.segment.publish();
    }
    this.table = new Table(this.participant);
  }

  /** Another participant at the same table. */
  join(): SmallTable {
    return new SmallTable({}, this);
  }

  get words(): Int32Array<SharedArrayBuffer> {
    return this.segment.words;
  }

  /** Word index of the root's record. */
  get root(): number {
    return this.words[H_ROOT] * 4;
  }

  /** Word index of the next table's record; 0: none. */
  get next(): number {
    return this.words[this.root + T_NEXT] * 4;
  }

  get capacity(): number {
    return this.words[this.root + T_CAPACITY];
  }

  /** Word index of a slot. */
  slot(i: number, table = this.root): number {
    return table + T_SLOTS + i * SLOT_WORDS;
  }

  /** How many slots of a table, the root if none is given, are as wanted. */
  countSlots(
    wanted: (hash: number, link: number) => boolean,
    table = this.root,
  ): number {
    let count = 0;
    for (let i = 0; i < this.words[table + T_CAPACITY]; i++) {
      const slot = this.slot(i, table);
      if (wanted(this.words[slot], this.words[slot + 1])) count++;
    }
    return count;
  }

  key(key: Key): EncodedKey {
    const encoded = new EncodedKey(this.segment.seed);
    numberKeys.pack(typeof key === "number" ? key : key.n, encoded);
    if (typeof key !== "number") encoded.hash = key.hash;
    return encoded;
  }

  /** A version that nobody has linked yet; undefined: a tombstone. */
  version(key: Key, value: number | undefined): number {
    const { participant, segment } = this;
    const length = value === undefined ? 0 : 8;
    const bytes = versionBytes(8, length, false);
    const ref = participant.allocator.allocate(bytes, "tombstone");
    if (ref === 0) throw new Error("no memory");
    const tag = value === undefined ? TAG_TOMBSTONE : TAG;
    writeVersion(segment, ref, this.key(key), tag, length, Infinity);
    if (value !== undefined) {
      segment.floats[valueIndex(segment.words, ref)] = value;
    }
    return ref;
  }

  /**
   * Links a version, in as many tries as it takes; false if the table has no permit left.
   * Otherwise it returns what it replaced.
   */
  #link(key: Key, value: number | undefined): boolean {
    const { participant, table, words } = this;
    const encoded = this.key(key);
    participant.pin();
    try {
      for (;;) {
        const current = table.seek(encoded, value !== undefined);
        const live = current !== 0 && !isTombstone(words, current);
        if (value === undefined && !live) return false;
        participant.enterSection();
        const version = this.version(key, value);
        const outcome = current === 0
          ? table.insert(encoded, version)
          : table.replace(current, version)
          ? "done"
          : "lost";
        if (outcome !== "done") participant.allocator.free(version);
        participant.leaveSection();
        if (outcome === "done") return true;
        if (outcome === "full") return false;
      }
    } finally {
      participant.unpin();
      participant.collectSometimes();
    }
  }

  set(key: Key, value: number): void {
    if (!this.#link(key, value)) throw new Error("the table is full");
  }

  /** Whether there is a permit for the key. */
  trySet(key: Key, value: number): boolean {
    return this.#link(key, value);
  }

  delete(key: Key): boolean {
    return this.#link(key, undefined);
  }

  /** The newest version; 0: none. */
  find(key: Key): number {
    return this.table.find(this.key(key));
  }

  get(key: Key): number | undefined {
    const ref = this.find(key);
    return ref === 0 || isTombstone(this.words, ref)
      ? undefined
      : this.valueOf(ref);
  }

  valueOf(ref: number): number {
    return this.segment.floats[valueIndex(this.words, ref)];
  }

  /** Starts a move of the root, and leaves it at that. */
  startMove(): void {
    if (!this.table.resizer.start(this.root)) throw new Error("no memory");
  }
}
