/**
 * What structures of tests have in common: access to them, and changes that keep the expiry.
 *
 * @module
 */
import { EntryAccess } from "../../src/map/entry_access.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { Hold } from "../../src/map/hold.ts";
import type { Lifetime } from "../../src/map/lifetime.ts";
import {
  StructureAccess,
  type StructureChange,
} from "../../src/map/structure_access.ts";

/** The entry keeps its expiry, or has none. */
export const FOR_GOOD: Lifetime = { ttl: Infinity, keeps: true };

/** Structures of one kind, in the map of an attachment. */
export abstract class Structures<K> {
  readonly access: StructureAccess<K>;
  protected readonly entries: EntryAccess<K, unknown>;

  /**
   * @param attachment Who works.
   * @param key The key codec of the map.
   */
  constructor(attachment: Attachment, key: "number" | "string") {
    const value = attachment.segment.valueCodec as "number";
    const hold = Hold.whole(attachment);
    this.entries = new EntryAccess(hold, { key, value });
    this.access = new StructureAccess(this.entries);
  }

  protected change(key: K, change: StructureChange, life = FOR_GOOD): void {
    this.access.change(key, change, life, "change a structure");
  }
}
