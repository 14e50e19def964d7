import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { oldestSnapshot } from "../../src/reclamation/registry.ts";
import {
  FINAL,
  FIRST_TICK,
  H_CLOCK,
  H_WRITTEN,
  LAST_TICK,
  NEVER,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_LIMBO_HEAD,
  P_LIMBO_TAIL,
  P_REGISTRY,
  P_REGISTRY_MARK,
  PENDING,
  R_LINK,
  R_STAMP,
  V_PREV,
  V_STAMP,
} from "../../src/segment/layout.ts";
import {
  closeSnapshot,
  openSnapshot,
  versionAt,
} from "../../src/table/clock.ts";
import { prune } from "../../src/table/prune.ts";
import { writingTick } from "../../src/table/version.ts";
import { SmallTable } from "./small_table.ts";

/** A chain of versions of one key by hand: stamps from the newest to the oldest. */
function chain(of: SmallTable, ...stamps: number[]): number[] {
  const refs = stamps.map((stamp, i) => {
    const ref = of.version(1, i);
    of.words[ref * 4 + V_STAMP] = stamp;
    return ref;
  });
  refs.forEach((ref, i) => {
    of.words[ref * 4 + V_PREV] = (refs[i + 1] ?? 0) | FINAL;
  });
  return refs;
}

/** The newest version of a chain with its `prev` not yet final. */
function unpruned(of: SmallTable, ...stamps: number[]): number[] {
  const refs = chain(of, ...stamps);
  of.words[refs[0] * 4 + V_PREV] = refs[1];
  return refs;
}

function queue(of: SmallTable, head: number): number[] {
  const found: number[] = [];
  const { words, participant } = of;
  for (
    let ref = words[participant.base + head];
    ref !== 0;
    ref = words[ref * 4 + R_LINK]
  ) found.push(ref);
  return found;
}

function openAt(of: SmallTable, stamp: number): number {
  const word = of.participant.freeRegistryWord();
  of.participant.raiseSnapshotMarks(word);
  of.words[word] = stamp;
  return word;
}

Deno.test("openSnapshot() returns the present tick, and the clock goes on", () => {
  const of = new SmallTable();
  for (let i = 0; i < 32; i++) {
    const tick = FIRST_TICK + i;
    assertStrictEquals(writingTick(of.words), tick);
    const word = of.participant.freeRegistryWord();
    assertStrictEquals(openSnapshot(of.participant, word), tick);
    assertStrictEquals(of.words[word], tick);
    assertStrictEquals(of.words[H_CLOCK], tick + 1);
    assertStrictEquals(oldestSnapshot(of.words), FIRST_TICK);
  }
  assertStrictEquals(of.participant.freeRegistryWord(), 0);
  const { base } = of.participant;
  assertStrictEquals(of.words[base + P_REGISTRY_MARK], 32);
  closeSnapshot(of.participant, base + P_REGISTRY);
  assertStrictEquals(oldestSnapshot(of.words), FIRST_TICK + 1);
  assertStrictEquals(of.participant.freeRegistryWord(), base + P_REGISTRY);
});

/** Opens a snapshot and closes it; returns its tick. */
function tickOf(of: SmallTable): number {
  const word = of.participant.freeRegistryWord();
  const tick = openSnapshot(of.participant, word);
  closeSnapshot(of.participant, word);
  return tick;
}

Deno.test("openSnapshot() takes no tick when nothing was written since the last one", () => {
  const of = new SmallTable();
  assertStrictEquals(tickOf(of), FIRST_TICK - 1);
  of.set(1, 1);
  for (let i = 0; i < 100; i++) assertStrictEquals(tickOf(of), FIRST_TICK);
  assertStrictEquals(of.words[H_CLOCK], FIRST_TICK + 1);
  of.join().delete(1);
  assertStrictEquals(tickOf(of), FIRST_TICK + 1);
  assertStrictEquals(tickOf(of), FIRST_TICK + 1);
});

Deno.test("openSnapshot() takes a tick after a write that nobody settled before it was asked for", () => {
  const of = new SmallTable();
  of.set(1, 1);
  const stamp = of.words[H_CLOCK];
  of.words[of.find(1) * 4 + V_STAMP] = 0; // as if its writer had died before it settled it
  of.words[H_WRITTEN] = stamp - 1;
  const word = of.participant.freeRegistryWord();
  const tick = openSnapshot(of.participant, word);
  assertStrictEquals(tick, stamp - 1);
  // It was never acknowledged: it counts from when somebody meets it, and then for good.
  assertStrictEquals(versionAt(of.words, of.find(1), tick), 0);
  closeSnapshot(of.participant, word);
  assertStrictEquals(tickOf(of), stamp);
});

Deno.test("writingTick() never lowers what it says", () => {
  const of = new SmallTable();
  of.words[H_CLOCK] = 9;
  assertStrictEquals(writingTick(of.words), 9);
  of.words[H_CLOCK] = 7; // as one sees it who was interrupted since it read the clock
  assertStrictEquals(writingTick(of.words), 7);
  assertStrictEquals(of.words[H_WRITTEN], 9);
});

Deno.test("openSnapshot() opens one more at the last tick while nothing was written at it", () => {
  const of = new SmallTable();
  of.words[H_CLOCK] = LAST_TICK;
  assertStrictEquals(tickOf(of), LAST_TICK - 1);
  assertStrictEquals(of.words[H_CLOCK], LAST_TICK);
});

Deno.test("openSnapshot() returns 0 when the clock has run out, and leaves nothing", () => {
  const of = new SmallTable();
  of.words[H_CLOCK] = LAST_TICK;
  writingTick(of.words);
  const word = of.participant.freeRegistryWord();
  assertStrictEquals(openSnapshot(of.participant, word), 0);
  assertStrictEquals(of.words[word], 0);
  assertStrictEquals(of.words[H_CLOCK], LAST_TICK);
});

Deno.test("oldestSnapshot() looks at all participants, and takes a pending one for 0", () => {
  const of = new SmallTable();
  const other = of.join();
  assertStrictEquals(oldestSnapshot(of.words), NEVER);
  openAt(of, 9);
  const word = openAt(other, 5);
  assertStrictEquals(oldestSnapshot(of.words), 5);
  of.words[word] = PENDING;
  assertStrictEquals(oldestSnapshot(of.words), 0);
  closeSnapshot(other.participant, word);
  assertStrictEquals(oldestSnapshot(of.words), 9);
});

Deno.test("prune() retires what no snapshot shows, and skips it in the chain", () => {
  const of = new SmallTable();
  const [newest, middle, oldest] = unpruned(of, 8, 5, 2);
  prune(of.words, of.participant.base, newest, 5);
  assertStrictEquals(of.words[newest * 4 + V_PREV], oldest | FINAL);
  assertEquals(queue(of, P_LIMBO_HEAD), [middle]);
  assertEquals(queue(of, P_HELD_HEAD), []);
  prune(of.words, of.participant.base, newest, 5); // again is nothing
  assertEquals(queue(of, P_LIMBO_HEAD), [middle]);
});

Deno.test("prune() holds what an open snapshot shows, until its death", () => {
  for (
    const [stamp, needed] of [
      [4, false],
      [5, true],
      [6, true],
      [7, true],
      [8, false],
      [9, false],
    ] as const
  ) {
    const of = new SmallTable();
    openAt(of, stamp);
    const [newest, old] = unpruned(of, 8, 5);
    prune(of.words, of.participant.base, newest, 5);
    assertEquals(queue(of, P_HELD_HEAD), needed ? [old] : [], `at ${stamp}`);
    assertEquals(queue(of, P_LIMBO_HEAD), needed ? [] : [old]);
    const prev = of.words[newest * 4 + V_PREV];
    assertStrictEquals(prev, (needed ? old : 0) | FINAL);
    if (!needed) continue;
    assertStrictEquals(of.words[old * 4 + R_STAMP], 8);
    assertStrictEquals(of.words[of.participant.base + P_HELD_COUNT], 1);
  }
});

Deno.test("prune() takes a snapshot that is being opened for one that needs everything", () => {
  const of = new SmallTable();
  openAt(of, PENDING);
  const [newest, old] = unpruned(of, 8, 5);
  prune(of.words, of.participant.base, newest, 5);
  assertEquals(queue(of, P_HELD_HEAD), [old]);
});

Deno.test("prune() holds what the snapshot of another participant shows", () => {
  const of = new SmallTable();
  openAt(of.join(), 6);
  const [newest, old] = unpruned(of, 8, 5);
  prune(of.words, of.participant.base, newest, 5);
  assertEquals(queue(of, P_HELD_HEAD), [old]);
});

Deno.test("versionAt() follows the chain to the newest version that is not younger", () => {
  const of = new SmallTable();
  const [c, b, a] = chain(of, 9, 6, 3);
  const at = (stamp: number) => versionAt(of.words, c, stamp);
  assertEquals(
    [1, 2, 3, 5, 6, 8, 9, 100].map(at),
    [0, 0, a, a, b, b, c, c],
  );
  assertStrictEquals(versionAt(of.words, 0, 5), 0);
});

Deno.test("versionAt() settles a pending version before it judges it", () => {
  const of = new SmallTable();
  const [newest, old] = chain(of, 0, 3);
  of.words[H_CLOCK] = 7;
  assertStrictEquals(versionAt(of.words, newest, 6), old);
  assertStrictEquals(of.words[newest * 4 + V_STAMP], 7);
  assertStrictEquals(versionAt(of.words, newest, 7), newest);
});

Deno.test("held versions are released when the snapshots older than their death are closed", () => {
  const of = new SmallTable();
  const { participant, words } = of;
  const word = openAt(of, 6);
  const [newest, old] = unpruned(of, 8, 5);
  prune(of.words, participant.base, newest, 5);
  participant.collect();
  assertEquals(queue(of, P_HELD_HEAD), [old]);
  const later = openAt(of, 9); // younger than the death: it does not matter
  closeSnapshot(participant, word);
  participant.collect();
  assertEquals(queue(of, P_HELD_HEAD), []);
  assertStrictEquals(words[participant.base + P_HELD_COUNT], 0);
  participant.collectAll();
  assertEquals(queue(of, P_LIMBO_HEAD), []);
  assertStrictEquals(words[participant.base + P_LIMBO_TAIL], 0);
  closeSnapshot(participant, later);
});

Deno.test("a key keeps one version per open snapshot at most", () => {
  const of = new SmallTable();
  of.set(1, 0);
  const ticks: number[] = [];
  for (let i = 1; i <= 5; i++) {
    const word = of.participant.freeRegistryWord();
    ticks.push(openSnapshot(of.participant, word));
    for (let n = 0; n < 10; n++) of.set(1, i * 10 + n);
  }
  let count = 0;
  for (let ref = of.find(1); ref !== 0;) {
    count++;
    const prev = of.words[ref * 4 + V_PREV];
    assert((prev & FINAL) !== 0);
    ref = prev & ~FINAL;
  }
  assertStrictEquals(count, 6);
  const at = (stamp: number) =>
    of.valueOf(versionAt(of.words, of.find(1), stamp));
  assertEquals(ticks.map(at), [0, 19, 29, 39, 49]);
  assertFalse(of.participant.freeRegistryWord() === 0);
});
