/**
 * Seeded faults: maps that do one thing wrong, as a map might that was built
 * with less care. What they do wrong shows only when workers meet, or only in
 * later answers: the histories must find it.
 *
 * @module
 */
import { KEEP, type SharedMapSnapshot } from "../../mod.ts";
import { Draft } from "./draft.ts";
import { DEAD_AT_ONCE, LONG } from "./entry.ts";
import type { Subject } from "./verbs.ts";

/** What a faulty map does in its own way. */
type Ways = Partial<Subject>;

/** A map with some methods replaced. */
function replacing(map: Subject, ways: Ways): Subject {
  return new Proxy(map, {
    get(map, name) {
      if (name in ways) return Reflect.get(ways, name);
      const method: unknown = Reflect.get(map, name, map);
      return typeof method === "function" ? method.bind(map) : method;
    },
  });
}

const pillow = new Int32Array(new SharedArrayBuffer(4));

/**
 * Where a worker is in two minds, it loses its processor for a moment. So what a
 * fault does not guard is open for as long as it may well be, and the others
 * are at work meanwhile, however few processors there are.
 */
function preempt(): void {
  Atomics.wait(pillow, 0, 0, 0.05);
}

/** Each fault in one sentence, and how it comes about in one worker. */
const WAYS = {
  "get() answers from a cache every other time": (map) => {
    const cache = new Map<string, number | undefined>();
    return {
      get(key) {
        if (cache.has(key)) {
          const stale = cache.get(key);
          cache.delete(key);
          return stale;
        }
        cache.set(key, map.get(key));
        return map.get(key);
      },
    };
  },

  "has() is true of what it has seen before": (map) => {
    const seen = new Set<string>();
    return {
      has(key) {
        if (map.has(key)) seen.add(key);
        return seen.has(key);
      },
    };
  },

  "set() is done one operation later": (map) => {
    let late: (() => void) | undefined;
    return {
      set(key, value, options) {
        late?.();
        late = () => void map.set(key, value, options);
        return map;
      },
    };
  },

  "set() keeps the time to live": (map) => ({
    set: (key, value, options) =>
      map.ttl(key) !== Infinity && options === undefined
        ? map.set(key, value, { ttl: LONG })
        : map.set(key, value, options),
  }),

  "an entry that expires at once is there for good": (map) => ({
    set: (key, value, options) =>
      options?.ttl === DEAD_AT_ONCE
        ? map.set(key, value)
        : map.set(key, value, options),
  }),

  "increment() is get, then set": (map) => ({
    increment(key, by = 1, options) {
      const sum = (map.get(key) ?? 0) + by;
      preempt();
      map.set(key, sum, { keepTtl: true, ...options });
      return sum;
    },
  }),

  "update() is get, then compareAndSet without another try": (map) => ({
    update(key, fn, options) {
      const before = map.get(key);
      const next = fn(before);
      if (next === KEEP) return before;
      preempt();
      const life = { keepTtl: true, ...options };
      if (next !== undefined) map.compareAndSet(key, before, next, life);
      else if (before !== undefined) map.compareAndDelete(key, before);
      return next;
    },
  }),

  "swap() is get, then set": (map) => ({
    swap(key, value, options) {
      const before = map.get(key);
      preempt();
      map.set(key, value, options);
      return before;
    },
  }),

  "take() is get, then delete: two may get it": (map) => ({
    take(key) {
      const value = map.get(key);
      preempt();
      map.delete(key);
      return value;
    },
  }),

  "delete() is has, then delete: two may have done it": (map) => ({
    delete(key) {
      const was = map.has(key);
      preempt();
      map.delete(key);
      return was;
    },
  }),

  "getOrInsert() is get, then set: two may win": (map) => ({
    getOrInsert(key, value, options) {
      const found = map.get(key);
      if (found !== undefined) return found;
      preempt();
      map.set(key, value, { ttl: options?.ttl });
      return value;
    },
  }),

  "getOrInsertComputed() answers what it computed": (map) => ({
    getOrInsertComputed(key, compute, options) {
      const found = map.get(key);
      if (found !== undefined) return found;
      const computed = compute(key);
      preempt();
      map.getOrInsert(key, computed, options);
      return computed;
    },
  }),

  "compareAndSet() is get, then set: two may win": (map) => ({
    compareAndSet(key, expected, value, options) {
      if (map.get(key) !== expected) return false;
      preempt();
      map.set(key, value, { keepTtl: options?.ttl === undefined, ...options });
      return true;
    },
  }),

  "compareAndDelete() is get, then delete": (map) => ({
    compareAndDelete(key, expected) {
      if (map.get(key) !== expected) return false;
      preempt();
      return map.delete(key);
    },
  }),

  "expire() is get, then set: what was deleted comes back": (map) => ({
    expire(key, ttl) {
      const value = map.get(key);
      if (value === undefined) return false;
      preempt();
      map.set(key, value, { ttl });
      return true;
    },
  }),

  "clear() stops at its first entry": (map) => ({
    clear() {
      for (const key of map.keys()) {
        map.delete(key);
        return;
      }
    },
  }),

  "setMany() forgets its last entry": (map) => ({
    setMany: (entries) => map.setMany([...entries].slice(0, -1)),
  }),

  "getMany() answers in the order of the keys' names, backwards": (map) => ({
    getMany: (keys) => [...keys].sort().reverse().map((key) => map.get(key)),
  }),

  "a snapshot shows the map as it is when it is read": (map) => ({
    snapshot: () => lookAlike(map.entries.bind(map), (key) => map.get(key)),
  }),

  "a snapshot is a copy that takes its time": (map) => ({
    snapshot() {
      const keys = [...map.keys()];
      const copy = new Map<string, number>();
      for (const key of keys) {
        const value = map.get(key);
        if (value !== undefined) copy.set(key, value);
        preempt();
      }
      return lookAlike(() => copy.entries(), (key) => copy.get(key));
    },
  }),

  "a snapshot shows the moment of an older one": (map) => {
    let older: Map<string, number> | undefined;
    return {
      snapshot() {
        using now = map.snapshot();
        const shown = older ?? new Map(now.entries());
        older = new Map(now.entries());
        return lookAlike(() => shown.entries(), (key) => shown.get(key));
      },
    };
  },

  "a transaction does one write after the other": (map) => ({
    transaction(code) {
      const draft = new Draft((key) => map.get(key));
      const result = code(draft);
      draft.applyTo(map, preempt);
      return result;
    },
  }),

  "a transaction checks what it has read, and writes after that": (map) => ({
    transaction(code) {
      for (;;) {
        const draft = new Draft((key) => map.get(key));
        const result = code(draft);
        const isStill = draft.reads.entries().every(([key, value]) =>
          map.get(key) === value
        );
        if (!isStill) continue;
        preempt();
        map.transaction((tx) => draft.applyTo(tx));
        return result;
      }
    },
  }),

  "a transaction goes by a snapshot, but for the keys that it writes": (
    map,
  ) => ({
    transaction(code) {
      for (;;) {
        using snapshot = map.snapshot();
        const draft = new Draft((key) => snapshot.get(key));
        const result = code(draft);
        preempt();
        const isDone = map.transaction((tx) => {
          for (const [key, value] of draft.reads) {
            if (draft.writes.has(key) && tx.get(key) !== value) return false;
          }
          draft.applyTo(tx);
          return true;
        });
        if (isDone) return result;
      }
    },
  }),

  "a transaction that only reads sees more than one moment": (map) => ({
    transaction(code) {
      const draft = new Draft((key) => {
        preempt();
        return map.get(key);
      });
      const result = code(draft);
      return draft.writes.size === 0 ? result : map.transaction(code);
    },
  }),

  "a transaction that only reads sees an older moment": (map) => {
    let older: Map<string, number> | undefined;
    return {
      transaction(code) {
        using now = map.snapshot();
        const shown = older ?? new Map(now.entries());
        older = new Map(now.entries());
        const draft = new Draft((key) => shown.get(key));
        const result = code(draft);
        return draft.writes.size === 0 ? result : map.transaction(code);
      },
    };
  },

  "a transaction does not see what it wrote": (map) => ({
    transaction: (code) =>
      map.transaction((tx) => {
        const before = new Map<string, number | undefined>();
        const read = (key: string) => {
          if (!before.has(key)) before.set(key, tx.get(key));
          return before.get(key);
        };
        const draft = new Draft(read);
        draft.get = read;
        const result = code(draft);
        draft.applyTo(tx);
        return result;
      }),
  }),

  "a transaction that throws leaves its first write": (map) => ({
    transaction(code) {
      let draft: Draft | undefined;
      try {
        return map.transaction((tx) => {
          draft = new Draft((key) => tx.get(key));
          const result = code(draft);
          draft.applyTo(tx);
          return result;
        });
      } catch (error) {
        for (const key of [...draft!.writes.keys()].slice(1)) {
          draft!.writes.delete(key);
        }
        draft!.applyTo(map);
        throw error;
      }
    },
  }),
} as const satisfies Record<string, (map: Subject) => Ways>;

/** What the histories look at of a snapshot. */
type Shown = Pick<
  SharedMapSnapshot<string, number>,
  "entries" | "get" | "close"
>;

function lookAlike(
  entries: Shown["entries"],
  get: Shown["get"],
): SharedMapSnapshot<string, number> {
  const shown: Shown = { entries, get, close: () => {} };
  return shown as SharedMapSnapshot<string, number>;
}

export type FaultName = keyof typeof WAYS;

/** The names of all faults. */
export const FAULTS = Object.keys(WAYS) as FaultName[];

/** Of these, those of transactions over several keys. */
export const TRANSACTION_FAULTS: readonly FaultName[] = FAULTS.filter((fault) =>
  fault.startsWith("a transaction")
);

/** A map with a fault. */
export function faulty(map: Subject, fault: FaultName): Subject {
  return replacing(map, WAYS[fault](map));
}
