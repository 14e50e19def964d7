/**
 * What callers say of how a missing value is loaded.
 *
 * @module
 */

import { checkAmount } from "../errors.ts";
import { checkTtl } from "./lifetime.ts";
import {
  type ScopeOptions,
  scopeOptionsOf,
  timeoutOf,
} from "./wait_options.ts";

/** What {@linkcode SharedMap.prototype.fetch} tells the function that loads a value. */
export interface LoadContext {
  /**
   * Aborted when nobody waits for the value any more: the caller's own `signal` or `timeout` ended
   * the call, or the map was closed. What is loaded after that is not kept.
   */
  readonly signal: AbortSignal;
}

/**
 * Loads the value of a key that the map does not have.
 *
 * @typeParam K The type of the keys.
 * @typeParam R The type of what is loaded.
 * @param key The key.
 * @param context What may end the load.
 * @returns The value, or a promise of it; undefined: there is none, and nothing is kept.
 */
export type Load<K, R> = (
  key: K,
  context: LoadContext,
) => R | PromiseLike<R>;

/** Options of {@linkcode SharedMap.prototype.fetch}. */
export interface FetchOptions {
  /**
   * How long a loaded value is fresh, in milliseconds.
   *
   * @default {Infinity}
   */
  ttl?: number | undefined;
  /**
   * How long after that it is still given out, in milliseconds, while one worker loads it anew in
   * the background. The entry expires at the end of both times. The program goes on until such a
   * load has ended: give it a `timeout`.
   *
   * @default {0}
   */
  staleWhileRevalidate?: number | undefined;
  /**
   * How long to wait for the value, in milliseconds. A load of this call ends then, too, and that
   * in the background is given as long.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
  /** Ends the call, and its load: the promise rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

/** The same, read once and checked. */
export interface CheckedFetch extends ScopeOptions {
  readonly ttl: number;
  readonly stale: number;
  readonly timeout: number;
}

const STALE = { name: "staleWhileRevalidate", unit: "milliseconds" };
const PLAIN: CheckedFetch = { ttl: Infinity, stale: 0, timeout: Infinity };

/** The options of a fetch, checked. Throws `TypeError` or `RangeError`. */
export function fetchOptionsOf(
  options: FetchOptions | undefined,
  what: string,
): CheckedFetch {
  if (options === undefined) return PLAIN;
  const { signal } = scopeOptionsOf(options, what);
  const { staleWhileRevalidate: stale = 0, ttl = Infinity } = options;
  checkTtl(ttl, what);
  checkAmount(stale, STALE, what);
  return { ttl, stale, timeout: timeoutOf(options, what), signal };
}
