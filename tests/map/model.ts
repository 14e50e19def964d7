import { isDeepStrictEqual } from "node:util";

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

  swap(key: K, value: V): V | undefined {
    const before = this.get(key);
    this.put(key, value);
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

  getOrInsert(key: K, value: V): V {
    const entry = this.live(key);
    if (entry !== undefined) return entry.value;
    this.put(key, value);
    return value;
  }

  /** As `compareAndSet`, `update` and `increment` write: the expiry that is there stays. */
  replace(key: K, value: V): void {
    this.put(key, value, this.live(key)?.expiry);
  }

  compareAndSet(key: K, expected: V | undefined, value: V): boolean {
    if (!equal(this.get(key), expected)) return false;
    this.replace(key, value);
    return true;
  }

  compareAndDelete(key: K, expected: V): boolean {
    return equal(this.get(key), expected) && this.delete(key);
  }

  update(key: K, fn: (current: V | undefined) => V | undefined): V | undefined {
    const next = fn(this.get(key));
    if (next === undefined) this.delete(key);
    else this.replace(key, next);
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
