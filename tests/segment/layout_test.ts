import { assert, assertStrictEquals } from "@std/assert";
import * as layout from "../../src/segment/layout.ts";

const numbers = Object.entries(layout).filter((entry): entry is [
  string,
  number,
] => typeof entry[1] === "number");

/** Words of a record that several constants name. */
function checkApart(prefix: string, wide: Record<string, number>, end: number) {
  const owners = new Map<number, string>();
  for (const [name, start] of numbers) {
    if (!name.startsWith(prefix)) continue;
    for (let i = start; i < start + (wide[name] ?? 1); i++) {
      assert(!owners.has(i), `${name} and ${owners.get(i)} both use word ${i}`);
      assert(i < end, `${name} ends behind its record`);
      owners.set(i, name);
    }
  }
}

Deno.test("layout: no two header fields overlap", () => {
  const codec = 1 + layout.CODEC_NAME_BYTES / 4;
  checkApart("H_", {
    H_ID: 2,
    H_SEED: 2,
    H_KEY_CODEC: codec,
    H_VALUE_CODEC: codec,
    H_NO_KEY: layout.V_HEADER_WORDS,
    H_DISK: 2 * layout.DISK_FIELDS,
  }, layout.TRANSFER);
  assertStrictEquals(layout.H_DISK % 2, 0, "its fields are f64");
});

Deno.test("layout: no two fields of a participant's record overlap", () => {
  checkApart("P_", {
    P_REGISTRY: layout.REGISTRY_WORDS,
    P_COUNTERS: 2 * layout.COUNTERS.length,
    P_FREE: layout.MAX_CLASSES,
    P_CHUNK: layout.MAX_CLASSES,
  }, layout.PARTICIPANT_WORDS);
  assertStrictEquals(layout.P_COUNTERS % 2, 0, "counters are f64");
});

Deno.test("layout: the parts of a segment's head follow each other", () => {
  const transfer = layout.MAX_CLASSES * layout.TRANSFER_WAYS;
  assert(layout.TRANSFER + transfer <= layout.PARTICIPANTS);
  assert(layout.MAX_PARTICIPANTS >= 128);
  assert(layout.REGISTRY_WORDS >= 32);
});

Deno.test("layout: what a queue writes in a version is none of the version's own words", () => {
  const { R_STAMP, R_LINK, V_STAMP, V_PREV, V_KEY, V_VALUE } = layout;
  const used = [R_STAMP, R_LINK, V_STAMP, V_PREV, V_KEY, V_VALUE];
  assertStrictEquals(new Set(used).size, used.length);
  const { T_NEXT, T_PERMITS } = layout;
  assertStrictEquals(new Set([R_STAMP, R_LINK, T_NEXT, T_PERMITS]).size, 4);
  assert((layout.HAS_EXPIRY | layout.KEY_WIDE | layout.LENGTH_MASK) > 0);
});

Deno.test("layout: flags and lengths share no bits", () => {
  const { KEY_WIDE, HAS_EXPIRY, LENGTH_MASK, FROZEN, FINAL, REF_MASK } = layout;
  assertStrictEquals(KEY_WIDE & HAS_EXPIRY, 0);
  assertStrictEquals((KEY_WIDE | HAS_EXPIRY) & LENGTH_MASK, 0);
  assertStrictEquals((FROZEN | FINAL) & REF_MASK, 0);
  assertStrictEquals(2 ** layout.TAG_SHIFT, LENGTH_MASK + 1);
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
