/**
 * Workloads: what goes on in the map beside the recorded operations, done by the
 * same workers between them. It is about keys of its own, and is not recorded.
 *
 * @module
 */
import {
  MapFullError,
  type SharedMapOptions,
  type SharedMapSnapshot,
  type SharedMapStats,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { sweep } from "../../src/map/expiry_sweep.ts";
import { BRIEF } from "./entry.ts";
import { keyGroups, twinGroups } from "./key_groups.ts";
import { type OperationMix, TIMELESS } from "./generator.ts";
import type { BulkVerbName, KeyVerbName, Subject } from "./verbs.ts";

/** What a worker does next, each time that it is called. */
type Work = () => void;

/** What shows that something happened: a counter of the map, or answers that it was full. */
export type Sign = keyof Omit<SharedMapStats, "persistence"> | "full";

/** A workload. */
export interface Workload extends OperationMix {
  readonly options: SharedMapOptions<string, number>;
  /** Groups of three keys: a history is about one group, or a part of it. */
  groups(map: Subject): string[][];
  /** Begins the work of one worker. */
  begin(map: Subject, worker: number): Work;
  /** Counters that must have moved for the workload to deserve its name. */
  readonly shows: readonly Sign[];
}

/** Verbs about the time to live. */
const TIMELY: readonly KeyVerbName[] = [
  "ttl",
  "setLong",
  "setDead",
  "setLongIfNew",
  "swapLong",
  "getOrInsertLong",
  "compareAndSetLong",
  "incrementLong",
  "updateLong",
  "keep",
  "expireLong",
  "expireNow",
];

/** Entries of other keys at most, in a table that begins with 256 slots. */
const RESIZING_ENTRIES = 600;
/** Entries of other keys at a time where they come and go. */
const FEW = 20;
/** Snapshots of a worker that are open at a time. */
const MOST_OPEN = 3;
/** A value of which some 200 fill the least of maps. */
const LARGE = new Uint8Array(4_000) as unknown as number;
/** Of those, what each worker begins with where the map evicts. */
const FILLED_BY_ONE = 120;
/** Small entries that each worker begins with in a map that is full to its last block. */
const SMALL_ENTRIES = 1_500;
/** Now and then a worker adds as many small entries as fit, at most so many. */
const STEPS_PER_REFILL = 8;
const MOST_IN_REFILL = 64;

const numbers: SharedMapOptions<string, number> = {
  value: "number",
  maxBytes: 2 ** 22,
};

const BULK: readonly BulkVerbName[] = ["getMany", "setMany", "clear"];
/**
 * For full maps: `clear` would empty them, and how far a `setMany` came that failed is not
 * known.
 */
const UNDIVIDED: readonly BulkVerbName[] = ["getMany"];

const common = {
  options: numbers,
  verbs: TIMELESS,
  bulk: BULK,
  groups: keyGroups,
};

export const WORKLOADS = {
  /** Nothing but the recorded operations. */
  calm: {
    ...common,
    verbs: [...TIMELESS, ...TIMELY],
    begin: () => () => {},
    shows: [],
  },

  /**
   * The table grows fourfold, then all is deleted that made it grow, and it shrinks: all
   * the time.
   */
  resizing: {
    ...common,
    begin(map, worker) {
      let next = 0;
      return () => {
        for (let i = 0; i < 4; i++) {
          const turn = next++ % (2 * RESIZING_ENTRIES);
          if (turn < RESIZING_ENTRIES) {
            map.set(`${worker} resizing ${turn}`, turn);
          } else map.delete(`${worker} resizing ${turn - RESIZING_ENTRIES}`);
        }
      };
    },
    shows: ["migrations"],
  },

  /** Keys that never come back: the table fills with tombstones, which are purged. */
  churn: { ...common, begin: churn, shows: ["migrations"] },

  /** The same, and the keys have a hash in common, or their place in the table. */
  collisions: {
    ...common,
    groups: twinGroups,
    begin: churn,
    shows: ["migrations"],
  },

  /** The same beside snapshots that come and go: versions are held, tombstones stay. */
  snapshots: {
    ...common,
    begin(map, worker) {
      const work = churn(map, worker);
      const open: SharedMapSnapshot<string, number>[] = [];
      return () => {
        work();
        if (open.length < MOST_OPEN) open.push(map.snapshot());
        else for (const snapshot of open.splice(0)) snapshot.close();
      };
    },
    shows: ["migrations", "reclaimed"],
  },

  /** Entries expire, unless they are saved in time, and are swept. */
  expiry: {
    ...common,
    verbs: [...TIMELESS, ...TIMELY, "setBrief", "setBrief"],
    begin(map, worker) {
      let next = 0;
      return () => {
        map.set(`${worker} brief ${next++}`, next, { ttl: BRIEF });
        sweep(attachmentOf(map), 2);
      };
    },
    shows: ["migrations", "expired"],
  },

  /** The map is full and says so, also to the recorded operations. */
  full: {
    ...common,
    bulk: UNDIVIDED,
    options: { value: "any", maxBytes: 2 ** 20 },
    begin: keepFull,
    shows: ["full"],
  },

  /** The map is full: any entry may be evicted. */
  eviction: {
    ...common,
    bulk: UNDIVIDED,
    options: { value: "any", maxBytes: 2 ** 20, onFull: "evict" },
    begin: fill,
    shows: ["evicted"],
  },

  /** The same by LRU, and uses are tracked; and what nobody uses for a moment ends. */
  idle: {
    ...common,
    bulk: UNDIVIDED,
    options: {
      value: "any",
      maxBytes: 2 ** 20,
      onFull: "evict",
      policy: "lru",
      track: true,
      idle: 50,
    },
    begin: fill,
    shows: ["evicted", "expired"],
  },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

function churn(map: Subject, worker: number): Work {
  let next = 0;
  return () => {
    map.set(`${worker} churn ${next}`, next);
    map.delete(`${worker} churn ${next - FEW}`);
    next++;
  };
}

/** Begins with a map that is filled to the last block of a small entry, and keeps it there. */
function keepFull(map: Subject, worker: number): Work {
  let [next, oldest] = [0, 0];
  // Short keys: an entry and its tombstone are blocks of one size.
  const add = () => tries(() => map.set(`${worker}${next}`, next));
  while (next < SMALL_ENTRIES && add()) next++;
  for (let i = 0; tries(() => map.set(`${worker} large ${i}`, LARGE)); i++);
  let turn = 0;
  return () => {
    // Now and then many: a move that ends gives a whole table back.
    const isRefill = turn++ % STEPS_PER_REFILL === 0;
    if (!isRefill) map.delete(`${worker}${oldest++}`);
    const end = next + (isRefill ? MOST_IN_REFILL : 1);
    while (next < end && add()) next++;
  };
}

/** Begins with a map that is about full, and goes on filling it. */
function fill(map: Subject, worker: number): Work {
  let [next, oldest] = [0, 0];
  const work = () => {
    if (tries(() => map.set(`${worker} large ${next++}`, LARGE))) return;
    // What a snapshot shows is not freed when it is evicted: something must go.
    const end = (oldest + next) / 2;
    while (oldest < end) map.delete(`${worker} large ${oldest++}`);
  };
  for (let i = 0; i < FILLED_BY_ONE; i++) work();
  return work;
}

/** Whether a write finds memory. */
function tries(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof MapFullError) return false;
    throw error;
  }
}
