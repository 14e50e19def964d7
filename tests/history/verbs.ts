/**
 * The operations of a history: how each is called on the map, and beside it
 * what it does and answers when no other runs meanwhile: the specification.
 *
 * @module
 */
import { KEEP, type SharedMap, type SharedMapSnapshot } from "../../mod.ts";
import {
  BRIEF,
  DEAD_AT_ONCE,
  entryFor,
  type Held,
  type Life,
  LONG,
} from "./entry.ts";
import type { Answer, Input, Shown } from "./operation.ts";
import type { TRANSACTION } from "./transactions.ts";

/** The map that the histories are of. */
export type Subject = SharedMap<string, number>;

/** An operation on one key. */
export interface KeyVerb {
  call(map: Subject, key: string, input: Input): Answer;
  /** From what the key holds to the answer, and to what it holds then. */
  apply(held: Held, input: Input): [answer: Answer, then: Held];
}

/** An operation on all keys that is atomic on each of them, and not on all together. */
export interface BulkVerb {
  call(map: Subject, keys: readonly string[], input: Input): Answer;
  /** What it is for the key of a number: an operation on one key. */
  part(key: number, input: Input, answer: Answer): Part;
}

/** An operation on one key that is part of one on all keys. */
export interface Part {
  readonly verb: keyof typeof KEY_VERBS;
  readonly value: number;
  readonly answer: Answer;
}

/** What an operation leaves that keeps the expiry of what is there, or else gives one of `ttl`. */
function writtenFor(ttl: number): (value: number, held: Held) => Held {
  return (value, held) =>
    held ? { value, life: held.life } : entryFor(value, ttl);
}

const written = writtenFor(Infinity);

function setFor(ttl: number): KeyVerb {
  return {
    call: (map, key, { value }) => void map.set(key, value, { ttl }),
    apply: (_, { value }) => [undefined, entryFor(value, ttl)],
  };
}

function expireIn(ttl: number): KeyVerb {
  return {
    call: (map, key) => map.expire(key, ttl),
    apply: (held) => [held !== undefined, held && entryFor(held.value, ttl)],
  };
}

/** What `ttl` tells of an entry, but for the exact time. */
function toldLife(ttl: number | undefined): Answer {
  if (ttl === undefined) return undefined;
  return ttl === Infinity ? "for good" : "for a time";
}

function lifeAsTold(life: Life | undefined): Answer {
  if (life === undefined) return undefined;
  return life === "for good" ? life : "for a time";
}

const getOrInsert: KeyVerb["apply"] = (held, { value }) =>
  held ? [held.value, held] : [value, entryFor(value, Infinity)];

const add: KeyVerb["apply"] = (held, { value }) => {
  const sum = (held?.value ?? 0) + value;
  return [sum, written(sum, held)];
};

/** Operations on one key. */
export const KEY_VERBS = {
  get: {
    call: (map, key) => map.get(key),
    apply: (held) => [held?.value, held],
  },
  has: {
    call: (map, key) => map.has(key),
    apply: (held) => [held !== undefined, held],
  },
  ttl: {
    call: (map, key) => toldLife(map.ttl(key)),
    apply: (held) => [lifeAsTold(held?.life), held],
  },
  set: {
    call: (map, key, { value }) => void map.set(key, value),
    apply: (_, { value }) => [undefined, entryFor(value, Infinity)],
  },
  setLong: setFor(LONG),
  setBrief: setFor(BRIEF),
  setDead: setFor(DEAD_AT_ONCE),
  setLongIfNew: {
    call: (map, key, { value }) =>
      void map.set(key, value, { ttl: LONG, keepTtl: true }),
    apply: (held, { value }) => [undefined, writtenFor(LONG)(value, held)],
  },
  delete: {
    call: (map, key) => map.delete(key),
    apply: (held) => [held !== undefined, undefined],
  },
  take: {
    call: (map, key) => map.take(key),
    apply: (held) => [held?.value, undefined],
  },
  swap: {
    call: (map, key, { value }) => map.swap(key, value),
    apply: (held, { value }) => [held?.value, entryFor(value, Infinity)],
  },
  swapLong: {
    call: (map, key, { value }) => map.swap(key, value, { ttl: LONG }),
    apply: (held, { value }) => [held?.value, entryFor(value, LONG)],
  },
  getOrInsert: {
    call: (map, key, { value }) => map.getOrInsert(key, value),
    apply: getOrInsert,
  },
  getOrInsertLong: {
    call: (map, key, { value }) => map.getOrInsert(key, value, { ttl: LONG }),
    apply: (held, { value }) =>
      held ? [held.value, held] : [value, entryFor(value, LONG)],
  },
  getOrInsertComputed: {
    call: (map, key, { value }) => map.getOrInsertComputed(key, () => value),
    apply: getOrInsert,
  },
  compareAndSet: {
    call: (map, key, { value, expected }) =>
      map.compareAndSet(key, expected, value),
    apply: (held, { value, expected }) =>
      held?.value === expected ? [true, written(value, held)] : [false, held],
  },
  compareAndSetLong: {
    call: (map, key, { value, expected }) =>
      map.compareAndSet(key, expected, value, { ttl: LONG }),
    apply: (held, { value, expected }) =>
      held?.value === expected ? [true, entryFor(value, LONG)] : [false, held],
  },
  compareAndDelete: {
    call: (map, key, { expected }) => map.compareAndDelete(key, expected ?? 0),
    apply: (held, { expected }) =>
      held && held.value === expected ? [true, undefined] : [false, held],
  },
  increment: {
    call: (map, key, { value }) => map.increment(key, value),
    apply: add,
  },
  /** A limit for a stretch of time. */
  incrementLong: {
    call: (map, key, { value }) => map.increment(key, value, { ttl: LONG }),
    apply: (held, { value }) => {
      const sum = (held?.value ?? 0) + value;
      return [sum, writtenFor(LONG)(sum, held)];
    },
  },
  update: {
    call: (map, key, { value }) =>
      map.update(key, (current = 0) => current + value),
    apply: add,
  },
  updateLong: {
    call: (map, key, { value }) =>
      map.update(key, (current = 0) => current + value, {
        ttl: LONG,
        keepTtl: false,
      }),
    apply: (held, { value }) => {
      const sum = (held?.value ?? 0) + value;
      return [sum, entryFor(sum, LONG)];
    },
  },
  /** An update that leaves what is there as it is. */
  rest: {
    call: (map, key) => map.update(key, () => KEEP),
    apply: (held) => [held?.value, held],
  },
  /** An update to what is there. */
  renew: {
    call: (map, key) => map.update(key, (current) => current),
    apply: (held) => [held?.value, held],
  },
  /** Inserts what is missing, deletes what is there. */
  toggle: {
    call: (map, key, { value }) =>
      map.update(key, (current) => current === undefined ? value : undefined),
    apply: (held, { value }) =>
      held ? [undefined, undefined] : [value, written(value, undefined)],
  },
  keep: expireIn(Infinity),
  expireLong: expireIn(LONG),
  expireNow: expireIn(DEAD_AT_ONCE),
  /** What `clear` does to a key: it does not say whether it was there. */
  clearOne: {
    call: (map, key) => void map.delete(key),
    apply: () => [undefined, undefined],
  },
} as const satisfies Record<string, KeyVerb>;

/** Operations on all keys. */
export const BULK_VERBS = {
  getMany: {
    call: (map, keys) => map.getMany(keys),
    part: (key, _, answer) => ({
      verb: "get",
      value: 0,
      answer: (answer as Shown[])[key],
    }),
  },
  setMany: {
    call: (map, keys, { value }) =>
      void map.setMany(keys.map((key, i) => [key, value + i])),
    part: (key, { value }) => ({
      verb: "set",
      value: value + key,
      answer: undefined,
    }),
  },
  clear: {
    call: (map) => void map.clear(),
    part: () => ({ verb: "clearOne", value: 0, answer: undefined }),
  },
} as const satisfies Record<string, BulkVerb>;

/**
 * Opening a snapshot, which reads all keys at one moment between its call and its
 * return, whenever it is read later.
 */
export const SNAPSHOT = "snapshot";

/** Reads all keys in a snapshot. */
export type SnapshotReader = (
  snapshot: SharedMapSnapshot<string, number>,
  keys: readonly string[],
) => Shown[];

/** The ways to read a snapshot. */
export const SNAPSHOT_READERS: readonly SnapshotReader[] = [
  (snapshot, keys) => keys.map((key) => snapshot.get(key)),
  (snapshot, keys) => {
    const shown = new Map(snapshot.entries());
    return keys.map((key) => shown.get(key));
  },
];

export type KeyVerbName = keyof typeof KEY_VERBS;
export type BulkVerbName = keyof typeof BULK_VERBS;
export type Verb =
  | KeyVerbName
  | BulkVerbName
  | typeof SNAPSHOT
  | typeof TRANSACTION;

export function isKeyVerb(verb: Verb): verb is KeyVerbName {
  return Object.hasOwn(KEY_VERBS, verb);
}

export function isBulkVerb(verb: Verb): verb is BulkVerbName {
  return Object.hasOwn(BULK_VERBS, verb);
}
