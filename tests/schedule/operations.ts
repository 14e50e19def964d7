/**
 * What programs are made of: each operation, with what it means for the map all at once.
 * Those without a meaning change nothing that anyone may see.
 *
 * @module
 */
import { MapFullError } from "../../mod.ts";
import {
  H_ANY_CHANGE,
  H_ROOT,
  P_RESULT,
  P_STATE,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_SLOTS,
  V_KEY,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { reservedChunks } from "../../src/segment/long_key.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { runLength } from "../../src/segment/table_region.ts";
import { load, sleepOn, store } from "../../src/segment/atomics.ts";
import { numberKeys } from "../../src/codec/keys.ts";
import { LEAVE } from "../../src/map/commit.ts";
import { EntryLimit } from "../../src/map/entry_limit.ts";
import { Remover } from "../../src/map/removal.ts";
import { purge as purgeTable } from "../../src/map/purge.ts";
import { sweep as sweepUp } from "../../src/map/expiry_sweep.ts";
import { Writer } from "../../src/map/writer.ts";
import {
  closeSnapshot as closeSnapshotOf,
  versionAt,
} from "../../src/table/clock.ts";
import { liveEntries } from "../../src/table/account.ts";
import { arm as armWord, changeWord } from "../../src/table/changes.ts";
import { EncodedKey } from "../../src/table/key.ts";
import { ANY_ENTRY } from "../../src/table/eviction_rule.ts";
import { NUMBER } from "../../src/table/fast_lookup.ts";
import { dequeue, enqueue } from "../../src/table/small_queue.ts";
import { isTombstone, valueIndex } from "../../src/table/version.ts";
import type { Client } from "./client.ts";
import { passTime } from "./clock.ts";
import type { Model } from "./history.ts";

/** Booleans are 0 and 1. */
export type Result = number | undefined;

/** One call. */
export interface Operation {
  readonly text: string;
  run(me: Client): Result;
  /** `result` is what was returned, for what may turn out one way or the other. */
  spec?(model: Model, worker: number, result: Result): Result;
}

// ---- on a key -----------------------------------------------------------------------------------

export const get = (key: number): Operation => ({
  text: `get(${key})`,
  run: ({ map }) => map.get(key),
  spec: ({ map }) => map.get(key),
});

/** As the map does for a string: that of the bytes of the number, so that it is the same key. */
export const getText = (key: number): Operation => ({
  text: `get("${key}")`,
  run: ({ attachment, map, participant, segment }) => {
    const { base } = participant;
    const seen = attachment.fastPath.lookup(base, textOf(key), 8);
    if (seen === 0) return undefined;
    return seen === NUMBER
      ? segment.floats[(base + P_RESULT) / 2]
      : map.get(key);
  },
  spec: ({ map }) => map.get(key),
});

function textOf(key: number): string {
  const bytes = new Uint8Array(Float64Array.of(key).buffer);
  return String.fromCharCode(...bytes);
}

export const has = (key: number): Operation => ({
  text: `has(${key})`,
  run: ({ map }) => Number(map.has(key)),
  spec: ({ map }) => Number(map.has(key)),
});

/** Whether there is an entry, read with a pin: `get` and `has` do without where they can. */
export const hasTime = (key: number): Operation => ({
  text: `ttl(${key})`,
  run: ({ map }) => Number(map.ttl(key) !== undefined),
  spec: ({ map }) => Number(map.has(key)),
});

export const set = (key: number, value: number): Operation => ({
  text: `set(${key}, ${value})`,
  run: ({ map }) => void map.set(key, value),
  spec: ({ map }) => void map.set(key, value),
});

/** 0: the map was full. */
export const trySet = (key: number, value: number): Operation => ({
  text: `set(${key}, ${value}) if there is room`,
  run: ({ map }) => {
    try {
      map.set(key, value);
      return 1;
    } catch (error) {
      if (error instanceof MapFullError) return 0;
      throw error;
    }
  },
  spec: ({ map }, _, result) => {
    if (result === 1) map.set(key, value);
    return result;
  },
});

export const remove = (key: number): Operation => ({
  text: `delete(${key})`,
  run: ({ map }) => Number(map.delete(key)),
  spec: ({ map }) => Number(map.delete(key)),
});

export const swap = (key: number, value: number): Operation => ({
  text: `swap(${key}, ${value})`,
  run: ({ map }) => map.swap(key, value),
  spec: ({ map }) => {
    const before = map.get(key);
    map.set(key, value);
    return before;
  },
});

export const take = (key: number): Operation => ({
  text: `take(${key})`,
  run: ({ map }) => map.take(key),
  spec: ({ map }) => {
    const before = map.get(key);
    map.delete(key);
    return before;
  },
});

export const compareAndSet = (
  key: number,
  expected: number | undefined,
  value: number,
): Operation => ({
  text: `compareAndSet(${key}, ${expected}, ${value})`,
  run: ({ map }) => Number(map.compareAndSet(key, expected, value)),
  spec: ({ map }) => {
    if (map.get(key) !== expected) return 0;
    map.change(key, value);
    return 1;
  },
});

export const compareAndDelete = (
  key: number,
  expected: number,
): Operation => ({
  text: `compareAndDelete(${key}, ${expected})`,
  run: ({ map }) => Number(map.compareAndDelete(key, expected)),
  spec: ({ map }) =>
    Number(map.get(key) === expected ? map.delete(key) : false),
});

export const getOrInsert = (key: number, value: number): Operation => ({
  text: `getOrInsert(${key}, ${value})`,
  run: ({ map }) => map.getOrInsert(key, value),
  spec: ({ map }) => {
    if (!map.has(key)) map.set(key, value);
    return map.get(key);
  },
});

export const increment = (key: number): Operation => ({
  text: `increment(${key})`,
  run: ({ map }) => map.increment(key),
  spec: ({ map }) => {
    map.change(key, (map.get(key) ?? 0) + 1);
    return map.get(key);
  },
});

/** Changes an entry that is there: what it becomes is made outside of the map. */
export const double = (key: number): Operation => ({
  text: `update(${key}, double)`,
  run: ({ map }) => map.update(key, (value) => value && 2 * value),
  spec: ({ map }) => {
    const value = map.get(key);
    if (value !== undefined) map.change(key, 2 * value);
    return map.get(key);
  },
});

// ---- waiting ------------------------------------------------------------------------------------

/** The change word of a key. */
function wordOf({ seed }: Segment, key: number): number {
  const scratch = new EncodedKey(seed);
  scratch.packNumber(key);
  return changeWord(scratch.hash);
}

function armAs(me: Client, word: number): number {
  const armed = armWord(me.segment.words, word);
  me.armed.set(word, armed);
  return armed;
}

/** Falls asleep on a word that was armed; 0: it has changed since. */
function sleep({ armed, segment: { words } }: Client, word: number): number {
  return Number(sleepOn(words, word, armed.get(word)!) !== undefined);
}

const anyResult: Operation["spec"] = (_model, _worker, result) => result;

/** Arms the word of a key; what it is then. */
export const arm = (key: number): Operation => ({
  text: `arm(${key})`,
  run: (me) => armAs(me, wordOf(me.segment, key)),
  spec: anyResult,
});

/** After `arm`: waits until the key changes. */
export const sleepFor = (key: number): Operation => ({
  text: `sleep(${key})`,
  run: (me) => sleep(me, wordOf(me.segment, key)),
  spec: anyResult,
});

/** Arms the word of those who wait for many keys. */
export const armAny: Operation = {
  text: "armAny()",
  run: (me) => armAs(me, H_ANY_CHANGE),
  spec: anyResult,
};

/** Whether the word of a key is as it was armed. */
export const compareWord = (key: number): Operation => ({
  text: `compareWord(${key})`,
  run: (me) => {
    const word = wordOf(me.segment, key);
    me.isUnchanged = load(me.segment.words, word) === me.armed.get(word);
    return Number(me.isUnchanged);
  },
  spec: anyResult,
});

/** After all that: waits until anything changes, unless the word of the key has already. */
export const sleepForAny: Operation = {
  text: "sleepForAny()",
  run: (me) => me.isUnchanged ? sleep(me, H_ANY_CHANGE) : 0,
  spec: anyResult,
};

// ---- loading ------------------------------------------------------------------------------------

/** Takes a lease for a key, and looks at it. */
export const takeLease = (key: number): Operation => ({
  text: `takeLease(${key})`,
  run: ({ loading }) => void loading.see(key),
});

/** Reads the value that is to be loaded, of another key. */
export const loadFrom = (key: number): Operation => ({
  text: `loadFrom(${key})`,
  run: ({ loading }) => loading.load(key),
  spec: ({ map }) => map.get(key),
});

/** Writes what was loaded, unless the key was written since: 1: it did. */
export const keepLoaded = (key: number): Operation => ({
  text: `keepLoaded(${key})`,
  run: ({ loading }) => loading.keep(),
  spec: ({ map }, _, result) => {
    if (result !== undefined) map.change(key, result);
    return result;
  },
});

/** A delete of which nobody is told whether there was something. */
export const removeBlindly = (key: number): Operation => ({
  text: `removeBlindly(${key})`,
  run: ({ map }) => void map.delete(key),
  spec: ({ map }) => void map.delete(key),
});

/** What was set is evicted. */
export const evictKey = (key: number): Operation => ({
  text: `evict(${key})`,
  run: ({ attachment, participant, segment }) => {
    const scratch = new EncodedKey(segment.seed);
    scratch.packNumber(key);
    participant.pin();
    const ref = attachment.table.find(scratch);
    const isThere = ref !== 0 && !isTombstone(segment.words, ref);
    if (isThere) new Remover(attachment).remove(ref, "evicted");
    participant.unpin();
    return undefined;
  },
  spec: ({ map }) => void map.delete(key),
});

// ---- eviction -----------------------------------------------------------------------------------

/** Puts a hash into the small queue. */
export const enqueueHash = (hash: number): Operation => ({
  text: `enqueue(${hash})`,
  run: ({ segment }) => enqueue(segment.words, hash) as undefined,
  spec: anyResult,
});

/** Takes one out. */
export const dequeueHash: Operation = {
  text: "dequeue()",
  run: ({ segment }) => dequeue(segment.words),
  spec: anyResult,
};

/** Keys are digits to this base where several are one result. */
const DIGITS = 16;

/** Evicts down to the most entries; the keys that it evicted, as the digits of a number. */
export const keepLimit: Operation = {
  text: "keep()",
  run: (me) => evictedBy(me, () => new EntryLimit(me.attachment).keep()),
  spec: areEvicted,
};

/** The same, but it does not try again where another worker was faster. */
export const keepLimitOnce: Operation = {
  text: "keep() in one try",
  run: (me) => evictedBy(me, () => evictOnce(me)),
  spec: areEvicted,
};

function evictOnce({ attachment, segment }: Client): void {
  const { words } = segment;
  if (liveEntries(words) <= segment.mostEntries) return;
  const { evictionPolicy, participant, table } = attachment;
  const isEvictable = (ref: number) => !isTombstone(words, ref);
  const candidates = {
    segment,
    table,
    limit: 2 ** 32,
    isEvictable,
    rule: ANY_ENTRY,
  };
  participant.pin();
  const ref = evictionPolicy.choose(candidates);
  if (ref !== 0) new Remover(attachment).remove(ref, "evicted");
  participant.unpin();
}

function evictedBy({ attachment, segment }: Client, act: () => void): number {
  let keys = 0;
  const hear = (ref: number) => {
    keys = keys * DIGITS + numberKeys.read(segment, ref);
  };
  attachment.removalListeners.add(hear);
  act();
  attachment.removalListeners.delete(hear);
  return keys;
}

function areEvicted({ map }: Model, _: number, result: Result): Result {
  for (let keys = result!; keys > 0; keys = Math.floor(keys / DIGITS)) {
    if (!map.delete(keys % DIGITS)) return undefined;
  }
  return result;
}

// ---- time ---------------------------------------------------------------------------------------

/** Lets time pass. */
export const pass = (by: number): Operation => ({
  text: `${by} ms pass`,
  run: ({ segment }) => passTime(segment, by) as undefined,
  spec: ({ map }) => map.pass(by) as undefined,
});

export const setFor = (key: number, value: number, ttl: number): Operation => ({
  text: `set(${key}, ${value}, { ttl: ${ttl} })`,
  run: ({ map }) => void map.set(key, value, { ttl }),
  spec: ({ map }) => {
    map.set(key, value);
    map.expire(key, ttl);
    return undefined;
  },
});

/** A lease, taken or renewed. */
export const compareAndSetFor = (
  key: number,
  expected: number,
  value: number,
  ttl: number,
): Operation => ({
  text: `compareAndSet(${key}, ${expected}, ${value}, { ttl: ${ttl} })`,
  run: ({ map }) => Number(map.compareAndSet(key, expected, value, { ttl })),
  spec: ({ map }) => {
    if (map.get(key) !== expected) return 0;
    map.set(key, value);
    map.expire(key, ttl);
    return 1;
  },
});

/** A limit for a stretch of time. */
export const incrementFor = (key: number, ttl: number): Operation => ({
  text: `increment(${key}, 1, { ttl: ${ttl} })`,
  run: ({ map }) => map.increment(key, 1, { ttl }),
  spec: ({ map }) => {
    const before = map.get(key);
    map.change(key, (before ?? 0) + 1);
    if (before === undefined) map.expire(key, ttl);
    return map.get(key);
  },
});

export const expire = (key: number, ttl: number): Operation => ({
  text: `expire(${key}, ${ttl})`,
  run: ({ map }) => Number(map.expire(key, ttl)),
  spec: ({ map }) => {
    if (!map.has(key)) return 0;
    map.expire(key, ttl);
    return 1;
  },
});

/** A `get` in a map with a time to idle. */
export const use = (key: number, idle: number): Operation => ({
  text: `get(${key})`,
  run: ({ map }) => map.get(key),
  spec: ({ map }) => {
    map.use(key, idle);
    return map.get(key);
  },
});

/** The same, but it gives the entry more time as a plain write does, which is never too late. */
export const useWithoutRenewal = (key: number, idle: number): Operation => ({
  ...use(key, idle),
  run: ({ attachment, map }) => {
    const writer = new Writer(attachment);
    const { maker } = writer;
    numberKeys.pack(key, attachment.key);
    writer.tryCommit(
      false,
      (current, live) =>
        live ? maker.copy(current, maker.endAfter(Infinity)) : LEAVE,
    );
    return map.get(key);
  },
});

/** Removes what has expired, all round the table. */
export const sweep: Operation = {
  text: "sweep()",
  run: ({ attachment }) => void sweepUp(attachment),
};

// ---- snapshots ----------------------------------------------------------------------------------

export const openSnapshot: Operation = {
  text: "snapshot()",
  run: (me) => {
    me.snapshot = me.map.snapshot();
    return undefined;
  },
  spec: ({ map, snapshots }, worker) => {
    snapshots.set(worker, new Map(map));
    return undefined;
  },
};

/** What the worker's own snapshot shows. */
export const readSnapshot = (key: number): Operation => ({
  text: `snapshot.get(${key})`,
  run: ({ snapshot }) => snapshot!.get(key),
  spec: ({ snapshots }, worker) => snapshots.get(worker)!.get(key),
});

/** What a key was at a tick of which a snapshot was opened before, and is open still. */
export const readAtTick = (
  key: number,
  tick: number,
  value: number,
): Operation => ({
  text: `what ${key} was at ${tick}`,
  run: (me) => {
    const { attachment: { table }, segment: { floats, seed, words } } = me;
    const scratch = new EncodedKey(seed);
    scratch.packNumber(key);
    return me.pinned(() => {
      const ref = versionAt(words, table.find(scratch), tick);
      return floats[valueIndex(words, ref)];
    });
  },
  spec: () => value,
});

/** Closes a snapshot that was opened before. */
export const closeAt = (registryWord: number): Operation => ({
  text: "that snapshot ends",
  run: ({ participant }) =>
    closeSnapshotOf(participant, registryWord) as undefined,
});

/** All values in the worker's own snapshot, summed. */
export const sumSnapshot: Operation = {
  text: "sum of snapshot.values()",
  run: ({ snapshot }) => sum(snapshot!.values()),
  spec: ({ snapshots }, worker) => sum(snapshots.get(worker)!.values()),
};

function sum(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

export const closeSnapshot: Operation = {
  text: "snapshot.close()",
  run: ({ snapshot }) => snapshot!.close() as undefined,
};

// ---- iteration ----------------------------------------------------------------------------------

/** How often an iteration meets a key that is there throughout. */
export const countInKeys = (key: number): Operation => ({
  text: `times that keys() gives ${key}`,
  run: ({ map }) => [...map.keys()].filter((it) => it === key).length,
  spec: ({ map }) => Number(map.has(key)),
});

// ---- attachments --------------------------------------------------------------------------------

/** No lock has a number as high. */
const NEWCOMERS = 1000;

/** Takes a record that nobody else has. */
export const attach: Operation = {
  text: "attach()",
  run: (me) => {
    const lock = NEWCOMERS + me.participant.slot;
    me.join(lock);
    const { base } = me.participant;
    if (me.segment.words[base + P_STATE] !== lock) {
      throw new Error("two participants have one record");
    }
    return undefined;
  },
};

export const close: Operation = {
  text: "close()",
  run: ({ map }) => map.close() as undefined,
};

// ---- memory -------------------------------------------------------------------------------------

/** Frees all that it can free now. */
export const collect: Operation = {
  text: "collectAll()",
  run: ({ participant }) => participant.collectAll() as undefined,
};

/** Has the era advance once, if it may. */
export const advance: Operation = {
  text: "advance()",
  run: ({ participant }) => void participant.advance(),
};

/** Allocates a block and puts a mark into it. */
export const allocate = (bytes: number): Operation => ({
  text: `allocate(${bytes})`,
  run: ({ blocks, participant, segment }) => {
    const ref = participant.allocator.allocate(bytes);
    if (ref === 0) return undefined;
    const at = ref * 4;
    segment.words.fill(participant.slot, at, at + bytes / 4);
    blocks.push(ref);
    return undefined;
  },
});

/** Frees its oldest block, which must bear its mark and nothing else. */
export const free = (bytes: number): Operation => ({
  text: "free()",
  run: ({ blocks, participant, segment }) => {
    const ref = blocks.shift();
    if (ref === undefined) return undefined;
    for (let i = ref * 4; i < ref * 4 + bytes / 4; i++) {
      if (segment.words[i] !== participant.slot) {
        throw new Error(`block ${ref} was given to two`);
      }
    }
    participant.allocator.free(ref);
    return undefined;
  },
});

/** Gives its free blocks to the others. */
export const flush: Operation = {
  text: "flush()",
  run: ({ participant }) => void participant.allocator.flush(),
};

export const consolidate: Operation = {
  text: "consolidate()",
  run: ({ participant }) => void participant.allocator.consolidate(true),
};

/**
 * Brings a run that stands for a version with a key whose tombstone takes so many bytes,
 * as a write does: 1; 0: there was no memory for both.
 */
export const bringLongKey = (bytes: number): Operation => ({
  text: `bring a long key (${bytes})`,
  run: (me) => {
    const { allocator } = me.participant;
    if (!allocator.reserve.keep(bytes)) return 0;
    const ref = allocator.allocate(bytes);
    if (ref === 0) return 0;
    me.segment.words[ref * 4 + V_KEY] = bytes;
    return linkRun(me, ref, bytes);
  },
  spec: (_model, _part, result) => result,
});

/** The second half of that, for the run that somebody allocated for such a key before. */
export const linkLongKey = (bytes: number): Operation => ({
  text: `link a long key (${bytes})`,
  run: (me) => {
    const { words } = me.segment;
    const ref = runsOf(me.segment).find((ref) =>
      words[ref * 4 + V_KEY] === bytes
    );
    return linkRun(me, ref!, bytes);
  },
  spec: (_model, _part, result) => result,
});

function linkRun(
  { blocks, participant: { allocator }, segment: { words } }: Client,
  ref: number,
  bytes: number,
): number {
  if (!allocator.reserve.keep(bytes)) {
    allocator.free(ref);
    return 0;
  }
  store(words, ref * 4 + V_STAMP, LINKED);
  blocks.push(ref);
  return 1;
}

/** The stamp of a run that is linked. */
const LINKED = 1;

/** Its long key must have what its tombstone takes, kept for it. */
export const checkReserve: Operation = {
  text: "check the reserve",
  run: ({ blocks, segment }) => {
    for (const ref of blocks) checkIsKept(segment, ref);
    return undefined;
  },
};

/** The same for the long keys of all, where nobody drops one: what was freed may look like one. */
export const checkReserveOfAll: Operation = {
  text: "check the reserve of all",
  run: ({ segment }) => {
    for (const ref of runsOf(segment)) {
      if (segment.words[ref * 4 + V_STAMP] !== LINKED) continue;
      checkIsKept(segment, ref);
    }
    return undefined;
  },
};

function checkIsKept(
  segment: Segment,
  ref: number,
): void {
  const { words } = segment;
  const chunks = segment.chunksFor(words[ref * 4 + V_KEY]);
  if (reservedChunks(words) < chunks) {
    throw new Error(`fewer chunks are kept than the ${chunks} needed`);
  }
}

/** Where the runs of chunks begin: all at once, which is no step. */
function runsOf(segment: Segment): number[] {
  return Array.from({ length: segment.chunkCount }, (_, chunk) => chunk)
    .filter((chunk) => runLength(segment.words[segment.descriptor(chunk)]) > 0)
    .map((chunk) => segment.chunkRef(chunk));
}

export const dropLongKey: Operation = {
  text: "drop the long key",
  run: ({ blocks, participant: { allocator } }) => {
    const ref = blocks.shift();
    if (ref !== undefined) allocator.free(ref);
    return undefined;
  },
};

/** How much a tombstone takes is read as it is; in a run that was freed it may be anything. */
export const lowerReserve: Operation = {
  text: "lowerReserve()",
  run: ({ participant: { allocator }, segment: { words } }) =>
    void allocator.reserve.lower((ref) =>
      Math.abs(words[ref * 4 + V_KEY] % MOST_BYTES)
    ),
};

const MOST_BYTES = 2 ** 20;

// ---- tables -------------------------------------------------------------------------------------

/** Starts a move of the root, unless one is under way. */
export const startMove: Operation = {
  text: "start()",
  run: (me) =>
    me.pinned(() => {
      const { words } = me.segment;
      const root = words[H_ROOT] * 4;
      if (words[root + T_NEXT] === 0) me.resizer.start(root);
      return undefined;
    }),
};

/** Moves one stride, if there is anything to move. */
export const help: Operation = {
  text: "help()",
  run: (me) => void me.pinned(() => me.migration.helpIfMoving()),
};

/** Moves the slots with this hash, if the root is being moved. */
export const moveSlotsOf = (hash: number): Operation => ({
  text: `move the slots of ${hash}`,
  run: (me) =>
    me.pinned(() => {
      const { words } = me.segment;
      const root = words[H_ROOT] * 4;
      if (words[root + T_NEXT] === 0) return undefined;
      const end = root + T_SLOTS + words[root + T_CAPACITY] * SLOT_WORDS;
      for (let slot = root + T_SLOTS; slot < end; slot += SLOT_WORDS) {
        if (words[slot] === hash) me.migration.moveSlot(root, slot);
      }
      return undefined;
    }),
});

/** Moves all that is left to move. */
export const finishMove: Operation = {
  text: "finish()",
  run: (me) => me.pinned(() => me.migration.finishIfMoving()) as undefined,
};

/** Drops tombstones, however few there are. */
export const purge: Operation = {
  text: "purge()",
  run: ({ attachment }) => void purgeTable(attachment, 0),
};

/** Starts a move if there are many tombstones, as the background does. */
export const tidy: Operation = {
  text: "considerShrinking()",
  run: (me) =>
    me.pinned(() => me.resizer.considerShrinking(1 / 4)) as undefined,
};

// ---- the dead -----------------------------------------------------------------------------------

export const recover = (slot: number): Operation => ({
  text: `recover(${slot})`,
  run: (me) => me.recover(slot) as undefined,
});
