/**
 * What callers say of how they wait for changes, and what they are told.
 *
 * @module
 */

import { checkAmount, received } from "../errors.ts";

/** Options of {@linkcode SharedMap.prototype.watch}. */
export interface WatchOptions {
  /** Ends it: the loop throws the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /**
   * Whether it keeps the program alive. With `false` the program ends when nothing else is left to
   * do.
   *
   * @default {true}
   */
  ref?: boolean | undefined;
  /**
   * Whether the first changes are what is there already: each watched entry once; of a single key,
   * its state, also that there is none. A program that keeps a mirror of the map wants that: one
   * that reads the map beside the watch may read a value that comes and goes between two looks of
   * the watch, which then never tells it that the value has gone.
   *
   * @default {false}
   */
  initial?: boolean | undefined;
}

/**
 * Options of {@linkcode SharedMap.prototype.waitFor}.
 *
 * @typeParam V The type of the values.
 */
export interface WaitOptions<V> extends Omit<WatchOptions, "initial"> {
  /**
   * What is waited for: called with the present value, or undefined if there is none, at once and
   * then after changes of this key, and perhaps of others. It may use the map. What it throws
   * rejects the promise.
   *
   * @default {(value) => value !== undefined}
   */
  until?: ((value: V | undefined) => boolean) | undefined;
  /**
   * How long to wait, in milliseconds.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
}

/**
 * What {@linkcode SharedMap.prototype.watch} tells of a key.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface SharedMapChange<K, V> {
  /** The key. */
  readonly key: K;
  /** The newest value; undefined: there is none any more. */
  readonly value: V | undefined;
  /**
   * How many writes of the key are not shown, between the change of it that was shown before, or
   * the call of `watch`, and this one; at least, as a deletion may leave nothing to count from. A
   * map that is nearly full may rewrite an entry by itself, which counts, too.
   */
  readonly missed: number;
}

/**
 * What is watched: a key; or all keys that begin alike, if keys are strings or bytes; or `"all"`. A
 * key that is itself an object, or the string `"all"`, is written as `{ key }`.
 *
 * @typeParam K The type of the keys.
 */
export type WatchTarget<K> = K | "all" | { readonly key: K } | {
  readonly prefix: K;
};

/**
 * The changes of what is watched, as {@linkcode SharedMap.prototype.watch} gives them. A loop ends
 * it when it ends; otherwise `return()`, `using` or the signal does.
 *
 * @typeParam K The type of the keys.
 * @typeParam V The type of the values.
 */
export interface SharedMapWatch<K, V>
  extends
    AsyncIterableIterator<SharedMapChange<K, V>, undefined>,
    AsyncDisposable,
    Disposable {
  /**
   * How many of the first changes are still to come that `initial` asks for. When it is 0, the loop
   * has been given a state of every entry that was there when `watch` was called.
   */
  readonly pending: number;
  /** Ends it. */
  return(): Promise<IteratorResult<SharedMapChange<K, V>, undefined>>;
}

/** Options that every wait has. */
export type ScopeOptions = Pick<WatchOptions, "ref" | "signal">;

/** All options of a watch, read once and checked. Throws `TypeError`. */
export function watchOptionsOf(
  options: WatchOptions,
  what: string,
): WatchOptions {
  const both = scopeOptionsOf(options, what);
  const { initial } = options;
  if (initial !== undefined && typeof initial !== "boolean") {
    throw new TypeError(
      `Cannot ${what}: initial must be true or false: ${received(initial)}`,
    );
  }
  return { ...both, initial };
}

/** Those, read once and checked. Throws `TypeError`. */
export function scopeOptionsOf(
  options: ScopeOptions,
  what: string,
): ScopeOptions {
  if (
    typeof options !== "object" || options === null || Array.isArray(options)
  ) {
    throw new TypeError(
      `Cannot ${what}: the options must be an object, such as { ref: false }: ${
        received(options)
      }`,
    );
  }
  const { ref, signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot ${what}: signal must be an AbortSignal: ${received(signal)}`,
    );
  }
  if (ref !== undefined && typeof ref !== "boolean") {
    throw new TypeError(
      `Cannot ${what}: ref must be true or false: ${received(ref)}`,
    );
  }
  return { ref, signal };
}

/** All options of a wait for an entry, likewise. Throws `TypeError` or `RangeError`. */
export function waitOptionsOf<V>(
  options: WaitOptions<V>,
  what: string,
): WaitOptions<V> {
  const both = scopeOptionsOf(options, what);
  const { until } = options;
  if (until !== undefined && typeof until !== "function") {
    throw new TypeError(
      `Cannot ${what}: until must be a function: ${received(until)}`,
    );
  }
  return { ...both, timeout: timeoutOf(options, what), until };
}

const TIMEOUT = {
  name: "timeout",
  unit: "milliseconds",
  besides: ", Infinity for none",
};

/** How long to wait, checked. Throws `TypeError` or `RangeError`. */
export function timeoutOf(
  { timeout = Infinity }: { timeout?: number | undefined },
  what: string,
): number {
  checkAmount(timeout, TIMEOUT, what);
  return timeout;
}

/** The error of a wait that was too long: as that of `AbortSignal.timeout`. */
export function timedOut(ms: number, what: string): DOMException {
  return new DOMException(
    `Cannot ${what}: what was waited for did not come within ${ms} milliseconds`,
    "TimeoutError",
  );
}
