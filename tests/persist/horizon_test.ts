import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { noTables } from "../reclamation/no_tables.ts";
import { recover } from "../../src/reclamation/recovery.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { H_ROOT, NEVER } from "../../src/segment/layout.ts";
import { Cursor } from "../../src/table/cursor.ts";
import {
  clearHorizon,
  lowestHorizon,
  raiseHorizon,
  revokeHorizons,
  setHorizon,
} from "../../src/table/horizon.ts";
import { isTombstone } from "../../src/table/version.ts";

/** The tombstones that are left after a move of the table. */
function tombstonesAfterMove(attachment: Attachment): number {
  const { participant, segment, table } = attachment;
  participant.pin();
  const { migration, resizer } = table;
  resizer.start(segment.words[H_ROOT] * 4);
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

/** A map with entries, and a horizon at this moment. */
function withHorizon(): {
  map: SharedMap<string, number>;
  at: Attachment;
  tick: number;
} {
  const map = SharedMap.create<string, number>({ maxBytes: 2 ** 22 });
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  const at = attachmentOf(map);
  map.delete("key 0");
  const snapshot = map.snapshot();
  setHorizon(at.participant, snapshot.tick);
  const tick = snapshot.tick;
  snapshot.close();
  return { map, at, tick };
}

Deno.test("a horizon keeps the tombstones that are younger, and lets the others go", () => {
  const { map, at, tick } = withHorizon();
  using _ = map;
  assertStrictEquals(lowestHorizon(at.segment.words), tick);
  map.delete("key 1");
  map.delete("key 2");
  assertStrictEquals(tombstonesAfterMove(at), 2);
  const snapshot = map.snapshot();
  assert(raiseHorizon(at.participant, tick, snapshot.tick));
  snapshot.close();
  map.delete("key 3");
  assertStrictEquals(tombstonesAfterMove(at), 1);
  clearHorizon(at.participant);
  assertStrictEquals(tombstonesAfterMove(at), 0);
  assertStrictEquals(map.size, 96);
});

Deno.test("a revoked horizon keeps nothing, and cannot be raised", () => {
  const { map, at, tick } = withHorizon();
  using _ = map;
  map.delete("key 1");
  revokeHorizons(at.segment.words);
  assertStrictEquals(lowestHorizon(at.segment.words), NEVER);
  assertStrictEquals(tombstonesAfterMove(at), 0);
  assertFalse(raiseHorizon(at.participant, tick, tick + 1));
});

Deno.test("the horizon of a dead participant, or of one that left, is gone", () => {
  const { map, at, tick } = withHorizon();
  using _ = map;
  const dead = SharedMap.attach<string, number>(map.handle);
  const { participant } = attachmentOf(dead);
  clearHorizon(at.participant);
  dead.snapshot();
  setHorizon(participant, tick);
  assertStrictEquals(lowestHorizon(at.segment.words), tick);
  recover(at.participant, participant.slot, noTables);
  assertStrictEquals(lowestHorizon(at.segment.words), NEVER);
  {
    using leaving = SharedMap.attach<string, number>(map.handle);
    leaving.snapshot();
    setHorizon(attachmentOf(leaving).participant, tick);
    assertStrictEquals(lowestHorizon(at.segment.words), tick);
  }
  assertStrictEquals(lowestHorizon(at.segment.words), NEVER);
});

Deno.test("an announcement makes the table large at once, and keeps it so until it is taken back", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 26 });
  const at = attachmentOf(map);
  const announce = (entries: number) => {
    at.participant.pin();
    at.table.resizer.expect(entries);
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
