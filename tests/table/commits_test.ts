import { assert, assertEquals } from "@std/assert";
import type { Participant } from "../../src/reclamation/participant.ts";
import { recover } from "../../src/reclamation/recovery.ts";
import { C_STATUS, P_COMMIT } from "../../src/segment/layout.ts";
import { publishRecord } from "../../src/table/fast_commits.ts";
import { type Lease, Leases } from "../../src/table/lease.ts";
import { revoke } from "../../src/table/leases.ts";
import { liveEntries } from "../../src/table/account.ts";
import {
  closeSnapshot,
  openSnapshot,
  versionAt,
} from "../../src/table/clock.ts";
import { TableRecoverer } from "../../src/table/table_recovery.ts";
import { isTombstone } from "../../src/table/version.ts";
import { type Change, draftAll } from "../testing/commit.ts";
import { SmallTable } from "./small_table.ts";

/** Drafts a record for these changes; the participant is pinned from then. */
function draft(small: SmallTable, changes: Record<number, Change>): void {
  small.participant.pin();
  draftAll(
    small,
    Object.entries(changes).map(([n, change]) => ({
      n: Number(n),
      change: () => change,
    })),
  );
}

function commit(small: SmallTable): boolean {
  const isDone = small.table.commits.commit();
  small.participant.unpin();
  return isDone;
}

/** Frees all that can be freed; nothing may be left. */
function drain(...participants: Participant[]): void {
  for (let i = 0; i < 8; i++) {
    for (const participant of participants) participant.collect();
  }
  for (const { hasRetired } of participants) assert(!hasRetired);
}

Deno.test("Commits replace, insert and delete at one moment, and count that", () => {
  const small = new SmallTable();
  small.set(1, 10);
  small.set(3, 30);
  draft(small, { 1: 11, 2: 22, 3: "delete" });
  assertEquals([1, 2, 3].map((n) => small.get(n)), [10, undefined, 30]);
  assertEquals(liveEntries(small.words), 2);
  assert(commit(small));
  assertEquals([1, 2, 3].map((n) => small.get(n)), [11, 22, undefined]);
  assertEquals(liveEntries(small.words), 2);
  drain(small.participant);
});

Deno.test("Commits fail, and change nothing, when what they rely on was changed", () => {
  for (const change of ["guard", 5] as const) {
    const small = new SmallTable();
    const other = small.join();
    small.set(1, 10);
    small.set(2, 20);
    draft(small, { 1: change, 2: 21 });
    other.set(1, 12);
    assert(!commit(small));
    assertEquals([1, 2].map((n) => small.get(n)), [12, 20]);
    assertEquals(liveEntries(small.words), 2);
    drain(small.participant, other.participant);
  }
});

Deno.test("Commits leave a guarded key as it is", () => {
  const small = new SmallTable();
  small.set(1, 10);
  draft(small, { 1: "guard", 2: 21, 3: "guard" });
  assert(commit(small));
  assertEquals([1, 2, 3].map((n) => small.get(n)), [10, 21, undefined]);
  small.set(1, 11);
  small.set(3, 31);
  assertEquals([1, 2, 3].map((n) => small.get(n)), [11, 21, 31]);
  drain(small.participant);
});

Deno.test("a snapshot shows a commit whole or not at all", () => {
  const small = new SmallTable();
  small.set(1, 10);
  const word = small.participant.freeRegistryWord();
  const tick = openSnapshot(small.participant, word);
  draft(small, { 1: 11, 2: 21 });
  assert(commit(small));
  const shown = (n: number) => {
    const ref = versionAt(small.words, small.find(n), tick);
    return ref === 0 || isTombstone(small.words, ref)
      ? undefined
      : small.valueOf(ref);
  };
  assertEquals([1, 2].map(shown), [10, undefined]);
  closeSnapshot(small.participant, word);
  drain(small.participant);
});

Deno.test("Commits go on in the next table", () => {
  const small = new SmallTable();
  for (let n = 1; n <= 50; n++) small.set(n, n);
  draft(small, { 1: 100, 2: "guard", 60: 600, 3: "delete" });
  small.startMove();
  assert(commit(small));
  assertEquals(
    [1, 2, 60, 3].map((n) => small.get(n)),
    [100, 2, 600, undefined],
  );
  small.table.migration.finishIfMoving();
  assertEquals(
    [1, 2, 60, 3].map((n) => small.get(n)),
    [100, 2, 600, undefined],
  );
});

Deno.test("a survivor gives up the draft of the dead, and leaves nothing of it", () => {
  const small = new SmallTable();
  const other = small.join();
  small.set(1, 10);
  draft(small, { 1: 11, 2: 21, 4: "guard" });
  const { participant } = small;
  const record = small.words[participant.base + P_COMMIT];
  assert(record !== 0 && small.words[record * 4 + C_STATUS] < 0);
  const tables = new TableRecoverer(other.participant, other.table);
  recover(other.participant, participant.slot, tables);
  assertEquals([1, 2, 4].map((n) => other.get(n)), [10, undefined, undefined]);
  assertEquals(liveEntries(small.words), 1);
  drain(other.participant);
});

const LEASED_HASH = 7;

/** Drafts what was loaded under a lease. */
function draftLoaded(small: SmallTable): Lease {
  const { participant: { slot }, words } = small;
  const lease = new Leases(words, slot).take(LEASED_HASH);
  draft(small, { 2: 22 });
  small.table.commits.relyOn(lease);
  return lease;
}

Deno.test("Commits that rely on a lease are made only if that is good at the end", () => {
  for (const isGood of [true, false]) {
    const small = new SmallTable();
    small.set(1, 10);
    const lease = draftLoaded(small);
    if (!isGood) revoke(small.words, LEASED_HASH);
    assertEquals(commit(small), isGood);
    assertEquals([1, 2].map((n) => small.get(n)), [
      10,
      isGood ? 22 : undefined,
    ]);
    assertEquals(liveEntries(small.words), isGood ? 2 : 1);
    lease.end();
    drain(small.participant);
    draft(small, { 1: 11 });
    assert(commit(small), "the next one has no lease");
  }
});

Deno.test("a survivor decides by the lease of the dead", () => {
  for (const isGood of [true, false]) {
    const small = new SmallTable();
    const other = small.join();
    draftLoaded(small);
    const { participant, words } = small;
    publishRecord(words, words[participant.base + P_COMMIT]);
    if (!isGood) revoke(words, LEASED_HASH);
    const tables = new TableRecoverer(other.participant, other.table);
    recover(other.participant, participant.slot, tables);
    assertEquals(other.get(2), isGood ? 22 : undefined);
    assertEquals(liveEntries(words), isGood ? 1 : 0);
    drain(other.participant);
  }
});
