import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Lifeline, locks as webLocks } from "../../src/reclamation/lifeline.ts";
import { Participant } from "../../src/reclamation/participant.ts";
import { participantBase } from "../../src/segment/participants.ts";
import {
  lifelineName,
  livingLocks,
  recover,
  recoverDead,
} from "../../src/reclamation/recovery.ts";
import {
  B_COUNT,
  B_NEXT,
  CHUNK_BODY,
  CHUNK_FREE,
  CHUNK_TAKING,
  ESTATE,
  H_ERA,
  H_SNAPSHOT_CHANGES,
  P_CHUNK,
  P_FREE,
  P_HAND,
  P_LIMBO_HEAD,
  P_PERMITS,
  P_PIN,
  P_REGISTRY,
  P_STATE,
  P_TAKEN,
  P_TRANSIT_CUT,
  P_TRANSIT_OLD,
  P_TRANSIT_REF,
  P_TRANSIT_WORD,
  R_LINK,
  TRANSFER,
  TRANSFER_WAYS,
} from "../../src/segment/layout.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { classOf } from "../../src/segment/size_classes.ts";
import { noTables } from "./no_tables.ts";
import { freshLock, join } from "./join.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { LiveBlocks, usedRefs } from "../segment/live_blocks.ts";

/** Everything can be allocated: no chunk and no block is lost, and none is given out twice. */
function checkNothingLost(segment: Segment, by: Participant, bytes = 64): void {
  const live = new LiveBlocks(segment);
  let count = 0;
  // Tombstones may take what is kept from entries.
  while (live.allocate(by.allocator, bytes, "tombstone")) count++;
  const chunkBytes = 2 ** segment.chunkShift * 16;
  const blocks = segment.chunkCount * Math.floor(chunkBytes / bytes);
  assertStrictEquals(count, blocks, "blocks");
  live.freeAll(by.allocator);
}

Deno.test("recover() ends pin, snapshots and permits of the dead, and frees its record", () => {
  const segment = freshSegment();
  const { words } = segment;
  const dead = join(segment);
  const self = join(segment);
  dead.pin();
  words[dead.base + P_REGISTRY] = 5;
  words[dead.base + P_REGISTRY + 31] = -1;
  words[dead.base + P_PERMITS] = 12;
  const returned: number[] = [];
  recover(self, dead.slot, {
    ...noTables,
    returnPermits: (permits) => returned.push(permits),
  });
  assertEquals(returned, [12]);
  for (const word of [P_STATE, P_PIN, P_PERMITS, P_REGISTRY, P_REGISTRY + 31]) {
    assertStrictEquals(words[dead.base + word], 0);
  }
  assertStrictEquals(segment.floats[self.counterIndex("recoveries")], 1);
  recover(self, dead.slot, {
    ...noTables,
    returnPermits: (permits) => returned.push(permits),
  }); // as if it had not ended
  assertEquals(returned, [12]);
});

Deno.test("recover() leaves nothing of the memory of the dead unused", () => {
  const segment = freshSegment();
  const dead = join(segment);
  const self = join(segment);
  for (const bytes of [20, 64, 64, 300, 2000, 9000]) {
    for (let i = 0; i < 40; i++) {
      const ref = dead.allocator.allocate(bytes);
      if (ref === 0) continue;
      segment.words.fill(0, ref * 4, ref * 4 + 8);
      if (i % 2 === 0) dead.retire(ref);
      else dead.allocator.free(ref);
    }
  }
  recover(self, dead.slot, noTables);
  self.collectAll();
  assertStrictEquals(usedRefs(segment), 0);
  checkNothingLost(segment, self);
});

/**
 * A dead participant with `count` free blocks of 64 bytes, and the transfer words of their
 * class.
 */
function withFreeBlocks(count: number) {
  const segment = freshSegment();
  const dead = join(segment);
  const self = join(segment);
  const refs = Array.from({ length: count }, () => dead.allocator.allocate(64));
  for (const ref of refs) dead.allocator.free(ref);
  const c = classOf(4);
  return {
    segment,
    dead,
    self,
    words: segment.words,
    list: dead.base + P_FREE + c,
    transfer: TRANSFER + c * TRANSFER_WAYS,
    batch: segment.classes.batch[c],
  };
}

function chainOf(segment: Segment, head: number): number[] {
  const found: number[] = [];
  for (let ref = head; ref !== 0; ref = segment.words[ref * 4 + R_LINK]) {
    found.push(ref);
    assert(found.length < 10_000, "no cycle");
  }
  return found;
}

/** A death at each step of giving a batch to an transfer word, by hand. */
for (const at of ["claimed", "linked", "unlinked", "cut off"] as const) {
  for (const old of ["empty", "with a chain"] as const) {
    Deno.test(`recover() after a death while giving a batch: ${at}, the word ${old}`, () => {
      const it = withFreeBlocks(100);
      const { segment, words, dead, self, list } = it;
      const way = old === "empty" ? dead.slot + 1 : dead.slot;
      const word = it.transfer + (way & (TRANSFER_WAYS - 1));
      assertStrictEquals(words[word] === 0, old === "empty");
      giveAsFarAs(at, it, word);
      recover(self, dead.slot, noTables);
      assert(words[word] >= 0, "nobody claims it any more");
      for (
        let chain = words[word];
        chain !== 0;
        chain = words[chain * 4 + B_NEXT]
      ) {
        assertStrictEquals(
          chainOf(segment, chain).length,
          words[chain * 4 + B_COUNT],
        );
      }
      assertStrictEquals(words[list], 0);
      checkNothingLost(segment, self);
    });
  }
}

type Give = "claimed" | "linked" | "unlinked" | "cut off";

/** The steps of `Allocator.#give`. */
function giveAsFarAs(
  at: Give,
  { words, dead, list, batch }: ReturnType<typeof withFreeBlocks>,
  word: number,
): void {
  const head = words[list];
  let cut = head;
  let count = 1;
  for (; count < batch && words[cut * 4 + R_LINK] !== 0; count++) {
    cut = words[cut * 4 + R_LINK];
  }
  words[head * 4 + B_COUNT] = count;
  const chain = words[word];
  words[dead.base + P_TRANSIT_WORD] = word;
  words[dead.base + P_TRANSIT_OLD] = chain;
  words[dead.base + P_TRANSIT_REF] = head;
  words[dead.base + P_TRANSIT_CUT] = cut;
  words[word] = -(dead.slot + 1);
  if (at === "claimed") return;
  words[head * 4 + B_NEXT] = chain;
  if (at === "linked") return;
  words[list] = words[cut * 4 + R_LINK];
  if (at === "unlinked") return;
  words[cut * 4 + R_LINK] = 0;
}

for (const at of ["claimed", "linked"] as const) {
  Deno.test(`recover() after a death while taking a batch: ${at}`, () => {
    const it = withFreeBlocks(300);
    const { segment, words, dead, self, list } = it;
    dead.allocator.flush();
    const word = it.transfer + (dead.slot & (TRANSFER_WAYS - 1));
    const chain = words[word];
    assert(chain !== 0 && words[list] === 0);
    words[dead.base + P_TRANSIT_WORD] = word;
    words[dead.base + P_TRANSIT_OLD] = chain;
    words[dead.base + P_TRANSIT_REF] = 0;
    words[dead.base + P_TRANSIT_CUT] = 0;
    words[word] = -(dead.slot + 1);
    if (at === "linked") words[list] = chain;
    recover(self, dead.slot, noTables);
    assert(words[word] >= 0);
    checkNothingLost(segment, self);
  });
}

Deno.test("recover() leaves an transfer word alone that another one has claimed since", () => {
  const it = withFreeBlocks(100);
  const { words, dead, self } = it;
  words[dead.base + P_TRANSIT_WORD] = it.transfer;
  words[dead.base + P_TRANSIT_OLD] = 12345;
  words[it.transfer] = -100;
  recover(self, dead.slot, noTables);
  assertStrictEquals(words[it.transfer], -100);
});

Deno.test("recover() frees chunks that the dead was claiming, cutting or giving back", () => {
  const segment = freshSegment();
  const { words } = segment;
  const dead = join(segment);
  const self = join(segment);
  const taking = CHUNK_TAKING | dead.slot;
  const set = (chunk: number, state: number) =>
    words[segment.descriptor(chunk)] = state;
  // A run under construction, the bodies of a run being freed, and a chunk between claim and class.
  set(3, taking);
  set(10, taking);
  set(11, CHUNK_BODY);
  set(12, CHUNK_BODY);
  set(20, taking);
  words[dead.base + P_CHUNK + 2] = 20 + 1;
  words[dead.base + P_TAKEN] = 5;
  recover(self, dead.slot, noTables);
  for (const chunk of [3, 10, 11, 12, 20]) {
    assertStrictEquals(words[segment.descriptor(chunk)], CHUNK_FREE);
  }
  assertStrictEquals(self.allocator.limits.freeChunks, segment.chunkCount);
  checkNothingLost(segment, self);
});

Deno.test("recover() leaves chunks alone that others are claiming, and runs that are whole", () => {
  const segment = freshSegment();
  const { words } = segment;
  const dead = join(segment);
  const self = join(segment);
  const run = self.allocator.allocate(20_000);
  words[segment.descriptor(50)] = CHUNK_TAKING | self.slot;
  const before = words[segment.descriptor(segment.chunkOf(run)) + 2];
  recover(self, dead.slot, noTables);
  assertStrictEquals(words[segment.descriptor(50)], CHUNK_TAKING | self.slot);
  assertStrictEquals(
    words[segment.descriptor(segment.chunkOf(run)) + 2],
    before,
  );
});

Deno.test("recoverDead() recovers those whose lock nobody holds, and no others", async () => {
  const segment = freshSegment();
  const { words } = segment;
  const lines: Lifeline[] = [];
  const joinWithLock = () => {
    const lock = freshLock();
    lines.push(Lifeline.hold(lifelineName(segment, lock)));
    return Participant.join(segment, lock)!;
  };
  const self = joinWithLock();
  const alive = joinWithLock();
  const dead = [joinWithLock(), joinWithLock()];
  for (const line of lines.slice(2)) {
    line.release();
    await webLocks.request(line.name, {}, () => {}); // until it is free
  }
  alive.pin();
  for (const it of dead) it.pin();
  const count = await recoverDead(self, noTables, await livingLocks());
  assertStrictEquals(count, 2);
  for (const it of dead) assertStrictEquals(words[it.base + P_STATE], 0);
  assert(words[alive.base + P_STATE] !== 0 && words[alive.base + P_PIN] !== 0);
  assert(words[participantBase(self.slot) + P_STATE] !== 0);
  assertStrictEquals(await recoverDead(self, noTables, await livingLocks()), 0);
  for (const line of lines) line.release();
});

Deno.test("recoverDead() does nothing once it has left itself, however far it is", async () => {
  const segment = freshSegment();
  const self = join(segment);
  const dead = join(segment);
  const before = segment.words.slice();
  const recovering = livingLocks().then((living) =>
    recoverDead(self, noTables, living)
  );
  self.leave();
  assertStrictEquals(await recovering, 0);
  assert(segment.words[dead.base + P_STATE] !== 0);
  before[participantBase(self.slot) + P_STATE] = 0;
  for (const word of [H_ERA, H_SNAPSHOT_CHANGES]) {
    segment.words[word] = before[word];
  }
  assertEquals(segment.words.slice(), before);
});

Deno.test("recoverDead() goes on with what a dead one was adopting, and counts one dead", async () => {
  const segment = freshSegment();
  const { words } = segment;
  const lock = freshLock();
  const line = Lifeline.hold(lifelineName(segment, lock));
  const self = Participant.join(segment, lock)!;
  const gone = join(segment);
  const dead = join(segment);
  const { base } = gone;
  self.keepPin();
  for (let i = 0; i < 10; i++) {
    const ref = gone.allocator.allocate(48);
    words.fill(0, ref * 4, ref * 4 + 12);
    words[base + P_HAND] = 0; // as if it had been linked, and replaced
    gone.retire(ref);
  }
  gone.leave();
  assertStrictEquals(words[base + P_STATE], ESTATE);
  assertStrictEquals(
    await recoverDead(self, noTables, await livingLocks()),
    1,
    "not that one",
  );
  assertStrictEquals(words[base + P_STATE], ESTATE);
  words[base + P_STATE] = -dead.lock;
  assertStrictEquals(await recoverDead(self, noTables, await livingLocks()), 1);
  assertStrictEquals(words[base + P_STATE], 0);
  assertStrictEquals(words[base + P_LIMBO_HEAD], 0);
  assertStrictEquals(segment.floats[self.counterIndex("recoveries")], 1);
  self.releasePin();
  self.collectAll();
  assertStrictEquals(usedRefs(segment), 0);
  checkNothingLost(segment, self, 48);
  line.release();
});

Deno.test("recoverDead() lets one recoverer at a time work", async () => {
  const segment = freshSegment();
  const lines = [1, 2].map((n) => Lifeline.hold(lifelineName(segment, n)));
  const [a, b] = [1, 2].map((n) => Participant.join(segment, n)!);
  for (let i = 0; i < 10; i++) join(segment);
  const living = await livingLocks();
  const counts = await Promise.all(
    [a, b].map((self) => recoverDead(self, noTables, living)),
  );
  assertStrictEquals(counts[0] + counts[1], 10);
  for (const line of lines) line.release();
});
