/**
 * How long entries live: the options of the methods that write, and how they are checked.
 *
 * There is one rule for all methods: `ttl` is for the entry that the call makes, and counts from
 * when it is made; if there is an entry already, `keepTtl` says whether its expiry stays. The
 * methods differ only in their defaults.
 *
 * @module
 */

import { received } from "../errors.ts";

/**
 * Options of the methods that write: how long the entry lives.
 *
 * Value and expiry are written in one step: even if the worker dies, there are both or none.
 *
 * | method                      | an entry that is there, without options | with `{ ttl }`  |
 * | --------------------------- | --------------------------------------- | --------------- |
 * | `set` `setMany` `swap`      | loses its expiry                        | gets the new one |
 * | `compareAndSet`             | keeps its expiry                        | gets the new one |
 * | `update` `increment`        | keeps its expiry                        | keeps its expiry |
 * | `getOrInsert…`              | is left as it is                        | is left as it is |
 *
 * `keepTtl` changes that. An entry that was not there, or had expired, gets the `ttl`; without one
 * it does not expire.
 *
 * In a transaction `set`, `update` and `increment` do the same as the map's; a `ttl` counts from
 * when the transaction commits. `rename` and `swapKeys` move an entry's expiry with its value.
 *
 * An expiry is a time of the system's clock, which all workers and the files of snapshots share. If
 * that clock is set back, entries live longer by as much, and one that had expired, but was not
 * swept or replaced yet, is there again. If it is set forward, they expire earlier by as much. The
 * time is read by `Date.now()`, so a test with a fake clock sees its entries expire. Each worker
 * reads its own `Date`: fake it in all workers that write or read entries with a `ttl`, or in none.
 *
 * @example A limit of 100 requests a minute
 * ```ts
 * import { SharedMap } from "@epochmap/epochmap";
 * import { assertEquals } from "@std/assert";
 *
 * using requests = SharedMap.create<string, number>({ value: "number" });
 * const count = requests.increment("client 7", 1, { ttl: 60_000 });
 * const isAllowed = count <= 100;
 * assertEquals(isAllowed, true);
 * ```
 *
 * @example A lock with a lease
 * ```ts
 * import { SharedMap } from "@epochmap/epochmap";
 * import { assert } from "@std/assert";
 *
 * using locks = SharedMap.create<string, string>();
 * const me = crypto.randomUUID();
 * assert(locks.compareAndSet("job", undefined, me, { ttl: 10_000 })); // taken
 * assert(locks.compareAndSet("job", me, me, { ttl: 10_000 })); // the lease renewed
 * assert(locks.compareAndDelete("job", me)); // given back
 * ```
 */
export interface SetOptions {
  /**
   * How long the entry lives after it is written, in milliseconds, above 0; `Infinity` if it does
   * not expire.
   *
   * @default {Infinity}
   */
  ttl?: number | undefined;
  /**
   * Whether an entry that is there keeps its expiry. If so, `ttl` is only for one that is not
   * there: `set(key, value, { ttl, keepTtl: true })`.
   *
   * @default {false, but true for `update` and `increment`, and for `compareAndSet` without `ttl`}
   */
  keepTtl?: boolean | undefined;
}

/** Options of {@linkcode SharedMap.prototype.setMany}. */
export interface SetManyOptions extends SetOptions {
  /**
   * Whether all entries are set at one moment, or, if one of them cannot be, none.
   *
   * @default {false}
   */
  atomic?: boolean | undefined;
}

/**
 * Options of {@linkcode SharedMap.prototype.getOrInsert} and
 * {@linkcode SharedMap.prototype.getOrInsertComputed}: how long the entry lives if it is inserted.
 * An entry that is there is left as it is, with its expiry.
 */
export interface InsertOptions extends SetOptions {
  /**
   * An entry that is there always keeps its expiry.
   *
   * @default {true}
   */
  keepTtl?: true | undefined;
}

/** What a call says about the expiry of what it writes. */
export interface Lifetime {
  /** How long a new entry lives. */
  readonly ttl: number;
  /** Whether an entry that is there keeps its own expiry. */
  readonly keeps: boolean;
  /** When it expires, in milliseconds since 1970, where that is known; else `ttl` says. */
  readonly until?: number;
}

const ANEW: Lifetime = { ttl: Infinity, keeps: false };
const KEPT: Lifetime = { ttl: Infinity, keeps: true };

/**
 * The lifetime that options say, checked.
 *
 * @param options The options, if any were given.
 * @param what What is done, for an error.
 * @param keeps Whether an entry that is there keeps its expiry unless they say otherwise.
 */
export function lifetimeOf(
  options: SetOptions | undefined,
  what: string,
  keeps: boolean,
): Lifetime {
  if (options === undefined) return keeps ? KEPT : ANEW;
  if (
    typeof options !== "object" || options === null || Array.isArray(options)
  ) {
    throw new TypeError(
      `Cannot ${what}: the options must be an object, such as { ttl: 5000 }: ${
        received(options)
      }`,
    );
  }
  const { ttl = Infinity, keepTtl = keeps } = options;
  checkTtl(ttl, what);
  if (typeof keepTtl !== "boolean") {
    throw new TypeError(
      `Cannot ${what}: keepTtl must be true or false: ${received(keepTtl)}`,
    );
  }
  return { ttl, keeps: keepTtl };
}

/** The same for a call that never changes an entry that is there. */
export function insertedLifetimeOf(
  options: InsertOptions | undefined,
  what: string,
): Lifetime {
  const life = lifetimeOf(options, what, true);
  if (life.keeps) return life;
  throw new TypeError(
    `Cannot ${what}: keepTtl must not be false, because an entry that is there is left as it is: use update() to change it`,
  );
}

/** Checks a time to live. */
export function checkTtl(ttl: unknown, what: string): void {
  if (typeof ttl !== "number") {
    throw new TypeError(
      `Cannot ${what}: ttl must be a number of milliseconds: ${received(ttl)}`,
    );
  }
  if (!(ttl > 0)) {
    throw new RangeError(
      `Cannot ${what}: ttl must be above 0 milliseconds, Infinity for none: received ${ttl}`,
    );
  }
}

/** Whether the options of `setMany`, an object if there are any, say that it is atomic. */
export function isAtomicOf(
  options: SetManyOptions | undefined,
  what: string,
): boolean {
  const { atomic = false } = options ?? {};
  if (typeof atomic === "boolean") return atomic;
  throw new TypeError(
    `Cannot ${what}: atomic must be true or false: ${received(atomic)}`,
  );
}
