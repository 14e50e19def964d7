import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  FINAL,
  GOING,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  P_LIMBO_HEAD,
  PENDING,
  R_LINK,
  REF_MASK,
  V_PREV,
} from "../../src/segment/layout.ts";
import {
  closeSnapshot,
  openSnapshot,
  versionAt,
} from "../../src/table/clock.ts";
import { freeze } from "../../src/table/prune.ts";
import { SmallTable } from "./small_table.ts";

const KEY = 1;

function queue(of: SmallTable, head: number): number[] {
  const found: number[] = [];
  let ref = of.words[of.participant.base + head];
  for (; ref !== 0; ref = of.words[ref * 4 + R_LINK]) found.push(ref);
  return found;
}

const held = (of: SmallTable) => queue(of, P_HELD_HEAD);

/** The versions of the key, from the newest on, as far as snapshots follow them. */
function chain(of: SmallTable): number[] {
  const refs: number[] = [];
  for (let ref = of.find(KEY); ref !== 0;) {
    refs.push(ref);
    ref = of.words[ref * 4 + V_PREV] & REF_MASK;
  }
  return refs;
}

/** A snapshot of the key with the value that it shows. */
function open(of: SmallTable): { word: number; tick: number; value: number } {
  const word = of.participant.freeRegistryWord();
  const tick = openSnapshot(of.participant, word);
  return { word, tick, value: of.get(KEY)! };
}

/**
 * Values 0, 1, 2, … of the key, with a snapshot of each but the last; each is written by
 * the next of the participants.
 */
function history(count: number, ...by: SmallTable[]) {
  by[0].set(KEY, 0);
  const snapshots = [];
  for (let value = 1; value <= count; value++) {
    snapshots.push(open(by[0]));
    by[value % by.length].set(KEY, value);
  }
  return snapshots;
}

function assertShown(
  of: SmallTable,
  snapshots: { tick: number; value: number }[],
): void {
  for (const { tick, value } of snapshots) {
    const ref = versionAt(of.words, of.find(KEY), tick);
    assertStrictEquals(of.valueOf(ref), value, `at ${tick}`);
  }
}

Deno.test("a version that no snapshot shows is taken out of the middle of its chain", () => {
  const of = new SmallTable();
  const snapshots = history(5, of);
  const before = chain(of);
  assertStrictEquals(before.length, 6);
  for (const i of [2, 3]) closeSnapshot(of.participant, snapshots[i].word);
  of.participant.collect();
  assertEquals(chain(of), [0, 1, 4, 5].map((i) => before[i]));
  assertEquals(held(of), [5, 4, 1].map((i) => before[i]));
  assertEquals(queue(of, P_LIMBO_HEAD), [before[3], before[2]]);
  assertStrictEquals(of.words[of.participant.base + P_HELD_COUNT], 3);
  assertShown(of, [0, 1, 4].map((i) => snapshots[i]));
});

Deno.test("the first and the last of the queue can be taken out, and the queue goes on", () => {
  const of = new SmallTable();
  const snapshots = history(3, of);
  of.set(2, 0); // another key, so that the oldest snapshot keeps nothing of the first
  closeSnapshot(of.participant, snapshots[2].word);
  of.participant.collect();
  const [, second, first] = chain(of);
  assertEquals(held(of), [first, second]);
  assertStrictEquals(of.words[of.participant.base + P_HELD_TAIL], second);
  const later = open(of);
  of.set(KEY, 4);
  assertStrictEquals(held(of).length, 3);
  assertShown(of, [snapshots[0], snapshots[1], later]);
  for (const { word } of [snapshots[0], snapshots[1], later]) {
    closeSnapshot(of.participant, word);
  }
  of.participant.collectAll();
  assertEquals(held(of), []);
  assertStrictEquals(of.words[of.participant.base + P_HELD_TAIL], 0);
  assertStrictEquals(of.words[of.participant.base + P_HELD_COUNT], 0);
});

Deno.test("neighbours that two participants hold are taken out one after the other", () => {
  const one = new SmallTable();
  const other = one.join();
  const snapshots = history(6, one, other);
  const before = chain(one);
  for (const i of [1, 2, 3, 4]) {
    closeSnapshot(one.participant, snapshots[i].word);
  }
  one.participant.collect();
  assertStrictEquals(chain(one).length, 5);
  other.participant.collect();
  assertEquals(chain(one), [0, 1, 6].map((i) => before[i]));
  assertShown(other, [snapshots[0], snapshots[5]]);
});

Deno.test("what another participant began to take out is taken out by whoever passes, and retired by its holder", () => {
  const one = new SmallTable();
  const other = one.join();
  const snapshots = history(4, one, other);
  const [newest, third, second, first, oldest] = chain(one);
  assertEquals(held(other), [oldest, second]);
  for (const i of [1, 2]) closeSnapshot(one.participant, snapshots[i].word);
  freeze(other.words, second); // and there the other one stops
  one.participant.collect();
  assertEquals(chain(one), [newest, third, oldest]);
  assertEquals(queue(one, P_LIMBO_HEAD), [first]);
  assertEquals(held(other), [oldest, second]);
  other.participant.collect();
  assertEquals(held(other), [oldest]);
  assertEquals(queue(other, P_LIMBO_HEAD), [second]);
});

Deno.test("what a dead participant began to take out is brought to an end by its heir", () => {
  const heir = new SmallTable();
  const dead = heir.join();
  const snapshots = history(4, heir, dead);
  const [newest, third, second, , oldest] = chain(heir);
  for (const i of [1, 2]) closeSnapshot(heir.participant, snapshots[i].word);
  const older = freeze(dead.words, second);
  // It was out, too, but not yet off the queue.
  dead.words[third * 4 + V_PREV] = (older & REF_MASK) | FINAL;
  heir.participant.adopt(dead.participant.base);
  heir.participant.collect();
  assertEquals(chain(heir), [newest, third, oldest]);
  assertEquals(held(heir).length, 2);
  assertShown(heir, [snapshots[0], snapshots[3]]);
});

Deno.test("prune() freezes what it takes out while something is older", () => {
  const of = new SmallTable();
  of.set(KEY, 0);
  open(of);
  of.set(KEY, 1);
  const [middle, oldest] = chain(of);
  of.set(KEY, 2);
  assertStrictEquals(of.words[middle * 4 + V_PREV], oldest | FINAL | GOING);
  const newest = of.find(KEY);
  assertStrictEquals(of.words[newest * 4 + V_PREV], oldest | FINAL);
});

Deno.test("nothing is taken out while a snapshot is being opened", () => {
  const of = new SmallTable();
  const snapshots = history(3, of);
  const before = chain(of);
  of.words[snapshots[2].word] = PENDING;
  closeSnapshot(of.participant, snapshots[1].word);
  of.participant.collectAll();
  assertEquals(chain(of), before);
  closeSnapshot(of.participant, snapshots[2].word);
  of.participant.collectAll();
  assertEquals(chain(of), [before[0], before[3]]);
});

Deno.test("versions of a key that was deleted are taken out like others", () => {
  const of = new SmallTable();
  const snapshots = history(2, of);
  of.delete(KEY);
  const [, ...versions] = chain(of);
  closeSnapshot(of.participant, snapshots[1].word);
  of.participant.collectAll();
  assertEquals(held(of), [versions[versions.length - 1]]);
  closeSnapshot(of.participant, snapshots[0].word);
  of.participant.collectAll();
  assertEquals(held(of), []);
});

Deno.test("what is needed at the head of the queue hides nothing behind it", () => {
  const of = new SmallTable({ shift: 12 });
  const keys = 1000;
  for (let key = 1; key <= keys; key++) of.set(key, key);
  const long = open(of);
  for (let key = 1; key <= keys; key++) of.set(key, -key);
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    const short = open(of);
    of.set(1 + i % keys, i);
    closeSnapshot(of.participant, short.word);
    most = Math.max(most, of.words[of.participant.base + P_HELD_COUNT]);
  }
  assert(most < 2 * keys, `${most} versions were held at once`);
  for (let key = 1; key <= keys; key++) {
    const ref = versionAt(of.words, of.find(key), long.tick);
    assertStrictEquals(of.valueOf(ref), key);
  }
});
