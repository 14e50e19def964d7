/**
 * All keys of a store: counting them, walking over them, and taking one by chance.
 *
 * @module
 */

import type { MapParts } from "../api/shared_map.ts";
import { clearEntries } from "../map/clear.ts";
import { PresentVersion } from "../map/present_entry.ts";
import { liveEntries } from "../table/account.ts";
import { Cursor } from "../table/cursor.ts";
import { endOf, isTombstone } from "../table/version.ts";
import type { ScanStep } from "./collections.ts";
import { typeAt, type TypeName } from "./stored.ts";

const HASHES = 2 ** 32;

/** Which keys are wanted. */
export interface Wanted {
  readonly matches: (key: string) => boolean;
  readonly type: TypeName | undefined;
}

const ALL: Wanted = { matches: () => true, type: undefined };

/** The keys of one map. */
export class Keyspace {
  readonly #parts: MapParts<string, unknown>;

  constructor(parts: MapParts<string, unknown>) {
    this.#parts = parts;
  }

  /** The number of entries, with expired ones until they are swept. */
  get size(): number {
    const { access: { hold } } = this.#parts;
    hold.checkOpen("count the keys");
    return liveEntries(hold.attachment.segment.words);
  }

  /** Deletes all entries, one after the other. */
  clear(): void {
    const { access } = this.#parts;
    access.hold.checkWritable("delete all keys");
    clearEntries(access);
  }

  /** All keys that are wanted. Those that come or go meanwhile may be missing. */
  keys(wanted: Wanted = ALL): string[] {
    return [...this.scan(0, Infinity, wanted).items];
  }

  /** A key by chance; undefined: there is none. */
  random(): string | undefined {
    const from = Math.floor(Math.random() * HASHES);
    return this.scan(from, 1, ALL).items[0] ?? this.scan(0, 1, ALL).items[0];
  }

  /**
   * A step of a scan in the order of the keys' hashes: looks at `count` keys, and at those with the
   * hash of the last one. A key that is there throughout the scan is given once.
   */
  scan(from: number, count: number, wanted: Wanted): ScanStep<string> {
    const { access: { hold: { attachment } }, access } = this.#parts;
    access.hold.checkOpen("scan the keys");
    const { participant, segment, table } = attachment;
    const cursor = new Cursor(segment, table.migration, from);
    const items: string[] = [];
    const refs: number[] = [];
    let seen = 0;
    let last = -1;
    while (!cursor.done) {
      participant.pin();
      try {
        cursor.next(refs);
        const now = Date.now();
        for (let i = 0; i < refs.length; i++) {
          const hash = cursor.hashAt(i) >>> 0;
          if (seen >= count && hash !== last) return { cursor: hash, items };
          if (!this.#isLive(refs[i], now)) continue;
          seen++;
          last = hash;
          const key = this.#take(refs[i], wanted);
          if (key !== undefined) items.push(key);
        }
      } finally {
        participant.unpin();
      }
      participant.collectSometimes();
    }
    return { cursor: 0, items };
  }

  #isLive(ref: number, now: number): boolean {
    const { segment } = this.#parts.access.hold.attachment;
    return !isTombstone(segment.words, ref) && endOf(segment, ref) > now;
  }

  /** The key of a version, if it is wanted. */
  #take(ref: number, { matches, type }: Wanted): string | undefined {
    const { hold: { attachment: { segment } }, versions } = this.#parts.access;
    const key = versions.key(versions.takeKey(ref));
    if (!matches(key)) return undefined;
    if (type === undefined) return key;
    const present = new PresentVersion(segment, versions, ref);
    return typeAt(present) === type ? key : undefined;
  }
}
