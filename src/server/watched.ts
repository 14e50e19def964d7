/**
 * Watched keys: whether anything was written to them since they were watched.
 *
 * WATCH takes a moment of the map, after which any write has a later tick. EXEC looks at the keys
 * in its transaction: what is there must have been there at that moment. A key that was not there
 * must not be there either. (One that has come and gone meanwhile may count as unchanged: what the
 * transaction sees is the same.) What the map has moved to another place may count as changed:
 * then EXEC fails, and the client tries again, as for any change.
 *
 * @module
 */

import type { MapParts } from "../api/shared_map.ts";
import { LateReads } from "../map/transaction.ts";
import type { MapTransaction } from "../map/transaction.ts";
import { fail } from "../store/errors.ts";
import type { DirectSpace } from "../store/space.ts";

const WHAT = "watch a key";

/** What is known of a watched key. */
interface Watch {
  /** The moment since when it is watched. */
  readonly tick: number;
  /** Whether there was anything. */
  readonly wasThere: boolean;
}

/** The keys that one client watches. */
export class Watched {
  readonly #keys = new Map<string, Watch>();

  /** Watches keys from here on; those that are watched already are so since then. */
  add(
    { access: { hold } }: MapParts<string, unknown>,
    space: DirectSpace,
    keys: readonly string[],
  ): void {
    hold.checkOpen(WHAT);
    const moment = new LateReads(hold.attachment);
    const isOpen = moment.open();
    const { tick } = moment;
    moment.close();
    if (!isOpen) {
      fail("ERR keys cannot be watched now: too many snapshots are open");
    }
    for (const key of keys) {
      if (this.#keys.has(key)) continue;
      const wasThere = space.read(key, (entry) => entry.exists);
      this.#keys.set(key, { tick, wasThere });
    }
  }

  /** Whether none of the keys has changed, as a transaction sees them that has not written yet. */
  areSame(transaction: MapTransaction<string, unknown>): boolean {
    for (const [key, { tick, wasThere }] of this.#keys) {
      if (transaction.has(key) !== wasThere) return false;
      if (!transaction.isSince(key, tick, WHAT)) return false;
    }
    return true;
  }
}
