import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { noTables } from "../epoch/no_tables.ts";
import { recover } from "../../src/epoch/recovery.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { attachmentOf } from "../../src/map/shared_map.ts";
import { H_ROOT, NEVER } from "../../src/segment/layout.ts";
import { Cursor } from "../../src/table/cursor.ts";
import {
  clearFloor,
  lowestFloor,
  raiseFloor,
  revokeFloors,
  setFloor,
} from "../../src/table/floor.ts";
import { isTombstone } from "../../src/table/version.ts";

/** The tombstones that are left after a move of the table. */
function tombstonesAfterMove(attachment: Attachment): number {
  const { participant, segment, table } = attachment;
  participant.pin();
  const { migration } = table;
  migration.start(segment.words[H_ROOT] * 4);
  migration.finish(segment.words[H_ROOT] * 4);
  const cursor = new Cursor(segment, migration);
  let count = 0;
  for (const refs: number[] = []; !cursor.done;) {
    cursor.next(refs);
    count += refs.filter((ref) => isTombstone(segment.words, ref)).length;
  }
  participant.unpin();
  return count;
}

/** A map with entries, and a floor at this moment. */
function withFloor(): {
  map: SharedMap<string, number>;
  at: Attachment;
  tick: number;
} {
  const map = SharedMap.create<string, number>({ maxBytes: 2 ** 22 });
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  const at = attachmentOf(map);
  map.delete("key 0");
  const snapshot = map.snapshot();
  setFloor(at.participant, snapshot.epoch);
  const tick = snapshot.epoch;
  snapshot.close();
  return { map, at, tick };
}

Deno.test("a floor keeps the tombstones that are younger, and lets the others go", () => {
  const { map, at, tick } = withFloor();
  using _ = map;
  assertStrictEquals(lowestFloor(at.segment.words), tick);
  map.delete("key 1");
  map.delete("key 2");
  assertStrictEquals(tombstonesAfterMove(at), 2);
  const snapshot = map.snapshot();
  assert(raiseFloor(at.participant, tick, snapshot.epoch));
  snapshot.close();
  map.delete("key 3");
  assertStrictEquals(tombstonesAfterMove(at), 1);
  clearFloor(at.participant);
  assertStrictEquals(tombstonesAfterMove(at), 0);
  assertStrictEquals(map.size, 96);
});

Deno.test("a revoked floor keeps nothing, and cannot be raised", () => {
  const { map, at, tick } = withFloor();
  using _ = map;
  map.delete("key 1");
  revokeFloors(at.segment.words);
  assertStrictEquals(lowestFloor(at.segment.words), NEVER);
  assertStrictEquals(tombstonesAfterMove(at), 0);
  assertFalse(raiseFloor(at.participant, tick, tick + 1));
});

Deno.test("the floor of a dead participant, or of one that left, is gone", () => {
  const { map, at, tick } = withFloor();
  using _ = map;
  const dead = SharedMap.attach<string, number>(map.handle);
  const { participant } = attachmentOf(dead);
  clearFloor(at.participant);
  dead.snapshot();
  setFloor(participant, tick);
  assertStrictEquals(lowestFloor(at.segment.words), tick);
  recover(at.participant, participant.slot, noTables);
  assertStrictEquals(lowestFloor(at.segment.words), NEVER);
  {
    using leaving = SharedMap.attach<string, number>(map.handle);
    leaving.snapshot();
    setFloor(attachmentOf(leaving).participant, tick);
    assertStrictEquals(lowestFloor(at.segment.words), tick);
  }
  assertStrictEquals(lowestFloor(at.segment.words), NEVER);
});

Deno.test("an announcement makes the table large at once, and keeps it so until it is taken back", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 26 });
  const at = attachmentOf(map);
  const announce = (entries: number) => {
    at.participant.pin();
    at.table.migration.expect(entries);
    at.participant.unpin();
  };
  announce(100_000);
  assertEquals(map.stats().migrations, 1);
  for (let i = 0; i < 5; i++) at.resident!.tick();
  for (let i = 0; i < 100_000; i++) map.set(`key ${i}`, i);
  assertEquals(map.stats().migrations, 1);
  announce(0);
  map.clear();
  for (let i = 0; i < 50; i++) at.resident!.tick();
  assert(map.stats().migrations > 1);
});
