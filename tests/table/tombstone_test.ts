import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertStrictEquals,
} from "@std/assert";
import {
  DEAD,
  EMPTY,
  GONE,
  MOVED,
  T_ROOT_SINCE,
} from "../../src/segment/layout.ts";
import { clearHorizon, setHorizon } from "../../src/table/horizon.ts";
import { closeSnapshot, openSnapshot } from "../../src/table/clock.ts";
import { Cursor } from "../../src/table/cursor.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { homeAt, SmallTable } from "./small_table.ts";

const isGone = (_: number, link: number) => link === GONE;
const isTombstone = (_: number, link: number) =>
  (link & DEAD) !== 0 && link !== GONE && link !== MOVED;
const isClaimed = (hash: number) => hash !== EMPTY;

/**
 * A key whose probe begins at this slot of 2 ** `shift`, so that the map's random seed has
 * no say in how far off it ends.
 */
const atHome = (n: number, shift: number) => ({ n, hash: homeAt(n, 2, shift) });

/**
 * Deletes a key of its own, which notes that the table is the root, and lets the eras go
 * by until movers are ruled out.
 */
function growOld(of: SmallTable): void {
  of.set(-1, 0);
  of.delete(-1);
  of.participant.collectAll();
}

Deno.test("A tombstone is dropped at once, and its memory can be used again", () => {
  const of = new SmallTable({ shift: 10 });
  growOld(of);
  const before = usedRefs(of.segment);
  const keys = Array.from({ length: 300 }, (_, n) => atHome(n, 10));
  for (const key of keys) of.set(key, key.n);
  for (const key of keys) assert(of.delete(key));
  of.participant.collectAll();
  assertStrictEquals(of.countSlots(isGone), 300);
  assertStrictEquals(usedRefs(of.segment), before);
  for (const key of keys) assertStrictEquals(of.find(key), 0);
});

Deno.test("A tombstone stays while somebody may still move the table before", () => {
  const of = new SmallTable();
  const mover = of.join();
  of.set(1, 1);
  of.startMove();
  mover.participant.pin();
  of.table.migration.finish(of.root);
  of.delete(1);
  of.set(2, 2);
  for (let i = 0; i < 5; i++) of.participant.collectAll();
  of.delete(2);
  assertStrictEquals(of.countSlots(isTombstone), 2);
  assertStrictEquals(of.countSlots(isGone), 0);
  mover.participant.unpin();
  of.participant.collectAll();
  of.set(3, 3);
  of.delete(3);
  assertStrictEquals(of.countSlots(isGone), 1);
  assertStrictEquals(of.countSlots(isTombstone), 2);
});

Deno.test("A tombstone in the next table stays", () => {
  const of = new SmallTable({ shift: 10 });
  growOld(of);
  const before = of.root;
  of.startMove();
  of.set(1, 1); // moves a stride, too
  of.delete(1);
  assertStrictEquals(of.root, before);
  assertStrictEquals(of.countSlots(isTombstone, of.next), 1);
  assertStrictEquals(of.words[of.next + T_ROOT_SINCE], 0);
});

Deno.test("A tombstone stays for a snapshot, and for a dump", () => {
  const of = new SmallTable();
  const { participant, words } = of;
  growOld(of);
  const gone = of.countSlots(isGone);
  const word = participant.freeRegistryWord();
  for (let n = 0; n < 3; n++) of.set(n, n);
  const tick = openSnapshot(participant, word);
  of.delete(0);
  assertStrictEquals(of.countSlots(isTombstone), 2, "-1 and 0");
  setHorizon(participant, tick);
  closeSnapshot(participant, word);
  of.delete(1);
  assertStrictEquals(of.countSlots(isTombstone), 3);
  clearHorizon(participant);
  participant.raiseSnapshotMarks(word);
  words[word] = -1; // PENDING
  of.delete(2);
  assertStrictEquals(of.countSlots(isTombstone), 4);
  assertStrictEquals(of.countSlots(isGone), gone);
  words[word] = 0;
});

Deno.test("A key that comes and goes takes no slot after the other", () => {
  const of = new SmallTable({ shift: 8 });
  growOld(of);
  const before = of.root;
  for (let i = 0; i < 5_000; i++) {
    of.set(1, i);
    assertStrictEquals(of.get(1), i);
    assert(of.delete(1));
    assertStrictEquals(of.get(1), undefined);
  }
  assertStrictEquals(of.root, before, "the table need not move");
  assertLessOrEqual(of.countSlots(isClaimed), 10);
});

Deno.test("A slot whose key is gone is passed over like that of another key", () => {
  const of = new SmallTable();
  growOld(of);
  const [a, b, c] = [1, 2, 3].map((n) => ({ n, hash: 0x55555555 }));
  for (const key of [a, b, c]) of.set(key, key.n);
  of.delete(a);
  of.delete(b);
  assertStrictEquals(of.countSlots(isGone), 2);
  assertStrictEquals(of.get(c), 3);
  of.set(c, 4);
  assertStrictEquals(of.get(c), 4);
  of.set(a, 5);
  assertEquals([a, b, c].map((key) => of.get(key)), [5, undefined, 4]);
  of.startMove();
  of.table.migration.finish(of.root);
  assertEquals([a, b, c].map((key) => of.get(key)), [5, undefined, 4]);
  assertStrictEquals(of.countSlots(isGone), 0, "a move leaves them behind");
});

Deno.test("A scan does not meet slots whose keys are gone", () => {
  const of = new SmallTable();
  growOld(of);
  for (let n = 0; n < 40; n++) of.set(atHome(n, 8), n);
  for (let n = 0; n < 40; n += 2) of.delete(atHome(n, 8));
  assertStrictEquals(of.countSlots(isGone), 20);
  const cursor = new Cursor(of.segment, of.table.migration);
  const refs: number[] = [];
  let tombstones = 0;
  const found: number[] = [];
  while (!cursor.done) {
    cursor.next(refs);
    for (const ref of refs) {
      if (ref === of.find(-1)) tombstones++;
      else found.push(of.valueOf(ref));
    }
  }
  assertStrictEquals(tombstones, 1, "the one of before");
  assertStrictEquals(found.length, 20);
});
