/**
 * Structures, as a victim dies while it changes them, or what takes their place.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { MapFullError } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { REF_BYTES } from "../../src/segment/layout.ts";
import { inspectMemory } from "../testing/inspection.ts";
import { loadPair, PairLoad } from "../testing/pair_load.ts";
import { type Found, Pairs } from "../testing/pairs.ts";
import { commitTexts } from "./commits.ts";
import { textOf } from "./text.ts";
import type { World } from "./world.ts";

const PAIR = "the pair";
const OTHER = "another pair";
const NEWCOMER = "a new pair";
const BEFORE = [1, 2] as const;
/** The most refs of a version, and the least of a node: so no node may be lost. */
const VERSION = 8;
const TEXT = textOf(PAIR, 0, 40);

/** What the victim does to a pair, and what may be there then; what a node takes. */
interface Way {
  readonly act: (world: World, pairs: Pairs<string>) => void;
  readonly after: Found;
  /** The key that it changes, if not that of the pair that is there. */
  readonly key?: string;
  readonly nodeBytes?: number;
  readonly leaks?: number;
  /** Whether a snapshot shows what was there before. */
  readonly isShown?: true;
  /** Whether the victim has made ready to load a pair from a file. */
  readonly loads?: true;
}

/** A structure scenario of `scenarios.ts`. */
interface Scenario {
  readonly leaks: number;
  /** Whether what it does is visible by now. */
  isDone(world: World): boolean;
  prepare(world: World): void;
  act(world: World): void;
  check(world: World): void;
}

/** Refs of a node that is a run of chunks. */
export const LARGE_NODE = 768;

/** The snapshots that show what was there before, by their worlds. */
const shown = new WeakMap<World, { tick: number; close(): void }>();

/** What victims load a pair by, by their worlds. */
const loads = new WeakMap<World, PairLoad>();

function pairsOf(world: World, nodeBytes?: number): Pairs<string> {
  return new Pairs(attachmentOf(world.victim), "string", nodeBytes);
}

function scenario(way: Way): Scenario {
  const { act, after, isShown, key = PAIR, nodeBytes = 200, leaks = VERSION } =
    way;
  return {
    leaks,
    prepare(world) {
      const pairs = pairsOf(world, nodeBytes);
      world.fill("k", 20, (i) => 8 + i * i);
      pairs.put(OTHER, 0, 0); // so that the victim has blocks at hand
      for (let i = 0; i < 3; i++) pairs.add(OTHER, 0, 1);
      pairs.put(PAIR, BEFORE[0], 0);
      pairs.add(PAIR, 1, BEFORE[1]);
      if (isShown) shown.set(world, world.map.snapshot());
      if (way.loads) expectPair(world);
    },
    act: (world) => act(world, pairsOf(world, nodeBytes)),
    isDone(world) {
      const pairs = new Pairs<string>(attachmentOf(world.map), "string");
      return JSON.stringify(pairs.read(key)) === JSON.stringify(after);
    },
    check: (world) => {
      const before = key === PAIR ? BEFORE : undefined;
      check(world, key, [before, after]);
    },
  };
}

/** What is there is what was, or what was to be; and all memory is whose it is said to be. */
function check(world: World, key: string, allowed: readonly Found[]): void {
  const pairs = new Pairs<string>(attachmentOf(world.map), "string");
  const found = JSON.stringify(pairs.read(key));
  const texts = allowed.map((one) => JSON.stringify(one));
  assert(texts.includes(found), `the pair is ${found}`);
  if (key !== PAIR) assertEquals(pairs.read(PAIR), BEFORE);
  inspectMemory(world.buffer);
  const snapshot = shown.get(world);
  if (snapshot !== undefined) {
    assertEquals(pairs.readAt(PAIR, snapshot.tick), BEFORE);
    snapshot.close();
  }
  pairs.put(PAIR, 7, 8);
  pairs.add(PAIR, 0, 1);
  assertEquals(pairs.read(PAIR), [8, 8]);
  for (const each of [PAIR, OTHER, NEWCOMER]) world.map.delete(each);
  world.survivor.participant.collectAll();
}

/** Puts large pairs until there is no memory. */
function putUntilFull(world: World): void {
  const pairs = pairsOf(world, 300_000);
  try {
    for (;;) pairs.put(NEWCOMER, 3, 4);
  } catch (error) {
    if (!(error instanceof MapFullError)) throw error;
  }
}

const change: Way = {
  act: (_, pairs) => pairs.add(PAIR, 0, 10),
  after: [11, 2],
};
const removal: Way = {
  act: ({ victim }) => victim.delete(PAIR),
  after: undefined,
};
const replacement: Way = {
  act: ({ victim }) => victim.set(PAIR, TEXT),
  after: "a plain value",
};
/** A key is replaced, and the pair is deleted, or replaced: all of it, or nothing. */
const commit: Way = {
  act: (world) =>
    commitTexts(attachmentOf(world.victim), [
      { key: PAIR, to: TEXT },
      { key: OTHER, to: TEXT },
      { key: "k6", to: "guard" },
    ]),
  after: "a plain value",
  leaks: 32,
};

/** Two pairs at one moment. */
const change2: Way = {
  act: (_, pairs) => pairs.addToBoth(PAIR, OTHER, 10),
  after: [11, 2],
  leaks: 32,
};

const bytesOf = (key: string) => new TextEncoder().encode(key);

function expectPair(world: World): void {
  const victim = attachmentOf(world.victim);
  loadPair(victim, bytesOf(OTHER), 0, 0); // so that it has blocks at hand
  loads.set(world, new PairLoad(victim));
}

/** Loads a pair from a file, and does something else in between. */
function loadPairAround(
  world: World,
  key: string,
  between: () => void = () => {},
): void {
  const load = loads.get(world)!;
  load.begin(bytesOf(key), 3, 4);
  between();
  load.end();
}

const LARGE = { nodeBytes: LARGE_NODE * REF_BYTES, leaks: LARGE_NODE };

/** The scenarios, by name. */
export const WAYS: Record<string, Scenario> = {
  "a new structure": scenario({
    act: (_, pairs) => pairs.put(NEWCOMER, 3, 4),
    after: [3, 4],
    key: NEWCOMER,
  }),
  "a change of a structure": scenario(change),
  "a change of a structure that a snapshot shows": scenario({
    ...change,
    isShown: true,
  }),
  "a change of large nodes": scenario({ ...change, ...LARGE }),
  "a change in two steps": scenario({
    act: (_, pairs) => pairs.addTwice(PAIR, 10, 10),
    after: [11, 12],
  }),
  "a change that leaves a subtree out": scenario({
    act: (_, pairs) => pairs.cut(PAIR),
    after: [1, undefined],
  }),
  "a change that leaves out a subtree that a snapshot shows": scenario({
    act: (_, pairs) => pairs.cut(PAIR),
    after: [1, undefined],
    isShown: true,
  }),
  "a new structure in the place of another one": scenario({
    act: (_, pairs) => pairs.put(PAIR, 3, 4),
    after: [3, 4],
  }),
  "a new structure, made in steps": scenario({
    act: (_, pairs) => pairs.putTwice(PAIR, 3, 4),
    after: [3, 4],
  }),
  "set() over a structure": scenario(replacement),
  "set() over a structure that a snapshot shows": scenario({
    ...replacement,
    isShown: true,
  }),
  "delete() of a structure": scenario(removal),
  "delete() of a structure that a snapshot shows": scenario({
    ...removal,
    isShown: true,
  }),
  "delete() of a structure with large nodes": scenario({
    ...removal,
    ...LARGE,
  }),
  "a structure from a file": scenario({
    act: (world) => loadPairAround(world, NEWCOMER),
    after: [3, 4],
    key: NEWCOMER,
    loads: true,
  }),
  "a structure from a file in the place of another one": scenario({
    act: (world) => loadPairAround(world, PAIR),
    after: [3, 4],
    loads: true,
  }),
  "a structure from a file, with a change of another one in between": scenario({
    act: (world, pairs) =>
      loadPairAround(world, NEWCOMER, () => pairs.add(OTHER, 1, 10)),
    after: [3, 4],
    key: NEWCOMER,
    loads: true,
  }),
  "a structure from a file that is given up": scenario({
    act(world) {
      const load = loads.get(world)!;
      load.begin(bytesOf(PAIR), 3, 4);
      load.giveUp();
    },
    after: BEFORE,
    loads: true,
  }),
  "changes until there is no memory": scenario({
    act: putUntilFull,
    after: [3, 4],
    key: NEWCOMER,
    leaks: 20_000,
  }),
  "expire() of a structure": scenario({
    act: ({ victim }) => victim.expire(PAIR, 1e9),
    after: BEFORE,
  }),
  "a commit over a structure": scenario(commit),
  "a commit over a structure that a snapshot shows": scenario({
    ...commit,
    isShown: true,
  }),
  "a commit that changes two structures": scenario(change2),
  "a commit that changes what a snapshot shows": scenario({
    ...change2,
    isShown: true,
  }),
  "closing what showed a tree": scenario({
    act(world, pairs) {
      const snapshot = world.victim.snapshot();
      pairs.delete(PAIR);
      snapshot.close();
      for (let i = 0; i < 4; i++) world.victim.snapshot().close();
    },
    after: undefined,
    leaks: 2 * VERSION,
  }),
  "closing what showed nodes": scenario({
    act(world, pairs) {
      const snapshot = world.victim.snapshot();
      pairs.add(PAIR, 0, 10);
      snapshot.close();
      for (let i = 0; i < 4; i++) world.victim.snapshot().close();
    },
    after: [11, 2],
    leaks: 16, // a node on its way from one queue to the other
  }),
};
