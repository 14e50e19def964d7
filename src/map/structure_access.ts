/**
 * Structures: what the layers above have under a key that is too large to be copied at each change.
 *
 * Such a layer is given what is under a key, a structure or a plain value, and makes of it what is
 * to be there next: a structure whose nodes it drafts, a plain value, or nothing. That is one write
 * of one key, atomic like any other, and is tried again if another worker was faster. None of the
 * caller's code may run meanwhile: the map is pinned.
 *
 * @module
 */

import type { SharedBytes } from "../segment/segment.ts";
import type { Segment } from "../segment/segment.ts";
import type { Words } from "../segment/atomics.ts";
import { type Moment, versionAt } from "../table/clock.ts";
import { bodyOf, homeOf, rootsOf } from "../table/structure.ts";
import {
  endOf,
  isStructure,
  isTombstone,
  nodeRefs,
  valueBytes,
  valueIndex,
  valueTag,
} from "../table/version.ts";
import { LEAVE } from "./commit.ts";
import type { EntryAccess } from "./entry_access.ts";
import { KEEP } from "./keep.ts";
import type { Lifetime } from "./lifetime.ts";
import { TreeDraft } from "./tree_draft.ts";
import { NO_MEMORY, type Prepared } from "./version_maker.ts";

/** What is under a key, while the map is pinned. */
export interface StoredValue {
  /** What the layer above, or a codec, says of it: see `codec/codec.ts`. */
  readonly tag: number;
  /** The roots of its trees, 0 for an empty one; undefined: it is a plain value. */
  readonly roots: readonly number[] | undefined;
  /** Where its bytes begin in those of the segment, besides the trees, and how many they are. */
  readonly at: number;
  readonly length: number;
  /** When the entry expires, in milliseconds since 1970; `Infinity`: never. */
  readonly end: number;
}

/** Memory with nodes in it. */
export interface Nodes {
  readonly words: Words;
  readonly bytes: SharedBytes;
}

/** A structure that is to be under a key. */
export interface NextStructure {
  /** Any but that of a tombstone. */
  readonly tag: number;
  /** The roots of its trees: nodes of the draft, or of what is there. */
  readonly roots: readonly number[];
  /** What it says besides. */
  readonly body: Uint8Array;
  /** Whether it has nothing of the trees that are there: then all of these go. */
  readonly isNew: boolean;
}

/** What a change makes of an entry: undefined deletes it. */
export type NextValue = NextStructure | Prepared | undefined;

/** There was no memory for the nodes of a change. */
export const NO_NODES: unique symbol = Symbol("no memory for nodes");

/**
 * From what is under a key (undefined: nothing) to what is to be there; `KEEP`: nothing is changed;
 * `NO_NODES`: the draft gave no memory. It may be called again, and has no effects of its own. It
 * may throw before it has drafted anything.
 */
export type StructureChange = (
  present: StoredValue | undefined,
  draft: TreeDraft,
) => NextValue | typeof KEEP | typeof NO_NODES;

/** Reads and writes structures for one map object. */
export class StructureAccess<K> {
  readonly #access: EntryAccess<K, unknown>;
  readonly #segment: Segment;
  readonly #draft: TreeDraft;

  constructor(access: EntryAccess<K, unknown>) {
    const { attachment } = access.hold;
    this.#access = access;
    this.#segment = attachment.segment;
    this.#draft = new TreeDraft(
      attachment.participant,
      attachment.table.trees,
    );
  }

  /**
   * Reads what is under a key; `read` runs while the map is pinned.
   *
   * @param what What is done, for an error.
   */
  read<T>(
    key: K,
    read: (present: StoredValue | undefined, nodes: Nodes) => T,
    what: string,
  ): T {
    const { counts, keys, lookup, renewer } = this.#access;
    keys.packFast(key, what);
    return renewer.visit((ref) => {
      if (ref === 0) counts.miss();
      else {
        counts.hit();
        lookup.noteRead();
      }
      return read(this.storedAt(ref), this.#segment);
    });
  }

  /**
   * The same in what a moment shows, which is open: see `Attachment.openMomentFor`. It counts
   * neither hits nor misses.
   */
  readAt<T>(
    key: K,
    { tick, time }: Moment,
    read: (present: StoredValue | undefined, nodes: Nodes) => T,
    what: string,
  ): T {
    const { keys, lookup } = this.#access;
    const segment = this.#segment;
    keys.packFast(key, what);
    return this.#access.hold.attachment.pinned(() => {
      const ref = versionAt(segment.words, lookup.findNewest(), tick);
      const isThere = endOf(segment, ref) > time;
      return read(this.storedAt(isThere ? ref : 0), segment);
    });
  }

  /** What a version says, which is live, or shown by a snapshot (0: none). The caller is pinned. */
  storedAt(ref: number): StoredValue | undefined {
    if (ref === 0) return undefined;
    const segment = this.#segment;
    const { words } = segment;
    const tag = valueTag(words, ref);
    const end = endOf(segment, ref);
    if (isStructure(words, ref)) {
      const roots = rootsOf(words, ref);
      return { tag, roots, ...bodyOf(words, ref), end };
    }
    const at = valueIndex(words, ref) * 8;
    return { tag, roots: undefined, at, length: valueBytes(words, ref), end };
  }

  /**
   * Replaces what is under a key by what `change` makes of it; returns whether anything was
   * written. Lock-free. Throws `MapFullError`, and what `change` throws; then nothing is changed.
   *
   * @param key The key.
   * @param change Makes it.
   * @param life How long the entry lives.
   * @param what What is done, for an error.
   */
  change(
    key: K,
    change: StructureChange,
    life: Lifetime,
    what: string,
  ): boolean {
    const { counts, hold, keys, writer } = this.#access;
    hold.checkWritable(what);
    keys.packFast(key, what);
    let isDelete = false;
    const isDone = writer.commit(true, (current, live) => {
      const version = this.make(change, current, live, life);
      isDelete = version > 0 && isTombstone(this.#segment.words, version);
      return version;
    }, false);
    if (!isDone) return false;
    if (isDelete) counts.delete();
    else counts.set();
    return true;
  }

  /**
   * Makes the version of the packed key that a change asks for, as `Decide` says: it is in hand, in
   * a section that ends when it is published or freed. The map is pinned.
   */
  make(
    change: StructureChange,
    current: number,
    live: boolean,
    life: Lifetime,
  ): number {
    const draft = this.#draft;
    draft.begin();
    const next = change(this.storedAt(live ? current : 0), draft);
    const version = this.#make(next, current, live, life);
    if (version === LEAVE || version === NO_MEMORY) draft.giveUp();
    draft.close();
    return version;
  }

  #make(
    next: ReturnType<StructureChange>,
    current: number,
    live: boolean,
    life: Lifetime,
  ): number {
    const { maker } = this.#access.writer;
    const draft = this.#draft;
    if (next === KEEP) return LEAVE;
    if (next === NO_NODES) {
      maker.shortage = { of: "entry", bytes: draft.shortage };
      return NO_MEMORY;
    }
    if (next === undefined) {
      draft.giveUp(); // before a tombstone takes memory
      return live ? maker.tombstone() : LEAVE;
    }
    const expiry = maker.endOver(current, live, life);
    if (!("roots" in next)) {
      draft.giveUp();
      return maker.make(next, expiry);
    }
    return this.#makeStructure(next, live ? current : 0, expiry);
  }

  #makeStructure(
    { body, isNew, roots, tag }: NextStructure,
    old: number,
    expiry: number,
  ): number {
    const { words } = this.#segment;
    const goesOn = !isNew && old !== 0 && isStructure(words, old);
    const home = goesOn ? homeOf(words, old) : 0;
    const made = this.#draft.end(goesOn ? nodeRefs(words, old) : undefined);
    const head = { home, roots, ...made };
    return this.#access.writer.maker.structure(head, tag, body, expiry);
  }
}
