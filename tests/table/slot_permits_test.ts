import { assert, assertStrictEquals } from "@std/assert";
import { H_ROOT, T_NEXT, T_PERMITS } from "../../src/segment/layout.ts";
import {
  crowded,
  giveSurplus,
  returnPermits,
  slotLimit,
  sparedPermits,
  takePermits,
} from "../../src/table/permit_batch.ts";
import { allocateTable } from "../../src/table/table_record.ts";
import {
  claimedSlots,
  closePermits,
  Permits,
} from "../../src/table/slot_permits.ts";
import { SmallTable } from "./small_table.ts";

Deno.test("slotLimit() leaves slots empty", () => {
  for (let shift = 8; shift <= 28; shift++) {
    const capacity = 2 ** shift;
    assert(Number.isInteger(slotLimit(capacity)));
    assert(slotLimit(capacity) < capacity);
  }
});

Deno.test("Permits.ask() takes a batch, then gives from it, until the permits are spent", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant, words } = of;
  const permits = new Permits(participant);
  const limit = slotLimit(1024);
  let taken = 0;
  for (let i = 0; i < limit; i++) {
    const grant = permits.ask(of.root);
    assertStrictEquals(grant, i % 4 === 0 ? "taken" : "kept");
    if (grant === "taken") taken++;
    permits.spend();
    assert(claimedSlots(words, of.root) >= i + 1, "an upper bound");
    assert(claimedSlots(words, of.root) < i + 1 + 4);
  }
  assertStrictEquals(taken, limit / 4);
  assertStrictEquals(permits.ask(of.root), "none");
  assertStrictEquals(claimedSlots(words, of.root), limit);
});

Deno.test("takePermits() leaves those to spare, of which the last makes a table crowded", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant, words } = of;
  const { base } = participant;
  const spared = sparedPermits(words, of.root);
  let taken = 0;
  while (takePermits(words, base, of.root, spared)) {
    taken += participant.permits;
  }
  assertStrictEquals(taken, crowded(1024) - 1);
  assertStrictEquals(claimedSlots(words, of.root), taken);
  assert(takePermits(words, base, of.root, 0), "there are more");
  closePermits(words, of.root);
  assert(!takePermits(words, base, of.root, 0), "they are closed");
});

Deno.test("Permits of several participants together never pass the limit", () => {
  const of = new SmallTable({ shift: 9 });
  const all = [of, of.join(), of.join()].map((it) =>
    new Permits(it.participant)
  );
  let used = 0;
  for (let i = 0; i < 2000; i++) {
    const permits = all[i % 3];
    if (permits.ask(of.root) === "none") continue;
    permits.spend();
    used++;
  }
  assertStrictEquals(used, slotLimit(512));
});

Deno.test("Permits.giveBack() returns what was not used", () => {
  const of = new SmallTable({ shift: 12 });
  const permits = new Permits(of.participant);
  permits.ask(of.root);
  permits.spend();
  assertStrictEquals(of.participant.permits, 15);
  permits.giveBack();
  assertStrictEquals(of.participant.permits, 0);
  assertStrictEquals(claimedSlots(of.words, of.root), 1);
});

Deno.test("closePermits() ends the giving, and keeps what was left readable", () => {
  const of = new SmallTable();
  const permits = new Permits(of.participant);
  for (let i = 0; i < 10; i++) {
    permits.ask(of.root);
    permits.spend();
  }
  closePermits(of.words, of.root);
  closePermits(of.words, of.root);
  assertStrictEquals(claimedSlots(of.words, of.root), 10);
  assertStrictEquals(permits.ask(of.root), "none");
  for (const permits of [0, 1, 100]) {
    of.words[of.root + T_PERMITS] = permits;
    closePermits(of.words, of.root);
    assert(of.words[of.root + T_PERMITS] < 0);
    assertStrictEquals(
      claimedSlots(of.words, of.root),
      slotLimit(256) - permits,
    );
  }
});

Deno.test("returnPermits() credits the root, or the next table once the root is closed", () => {
  const of = new SmallTable();
  const { participant, words } = of;
  const next = allocateTable(participant, 9) * 4;
  words[of.root + T_PERMITS] = 5;
  returnPermits(words, 3);
  assertStrictEquals(words[of.root + T_PERMITS], 8);
  closePermits(words, of.root);
  returnPermits(words, 3); // lost, which is safe
  assertStrictEquals(words[of.root + T_PERMITS], ~8);
  words[of.root + T_NEXT] = next / 4;
  words[next + T_PERMITS] = 20;
  returnPermits(words, 3);
  assertStrictEquals(words[next + T_PERMITS], 23);
  closePermits(words, next);
  returnPermits(words, 3);
  assertStrictEquals(words[next + T_PERMITS], ~23);
  assertStrictEquals(words[of.root + T_PERMITS], ~8);
});

Deno.test("giveSurplus() keeps a batch for the next table, and gives it what is more", () => {
  const of = new SmallTable({ shift: 10 });
  const { participant, words } = of;
  const next = allocateTable(participant, 10) * 4;
  const permits = new Permits(participant);
  permits.ask(of.root); // four, of which none is used
  closePermits(words, of.root);
  words[of.root + T_NEXT] = next / 4;
  words[next + T_PERMITS] = 0;
  permits.turnTo(next);
  assertStrictEquals(words[next + T_PERMITS], 4, "those for the root are back");
  assertStrictEquals(participant.permits, 0);
  participant.permits = 4; // what a mover gained
  giveSurplus(words, participant.base, next);
  assertStrictEquals(participant.permits, 4);
  assertStrictEquals(permits.ask(next), "kept");
  participant.permits++;
  giveSurplus(words, participant.base, next);
  assertStrictEquals(participant.permits, 0);
  assertStrictEquals(words[next + T_PERMITS], 9);
});

Deno.test("Permits for one table are given back before those of another are asked for", () => {
  const of = new SmallTable({ shift: 12 });
  const { participant, words } = of;
  const permits = new Permits(participant);
  permits.ask(of.root);
  permits.spend();
  const other = allocateTable(participant, 12);
  words[other * 4 + T_PERMITS] -= claimedSlots(words, of.root); // as a migration does
  words[H_ROOT] = other;
  permits.ask(other * 4);
  permits.spend();
  const inUse = claimedSlots(words, other * 4) - participant.permits;
  assertStrictEquals(inUse, 2, "the moved slot and the new one");
});
