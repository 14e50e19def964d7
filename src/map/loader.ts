/**
 * Loading: of all workers that miss a key, one loads its value, and the others wait for it.
 *
 * Whoever loads holds a Web Lock, whose name says the key. The runtime hands it to one thread that
 * waits after the other, also when its holder dies. Each looks first whether the value is there by
 * now. So after a load that failed the next thread loads, and nobody asks again and again. Within a
 * thread, those who come later wait for the flight of the first (`flights.ts`), and look then.
 *
 * What was loaded is written under a lease (`leased_write.ts`), so that nothing old stays in the
 * map.
 *
 * An entry that may be given out for some time after it is fresh expires at the end of both times:
 * so how long it still has to live says whether it is fresh. One that is not is loaded anew in the
 * background, by one thread: the others do not wait for the lock.
 *
 * @module
 */

import { MapFullError, theMap } from "../errors.ts";
import { locks } from "../reclamation/lifeline.ts";
import type { Segment } from "../segment/segment.ts";
import { timers } from "../timers.ts";
import * as versions from "../table/version.ts";
import type { EntryAccess } from "./entry_access.ts";
import type { EntryReader } from "./entry_reader.ts";
import type { CheckedFetch, Load } from "./fetch_options.ts";
import { type Flight, launch } from "./flights.ts";
import { type Id, idOf, keptKey } from "./kept_key.ts";
import { type LeasedSight, LeasedWriter } from "./leased_write.ts";
import { LoadScope } from "./load_scope.ts";

// A constant of its own: `layout.ts` says why.
const { endOf } = versions;

const WHAT = "fetch an entry";

/** What a caller wants to have loaded. */
interface Order<K, V> {
  readonly key: K;
  readonly prepared: unknown;
  readonly id: Id;
  readonly load: Load<K, V | undefined>;
  readonly options: CheckedFetch;
}

/** Loads what is missing, for one map object. */
export class Loader<K, V> {
  readonly #access: EntryAccess<K, V>;
  readonly #reader: EntryReader<K, V>;
  readonly #writer: LeasedWriter<K, V>;

  constructor(access: EntryAccess<K, V>, reader: EntryReader<K, V>) {
    this.#access = access;
    this.#reader = reader;
    this.#writer = new LeasedWriter(access);
  }

  /** The value of a key; what `load` gives, if there is none. The options are checked. */
  async fetch(
    key: K,
    load: Load<K, V | undefined>,
    options: CheckedFetch,
  ): Promise<V | undefined> {
    const { hold } = this.#access;
    hold.checkWritable(WHAT);
    if (options.stale > 0) refuseIdle(hold.attachment.segment);
    const value = this.#reader.get(key);
    if (value !== undefined && options.stale === 0) return value;
    const order = this.#order(key, load, options);
    if (value === undefined) return await this.#wait(order);
    if (!this.#isFresh(this.#end(order), options)) this.#refresh(order);
    return value;
  }

  #order(
    key: K,
    load: Load<K, V | undefined>,
    options: CheckedFetch,
  ): Order<K, V> {
    const prepared = keptKey(this.#access.keys.pack(key, WHAT));
    return {
      key: keptKey(key) as K,
      prepared,
      id: idOf(prepared),
      load,
      options,
    };
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /** Waits until the value is there, or until it is this caller's turn to load it. */
  async #wait(order: Order<K, V>): Promise<V | undefined> {
    const { hold } = this.#access;
    const { options } = order;
    options.signal?.throwIfAborted();
    const scope = new LoadScope(hold, options, WHAT);
    try {
      for (;;) {
        const flight = hold.attachment.flights.get(order.id);
        if (flight === undefined) return await this.#fly(order, scope);
        await scope.within(flight.landed);
        if (flight.refusal !== undefined) throw flight.refusal;
        const value = this.#peek(order);
        if (value !== undefined || flight.isForNothing) return value;
      }
    } finally {
      scope.leave();
    }
  }

  #fly(order: Order<K, V>, scope: LoadScope): Promise<V | undefined> {
    const { signal } = scope;
    return this.#launch(
      order,
      { signal },
      (flight) => this.#take(order, scope, flight),
    );
  }

  /** Does work while no other thread loads the key. */
  #launch<R>(
    { id }: Order<K, V>,
    options: { readonly ifAvailable?: true; readonly signal?: AbortSignal },
    work: (flight: Flight) => Promise<R>,
  ): Promise<R | undefined> {
    const { flights, segment } = this.#access.hold.attachment;
    const name = `epochmap load ${segment.id} ${nameOf(id)}`;
    return launch(
      flights,
      id,
      async (flight) =>
        await locks.request(
          name,
          options,
          (lock) => lock === null ? undefined : work(flight),
        ),
    );
  }

  /** The value, without counting that. */
  #peek({ prepared }: Order<K, V>): V | undefined {
    const { keys, lookup, versions } = this.#access;
    keys.packPrepared(prepared, WHAT);
    const taken = lookup.visit((ref) =>
      ref === 0 ? undefined : versions.takeValue(ref)
    );
    return taken === undefined ? undefined : versions.value(taken);
  }

  // ---- loading ----------------------------------------------------------------------------------

  /** The value that another thread has loaded meanwhile, or loads it. */
  async #take(
    order: Order<K, V>,
    scope: LoadScope,
    flight: Flight,
  ): Promise<V | undefined> {
    const { versions } = this.#access;
    return await this.#underLease(
      order,
      async (seen) =>
        seen.value === undefined
          ? await this.#load(order, seen, scope, flight)
          : versions.value(seen.value),
    );
  }

  async #underLease<R>(
    { prepared }: Order<K, V>,
    work: (seen: LeasedSight<V>) => Promise<R>,
  ): Promise<R> {
    this.#access.keys.packPrepared(prepared, WHAT);
    const seen = this.#writer.see();
    try {
      return await work(seen);
    } finally {
      seen.lease.end();
    }
  }

  /** Loads the value and keeps it; returns the newest that is known then. */
  async #load(
    order: Order<K, V>,
    seen: LeasedSight<V>,
    scope: LoadScope,
    flight: Flight,
  ): Promise<V | undefined> {
    const { counts, hold } = this.#access;
    const begin = timers.elapsed();
    let hasFailed = true;
    try {
      const value = await scope.within(called(order, scope.signal));
      const isKept = this.#keepFor(flight, order, seen, value);
      hasFailed = false;
      if (isKept) return value;
      // If the key was written meanwhile, there may be a value by now, though it was not loaded.
      flight.isForNothing = value === undefined && seen.lease.isGood;
      const newer = this.#peek(order);
      return newer === undefined ? value : newer;
    } finally {
      if (hold.isOpen) counts.load(timers.elapsed() - begin, hasFailed);
    }
  }

  /** As `#keep`; a value that does not fit need not be loaded by those who wait, too. */
  #keepFor(
    flight: Flight,
    order: Order<K, V>,
    seen: LeasedSight<V>,
    value: V | undefined,
  ): boolean {
    try {
      return this.#keep(order, seen, value);
    } catch (error) {
      if (error instanceof MapFullError) flight.refusal = error;
      throw error;
    }
  }

  /** Returns whether the value is in the map. Throws `MapFullError` if it does not fit. */
  #keep(
    { options, prepared }: Order<K, V>,
    seen: LeasedSight<V>,
    value: V | undefined,
  ): boolean {
    const { keys, values } = this.#access;
    if (value !== undefined) values.prepare(value);
    keys.packPrepared(prepared, WHAT);
    if (value !== undefined) {
      return this.#writer.write(seen, options.ttl + options.stale);
    }
    this.#writer.remove(seen);
    return false;
  }

  // ---- in the background ------------------------------------------------------------------------

  /** When the entry expires; `Infinity` also if there is none. */
  #end({ prepared }: Order<K, V>): number {
    const { hold: { attachment: { segment } }, keys, lookup } = this.#access;
    keys.packPrepared(prepared, WHAT);
    return lookup.visit((ref) => ref === 0 ? Infinity : endOf(segment, ref));
  }

  #isFresh(end: number, { stale }: CheckedFetch): boolean {
    return end - stale > Date.now();
  }

  /** Loads the value anew, unless somebody does. */
  async #refresh(order: Order<K, V>): Promise<void> {
    const { hold } = this.#access;
    if (hold.attachment.flights.has(order.id)) return;
    const { timeout } = order.options;
    const scope = new LoadScope(hold, { timeout, ref: false }, WHAT);
    try {
      await this.#launch(
        order,
        { ifAvailable: true },
        (flight) => this.#loadAnew(order, scope, flight),
      );
    } catch {
      // It is counted, and the old value is given out until it expires: then a caller is told.
    } finally {
      scope.leave();
    }
  }

  async #loadAnew(
    order: Order<K, V>,
    scope: LoadScope,
    flight: Flight,
  ): Promise<void> {
    await this.#underLease(order, async (seen) => {
      // If another thread was faster, it is fresh; if it is gone, those who miss it load it.
      if (this.#isFresh(seen.end, order.options)) return;
      await this.#load(order, seen, scope, flight);
    });
  }
}

/** A text without surrogates that are alone, which the name of a lock cannot have. */
function nameOf(id: Id): string {
  return typeof id === "number" ? String(id) : JSON.stringify(id);
}

/** In a map with `idle` each read puts off the end: it does not say how old an entry is. */
function refuseIdle({ idle, name }: Segment): void {
  if (idle === 0) return;
  throw new TypeError(
    `Cannot ${WHAT} of ${
      theMap(name)
    } with staleWhileRevalidate: its entries live for ${idle} ms after each read: make the map without idle, or leave staleWhileRevalidate out`,
  );
}

/** What the caller's function gives; a rejection if it throws. */
function called<K, V>(
  { key, load }: Order<K, V>,
  signal: AbortSignal,
): Promise<V | undefined> {
  return new Promise((resolve) => resolve(load(key, { signal })));
}
