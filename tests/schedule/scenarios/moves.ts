/**
 * Moves to another table: as they start, half done, and as they end.
 *
 * @module
 */
import {
  H_LOW,
  H_ROOT,
  P_TOMBSTONES,
  SLOT_WORDS,
  T_CAPACITY,
  T_NEXT,
  T_PERMITS,
  T_SLOTS,
} from "../../../src/segment/layout.ts";
import { crowded } from "../../../src/table/permit_batch.ts";
import { TOMBSTONES_PER_LOOK } from "../../../src/table/tombstone.ts";
import * as op from "../operations.ts";
import type { Operation } from "../operations.ts";
import { type Scenario, type Setup, titleOf } from "../scenario.ts";
import { hashOf, TWINS } from "./keys.ts";

/** A table of one stride. */
const SHIFT = 6;
const KEY = 1;
const OLD = 5;
const NEW = 2;
const FILLER = 1000;

function fill({ founder }: Setup, count: number): void {
  for (let i = 0; i < count; i++) founder.map.set(FILLER + i, i);
}

/** One more slot, and a move starts. */
function almostCrowded(setup: Setup): void {
  setup.founder.map.set(KEY, OLD);
  fill(setup, crowded(2 ** SHIFT) - 2);
}

/** Starts a move, and moves all slots but those that concern these keys. */
function moveAllBut({ founder }: Setup, keys: readonly number[]): void {
  const { words } = founder.segment;
  const hashes = new Set(keys.map(hashOf));
  founder.pinned(() => {
    const table = words[H_ROOT] * 4;
    founder.resizer.start(table);
    const capacity = words[table + T_CAPACITY];
    const first = table + T_SLOTS;
    const isLeft = (i: number) =>
      hashes.has(words[first + (i & capacity - 1) * SLOT_WORDS]);
    const homes = keys.map((key) => hashOf(key) >>> 32 - Math.log2(capacity));
    for (let i = 0; i < capacity; i++) {
      // With the empty slot behind, if there is one.
      if (isLeft(i) || isLeft(i - 1) || homes.includes(i)) continue;
      founder.migration.moveSlot(table, first + i * SLOT_WORDS);
    }
  });
}

/** Leaves so many permits; fewer than there might be are always right. */
function leavePermits(
  { founder }: Setup,
  table: "root" | "next",
  permits: number,
) {
  const { words } = founder.segment;
  const root = words[H_ROOT] * 4;
  const at = table === "root" ? root : words[root + T_NEXT] * 4;
  words[at + T_PERMITS] = permits;
}

/** The states that a move is found in. */
const STATES: Record<string, (setup: Setup) => void> = {
  "not begun": (setup) => {
    setup.founder.map.set(KEY, OLD);
    fill(setup, 3);
  },
  "not begun, with permits at hand": (setup) => {
    setup.founder.map.set(KEY, OLD);
    fill(setup, 3);
    setup.takePermits();
  },
  "due with the last permit": (setup) => {
    setup.founder.map.set(KEY, OLD);
    leavePermits(setup, "root", 1);
  },
  "half done, with one permit in the next table": (setup) => {
    setup.founder.map.set(KEY, OLD);
    moveAllBut(setup, [KEY]);
    leavePermits(setup, "next", 1);
  },
  "about to start": almostCrowded,
  "half done, the key not moved": (setup) => {
    setup.founder.map.set(KEY, OLD);
    fill(setup, 3);
    moveAllBut(setup, [KEY]);
  },
  "half done, the key absent": (setup) => {
    fill(setup, 3);
    moveAllBut(setup, [KEY]);
  },
  "half done, the key deleted": (setup) => {
    setup.founder.map.set(KEY, OLD);
    setup.founder.map.delete(KEY);
    moveAllBut(setup, [KEY]);
  },
  "half done, the key a tombstone": (setup) => {
    setup.keepTombstones();
    setup.founder.map.set(KEY, OLD);
    setup.founder.map.delete(KEY);
    moveAllBut(setup, [KEY]);
  },
  "half done, the key moved": (setup) => {
    setup.founder.map.set(KEY, OLD);
    fill(setup, 3);
    moveAllBut(setup, [NEW]);
  },
};

const PROGRAMS: (readonly (readonly Operation[])[])[] = [
  [[op.set(NEW, 1)], [op.set(KEY, 20)]],
  [[op.set(NEW, 1)], [op.get(KEY), op.get(KEY)]],
  [[op.set(NEW, 1)], [op.set(NEW + 1, 2)]],
  [[op.set(KEY, 10)], [op.set(KEY, 20)], [op.get(KEY)]],
  [[op.increment(KEY)], [op.increment(KEY)], [op.help]],
  [[op.remove(KEY)], [op.getOrInsert(KEY, 20)], [op.help]],
  [[op.hasTime(KEY), op.get(KEY)], [op.set(KEY, 20)], [op.finishMove]],
  [[op.finishMove], [op.finishMove, op.remove(KEY), op.get(KEY)]],
  [[op.finishMove], [op.finishMove, op.collect], [op.set(KEY, 3)]],
  [[op.hasTime(KEY)], [op.finishMove, op.collect, op.set(NEW, 7)]],
  [[op.get(KEY)], [op.finishMove, op.collect, op.startMove]],
  [[op.getText(KEY)], [op.finishMove, op.collect, op.startMove]],
  [[op.startMove, op.finishMove], [op.startMove, op.remove(KEY)]],
  [[op.set(NEW, 1)], [op.startMove, op.finishMove]],
  [[op.set(KEY, 10)], [op.startMove, op.finishMove]],
  [[op.set(NEW, 1), op.get(NEW)], [op.set(NEW + 1, 2)], [op.startMove]],
  [[op.countInKeys(FILLER + 1)], [op.startMove, op.finishMove], [
    op.set(KEY, 1),
  ]],
  [[op.openSnapshot, op.readSnapshot(KEY), op.closeSnapshot], [
    op.remove(KEY),
    op.finishMove,
    op.collect,
  ]],
  [[op.openSnapshot, op.sumSnapshot], [op.set(KEY, 70)], [op.finishMove]],
];

/**
 * Whole moves pass a reader, wherever it is: it goes from table to table, none of which may be
 * freed.
 */
const { startMove, finishMove } = op;
const moveTwice = [startMove, finishMove, startMove, finishMove];
const PASSED: (readonly (readonly Operation[])[])[] = [
  [[op.hasTime(KEY)], [...moveTwice, op.collect]],
  [[op.hasTime(KEY)], [...moveTwice, op.remove(KEY), op.collect]],
  [[op.hasTime(KEY)], [op.remove(KEY), ...moveTwice, op.set(KEY, 7)]],
  [[op.hasTime(NEW)], [...moveTwice, op.collect, op.set(NEW, 1)]],
  [[op.hasTime(KEY)], [...moveTwice, op.collect], [op.set(KEY, 3)]],
];

/**
 * A mover has claimed a slot of the next table for a key, and not linked it; a key with
 * the same hash is inserted there, and the mover claims another one: so the insertion needs
 * a permit, though the slot is no longer empty. This search found that it took none.
 */
const twinsInMoves: Scenario = {
  group: "moves",
  name: "twins in moves",
  shift: 7, // two strides: who inserts helps with the first one, the twin is in the other
  prepare: (setup) => {
    setup.founder.map.set(TWINS[0], OLD);
    moveAllBut(setup, [TWINS[0]]);
  },
  programs: [[op.set(TWINS[1], 1)], [op.finishMove]],
};

/** The next delete looks whether there are too many tombstones. */
const lookDue: Operation = {
  text: "a look is due",
  run: ({ participant: { base }, segment: { words } }) => {
    words[base + P_TOMBSTONES] = TOMBSTONES_PER_LOOK - 1;
    return undefined;
  },
};

/** The table that it looks at is moved, freed and used again meanwhile. */
const LOOKS: (readonly (readonly Operation[])[])[] = [
  [[lookDue, op.remove(KEY)], [startMove, finishMove, op.collect]],
  [[lookDue, op.remove(KEY)], [
    startMove,
    finishMove,
    op.collect,
    op.collect,
    op.collect,
    startMove,
  ]],
];

/** A table of four strides, which several helpers move. */
const LARGE_SHIFT = 8;
const HELPERS: (readonly (readonly Operation[])[])[] = [
  [[op.help, op.help], [op.help, op.help]],
  [[op.help, op.help, op.help], [op.help, op.set(KEY, 3)], [op.get(KEY)]],
  [[op.help, op.help], [op.help, op.help, op.collect], [op.hasTime(KEY)]],
];

/**
 * Writes beside a move that goes on after them, so that each is done in one call. (A table of one
 * stride has been moved by then, and the writer is to end that.)
 */
const BESIDE: (readonly (readonly Operation[])[])[] = [
  [[op.set(KEY, 10)], [op.set(KEY, 20)], [op.get(KEY)]],
  [[op.set(KEY, 10)], [op.remove(KEY), op.get(KEY)]],
  [[op.increment(KEY)], [op.increment(KEY)]],
  [[op.set(KEY, 10), op.get(KEY)], [op.moveSlotsOf(hashOf(KEY))]],
  [[op.remove(KEY), op.get(KEY)], [op.moveSlotsOf(hashOf(KEY))]],
  [[op.increment(KEY), op.remove(KEY)], [op.finishMove, op.collect]],
  [[op.set(KEY, 10), op.set(NEW, 1)], [op.finishMove, op.set(NEW, 2)]],
  [[op.openSnapshot, op.readSnapshot(KEY), op.closeSnapshot], [op.remove(KEY)]],
];
const BESIDE_STATES = [
  "half done, the key not moved",
  "half done, the key absent",
  "half done, the key a tombstone",
  "half done, the key moved",
];

/** No memory for another table, and a slot left in this one. */
function fillUp(setup: Setup): void {
  const { allocator } = setup.founder.participant;
  setup.founder.map.set(KEY, OLD);
  while (allocator.allocate(CHUNK_BYTES, "tombstone") !== 0) { /* all */ }
  setup.founder.segment.words[H_LOW] = 0; // entries may have what is left
  leavePermits(setup, "root", 1);
}

const CHUNK_BYTES = 4096;
const MOST_CHUNKS = 256;
const LAST_SLOT: (readonly (readonly Operation[])[])[] = [
  [[op.trySet(NEW, 1)], [op.trySet(NEW + 1, 2)]],
  [[op.trySet(NEW, 1), op.get(NEW)], [op.remove(KEY)], [op.trySet(NEW, 2)]],
];

function scenario(
  state: string,
  prepare: (setup: Setup) => void,
  shift: number,
  leaks = 0,
): (programs: Scenario["programs"]) => Scenario {
  const group = "moves";
  return (programs) => ({
    group,
    name: titleOf(programs, `a move ${state}`),
    shift,
    prepare,
    programs,
    leaks,
  });
}

/** A move that begins and comes to the key, while somebody who does not know of it writes there. */
const COME_TO: (readonly (readonly Operation[])[])[] = [
  [[startMove, op.moveSlotsOf(hashOf(KEY))], [op.set(KEY, 20)]],
  [[startMove, op.moveSlotsOf(hashOf(KEY))], [op.remove(KEY)]],
  [[startMove, op.moveSlotsOf(hashOf(KEY))], [op.increment(KEY)]],
];

/** Each state, with each set of programs. */
export const moves: Scenario[] = [
  ...Object.entries(STATES).flatMap(([state, prepare]) =>
    PROGRAMS.map(scenario(state, prepare, SHIFT))
  ),
  ...HELPERS.map(scenario(
    "of a large table",
    STATES["half done, the key not moved"],
    LARGE_SHIFT,
  )),
  ...BESIDE_STATES.flatMap((state) =>
    BESIDE.map(
      scenario(`${state}, of a large table`, STATES[state], LARGE_SHIFT),
    )
  ),
  ...["not begun", "half done, the key not moved"].flatMap((state) =>
    PASSED.map(scenario(state, STATES[state], SHIFT))
  ),
  ...COME_TO.map(scenario("not begun", STATES["not begun"], SHIFT)),
  ...LOOKS.map(scenario("not begun", STATES["not begun"], LARGE_SHIFT)),
  ...LAST_SLOT.map(scenario("without memory", fillUp, SHIFT, MOST_CHUNKS)),
  twinsInMoves,
];
