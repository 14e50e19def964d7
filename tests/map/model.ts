import { isDeepStrictEqual } from "node:util";
import { KEEP, type SetOptions } from "../../mod.ts";

interface Entry<K, V> {
  key: K;
  value: V;
  expiry: number;
}

/** Tells keys apart as the map does. */
export function identify(key: unknown): string {
  if (key instanceof Uint8Array) return `bytes ${key.join()}`;
  if (typeof key === "number") return `number ${key}`; // -0 reads "0", as wanted
  return `string ${key}`;
}

/** Whether two values are the same as far as anyone can tell. */
export const same = isDeepStrictEqual;

/** Whether two values are equal for `compareAndSet`: 0 and -0 are, as in the keys of a `Map`. */
function equal(a: unknown, b: unknown): boolean {
  return a === b || same(a, b);
}

/** What SharedMap promises, on a plain `Map` and with a clock that the test moves. */
export class Model<K, V> {
  /** Expired entries stay until something replaces them, as in the map until it is swept. */
  readonly entries = new Map<string, Entry<K, V>>();
  now: number;

  constructor(now: number) {
    this.now = now;
  }

  live(key: K): Entry<K, V> | undefined {
    const entry = this.entries.get(identify(key));
    return entry !== undefined && entry.expiry > this.now ? entry : undefined;
  }

  liveEntries(): Entry<K, V>[] {
    return [...this.entries.values()].filter((it) => it.expiry > this.now);
  }

  get(key: K): V | undefined {
    return this.live(key)?.value;
  }

  put(key: K, value: V, expiry = Infinity): void {
    this.entries.set(identify(key), { key, value, expiry });
  }

  /**
   * Writes a value with the expiry that options say; `keeps` is what they mean if they do
   * not say whether the one that is there stays.
   */
  write(key: K, value: V, options: SetOptions = {}, keeps: boolean): void {
    const { ttl = Infinity, keepTtl = keeps } = options;
    const before = this.live(key);
    this.put(key, value, before && keepTtl ? before.expiry : this.now + ttl);
  }

  swap(key: K, value: V, options?: SetOptions): V | undefined {
    const before = this.get(key);
    this.write(key, value, options, false);
    return before;
  }

  take(key: K): V | undefined {
    const before = this.get(key);
    if (before !== undefined) this.entries.delete(identify(key));
    return before;
  }

  delete(key: K): boolean {
    return this.live(key) !== undefined &&
      this.entries.delete(identify(key));
  }

  getOrInsert(key: K, value: V, options?: SetOptions): V {
    const entry = this.live(key);
    if (entry !== undefined) return entry.value;
    this.write(key, value, options, true);
    return value;
  }

  compareAndSet(
    key: K,
    expected: V | undefined,
    value: V,
    options?: SetOptions,
  ): boolean {
    if (!equal(this.get(key), expected)) return false;
    this.write(key, value, options, options?.ttl === undefined);
    return true;
  }

  compareAndDelete(key: K, expected: V): boolean {
    return equal(this.get(key), expected) && this.delete(key);
  }

  update(
    key: K,
    fn: (current: V | undefined) => V | undefined | typeof KEEP,
    options?: SetOptions,
  ): V | undefined {
    const next = fn(this.get(key));
    if (next === KEEP) return this.get(key);
    if (next === undefined) this.delete(key);
    else this.write(key, next, options, true);
    return next;
  }

  ttl(key: K): number | undefined {
    const entry = this.live(key);
    return entry && entry.expiry - this.now;
  }

  expire(key: K, ttl: number): boolean {
    const entry = this.live(key);
    if (entry !== undefined) entry.expiry = this.now + ttl;
    return entry !== undefined;
  }
}
