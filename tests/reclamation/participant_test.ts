import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { adoptEstates } from "../../src/reclamation/estate.ts";
import { Participant } from "../../src/reclamation/participant.ts";
import { isOver } from "../../src/reclamation/limbo.ts";
import { oldestSnapshot } from "../../src/reclamation/registry.ts";
import { participantBase } from "../../src/segment/participants.ts";
import { ClosedError } from "../../src/errors.ts";
import {
  COUNTERS,
  ESTATE,
  H_ERA,
  H_PARTICIPANTS,
  MAX_CLASSES,
  MAX_PARTICIPANTS,
  NEVER,
  P_FREE_COUNT,
  P_HELD_COUNT,
  P_HELD_HEAD,
  P_HELD_TAIL,
  P_LIMBO_HEAD,
  P_LIMBO_TAIL,
  P_PIN,
  P_REGISTRY,
  P_STATE,
  R_LINK,
  REGISTRY_WORDS,
} from "../../src/segment/layout.ts";
import type { Segment } from "../../src/segment/segment.ts";
import { openSnapshot } from "../../src/table/clock.ts";
import { setHorizon } from "../../src/table/horizon.ts";
import { freshLock, join } from "./join.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { usedRefs } from "../segment/live_blocks.ts";
import { forSeeds } from "../testing/random.ts";

/** A block that looks like a record without a second one. */
function record(by: Participant): number {
  const ref = by.allocator.allocate(48);
  assert(ref !== 0);
  by.segment.words.fill(0, ref * 4, ref * 4 + 12);
  return ref;
}

function queueIn({ words }: Segment, head: number): number[] {
  const found: number[] = [];
  for (let ref = words[head]; ref !== 0; ref = words[ref * 4 + R_LINK]) {
    found.push(ref);
  }
  return found;
}

function queue(of: Participant, head: number): number[] {
  return queueIn(of.segment, of.base + head);
}

const limbo = (of: Participant) => queue(of, P_LIMBO_HEAD);
const held = (of: Participant) => queue(of, P_HELD_HEAD);

Deno.test("Participant.join() takes each place once, and says when there is none", () => {
  const segment = freshSegment();
  const all = Array.from({ length: MAX_PARTICIPANTS }, () => join(segment));
  assertStrictEquals(new Set(all.map(({ slot }) => slot)).size, all.length);
  assertStrictEquals(Participant.join(segment, freshLock()), undefined);
  assertStrictEquals(segment.words[H_PARTICIPANTS], MAX_PARTICIPANTS);
  all[7].leave();
  const next = Participant.join(segment, 4711);
  assertStrictEquals(next?.slot, 7);
  assertStrictEquals(segment.words[next.base + P_STATE], 4711);
});

Deno.test("Participant.leave() leaves nothing in its record", () => {
  const segment = freshSegment();
  const one = join(segment);
  const other = join(segment);
  other.pin();
  for (let i = 0; i < 50; i++) one.retire(record(one));
  one.pin();
  one.keepPin();
  const word = one.freeRegistryWord();
  one.raiseSnapshotMarks(word);
  segment.words[word] = 5;
  other.unpin();
  const { base } = one;
  one.leave();
  assertStrictEquals(segment.words[base + P_STATE], 0);
  assertStrictEquals(segment.words[base + P_PIN], 0);
  assertStrictEquals(oldestSnapshot(segment.words), NEVER);
  assertEquals(queueIn(segment, base + P_LIMBO_HEAD), []);
  assertStrictEquals(usedRefs(segment), 0);
});

/**
 * A participant that leaves ten records in limbo and ten that are held, for `reader` is
 * pinned and has a snapshot open.
 */
function leaveMuch(segment: Segment, reader: Participant): number {
  const one = join(segment);
  const { base } = one;
  reader.pin();
  const word = reader.freeRegistryWord();
  reader.raiseSnapshotMarks(word);
  segment.words[word] = 5;
  for (let i = 0; i < 10; i++) one.retire(record(one));
  for (let i = 0; i < 10; i++) one.hold(record(one), 6);
  one.leave();
  assertStrictEquals(segment.words[base + P_STATE], ESTATE);
  assertStrictEquals(segment.words[base + P_PIN], 0);
  assertStrictEquals(queueIn(segment, base + P_LIMBO_HEAD).length, 10);
  assertStrictEquals(queueIn(segment, base + P_HELD_HEAD).length, 10);
  return base;
}

/** Ends what `leaveMuch` began: then all memory can be used again by this participant. */
function endReading(reader: Participant, heir: Participant): void {
  const { segment } = reader;
  assertStrictEquals(limbo(heir).length, 10);
  assertStrictEquals(held(heir).length, 10);
  assertStrictEquals(segment.words[heir.base + P_HELD_COUNT], 10);
  heir.collectAll();
  assertStrictEquals(limbo(heir).length, 10, "somebody reads it");
  reader.unpin();
  segment.words[reader.base + P_REGISTRY] = 0;
  heir.collectAll();
  assertStrictEquals(usedRefs(segment), 0);
  for (const ref of heirloom(heir)) heir.allocator.free(ref);
}

/** Blocks as good as new. */
function heirloom(heir: Participant): number[] {
  const refs = Array.from({ length: 200 }, () => record(heir));
  assertStrictEquals(new Set(refs).size, refs.length, "none is given twice");
  return refs;
}

Deno.test("Participant.leave() leaves its place, whatever must stay in it; who stays adopts that", () => {
  const segment = freshSegment();
  const reader = join(segment);
  const base = leaveMuch(segment, reader);
  adoptEstates(reader);
  assertStrictEquals(segment.words[base + P_STATE], 0);
  for (const word of [P_LIMBO_HEAD, P_LIMBO_TAIL, P_HELD_HEAD, P_HELD_TAIL]) {
    assertStrictEquals(segment.words[base + word], 0);
  }
  assertStrictEquals(segment.words[base + P_HELD_COUNT], 0);
  endReading(reader, reader);
  assertStrictEquals(segment.floats[reader.counterIndex("recoveries")], 0);
});

Deno.test("Participant.join() takes over what was left in its place", () => {
  const segment = freshSegment();
  const reader = join(segment);
  const base = leaveMuch(segment, reader);
  const heir = join(segment);
  assertStrictEquals(heir.base, base);
  adoptEstates(reader);
  endReading(reader, heir);
});

Deno.test("Participant.join() counts what is on the lists that were left", () => {
  const segment = freshSegment();
  const one = join(segment);
  const { base } = one;
  const refs = Array.from({ length: 40 }, () => record(one));
  for (const ref of refs) one.allocator.free(ref);
  const counts = segment.words.slice(
    base + P_FREE_COUNT,
    base + P_FREE_COUNT + MAX_CLASSES,
  );
  assert(counts.some((count) => count > 0));
  segment.words[base + P_STATE] = ESTATE; // as if nobody had taken its blocks
  segment.words.fill(7, base + P_FREE_COUNT, base + P_FREE_COUNT + MAX_CLASSES);
  const heir = join(segment);
  assertStrictEquals(heir.base, base);
  assertEquals(
    segment.words.slice(base + P_FREE_COUNT, base + P_FREE_COUNT + MAX_CLASSES),
    counts,
  );
});

Deno.test("Participant: whoever has left does nothing any more", () => {
  const segment = freshSegment();
  const { words } = segment;
  const one = join(segment);
  one.keepPin();
  one.pin();
  const ref = record(one);
  const { base } = one;
  one.allocator.free(ref);
  one.leave();
  assertFalse(one.isHere);
  const next = join(segment);
  assertStrictEquals(next.base, base);
  next.pin();
  const before = words.slice();
  const attempts: (() => unknown)[] = [
    () => one.pin(),
    () => one.pin(),
    () => one.keepPin(),
    () => one.retire(ref),
    () => one.hold(ref, 5),
    () => one.collect(),
    () => one.collectAll(),
    () => one.collectSometimes(),
    () => one.collectAtRest(),
    () => one.drainAndWait(),
    () => one.waitFor(() => true),
    () => one.adopt(next.base),
    () => adoptEstates(one),
    () => one.freeRegistryWord(),
    () => one.raiseSnapshotMarks(base + P_REGISTRY),
    () => openSnapshot(one, base + P_REGISTRY),
    () => setHorizon(one, 5),
    () => one.count("hits"),
    () => one.counterIndex("hits"),
    () => one.tally(P_HELD_COUNT, 1),
    () => one.permits,
    () => one.permits = 5,
    () => one.base,
    () => one.allocator,
    () => one.leave(),
  ];
  words[participantBase(5) + P_STATE] = ESTATE;
  before[participantBase(5) + P_STATE] = ESTATE;
  words[H_PARTICIPANTS] = before[H_PARTICIPANTS] = 6;
  for (const attempt of attempts) {
    assertThrows(attempt, ClosedError, "closed", String(attempt));
  }
  one.unpin(); // ends with the rest
  one.releasePin();
  one.unpin();
  one.unpin();
  assertEquals(words.slice(), before);
  next.unpin();
});

Deno.test("Participant.advance() advances only when every pin has seen the era", () => {
  const segment = freshSegment();
  const { words } = segment;
  const one = join(segment);
  const other = join(segment);
  const start = words[H_ERA];
  assert(one.advance());
  assertStrictEquals(words[H_ERA], start + 2);
  other.pin();
  assert(one.advance(), "the pin is of this era");
  assertFalse(one.advance(), "now it is not");
  assertFalse(other.advance());
  assertStrictEquals(words[H_ERA], start + 4);
  other.unpin();
  assert(one.advance());
  one.pin();
  assert(one.advance());
  assertFalse(one.advance(), "the own pin counts, too");
});

Deno.test("Participant.advance() wraps at 32 bits, and 0 never comes", () => {
  const segment = freshSegment();
  const { words } = segment;
  const one = join(segment);
  for (const start of [2 ** 31 - 1, -3, -1]) {
    words[H_ERA] = start;
    for (let i = 0; i < 4; i++) {
      assert(one.advance());
      assertStrictEquals(words[H_ERA], (start + 2 * (i + 1)) | 0);
      assert(words[H_ERA] !== 0);
    }
  }
});

Deno.test("isOver() is true once those who were pinned in an era must have unpinned", () => {
  const segment = freshSegment();
  const { words } = segment;
  const one = join(segment);
  const reader = join(segment);
  for (const start of [1, 2 ** 31 - 1, -3, -1]) {
    words[H_ERA] = start;
    reader.pin();
    for (let i = 0; i < 5; i++) one.advance();
    assertFalse(isOver(words, start));
    reader.unpin();
    assert(one.advance());
    assert(isOver(words, start));
    words[H_ERA] = (start + 2 ** 31) | 0;
    assert(isOver(words, start), "and stays so");
  }
});

Deno.test("Participant frees what it retired two steps of the era later", () => {
  for (const start of [1, 2 ** 31 - 3, 2 ** 31 - 1, -3, -1]) {
    const segment = freshSegment();
    const one = join(segment);
    segment.words[H_ERA] = start;
    one.retire(record(one));
    one.collect(); // one step
    assertStrictEquals(limbo(one).length, 1, `from ${start}`);
    one.collect(); // two
    assertStrictEquals(limbo(one).length, 0);
    assertStrictEquals(usedRefs(segment), 0);
    assertStrictEquals(segment.words[one.base + P_LIMBO_TAIL], 0);
  }
});

Deno.test("Participant frees nothing that was retired while another one was pinned", () => {
  const segment = freshSegment();
  const one = join(segment);
  const reader = join(segment);
  reader.pin();
  for (let i = 0; i < 5; i++) one.retire(record(one));
  for (let i = 0; i < 20; i++) one.collectAll();
  assertStrictEquals(limbo(one).length, 5);
  reader.unpin();
  one.collectAll();
  assertStrictEquals(limbo(one).length, 0);
  assertStrictEquals(one.segment.floats[one.counterIndex("reclaimed")], 5);
});

Deno.test("Participant: a pin that was taken after a record was retired does not keep it for ever", () => {
  const segment = freshSegment();
  const one = join(segment);
  const reader = join(segment);
  for (let i = 0; i < 200; i++) {
    one.retire(record(one));
    reader.pin();
    one.collect();
    reader.unpin();
  }
  assert(limbo(one).length < 6, `${limbo(one).length} are left`);
});

Deno.test("Participant.pin() nests; only the last unpin() ends it", () => {
  const segment = freshSegment();
  const one = join(segment);
  const pin = () => segment.words[one.base + P_PIN];
  one.pin();
  const first = pin();
  assert(first !== 0);
  one.pin();
  one.keepPin();
  one.unpin();
  one.releasePin();
  assertStrictEquals(pin(), first);
  one.unpin();
  assertStrictEquals(pin(), 0);
});

Deno.test("Participant renews a pin that its caller keeps, but not that of an operation", () => {
  const segment = freshSegment();
  const one = join(segment);
  one.keepPin();
  one.retire(record(one));
  one.collectAll();
  assertStrictEquals(limbo(one).length, 0, "kept pins are renewed");
  one.retire(record(one));
  one.pin(); // an operation under way
  one.collectAll();
  one.collectAll();
  assertStrictEquals(limbo(one).length, 1);
  one.unpin();
  one.collectAll();
  assertStrictEquals(limbo(one).length, 0);
  one.releasePin();
});

Deno.test("Participant.hold() keeps a version until all snapshots older than its death are closed", () => {
  const segment = freshSegment();
  const { words } = segment;
  const one = join(segment);
  const other = join(segment);
  const snapshots = [3, 5, 7].map((stamp, i) => {
    const by = [one, other, one][i];
    const word = by.freeRegistryWord();
    by.raiseSnapshotMarks(word);
    words[word] = stamp;
    return word;
  });
  const [first, second, third] = [record(one), record(one), record(one)];
  one.hold(first, 4);
  one.hold(second, 5);
  one.hold(third, 8);
  assertStrictEquals(words[one.base + P_HELD_COUNT], 3);
  one.collect();
  assertEquals(held(one), [first, second, third]);
  words[snapshots[0]] = 0;
  one.collect();
  assertEquals(held(one), [third], "5 dies when the oldest is 5");
  words[snapshots[2]] = 0;
  one.collect();
  assertEquals(held(one), [third]);
  words[snapshots[1]] = 0;
  one.collectAll();
  assertEquals(held(one), []);
  assertStrictEquals(words[one.base + P_HELD_COUNT], 0);
  assertStrictEquals(words[one.base + P_HELD_TAIL], 0);
  assertStrictEquals(usedRefs(segment), 0);
});

Deno.test("Participant.collect() frees no more than it was allowed", () => {
  const segment = freshSegment();
  const one = join(segment);
  for (let i = 0; i < 100; i++) one.retire(record(one));
  one.collect();
  one.collect(30);
  assertStrictEquals(limbo(one).length, 70);
  one.collect(30);
  assertStrictEquals(limbo(one).length, 40);
  one.collectAll();
  assertStrictEquals(limbo(one).length, 0);
});

Deno.test("Participant.collectSometimes() keeps the queue short", () => {
  const segment = freshSegment();
  const one = join(segment);
  for (let i = 0; i < 10_000; i++) {
    one.retire(record(one));
    one.collectSometimes();
  }
  assert(limbo(one).length < 1000, `${limbo(one).length}`);
});

Deno.test("Participant.adopt() takes over what a dead one retired and held", () => {
  const segment = freshSegment();
  const { words } = segment;
  const dead = join(segment);
  const heir = join(segment);
  for (let i = 0; i < 10; i++) dead.retire(record(dead));
  for (let i = 0; i < 10; i++) dead.hold(record(dead), 9);
  heir.retire(record(heir));
  heir.hold(record(heir), 7);
  heir.adopt(dead.base);
  assertEquals([limbo(dead).length, held(dead).length], [0, 0]);
  for (const word of [P_LIMBO_TAIL, P_HELD_TAIL, P_HELD_COUNT]) {
    assertStrictEquals(words[dead.base + word], 0);
  }
  assertEquals([limbo(heir).length, held(heir).length], [11, 11]);
  assertStrictEquals(words[heir.base + P_HELD_COUNT], 11);
  heir.collectAll();
  assertStrictEquals(usedRefs(segment), 0);
});

Deno.test("Participant.freeRegistryWord() finds the words one by one, then none", () => {
  const segment = freshSegment();
  const one = join(segment);
  for (let i = 0; i < REGISTRY_WORDS; i++) {
    const word = one.freeRegistryWord();
    assertStrictEquals(word, one.base + P_REGISTRY + i);
    segment.words[word] = 1;
  }
  assertStrictEquals(one.freeRegistryWord(), 0);
  segment.words[one.base + P_REGISTRY + 9] = 0;
  assertStrictEquals(one.freeRegistryWord(), one.base + P_REGISTRY + 9);
});

Deno.test("Participant counts in its own record", () => {
  const segment = freshSegment();
  const one = join(segment);
  const other = join(segment);
  for (const [i, counter] of COUNTERS.entries()) {
    one.count(counter, i + 1);
    one.count(counter);
    assertStrictEquals(segment.floats[one.counterIndex(counter)], i + 2);
    assertStrictEquals(segment.floats[other.counterIndex(counter)], 0);
  }
  one.tally(P_HELD_COUNT, 5);
  one.tally(P_HELD_COUNT, -6);
  assertStrictEquals(segment.words[one.base + P_HELD_COUNT], -1);
  one.permits = 9;
  assertStrictEquals(one.permits, 9);
  assertStrictEquals(participantBase(one.slot), one.base);
});

Deno.test("Participants never free what a pinned one can still reach", () => {
  forSeeds(20, (random) => {
    const segment = freshSegment();
    const all = Array.from({ length: 4 }, () => join(segment));
    // What each reader could reach when it pinned; a published record is marked in its first word.
    const published = new Set<number>();
    const reach = new Map<Participant, Set<number>>();
    const check = () => {
      for (const refs of reach.values()) {
        for (const ref of refs) {
          assertStrictEquals(segment.words[ref * 4], 77, "reused under a pin");
        }
      }
    };
    for (let step = 0; step < 1500; step++) {
      const by = random.pick(all);
      switch (random.below(5)) {
        case 0:
          if (reach.has(by)) {
            reach.delete(by);
            by.unpin();
          } else {
            by.pin();
            reach.set(by, new Set(published));
          }
          break;
        case 1:
        case 2: {
          const ref = record(by);
          segment.words[ref * 4] = 77;
          published.add(ref);
          for (const refs of reach.values()) refs.add(ref);
          break;
        }
        case 3: {
          const [ref] = published;
          if (ref === undefined) break;
          published.delete(ref);
          by.retire(ref);
          break;
        }
        default:
          by.collect(random.pick([1, 5, Infinity]));
      }
      if (step % 10 === 0) check();
    }
  });
});

Deno.test("Participant.waitFor() holds nothing back that another one waits for", () => {
  const segment = freshSegment();
  const one = join(segment);
  const other = join(segment);
  const blocks = [record(one)];
  const free = one.allocator.limits.freeChunks;
  while (one.allocator.limits.freeChunks === free) blocks.push(record(one));
  blocks.pop(); // of the next chunk
  other.allocator.free(blocks.pop()!);
  one.allocator.flush();
  for (const ref of blocks) one.allocator.free(ref);
  assertFalse(other.allocator.consolidate(true), "some blocks are missing");
  assert(one.waitFor(() => other.allocator.consolidate(true)));
});

Deno.test("Participant.waitFor() waits for a reader again after it waited in vain for something else", () => {
  const segment = freshSegment();
  const one = join(segment);
  const reader = join(segment);
  let looks = 0;
  const neverComes = () => {
    if (++looks === 2) reader.pin(); // the era went on before that
    return false;
  };
  assertFalse(one.waitFor(neverComes));
  one.retire(record(one));
  looks = 0;
  const cameFree = () => {
    if (++looks === 2) reader.unpin();
    return limbo(one).length === 0;
  };
  assert(one.waitFor(cameFree));
});

Deno.test("Participant.drain() waits only once for a reader that stays", () => {
  const segment = freshSegment();
  const one = join(segment);
  const reader = join(segment);
  reader.pin();
  one.retire(record(one));
  assertFalse(one.drainAndWait());
  let looks = 0;
  assertFalse(one.waitFor(() => ++looks > 1), "without another look");
  reader.unpin();
  assert(one.drainAndWait());
});
