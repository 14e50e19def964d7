import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import {
  countOpen,
  FIRST_PLACE,
  hasDump,
  isNeeded,
  isShown,
  isShownNow,
  LAST_PLACE,
  neededFrom,
  noteOf,
  oldestHeld,
  oldestSnapshot,
  placeOf,
  revokeDumps,
} from "../../src/reclamation/registry.ts";
import {
  GONE,
  H_CLOCK,
  H_WRITTEN,
  LAST_TICK,
  NEVER,
  OPENING,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  PENDING,
  R_LINK,
  REVOKED,
} from "../../src/segment/layout.ts";
import {
  closeSnapshot,
  isRevoked,
  openDump,
  openMoment,
  openSnapshot,
  pass,
} from "../../src/table/clock.ts";
import { homeAt, SmallTable } from "./small_table.ts";

/** Opens a dump; its registry word and its tick. */
function openOne(of: SmallTable): [word: number, tick: number] {
  const word = of.participant.freeRegistryWord();
  return [word, openDump(of.participant, word)];
}

function countHeld(of: SmallTable): number {
  const { participant, words } = of;
  let count = 0;
  let last = 0;
  for (
    let ref = words[participant.base + P_HELD_HEAD];
    ref !== 0;
    ref = words[ref * 4 + R_LINK]
  ) {
    count++;
    last = ref;
  }
  assertStrictEquals(words[participant.base + P_HELD_COUNT], count);
  if (count > 0) {
    assertStrictEquals(words[participant.base + P_HELD_TAIL], last);
  }
  return count;
}

Deno.test("placeOf() puts hashes into the order of unsigned numbers", () => {
  const hashes = [2, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  const places = hashes.map((hash) => placeOf(hash | 0));
  assertEquals(places, places.toSorted((a, b) => a - b));
  assert(places[0] > FIRST_PLACE);
  assertStrictEquals(places[4], LAST_PLACE);
});

Deno.test("a dump needs what a snapshot does, but for what it has passed", () => {
  const of = new SmallTable();
  const { participant, words } = of;
  const [word, tick] = openOne(of);
  const next = tick + 1;
  const needs = (hash: number) => [
    isShown(words, tick, next, hash | 0),
    isNeeded(words, next, hash | 0),
    isShownNow(words, tick, hash | 0),
  ];
  const hashes = [2, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
  const all = [true, true, true];
  const none = [false, false, false];
  assertStrictEquals(oldestSnapshot(words), tick);
  for (const hash of hashes) assertEquals(needs(hash), all);
  assertFalse(isShown(words, next, NEVER, 2));
  assertFalse(isNeeded(words, tick, 2));
  assertStrictEquals(neededFrom(words), FIRST_PLACE);
  pass(participant, word, 2 ** 31);
  assertEquals(hashes.map(needs), [none, none, all, all, all]);
  assertStrictEquals(neededFrom(words), 0);
  pass(participant, word, 2 ** 32);
  assertEquals(
    hashes.map(needs),
    [none, none, none, none, all],
    "the last hash",
  );
  closeSnapshot(participant, word);
  assertStrictEquals(neededFrom(words), LAST_PLACE);
  of.set(1, 1); // else the next one had the same tick
  openOne(of);
  assertEquals(needs(2).slice(0, 2), [false, false], "the next one is younger");
  assert(isShownNow(words, next, 2), "and begins anew");
});

Deno.test("a snapshot of the caller passes nothing, whatever dumps do", () => {
  const of = new SmallTable();
  const { participant, words } = of;
  const [dump] = openOne(of);
  pass(participant, dump, 2 ** 31);
  const word = participant.freeRegistryWord();
  const tick = openSnapshot(participant, word);
  assertStrictEquals(neededFrom(words), FIRST_PLACE);
  assert(isShownNow(words, tick, 2));
  assertStrictEquals(oldestHeld(words), word);
  const seconds = Date.now() / 1000 - words[noteOf(word)];
  assert(seconds >= 0 && seconds < 1000, `opened ${seconds} s ago`);
  closeSnapshot(participant, word);
  assertStrictEquals(oldestHeld(words), 0);
});

Deno.test("revokeDumps() takes back all dumps, and nothing else", () => {
  const of = new SmallTable();
  const other = of.join();
  const { participant, words } = of;
  assertFalse(revokeDumps(words));
  assertFalse(hasDump(words, participant.base));
  const snapshot = participant.freeRegistryWord();
  const shown = openSnapshot(participant, snapshot);
  const pending = participant.freeRegistryWord();
  participant.raiseSnapshotMarks(pending);
  words[pending] = PENDING;
  assertFalse(revokeDumps(words));
  const [a, tickOfA] = openOne(of);
  const [b, tickOfB] = openOne(other);
  assertFalse(isRevoked(participant, a, tickOfA));
  assertStrictEquals(countOpen(words), 4);
  assert(hasDump(words, participant.base));
  assert(revokeDumps(words));
  assertFalse(revokeDumps(words));
  assertFalse(hasDump(words, participant.base));
  assert(isRevoked(participant, a, tickOfA));
  assert(isRevoked(other.participant, b, tickOfB));
  assertEquals([words[a], words[b]], [REVOKED, REVOKED]);
  assertEquals([words[snapshot], words[pending]], [shown, PENDING]);
  assertStrictEquals(countOpen(words), 2);
  words[pending] = 0;
  closeSnapshot(participant, snapshot);
  assertStrictEquals(oldestSnapshot(words), NEVER);
  assertFalse(isNeeded(words, NEVER, 2));
  assertStrictEquals(neededFrom(words), LAST_PLACE);
  assert(
    participant.freeRegistryWord() !== a,
    "it is the dumper's until it looks",
  );
});

Deno.test("a dump that is being opened needs everything, and can be revoked all the same", () => {
  const of = new SmallTable();
  const { participant, words } = of;
  const word = participant.freeRegistryWord();
  participant.raiseSnapshotMarks(word);
  words[noteOf(word)] = FIRST_PLACE;
  words[word] = OPENING;
  assertStrictEquals(oldestSnapshot(words), 0);
  assert(isShown(words, 5, 6, 2));
  assertStrictEquals(neededFrom(words), FIRST_PLACE);
  assertStrictEquals(countOpen(words), 1);
  assert(revokeDumps(words));
  assertStrictEquals(oldestSnapshot(words), NEVER);
  assertFalse(isShown(words, 5, 6, 2));
  assertStrictEquals(neededFrom(words), LAST_PLACE);
});

Deno.test("openDump() returns 0 when the clock has run out, and leaves nothing", () => {
  const of = new SmallTable();
  of.words[H_CLOCK] = of.words[H_WRITTEN] = LAST_TICK;
  const [word, tick] = openOne(of);
  assertStrictEquals(tick, 0);
  assertStrictEquals(of.words[word], 0);
});

Deno.test("openMoment() opens a dump anew as often as the wall clock goes on", () => {
  const of = new SmallTable();
  const word = of.participant.freeRegistryWord();
  const moment = openMoment(of.participant, word, openDump)!;
  assertStrictEquals(of.words[word], ~moment.tick);
  assertStrictEquals(of.words[noteOf(word)], FIRST_PLACE);
});

Deno.test("what a dump has passed is retired at once when it is replaced, the rest is held", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant } = of;
  for (let n = 0; n < 100; n++) of.set(n, n);
  const hashes = Array.from({ length: 100 }, (_, n) => of.key(n).hash >>> 0);
  const place = hashes.toSorted((a, b) => a - b)[50];
  const [word] = openOne(of);
  pass(participant, word, place);
  for (let n = 0; n < 100; n++) of.set(n, -n);
  assertStrictEquals(countHeld(of), 50);
});

Deno.test("what dumps have passed is let go of in turns, wherever it is in the queue", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant } = of;
  for (let n = 0; n < 200; n++) of.set(n, n);
  const hashes = Array.from({ length: 200 }, (_, n) => of.key(n).hash >>> 0);
  const [word] = openOne(of);
  for (let n = 0; n < 200; n++) of.set(n, -n);
  participant.collectAll();
  assertStrictEquals(countHeld(of), 200);
  for (const place of [2 ** 29, 2 ** 31, 2 ** 31 + 2 ** 20, 3 * 2 ** 30]) {
    pass(participant, word, place);
    const before = countHeld(of);
    participant.collectAll();
    const left = hashes.filter((hash) => hash >= place).length;
    const isTurn = place % 2 ** 27 === 0;
    assertStrictEquals(countHeld(of), isTurn ? left : before);
  }
  const snapshot = participant.freeRegistryWord();
  openSnapshot(participant, snapshot);
  pass(participant, word, 2 ** 32 - 1);
  participant.collectAll();
  assertStrictEquals(countHeld(of), 0, "the snapshot shows what is newer");
  closeSnapshot(participant, snapshot);
});

Deno.test("a revoked dump holds nothing", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant, words } = of;
  for (let n = 0; n < 50; n++) of.set(n, n);
  openOne(of);
  for (let n = 0; n < 50; n++) of.set(n, -n);
  participant.collectAll();
  assertStrictEquals(countHeld(of), 50);
  revokeDumps(words);
  participant.collectAll();
  assertStrictEquals(countHeld(of), 0);
});

Deno.test("a tombstone is dropped beside a snapshot if there is nothing under it, or a dump has passed it", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant } = of;
  const key = (n: number) => ({ n, hash: homeAt(n * 8, 2, 10) });
  const countGone = () => of.countSlots((_, link) => link === GONE);
  of.set(key(100), 0);
  of.delete(key(100)); // notes that the table is the root
  participant.collectAll();
  for (let n = 0; n < 3; n++) of.set(key(n), n);
  const gone = countGone();
  const snapshot = participant.freeRegistryWord();
  openSnapshot(participant, snapshot);
  of.delete(key(0));
  assertStrictEquals(countGone(), gone);
  of.set(key(5), 5);
  of.set(key(5), 6);
  of.delete(key(5));
  assertStrictEquals(countGone(), gone + 1, "younger than the snapshot");
  closeSnapshot(participant, snapshot);
  const [dump] = openOne(of);
  pass(participant, dump, key(2).hash >>> 0);
  of.delete(key(1));
  assertStrictEquals(countGone(), gone + 2, "passed");
  of.delete(key(2));
  assertStrictEquals(countGone(), gone + 2, "not yet passed");
});
