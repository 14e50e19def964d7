import { assert, assertStrictEquals } from "@std/assert";
import * as layout from "../../src/segment/layout.ts";

// That no two fields overlap, where f64s lie and what is on which cache line the compiler checks:
// `src/segment/layout_assertions.ts`.

Deno.test("layout: the parts of a segment's head follow each other", () => {
  const transfer = layout.MAX_CLASSES * layout.TRANSFER_WAYS;
  assert(layout.TRANSFER + transfer <= layout.PARTICIPANTS);
  const records = layout.MAX_PARTICIPANTS * layout.PARTICIPANT_WORDS;
  assertStrictEquals(layout.CHANGES, layout.PARTICIPANTS + records);
  assertStrictEquals(layout.LEASES, layout.CHANGES + layout.CHANGE_WORDS);
  assertStrictEquals(layout.DESCRIPTORS, layout.LEASES + layout.LEASE_WORDS);
  assertStrictEquals(layout.DESCRIPTORS % 16, 0, "a cache line of its own");
  assert(layout.MAX_PARTICIPANTS >= 128);
  assert(layout.REGISTRY_WORDS >= 32);
});

Deno.test("layout: flags and lengths share no bits", () => {
  const { KEY_WIDE, HAS_EXPIRY, LENGTH_MASK, FROZEN, FINAL, REF_MASK } = layout;
  assertStrictEquals(KEY_WIDE & HAS_EXPIRY, 0);
  assertStrictEquals((KEY_WIDE | HAS_EXPIRY) & LENGTH_MASK, 0);
  assertStrictEquals((FROZEN | FINAL) & REF_MASK, 0);
  assertStrictEquals(2 ** layout.TAG_SHIFT, LENGTH_MASK + 1);
  assert((HAS_EXPIRY | KEY_WIDE | LENGTH_MASK) > 0);
});

Deno.test("layout: no state of a chunk can be taken for another", () => {
  const { CHUNK_BODY, CHUNK_FREE, CHUNK_FRESH, CHUNK_RUN, CHUNK_TAKING } =
    layout;
  assert(CHUNK_FREE < 0 && CHUNK_FRESH === 0);
  assert(layout.MAX_CLASSES < CHUNK_TAKING);
  assert((CHUNK_TAKING | layout.MAX_PARTICIPANTS) < CHUNK_BODY);
  assert(CHUNK_BODY < CHUNK_RUN);
  // A run is no longer than a segment has chunks, of 4 KiB at least.
  const chunks = (layout.REF_MASK + 1) / 2 ** 8;
  assert((CHUNK_RUN | chunks) > 0 && chunks < CHUNK_BODY);
});

Deno.test("layout: transfer words are tried by a mask", () => {
  const { TRANSFER_WAYS } = layout;
  assertStrictEquals(TRANSFER_WAYS & (TRANSFER_WAYS - 1), 0);
});

Deno.test("layout: no kind of stamp can be taken for another", () => {
  const { COMMITTING, FIRST_TICK, LAST_TICK, NEVER, REF_MASK } = layout;
  const ranges = [
    [COMMITTING, COMMITTING | REF_MASK], // the ref of any record
    [-LAST_TICK, -FIRST_TICK],
    [0, 0],
    [FIRST_TICK, LAST_TICK],
  ];
  for (const [i, [low, high]] of ranges.entries()) {
    assert(low === (low | 0) && low <= high, `range ${i} is one of words`);
    assert(i === 0 || ranges[i - 1][1] < low, `range ${i} begins too early`);
  }
  assert(LAST_TICK < NEVER);
  // What a snapshot and a dump write for a tick, and what else may stand there.
  const { LOST, OPENING, PENDING, REVOKED } = layout;
  for (const word of [LOST, OPENING, PENDING, REVOKED]) {
    assert(~word < FIRST_TICK - 1 || ~word > LAST_TICK, `${word}`);
  }
});
