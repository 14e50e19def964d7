/**
 * Leased writes: a value that was loaded comes into the map, unless its key was written meanwhile.
 *
 * What the key was is looked at under a lease (`table/leases.ts`), before the load. Afterwards the
 * value takes the place of what was seen, or of nothing: not of an entry that another worker has
 * set meanwhile. Then the lease is looked at once more, under the same pin: so the version that was
 * linked can be told from any other one, and is taken away again if the lease was revoked.
 *
 * @module
 */

import type { Participant } from "../reclamation/participant.ts";
import * as layout from "../segment/layout.ts";
import type { Segment } from "../segment/segment.ts";
import * as access from "../segment/atomics.ts";
import type { Lease } from "../table/lease.ts";
import { LEAVE, type Outcome } from "./commit.ts";
import type { EntryAccess } from "./entry_access.ts";
import { KeyObserver } from "./key_observer.ts";
import type { Progress } from "./reclaim_strategies.ts";
import { Sighting } from "./sighting.ts";
import type { Taken } from "./version_reader.ts";

// Constants of its own: `layout.ts` says why.
const { H_ERA, V_WRITES } = layout;
const { load } = access;

/** What was seen of a key under a lease. */
export interface LeasedSight<V> {
  readonly lease: Lease;
  /** The value, to be finished; undefined: there is none. */
  readonly value: Taken<V> | undefined;
  /** When it expires, in milliseconds since 1970. */
  readonly end: number;
  /** The number of its version's write. */
  readonly writes: number;
}

/** Looks at keys under a lease, and writes what was loaded for them. */
export class LeasedWriter<K, V> {
  readonly #access: EntryAccess<K, V>;
  readonly #observer: KeyObserver<K, V>;
  readonly #participant: Participant;
  readonly #segment: Segment;

  constructor(access: EntryAccess<K, V>) {
    const { participant, segment } = access.hold.attachment;
    this.#access = access;
    this.#observer = new KeyObserver(access);
    this.#participant = participant;
    this.#segment = segment;
  }

  /** Takes a lease for the packed key, and looks at it. The lease has to be ended. */
  see(): LeasedSight<V> {
    const { key, leases } = this.#access.hold.attachment;
    const lease = leases.take(key.hash);
    const { end, value, writes } = this.#observer.look();
    return { lease, value, end, writes };
  }

  /**
   * Writes the prepared value of the packed key, if nobody has written to it since it was seen.
   *
   * @param seen What was seen.
   * @param ttl How long the entry lives, in milliseconds.
   * @returns Whether the value is in the map.
   * @throws {MapFullError} If it does not fit.
   */
  write(seen: LeasedSight<V>, ttl: number): boolean {
    return this.#under(seen, () => this.#writeUnder(seen, ttl));
  }

  /** Does work whose writes leave the lease alone. */
  #under<T>({ lease }: LeasedSight<V>, work: () => T): T {
    const { leases } = this.#access.hold.attachment;
    leases.writeUnder(lease);
    try {
      return work();
    } finally {
      leases.writeUnder(undefined);
    }
  }

  #writeUnder(seen: LeasedSight<V>, ttl: number): boolean {
    const { counts, writer } = this.#access;
    let progress: Progress | undefined;
    for (;;) {
      const outcome = this.#tryWrite(seen, ttl);
      if (outcome === "full") {
        progress = writer.reclaim(progress);
        continue;
      }
      this.#participant.collectSometimes();
      if (outcome === "kept") counts.set();
      if (outcome instanceof Sighting) this.#takeAway(outcome);
      return outcome === "kept";
    }
  }

  /** Deletes the entry of the packed key, if nobody has written to it since it was seen. */
  remove(seen: LeasedSight<V>): void {
    const { counts, writer } = this.#access;
    const isRemoved = this.#under(seen, () =>
      writer.commit(
        false,
        (current, live) =>
          live && seen.lease.isGood && this.#isStill(seen, current, live)
            ? writer.maker.tombstone()
            : LEAVE,
      ));
    if (isRemoved) counts.delete();
  }

  /** Returns what was linked, if it is to be taken away, and there was no memory for that. */
  #tryWrite(
    seen: LeasedSight<V>,
    ttl: number,
  ): "kept" | "late" | "full" | Sighting<V> {
    const { values, versions, writer } = this.#access;
    const { maker } = writer;
    const end = maker.endAfter(ttl);
    this.#participant.pin();
    try {
      const era = load(this.#segment.words, H_ERA);
      let linked = 0;
      const outcome = writer.tryCommit(true, (current, live) => {
        if (!seen.lease.isGood || !this.#isStill(seen, current, live)) {
          return LEAVE;
        }
        return linked = maker.make(values.format, end);
      });
      if (outcome === "full") return "full";
      if (outcome === "left") return "late";
      if (seen.lease.isGood) return "kept";
      return this.#tryTakeAway(linked) === "full"
        ? Sighting.of(this.#segment, versions, era, linked)
        : "late";
    } finally {
      this.#participant.unpin();
    }
  }

  /** Whether the newest version, if it is live, is the one that was seen. */
  #isStill(
    { value, writes }: LeasedSight<V>,
    current: number,
    live: boolean,
  ): boolean {
    if (!live) return true; // what expired, or was evicted, was not newer than the lease
    return value !== undefined &&
      load(this.#segment.words, current * 4 + V_WRITES) === writes;
  }

  /**
   * Takes away what was linked under the present pin. Another version with the same bytes may be
   * one that somebody has set since: that stays.
   */
  #tryTakeAway(linked: number): Outcome {
    const { writer } = this.#access;
    return writer.tryCommit(
      false,
      (current) => current === linked ? writer.maker.tombstone() : LEAVE,
    );
  }

  /** The same between pins, when memory can be reclaimed. */
  #takeAway(linked: Sighting<V>): void {
    const { writer } = this.#access;
    writer.commit(
      false,
      (current, live) =>
        live && linked.isStill(current) ? writer.maker.tombstone() : LEAVE,
    );
  }
}
