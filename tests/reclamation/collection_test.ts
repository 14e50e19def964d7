// Collecting on the way of a write: in one straight run, or the long way.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  collectOnTheWay,
  FREES_PER_COLLECT,
  isCollectionDue,
  mostRetired,
  RECLAIMED,
} from "../../src/reclamation/collection.ts";
import type { Participant } from "../../src/reclamation/participant.ts";
import {
  COUNTERS,
  H_ERA,
  P_COUNTERS,
  P_FLUSHED,
  P_FREE_COUNT,
  P_LIMBO_HEAD,
  P_RETIRED,
  P_STATE,
  P_USED_REFS,
} from "../../src/segment/layout.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { join } from "./join.ts";

const BYTES = 48;

/** A participant that is to collect, with so many records that have no reader left. */
function dueToFree(records: number, bytes = BYTES): Participant {
  const one = join(freshSegment());
  for (let i = 0; i < records; i++) {
    const ref = one.allocator.allocate(bytes);
    assert(ref !== 0);
    one.retire(ref);
  }
  one.advance();
  one.advance();
  makeDue(one);
  return one;
}

function makeDue({ base, segment: { words } }: Participant): void {
  words[base + P_RETIRED] = mostRetired(words, base);
}

/** What collecting changes. */
function stateOf({ base, segment: { floats, words } }: Participant) {
  return {
    limbo: words[base + P_LIMBO_HEAD],
    used: words[base + P_USED_REFS],
    reclaimed: floats[(base + P_COUNTERS) / 2 + RECLAIMED],
    era: words[H_ERA],
    // But for its lock.
    record: [...words.subarray(base + P_STATE + 1, base + P_FREE_COUNT)],
  };
}

Deno.test("what is reclaimed has its place among the counters", () => {
  assertStrictEquals(COUNTERS[RECLAIMED], "reclaimed");
  const one = dueToFree(3);
  collectOnTheWay(one.segment.words, one.base);
  assertStrictEquals(
    one.segment.floats[one.counterIndex("reclaimed")],
    3,
  );
});

Deno.test("collectOnTheWay() does the same as collect()", () => {
  for (const records of [0, 1, 60]) {
    const [short, long] = [dueToFree(records), dueToFree(records)];
    assert(collectOnTheWay(short.segment.words, short.base));
    long.collect(FREES_PER_COLLECT);
    assertEquals(stateOf(short), stateOf(long), `${records} records`);
  }
});

Deno.test("collectOnTheWay() leaves it to its caller to give free blocks to the others", () => {
  const one = dueToFree(2 * FREES_PER_COLLECT);
  const { base, segment: { words } } = one;
  assert(!collectOnTheWay(words, base));
  const { reclaimed } = stateOf(one);
  assert(reclaimed > 0 && reclaimed < FREES_PER_COLLECT, `${reclaimed}`);
  one.collectSometimes();
  assertStrictEquals(stateOf(one).reclaimed, reclaimed + FREES_PER_COLLECT);
  assert(!isCollectionDue(words, base));
});

Deno.test("collectOnTheWay() does nothing before it is due", () => {
  const one = dueToFree(10);
  const { base, segment: { words } } = one;
  words[base + P_RETIRED] = mostRetired(words, base) - 1;
  const before = stateOf(one);
  assert(!isCollectionDue(words, base));
  assert(collectOnTheWay(words, base));
  assertEquals(stateOf(one), before);
});

/** What is out of the ordinary. */
const CASES: Readonly<Record<string, (one: Participant) => void>> = {
  "a pin that its caller keeps": (one) => one.keepPin(),
  "a version that is held": (one) => one.hold(one.allocator.allocate(BYTES), 6),
  "others who ask for free blocks": ({ base, segment: { words } }) => {
    words[base + P_FLUSHED]--;
  },
  "much that was retired at once": ({ base, segment: { words } }) => {
    words[base + P_RETIRED] *= 2;
  },
};

for (const [what, prepare] of Object.entries(CASES)) {
  Deno.test(`collectOnTheWay() leaves the whole to its caller beside ${what}`, () => {
    const one = dueToFree(10);
    prepare(one);
    const { base, segment: { words } } = one;
    const before = stateOf(one);
    assert(!collectOnTheWay(words, base));
    assertEquals(stateOf(one), before);
    assert(isCollectionDue(words, base));
  });
}

Deno.test("collectOnTheWay() leaves what is no block to its caller, who is to collect still", () => {
  const one = dueToFree(1, 100_000);
  const { base, segment: { words } } = one;
  makeDue(one);
  assert(!collectOnTheWay(words, base));
  assert(words[base + P_LIMBO_HEAD] !== 0);
  one.collectSometimes();
  assertStrictEquals(words[base + P_LIMBO_HEAD], 0);
  assert(!isCollectionDue(words, base));
});
