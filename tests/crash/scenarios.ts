/**
 * What the victims do when they die: for each operation, a small map and the
 * operation, to be tried again and again with a death at each of its steps.
 *
 * @module
 */
import { assert } from "@std/assert";
import { MapFullError, type SharedMapOptions } from "../../mod.ts";
import { adoptEstates } from "../../src/reclamation/estate.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_ROOT, REF_BYTES } from "../../src/segment/layout.ts";
import { rootWord } from "../../src/segment/roots.ts";
import { growTree } from "../reclamation/trees.ts";
import { EntryAccess } from "../../src/map/entry_access.ts";
import { sweep } from "../../src/map/expiry_sweep.ts";
import { Hold } from "../../src/map/hold.ts";
import { LeasedWriter } from "../../src/map/leased_write.ts";
import { EpochScan } from "../../src/persist/epoch_scan.ts";
import type { Counted } from "./atomics.ts";
import { COMMANDS } from "./collections.ts";
import { type Change, commitTexts } from "./commits.ts";
import { MESSAGES as MESSAGE_WAYS } from "./messages.ts";
import { LARGE_NODE as LARGE_TREE_NODE, WAYS } from "./structures.ts";
import { textOf, type Value } from "./text.ts";
import { VECTORS } from "./vectors.ts";
import { World } from "./world.ts";

/** One kind of death. */
export interface Scenario {
  readonly options?: SharedMapOptions<string, Value>;
  /** Which steps count, if not just writes. */
  readonly counted?: Counted;
  /** Prepares the map, with nobody dying. */
  prepare(world: World): void;
  /** What the victim does when it dies. */
  act(world: World): void;
  /** Throws if what is there after the recovery cannot be. */
  check?(world: World): void;
  /** The most that may be lost, in refs: a record of the usual size, as a rule. */
  readonly leaks?: number;
}

/** What the largest values of these worlds take. */
const LARGE_RUN = 1280;
const LARGER_RUN = 3328;

/**
 * What a table takes that shares its chunk with others: it is lost like a record, if it is
 * not linked.
 */
const SMALL_TABLE = 256;
/** What a record takes, if nothing else is said. */
export const RECORD = 16;

/** What a node takes that is a run of chunks: as lost as any other if it is in hand. */
const LARGE_NODE = 768;
/** The name of a root. */
const TREE = 1;
const KEY = "the key";
const OLD = textOf(KEY, 0, 40);
const NEW = textOf(KEY, 1, 40);
const LARGE = textOf(KEY, 2, 20_000);
const WIDE = textOf(KEY, 3, 40) + "\u2603";
const FRESH_KEY = "a new key";
const FRESH = textOf(FRESH_KEY, 0, 40);

const NEWER_KEY = "another new key";
const NEWER = textOf(NEWER_KEY, 1, 40);

/** Fifty entries of many sizes, the key, and a victim that has blocks at hand. */
function populate(world: World): void {
  world.fill("k", 50, (i) => 8 + i * i);
  for (let i = 0; i < 3; i++) world.set(KEY, OLD, world.victim);
  world.set("gone", OLD, world.victim);
  world.delete("gone", world.victim);
}

/** From here on each entry may be evicted. */
function mayLoseAny(world: World): void {
  for (const [key, value] of world.map) {
    world.pending.set(key, [value, undefined]);
  }
}

/** One operation of the victim that gives a key a value. */
function sets(
  operate: (world: World) => void,
  key: string,
  value: Value,
  leaks?: number,
): Scenario {
  return {
    leaks,
    prepare: populate,
    act: (world) => world.attempt(key, value, () => operate(world)),
  };
}

/**
 * Looks at a key under a lease; returns what keeps a value that was loaded for it.
 *
 * @param world The world, whose victim loads.
 * @param key The key.
 * @param value The value.
 * @param isWritten Whether somebody writes to the key right before it is linked: the lease is good
 * only when it is looked at first.
 */
function leasedLoad(
  { map, victim }: World,
  key: string,
  value: Value,
  isWritten = false,
): () => void {
  const hold = Hold.whole(attachmentOf(victim));
  const access = new EntryAccess<string, Value>(hold, {});
  const writer = new LeasedWriter(access);
  access.keys.pack(key, "load");
  const seen = writer.see();
  if (isWritten) map.delete(key);
  let looks = isWritten ? 1 : 0;
  const { index, word } = seen.lease;
  const lease = {
    index,
    word,
    get isGood() {
      return looks-- > 0 || seen.lease.isGood;
    },
  };
  return () => {
    access.values.prepare(value);
    access.keys.pack(key, "load");
    const isKept = writer.write({ ...seen, lease: lease as never }, Infinity);
    assert(isKept !== isWritten);
    seen.lease.end();
  };
}

/** Sets keys one after another as the victim. */
function grow(world: World, count: number): void {
  for (let i = 0; i < count; i++) {
    const text = textOf(`g${i}`, 0, 20);
    world.attempt(`g${i}`, text, () => world.victim.set(`g${i}`, text));
  }
}

/** Sets a value of many chunks as the victim. */
function setLarge(world: World): void {
  const text = textOf("large", 0, 50_000);
  world.attempt("large", text, () => world.victim.set("large", text));
}

/** Sets values until the map is full; returns how many. */
function fillMap(world: World, length: number): number {
  try {
    for (let i = 0;; i++) {
      world.set(`b${i}`, textOf(`b${i}`, 0, length), world.victim);
    }
  } catch (error) {
    if (!(error instanceof MapFullError)) throw error;
    return world.model.size;
  }
}

/** Closes snapshots, which frees what can be freed each time. */
function collect(world: World): void {
  for (let i = 0; i < 4; i++) world.victim.snapshot().close();
}

/** As the victim. */
function beginDump(world: World): EpochScan {
  return new EpochScan(attachmentOf(world.victim), 0);
}

/** Half of a small table. */
function scanRange(scan: EpochScan): void {
  scan.next([]);
  scan.pass();
}

/** The victim's queues and lists are long when it dies. */
function populateRichly(world: World): void {
  populate(world);
  world.keepSnapshot();
  const { victim } = world;
  for (let i = 0; i < 30; i++) {
    world.set(`k${i}`, textOf(`k${i}`, i, 20 * i), victim);
  }
  for (let i = 0; i < 30; i++) {
    world.set(`n${i}`, textOf(`n${i}`, i, 20 * i), victim);
    world.set(`n${i}`, textOf(`n${i}`, i, 10 * i), victim);
  }
  world.set(KEY, LARGE, victim);
  world.set(KEY, OLD, victim);
  victim.snapshot();
}

/**
 * The victim died at some step of another scenario, by its number or by what finds it; the one that
 * recovers it dies, too.
 */
function recovers(
  scenario: Scenario,
  step: number | ((scenario: Scenario) => number),
): Scenario {
  let at: number | undefined; // the same in each world
  return {
    leaks: (scenario.leaks ?? 0) + RECORD,
    prepare(world) {
      at ??= typeof step === "number" ? step : step(scenario);
      scenario.prepare(world);
      world.kill(at, "writes", () => scenario.act(world));
      world.giveUpVictim();
    },
    act: (world) => world.recover([2], world.inside),
  };
}

const OPERATIONS: Record<string, Scenario> = {
  "set() of a new key": sets(
    ({ victim }) => victim.set(FRESH_KEY, FRESH),
    FRESH_KEY,
    FRESH,
  ),
  "set() over a value": sets(({ victim }) => victim.set(KEY, NEW), KEY, NEW),
  "set() of a string that is not Latin-1": {
    prepare(world) {
      populate(world);
      for (let i = 0; i < 3; i++) world.set("w", WIDE, world.victim);
    },
    act: (world) => world.attempt(KEY, WIDE, () => world.victim.set(KEY, WIDE)),
  },
  "set() of a value larger than a chunk": sets(
    ({ victim }) => victim.set(KEY, LARGE),
    KEY,
    LARGE,
    LARGE_RUN,
  ),
  "set() with an expiry": sets(
    ({ victim }) => victim.set(KEY, NEW, { ttl: 1e9 }),
    KEY,
    NEW,
  ),
  "expire()": sets(({ victim }) => victim.expire(KEY, 1e9), KEY, OLD),
  "expire() that gives more time": {
    prepare(world) {
      populate(world);
      world.victim.expire(KEY, 1e6);
    },
    act: (world) =>
      world.attempt(KEY, OLD, () => world.victim.expire(KEY, 1e9)),
  },
  "get() that renews an entry that idles": {
    options: { idle: 1e9 },
    prepare(world) {
      populate(world);
      world.passTime(1e9 / 2);
    },
    act: (world) => world.attempt(KEY, OLD, () => world.victim.get(KEY)),
  },
  "getOrInsert() that renews an entry that idles": {
    options: { idle: 1e9 },
    prepare(world) {
      populate(world);
      world.passTime(1e9 / 2);
    },
    act: (world) =>
      world.attempt(KEY, OLD, () => world.victim.getOrInsert(KEY, NEW)),
  },
  "compareAndSet() that takes a lease": sets(
    ({ victim }) =>
      victim.compareAndSet(FRESH_KEY, undefined, FRESH, { ttl: 1e9 }),
    FRESH_KEY,
    FRESH,
  ),
  "compareAndSet() that renews a lease": {
    prepare(world) {
      populate(world);
      world.victim.expire(KEY, 1e6);
    },
    act: (world) =>
      world.attempt(
        KEY,
        NEW,
        () => world.victim.compareAndSet(KEY, OLD, NEW, { ttl: 1e9 }),
      ),
  },
  "swap()": sets(({ victim }) => victim.swap(KEY, NEW), KEY, NEW),
  "delete()": sets(({ victim }) => victim.delete(KEY), KEY, undefined),
  "take()": sets(({ victim }) => victim.take(KEY), KEY, undefined),
  "set() of a key that was deleted": sets(
    ({ victim }) => victim.set("gone", NEW),
    "gone",
    NEW,
  ),
  "getOrInsert()": sets(
    ({ victim }) => victim.getOrInsert(FRESH_KEY, FRESH),
    FRESH_KEY,
    FRESH,
  ),
  "keeping what was loaded": {
    leaks: 2 * RECORD,
    prepare(world) {
      populate(world);
      world.load = leasedLoad(world, FRESH_KEY, FRESH);
    },
    act: (world) => world.attempt(FRESH_KEY, FRESH, () => world.load!()),
  },
  "keeping what was loaded, but the key is written meanwhile": {
    leaks: 2 * RECORD,
    prepare(world) {
      populate(world);
      world.load = leasedLoad(world, FRESH_KEY, FRESH, true);
    },
    act: (world) => world.attempt(FRESH_KEY, undefined, () => world.load!()),
  },
  "keeping what was loaded anew": {
    leaks: 2 * RECORD,
    prepare(world) {
      populate(world);
      world.load = leasedLoad(world, KEY, NEW);
    },
    act: (world) => world.attempt(KEY, NEW, () => world.load!()),
  },
  "compareAndSet()": sets(
    ({ victim }) => victim.compareAndSet(KEY, OLD, NEW),
    KEY,
    NEW,
  ),
  "compareAndDelete()": sets(
    ({ victim }) => victim.compareAndDelete(KEY, OLD),
    KEY,
    undefined,
  ),
  "update()": sets(
    ({ victim }) => victim.update(KEY, () => NEW),
    KEY,
    NEW,
  ),
  "increment()": {
    prepare(world) {
      populate(world);
      world.set(KEY, 41, world.victim);
      world.set(KEY, 42, world.victim);
    },
    act: (world) => world.attempt(KEY, 43, () => world.victim.increment(KEY)),
  },
  "set() over a value that a snapshot shows": {
    prepare(world) {
      populate(world);
      world.keepSnapshot();
    },
    act: (world) => world.attempt(KEY, NEW, () => world.victim.set(KEY, NEW)),
  },
  "the first set()": {
    prepare: (world) => world.fill("k", 50, (i) => 8 + i * i),
    act: (world) => world.attempt(KEY, NEW, () => world.victim.set(KEY, NEW)),
  },
  "get() and getMany()": {
    counted: "all",
    prepare: populate,
    act(world) {
      world.victim.get(KEY);
      world.victim.getMany([KEY, "k1", "k2"]);
    },
  },
  "iteration": {
    counted: "all",
    prepare: populate,
    act: (world) => void [...world.victim],
  },
  "snapshot(), writing under it, and its close()": {
    prepare: populate,
    act(world) {
      const snapshot = world.victim.snapshot();
      for (const key of [KEY, "k1", "k2"]) {
        const text = textOf(key, 3, 40);
        world.attempt(key, text, () => world.victim.set(key, text));
      }
      snapshot.close();
    },
  },
  "clear()": {
    leaks: SMALL_TABLE,
    prepare: (world) => world.fill("k", 20, (i) => 10 * i, world.victim),
    act(world) {
      for (const [key, value] of world.model) {
        world.pending.set(key, [value, undefined]);
      }
      world.victim.clear();
      world.model.clear();
      world.pending.clear();
    },
  },
  "attach()": {
    prepare: populate,
    act: (world) => world.attachAnother(),
  },
  "close()": {
    leaks: LARGE_RUN,
    prepare: populateRichly,
    act: (world) => world.victim.close(),
  },
};

const TABLES: Record<string, Scenario> = {
  "growing": {
    prepare: (world) => world.fill("k", 155, (i) => 8 + i % 50),
    act: (world) => grow(world, 16),
  },
  "growing under a snapshot": {
    prepare(world) {
      world.keepSnapshot();
      world.fill("k", 155, (i) => 8 + i % 50);
    },
    act: (world) => grow(world, 16),
  },
  "dropping tombstones": {
    prepare(world) {
      world.fill("k", 150, (i) => i);
      for (let i = 20; i < 150; i++) world.delete(`k${i}`);
    },
    act(world) {
      const { participant, table } = world.inside;
      participant.pin();
      table.resizer.purge();
      participant.unpin();
    },
  },
};

const MEMORY: Record<string, Scenario> = {
  "collecting what is retired": {
    leaks: LARGE_RUN,
    prepare(world) {
      populate(world);
      for (let i = 0; i < 30; i++) {
        const key = `k${i % 20}`;
        world.set(key, textOf(key, i, 30 + 7 * i), world.victim);
      }
      world.set(KEY, LARGE, world.victim);
      world.set(KEY, OLD, world.victim);
    },
    act: collect,
  },
  "freeing trees": {
    prepare(world) {
      populate(world);
      const { participant } = attachmentOf(world.victim);
      const { words } = participant.segment;
      words[rootWord(words, TREE)!] = growTree(participant, 1, 2).root; // this one stays
      for (const bytes of [40, 200, LARGE_NODE * REF_BYTES]) {
        const { root, refs } = growTree(participant, 2, 2, bytes);
        participant.retireTree(root, refs);
      }
    },
    act: collect,
  },
  "releasing what snapshots needed": {
    leaks: LARGE_RUN,
    prepare(world) {
      populateRichly(world);
      world.closeSnapshots();
    },
    act: collect,
  },
  "taking out what no snapshot shows": {
    prepare(world) {
      populate(world);
      world.keepSnapshot();
      for (let i = 0; i < 6; i++) {
        const by = i % 2 === 0 ? world.victim : world.map;
        for (const key of [KEY, "k1", "k2"]) {
          world.set(key, textOf(key, i, 40), by);
        }
        world.keepSnapshot();
      }
      world.closeSnapshots(1, 5);
    },
    act: collect,
  },
  "dumping": {
    leaks: LARGE_RUN,
    prepare: populateRichly,
    act(world) {
      using scan = beginDump(world);
      while (!scan.done) scanRange(scan);
    },
  },
  "releasing what a dump has passed": {
    leaks: LARGE_RUN,
    prepare(world) {
      populate(world);
      const scan = beginDump(world);
      for (let i = 0; i < 50; i++) {
        world.set(`k${i}`, textOf(`k${i}`, i, 20 * i), world.victim);
      }
      world.set(KEY, LARGE, world.victim);
      world.set(KEY, OLD, world.victim);
      scanRange(scan);
    },
    act: (world) => attachmentOf(world.victim).participant.collectAll(),
  },
  "sweeping expired entries": {
    prepare(world) {
      populate(world);
      for (let i = 0; i < 5; i++) world.map.set(`e${i}`, i, { ttl: 1_000 });
      world.passTime(2_000);
    },
    act: (world) => sweep(world.inside),
  },
  "taking blocks that others gave": {
    prepare(world) {
      world.fill("k", 300, () => 20);
      for (let i = 0; i < 300; i++) world.delete(`k${i}`);
      for (let i = 0; i < 4; i++) world.map.snapshot().close();
    },
    act(world) {
      for (let i = 0; i < 70; i++) {
        const text = textOf(KEY, i, 20);
        world.attempt(KEY, text, () => world.victim.set(KEY, text));
      }
    },
  },
  "giving blocks to the others": {
    prepare(world) {
      for (let i = 0; i < 130; i++) world.set(`k${i}`, `v${i}`, world.victim);
      for (let i = 0; i < 130; i++) world.delete(`k${i}`, world.victim);
    },
    act: collect,
  },
  "gathering blocks in a full map": {
    leaks: LARGER_RUN,
    prepare(world) {
      const count = fillMap(world, 100);
      for (let i = 0; i < count; i += 2) world.delete(`b${i}`, world.victim);
      for (let i = 1; i < count; i += 2) world.delete(`b${i}`);
    },
    act: setLarge,
  },
  "finding the map full": {
    leaks: LARGER_RUN,
    prepare: (world) => void fillMap(world, 1_000),
    act(world) {
      try {
        setLarge(world);
      } catch (error) {
        if (!(error instanceof MapFullError)) throw error;
      }
    },
  },
  "evicting": {
    leaks: LARGER_RUN,
    options: { onFull: "evict" },
    prepare(world) {
      for (let i = 0; world.map.stats().evicted === 0; i++) {
        world.map.set(`v${i}`, textOf(`v${i}`, 0, 1_000));
      }
      mayLoseAny(world);
    },
    act: setLarge,
  },
  "evicting before memory runs out": {
    options: { onFull: "evict" },
    prepare(world) {
      for (let i = 0; world.map.stats().evicted < 100; i++) {
        world.victim.set(`v${i}`, textOf(`v${i}`, 0, 2_000));
      }
      mayLoseAny(world);
    },
    act: (world) => grow(world, 4),
  },
  "evicting what makes the entries too many": {
    options: { onFull: "evict", maxEntries: 200 },
    prepare(world) {
      world.fill("k", 200, () => 40);
      for (let i = 0; i < 200; i += 3) {
        for (let reads = 0; reads < 3; reads++) world.map.get(`k${i}`);
      }
      mayLoseAny(world);
    },
    act(world) {
      for (let i = 0; i < 3; i++) {
        const text = textOf(`n${i}`, 0, 40);
        world.attempt(`n${i}`, text, () => world.victim.set(`n${i}`, text));
      }
    },
  },
  "evicting what makes the entries too heavy": {
    options: { onFull: "evict", maxWeight: 1_000, weigh: weightOf },
    prepare(world) {
      world.fill("k", 100, () => 40);
      mayLoseAny(world);
    },
    act(world) {
      for (let i = 0; i < 2; i++) {
        const text = textOf(`n${i}`, 0, 100);
        world.attempt(`n${i}`, text, () => world.victim.set(`n${i}`, text));
      }
      world.attempt("n0", 7, () => world.victim.set("n0", 7));
      world.attempt("n1", undefined, () => world.victim.delete("n1"));
    },
    check(world) {
      // What the dead one did not come to evict, the next write does.
      world.set("light", textOf("light", 0, 10));
      assert(world.map.stats().weight <= 1_000);
    },
  },
  "a transaction of entries that are weighed": {
    options: { onFull: "evict", maxWeight: 1_000_000, weigh: weightOf },
    prepare: populate,
    act(world) {
      const text = textOf("n", 0, 40);
      world.attempt(
        "k1",
        7,
        () =>
          world.attempt("n", text, () =>
            world.victim.transaction((tx) => {
              tx.set("k1", 7);
              tx.set("n", text);
              tx.get("k2");
            })),
      );
    },
  },
};

/** Only the entries of these scenarios weigh something, not those of the inspection. */
function weightOf(value: Value): number {
  if (typeof value !== "string") return value ?? 0;
  return value.startsWith("n") ? 100 : value.startsWith("k") ? 10 : 0;
}

/** The victim leaves much behind, because a snapshot shows it. */
function leaveMuch(world: World): void {
  populateRichly(world);
  world.victim.close();
}

/** The step of a `set` of a new key after the one that links it: it is not counted yet. */
function stepAfterLink(scenario: Scenario): number {
  return stepAfter(scenario, ({ map }) => map.has(FRESH_KEY));
}

/** The step after the one by which what a scenario does is visible. */
function stepAfter(
  scenario: Scenario,
  isDone: (world: World) => boolean,
): number {
  for (let step = 1;; step++) {
    const world = new World(scenario.options);
    scenario.prepare(world);
    const { died } = world.kill(step, "writes", () => scenario.act(world));
    const isVisible = isDone(world);
    world.close();
    if (!died) throw new Error("No step makes visible what it does");
    if (isVisible) return step;
  }
}

const RECOVERIES: Record<string, Scenario> = {
  "adopting what one left that is gone": {
    leaks: LARGE_RUN,
    prepare: leaveMuch,
    act: (world) => adoptEstates(world.inside.participant),
  },
  "joining where one left something": {
    leaks: LARGE_RUN, // its timers adopt, too, and may die of it with a block in hand
    prepare: leaveMuch,
    act(world) {
      world.attachAnother();
    },
  },
  "recovering one with long lists": {
    leaks: LARGE_RUN,
    prepare(world) {
      populateRichly(world);
      world.giveUpVictim();
    },
    act: (world) => world.recover([2], world.inside),
  },
  "recovering one that died before it counted what it linked": recovers(
    OPERATIONS["set() of a new key"],
    stepAfterLink,
  ),
  "recovering one that died while it took blocks": recovers(
    MEMORY["taking blocks that others gave"],
    6,
  ),
  "recovering one that died while it gave blocks": recovers(
    MEMORY["giving blocks to the others"],
    200,
  ),
  "recovering one that died while it gathered blocks": recovers(
    MEMORY["gathering blocks in a full map"],
    20,
  ),
  "recovering one that died while it freed trees": {
    ...recovers(MEMORY["freeing trees"], 70),
    leaks: LARGE_NODE,
  },
  "recovering one that died while it moved a table": recovers(
    TABLES["growing"],
    900,
  ),
};

/** One key is replaced, two are new, one is deleted, one is relied on: all of it, or nothing. */
const CHANGES: readonly Change[] = [
  { key: KEY, to: NEW },
  { key: FRESH_KEY, to: FRESH },
  { key: NEWER_KEY, to: NEWER },
  { key: "k20", to: undefined },
];

const COMMIT: Scenario = {
  leaks: 2 * RECORD,
  counted: "all",
  prepare: populate,
  act: (world) => {
    const commit = () =>
      commitTexts(attachmentOf(world.victim), [
        ...CHANGES,
        { key: "k6", to: "guard" },
      ]);
    const attempt = CHANGES.reduce(
      (operate, { key, to }) => () => world.attempt(key, to, operate),
      commit,
    );
    attempt();
  },
  check: ({ map }) => {
    const done = CHANGES.map(({ key, to }) => map.get(key) === to);
    assert(new Set(done).size === 1, `done in part: ${done}`);
  },
};

const COMMITS: Record<string, Scenario> = {
  "a commit of several keys": COMMIT,
  "a commit while the table moves": {
    ...COMMIT,
    prepare: (world) => {
      populate(world);
      const { participant, table } = attachmentOf(world.map);
      participant.pin();
      table.resizer.start(participant.segment.words[H_ROOT] * 4);
      participant.unpin();
    },
    leaks: 2 * RECORD + SMALL_TABLE,
  },
  "a recovery of a commit, at an early step": recovers(COMMIT, 400),
  "a recovery of a commit, at a later step": recovers(COMMIT, 620),
};

/**
 * A recovery that dies while it does what another one had left to do for its trees: so many steps
 * after it had linked what it brought, or before.
 */
function recoversTrees(name: string, steps: number, leaks = RECORD): Scenario {
  const { check, isDone } = WAYS[name];
  const step = (scenario: Scenario) => stepAfter(scenario, isDone) + steps;
  return { ...recovers(WAYS[name], step), check, leaks: leaks + RECORD };
}

const STRUCTURES: Record<string, Scenario> = {
  ...WAYS,
  "recovering one that drafted nodes": recoversTrees(
    "a change of a structure",
    -5,
  ),
  "recovering one that drafted large nodes": recoversTrees(
    "a change of large nodes",
    -5,
    2 * LARGE_TREE_NODE,
  ),
  "recovering one that had loaded nodes": recoversTrees(
    "a structure from a file",
    -30,
  ),
  "recovering one that was about to free nodes": recoversTrees(
    "a change of a structure",
    4,
  ),
  "recovering one that was about to free a tree": recoversTrees(
    "delete() of a structure",
    4,
  ),
  "recovering one that was about to hold a tree": recoversTrees(
    "delete() of a structure that a snapshot shows",
    4,
  ),
  "recovering one that had held a tree": recoversTrees(
    "delete() of a structure that a snapshot shows",
    20,
  ),
  "recovering one that committed over a structure": recoversTrees(
    "a commit over a structure",
    4,
    2 * RECORD,
  ),
  "recovering one that committed two structures": recoversTrees(
    "a commit that changes two structures",
    4,
    2 * RECORD,
  ),
  "recovering one that drafted two structures": recoversTrees(
    "a commit that changes two structures",
    -20,
    2 * RECORD,
  ),
  "recovering one that committed over what a snapshot shows": recoversTrees(
    "a commit over a structure that a snapshot shows",
    4,
    2 * RECORD,
  ),
};

/** What the first block of a worker's subscriptions takes: the record that a recoverer may lose. */
const SUBSCRIPTIONS = 44;

/** A recovery of one that died after so much of what it did to messages. */
function recoversMessages(name: string, share: number): Scenario {
  const way = MESSAGE_WAYS[name];
  const step = (scenario: Scenario) => Math.floor(stepsOf(scenario) * share);
  return {
    ...recovers(way, step),
    check: way.check,
    leaks: SUBSCRIPTIONS,
  };
}

/** How many steps what a scenario does takes. */
function stepsOf(scenario: Scenario): number {
  const world = new World(scenario.options);
  scenario.prepare(world);
  const { steps } = world.kill(
    Infinity,
    "writes",
    () => scenario.act(world),
  );
  world.close();
  return steps;
}

const MESSAGES: Record<string, Scenario> = {
  ...MESSAGE_WAYS,
  "recovering one that drafted messages": recoversMessages(
    "publish() to two workers",
    0.4,
  ),
  "recovering one that pushed a message": recoversMessages(
    "publish() to two workers",
    0.7,
  ),
  "recovering one that pushed all": recoversMessages(
    "publish() to two workers",
    0.9,
  ),
  "recovering one that had messages": recoversMessages("receiving", 0.1),
  "recovering one that was about to take them": recoversMessages(
    "receiving",
    0.5,
  ),
  "recovering one that subscribed": recoversMessages(
    "the first subscribe()",
    0.9,
  ),
};

/** All kinds of death, by group and name. */
export const SCENARIOS = {
  OPERATIONS,
  TABLES,
  MEMORY,
  RECOVERIES,
  COMMITS,
  STRUCTURES,
  COMMANDS,
  VECTORS,
  MESSAGES,
};
