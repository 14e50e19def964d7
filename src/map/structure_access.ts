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

import type { Segment } from "../segment/segment.ts";
import { type Moment, versionAt } from "../table/clock.ts";
import { endOf, isTombstone } from "../table/version.ts";
import { LEAVE } from "./commit.ts";
import type { EntryAccess } from "./entry_access.ts";
import { KEEP } from "./keep.ts";
import type { Lifetime } from "./lifetime.ts";
import {
  NO_NODES,
  type Nodes,
  storedAt,
  type StoredValue,
  type StructureChange,
} from "./structure_maker.ts";
import type { TreeDraft } from "./tree_draft.ts";

export { NO_NODES } from "./structure_maker.ts";
export type {
  NextStructure,
  NextValue,
  Nodes,
  StoredValue,
  StructureChange,
} from "./structure_maker.ts";

/** Reads and writes structures for one map object. */
export class StructureAccess<K> {
  readonly #access: EntryAccess<K, unknown>;
  readonly #segment: Segment;

  constructor(access: EntryAccess<K, unknown>) {
    this.#access = access;
    this.#segment = access.hold.attachment.segment;
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
      return read(storedAt(this.#segment, ref), this.#segment);
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
      return read(storedAt(segment, isThere ? ref : 0), segment);
    });
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
    return this.#access.writer.structures.drafting((draft) => {
      const next = change(storedAt(this.#segment, live ? current : 0), draft);
      return this.#make(next, draft, current, live, life);
    });
  }

  #make(
    next: ReturnType<StructureChange>,
    draft: TreeDraft,
    current: number,
    live: boolean,
    life: Lifetime,
  ): number {
    const { maker, structures } = this.#access.writer;
    if (next === KEEP) return LEAVE;
    if (next === NO_NODES) return structures.noMemory();
    if (next === undefined) {
      draft.giveUp(); // before a tombstone takes memory
      return live ? maker.tombstone() : LEAVE;
    }
    const expiry = maker.endOver(current, live, life);
    if ("roots" in next) {
      return structures.structure(next, live ? current : 0, expiry);
    }
    draft.giveUp();
    return maker.make(next, expiry);
  }
}
