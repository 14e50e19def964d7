/**
 * What commands do, in plain TypeScript: arrays, sets and maps, without a thought for speed.
 *
 * @module
 */

import { Refusal, type Value } from "./redis/connection.ts";
import type { Words } from "./redis/compare.ts";

/** What is under a key. */
type Stored = string | string[] | Set<string> | Map<string, string> | Scores;

/** Members and their scores. */
class Scores extends Map<string, number> {
  /** In their order. */
  get sorted(): string[] {
    return [...this].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
      .map(([member]) => member);
  }
}

const WRONG_TYPE = new Refusal(
  "WRONGTYPE Operation against a key holding the wrong kind of value",
);

type Kind<T> = new (...args: never[]) => T;

/** A store. */
export class Model {
  readonly #stored = new Map<string, Stored>();

  /** A store with the same in it. */
  copy(): Model {
    const copy = new Model();
    for (const [key, stored] of this.#stored) {
      copy.#stored.set(key, copyOf(stored));
    }
    return copy;
  }

  /** What is in it, as text. */
  get name(): string {
    const entries = [...this.#stored].sort(([a], [b]) => a < b ? -1 : 1);
    return JSON.stringify(
      entries.map(([key, stored]) =>
        typeof stored === "string" || Array.isArray(stored)
          ? [key, stored]
          : [key, typeOf(stored), [...stored].sort()]
      ),
    );
  }

  /** The reply to a command. */
  run([name, ...args]: Words): Value {
    const command = this.#commands[name];
    if (command === undefined) throw new Error(`The model has no ${name}`);
    try {
      return command(...args);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    } finally {
      for (const [key, stored] of this.#stored) {
        if (typeof stored !== "string" && sizeOf(stored) === 0) {
          this.#stored.delete(key);
        }
      }
    }
  }

  #string(key: string): string | undefined {
    const stored = this.#stored.get(key);
    if (stored === undefined || typeof stored === "string") return stored;
    throw WRONG_TYPE;
  }

  /** What is there; else something new, which stays if something is put into it. */
  #of<T extends Stored & object>(key: string, kind: Kind<T>): T {
    const stored = this.#stored.get(key);
    if (stored === undefined) {
      const made = new kind();
      this.#stored.set(key, made);
      return made;
    }
    // Scores are a Map, too.
    if (Object.getPrototypeOf(stored) !== kind.prototype) throw WRONG_TYPE;
    return stored as T;
  }

  #list(key: string): string[] {
    return this.#of<string[]>(key, Array);
  }

  #set(key: string): Set<string> {
    return this.#of<Set<string>>(key, Set);
  }

  #hash(key: string): Map<string, string> {
    return this.#of<Map<string, string>>(key, Map);
  }

  #scores(key: string): Scores {
    return this.#of(key, Scores);
  }

  readonly #commands: Record<string, (...args: string[]) => Value> = {
    SET: (key, value) => (this.#stored.set(key, value), "OK"),
    GET: (key) => this.#string(key) ?? null,
    APPEND: (key, more) => {
      const made = (this.#string(key) ?? "") + more;
      this.#stored.set(key, made);
      return made.length;
    },
    STRLEN: (key) => (this.#string(key) ?? "").length,
    INCRBY: (key, by) => {
      const text = this.#string(key) ?? "0";
      if (!/^(0|-?[1-9]\d*)$/.test(text) || !fits(BigInt(text))) {
        throw new Refusal("ERR value is not an integer or out of range");
      }
      const sum = BigInt(text) + BigInt(by);
      if (!fits(sum)) {
        throw new Refusal("ERR increment or decrement would overflow");
      }
      this.#stored.set(key, String(sum));
      return Number.isSafeInteger(Number(sum)) ? Number(sum) : sum;
    },
    DEL: (...keys) => keys.filter((key) => this.#stored.delete(key)).length,
    EXISTS: (...keys) => keys.filter((key) => this.#stored.has(key)).length,
    RENAME: (from, to) => {
      const stored = this.#stored.get(from);
      if (stored === undefined) throw new Refusal("ERR no such key");
      this.#stored.delete(from);
      this.#stored.set(to, stored);
      return "OK";
    },
    TYPE: (key) => typeOf(this.#stored.get(key)),
    LPUSH: (key, ...more) => this.#list(key).unshift(...more.reverse()),
    RPUSH: (key, ...more) => this.#list(key).push(...more),
    LPOP: (key) => this.#list(key).shift() ?? null,
    RPOP: (key) => this.#list(key).pop() ?? null,
    LLEN: (key) => this.#list(key).length,
    LRANGE: (key) => [...this.#list(key)],
    LREM: (key, _count, element) => {
      const list = this.#list(key);
      const left = list.filter((one) => one !== element);
      return list.splice(0, list.length, ...left).length - left.length;
    },
    RPOPLPUSH: (from, to) => {
      const source = this.#list(from);
      if (source.length === 0) return null;
      const target = this.#list(to);
      target.unshift(source.pop()!);
      return target[0];
    },
    SADD: (key, ...members) =>
      grown(this.#set(key), (set) => {
        for (const member of members) set.add(member);
      }),
    SREM: (key, ...members) =>
      -grown(this.#set(key), (set) => {
        for (const member of members) set.delete(member);
      }) + 0,
    SCARD: (key) => this.#set(key).size,
    SISMEMBER: (key, member) => Number(this.#set(key).has(member)),
    SINTER: (a, b) => [...this.#set(a).intersection(this.#set(b))].sort(),
    SUNION: (a, b) => [...this.#set(a).union(this.#set(b))].sort(),
    SDIFF: (a, b) => [...this.#set(a).difference(this.#set(b))].sort(),
    SINTERSTORE: (to, a, b) => {
      const made = this.#set(a).intersection(this.#set(b));
      this.#stored.set(to, made);
      return made.size;
    },
    HSET: (key, field, value) =>
      grown(this.#hash(key), (hash) => {
        hash.set(field, value);
      }),
    HDEL: (key, field) => Number(this.#hash(key).delete(field)),
    HGET: (key, field) => this.#hash(key).get(field) ?? null,
    HLEN: (key) => this.#hash(key).size,
    HKEYS: (key) => [...this.#hash(key).keys()].sort(),
    ZADD: (key, score, member) =>
      grown(this.#scores(key), (scores) => {
        scores.set(member, Number(score));
      }),
    ZREM: (key, member) => Number(this.#scores(key).delete(member)),
    ZCARD: (key) => this.#scores(key).size,
    ZSCORE: (key, member) => {
      const score = this.#scores(key).get(member);
      return score === undefined ? null : String(score);
    },
    ZRANK: (key, member) => {
      const rank = this.#scores(key).sorted.indexOf(member);
      return rank < 0 ? null : rank;
    },
    ZRANGE: (key) => this.#scores(key).sorted,
    ZCOUNT: (key, min, max) =>
      [...this.#scores(key).values()].filter((score) =>
        score >= Number(min) && score <= Number(max)
      ).length,
  };
}

function fits(integer: bigint): boolean {
  return BigInt.asIntN(64, integer) === integer;
}

function copyOf(stored: Stored): Stored {
  if (typeof stored === "string") return stored;
  if (Array.isArray(stored)) return [...stored];
  if (stored instanceof Set) return new Set(stored);
  return stored instanceof Scores ? new Scores(stored) : new Map(stored);
}

function sizeOf(stored: Exclude<Stored, string>): number {
  return Array.isArray(stored) ? stored.length : stored.size;
}

/** How much larger something is after it was changed. */
function grown<T extends { readonly size: number }>(
  collection: T,
  change: (collection: T) => void,
): number {
  const before = collection.size;
  change(collection);
  return collection.size - before;
}

function typeOf(stored: Stored | undefined): string {
  if (stored === undefined) return "none";
  if (typeof stored === "string") return "string";
  if (Array.isArray(stored)) return "list";
  if (stored instanceof Scores) return "zset";
  return stored instanceof Set ? "set" : "hash";
}
