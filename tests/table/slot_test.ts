// The rules of `src/table/slot.ts`, each state of a slot against everyone who meets it.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  CLOSED,
  DEAD,
  EMPTY,
  FINAL,
  FROZEN,
  GONE,
  H_ROOT,
  MOVED,
  P_KEY,
  REF_MASK,
  T_CAPACITY,
  T_SHIFT,
  V_PREV,
  V_STAMP,
} from "../../src/segment/layout.ts";
import { closeSnapshot, openSnapshot } from "../../src/table/clock.ts";
import { Cursor } from "../../src/table/cursor.ts";
import {
  ABSENT,
  ANY_VERSION,
  DONE,
  publish,
  remove,
} from "../../src/table/fast_path.ts";
import { afterGap } from "../../src/table/gap.ts";
import {
  findOptimistically,
  UNDECIDED,
} from "../../src/table/optimistic_read.ts";
import { moveSlots } from "../../src/table/move.ts";
import { sampleVersions } from "../../src/table/sample.ts";
import {
  homePlace,
  isClosed,
  isDead,
  isEmpty,
  isFrozen,
  isGone,
  isMoved,
  isUnclaimed,
  isUnlinked,
  nextPlace,
  placeOf,
  refOf,
  slotAt,
  thawed,
  valueRefOf,
} from "../../src/table/slot.ts";
import { isTombstone } from "../../src/table/version.ts";
import { homeAt, SmallTable } from "./small_table.ts";

const PLACE = 100;
const KEY = { n: 1, hash: homeAt(PLACE, 5) };
/** Another key with the same hash, and one with another hash and the same home. */
const TWIN = { n: 2, hash: KEY.hash };
const NEIGHBOUR = { n: 3, hash: homeAt(PLACE, 9) };

/** What somebody who looks for the key makes of a slot. */
type Meaning =
  | "its version"
  | "no key"
  | "goes on"
  | "next table"
  | "undecided";

/** A state of a slot, and what everyone makes of it. */
interface Rule {
  /** The words of the slot. */
  readonly hash: number;
  readonly link: (of: SmallTable) => number;
  /** Whether it can be so while the table is not moving. */
  readonly atRest: boolean;
  readonly find: Meaning;
  readonly optimistic: Meaning;
  /** To a writer in a table that is not moving. */
  readonly seek: Meaning;
  /** To the fast path, in a table that is not moving. */
  readonly publishes: boolean;
  /** To whoever brings what must be a new key. */
  readonly insertNew: boolean;
  /** To a writer in a table that is moving, and how it leaves the slot. */
  readonly seekMoving: Meaning;
  readonly leaves: State;
  /** What a step does for whoever found the slot empty, claimed or linked with the key before. */
  readonly insertInEmpty: boolean;
  readonly insertInClaimed: boolean;
  readonly replace: boolean;
  /** How a mover leaves it, and whether the version is in the next table then. */
  readonly moved: State;
  readonly copied: boolean;
  /** Whether a scan reports the slot's version; undefined: it has to read the next table. */
  readonly scanned: boolean | undefined;
  /** Whether a sample may hold it. */
  readonly sampled: boolean;
}

type State = "as it was" | "CLOSED" | "MOVED";

/** A settled version that nobody has linked. */
function versionOf(
  of: SmallTable,
  key: typeof KEY,
  value: number | undefined,
): number {
  const ref = of.version(key, value);
  of.words[ref * 4 + V_STAMP] = 2;
  of.words[ref * 4 + V_PREV] = FINAL;
  return ref;
}

const linked = {
  hash: KEY.hash,
  atRest: true,
  find: "its version",
  optimistic: "its version",
  seek: "its version",
  publishes: true,
  insertNew: false,
  seekMoving: "its version",
  leaves: "as it was",
  insertInEmpty: false,
  insertInClaimed: false,
  replace: false,
  moved: "MOVED",
  copied: true,
  scanned: true,
  sampled: true,
} as const;

const others = {
  ...linked,
  find: "goes on",
  optimistic: "goes on",
  seek: "goes on",
  seekMoving: "goes on",
} as const;

const RULES: Readonly<Record<string, Rule>> = {
  "empty": {
    hash: EMPTY,
    link: () => 0,
    atRest: true,
    find: "no key",
    optimistic: "no key",
    seek: "no key",
    publishes: true,
    insertNew: true,
    seekMoving: "next table",
    leaves: "CLOSED",
    insertInEmpty: true,
    insertInClaimed: false,
    replace: false,
    moved: "CLOSED",
    copied: false,
    scanned: false,
    sampled: false,
  },
  "closed": {
    hash: CLOSED,
    link: () => 0,
    atRest: false,
    find: "next table",
    optimistic: "undecided",
    seek: "next table",
    publishes: false,
    insertNew: false,
    seekMoving: "next table",
    leaves: "as it was",
    insertInEmpty: false,
    insertInClaimed: false,
    replace: false,
    moved: "as it was",
    copied: false,
    scanned: undefined,
    sampled: false,
  },
  "claimed, not linked": {
    hash: KEY.hash,
    link: () => 0,
    atRest: true,
    find: "no key",
    optimistic: "no key",
    seek: "no key",
    publishes: true,
    insertNew: false,
    seekMoving: "next table",
    leaves: "MOVED",
    insertInEmpty: false,
    insertInClaimed: true,
    replace: false,
    moved: "MOVED",
    copied: false,
    scanned: false,
    sampled: false,
  },
  "linked with the key": {
    ...linked,
    link: (of) => versionOf(of, KEY, 1),
    replace: true,
  },
  "linked with another key": {
    ...others,
    link: (of) => versionOf(of, TWIN, 1),
  },
  "of another hash": {
    ...others,
    hash: NEIGHBOUR.hash,
    link: (of) => versionOf(of, NEIGHBOUR, 1),
    insertNew: true, // behind it
  },
  "frozen, with the key": {
    ...linked,
    link: (of) => versionOf(of, KEY, 1) | FROZEN,
    atRest: false,
    optimistic: "undecided",
    publishes: false,
    seekMoving: "next table",
    leaves: "MOVED",
  },
  "frozen, with another key": {
    ...others,
    link: (of) => versionOf(of, TWIN, 1) | FROZEN,
    atRest: false,
    optimistic: "undecided",
    publishes: false,
  },
  "dead": {
    ...linked,
    link: (of) => versionOf(of, KEY, undefined) | DEAD,
    copied: false, // nobody needs it
    sampled: false,
  },
  "dead and frozen": {
    ...linked,
    link: (of) => versionOf(of, KEY, undefined) | DEAD | FROZEN,
    atRest: false,
    optimistic: "undecided",
    publishes: false,
    seekMoving: "next table",
    leaves: "MOVED",
    sampled: false,
  },
  "gone": {
    ...others,
    link: () => GONE,
    copied: false,
    scanned: false,
    sampled: false,
  },
  "moved": {
    ...others,
    link: () => MOVED,
    atRest: false,
    optimistic: "undecided",
    publishes: false,
    moved: "as it was",
    copied: false,
    scanned: undefined,
    sampled: false,
  },
};

/** A table with one slot in a state, and what shows how far a probe comes. */
class Scene {
  readonly of = new SmallTable();
  readonly root = this.of.root;
  readonly slot = this.of.slot(PLACE);
  readonly behind = this.of.slot(PLACE + 1);
  readonly link: number;
  /** In the slot behind, and in the next table. */
  following = 0;
  further = 0;
  #home = 0;

  constructor(readonly rule: Rule) {
    this.link = rule.link(this.of);
  }

  /** Puts a version of the key into the slot behind. */
  withFollowing(): this {
    this.following = versionOf(this.of, KEY, 2);
    this.of.words[this.behind] = KEY.hash;
    this.of.words[this.behind + 1] = this.following;
    return this;
  }

  /** Begins a move. */
  moving(): this {
    this.of.startMove();
    const { next, words } = this.of;
    this.#home = slotAt(next, homePlace(KEY.hash, words[next + T_SHIFT]));
    return this;
  }

  /** Begins a move, with a version of the key in the next table. */
  withFurther(): this {
    this.moving();
    this.further = versionOf(this.of, KEY, 3);
    this.of.words[this.#home] = KEY.hash;
    this.of.words[this.#home + 1] = this.further;
    return this;
  }

  /** Puts the slot into its state. */
  set(): this {
    this.of.words[this.slot] = this.rule.hash;
    this.of.words[this.slot + 1] = this.link;
    return this;
  }

  /** The link in the key's home in the next table. */
  get nextLink(): number {
    return this.of.words[this.#home + 1];
  }

  meaningOf(ref: number): Meaning {
    switch (ref) {
      case UNDECIDED:
        return "undecided";
      case 0:
        return "no key";
      case this.further:
        return "next table";
      case this.following:
        return "goes on";
      case this.link & REF_MASK:
        return "its version";
    }
    throw new Error(`what is ${ref}?`);
  }

  assertState(state: State): void {
    const { hash } = this.rule;
    const expected = {
      "as it was": [hash, this.link],
      "CLOSED": [CLOSED, 0],
      "MOVED": [hash, MOVED],
    }[state];
    const { words } = this.of;
    assertEquals([words[this.slot], words[this.slot + 1]], expected);
  }
}

/** Runs a check for each state, or for each that there can be at rest. */
function forEach(
  what: string,
  check: (scene: Scene, rule: Rule) => void,
  onlyAtRest = false,
): void {
  Deno.test(`a slot in each state: ${what}`, async (t) => {
    for (const [state, rule] of Object.entries(RULES)) {
      if (onlyAtRest && !rule.atRest) continue;
      await t.step(state, () => check(new Scene(rule), rule));
    }
  });
}

forEach("find()", (scene, rule) => {
  scene.withFollowing().withFurther().set();
  assertStrictEquals(scene.meaningOf(scene.of.find(KEY)), rule.find);
  scene.assertState("as it was");
});

forEach("findOptimistically()", (scene, rule) => {
  scene.withFollowing().withFurther().set();
  const { hash, info, words } = scene.of.key(KEY);
  const found = findOptimistically(scene.of.words, hash, words, info);
  assertStrictEquals(scene.meaningOf(found), rule.optimistic);
});

forEach("seek() while the table is not moving", (scene, rule) => {
  scene.withFollowing().set();
  const { table } = scene.of;
  for (const toInsert of [true, false]) {
    const found = table.seek(scene.of.key(KEY), toInsert);
    assertStrictEquals(scene.meaningOf(found), rule.seek);
  }
  scene.assertState("as it was");
}, true);

forEach("seek() while the table is moving", (scene, rule) => {
  scene.withFollowing().withFurther().set();
  if (rule.leaves === "MOVED" && rule.find === "its version") {
    scene.of.words[scene.behind] = EMPTY; // its copy is the one in the next table
    scene.of.words[scene.behind + 1] = 0;
  }
  const found = scene.of.table.seek(scene.of.key(KEY), true);
  assertStrictEquals(scene.meaningOf(found), rule.seekMoving);
  scene.assertState(rule.leaves);
});

forEach("seek() that is not to insert shuts nothing", (scene, rule) => {
  scene.withFurther().set();
  scene.of.table.seek(scene.of.key(KEY), false);
  const isMoved = rule.find === "its version" && rule.leaves === "MOVED";
  scene.assertState(isMoved ? "MOVED" : "as it was");
});

forEach("what is behind one that was moved", (scene, rule) => {
  scene.withFurther().set();
  const { words } = scene.of;
  words[scene.behind] = rule.hash;
  words[scene.behind + 1] = scene.link;
  words[scene.slot] = KEY.hash;
  words[scene.slot + 1] = MOVED;
  const expected = rule.find === "its version" ? "its version" : "next table";
  assertStrictEquals(scene.meaningOf(scene.of.find(KEY)), expected);
});

/** Seeks in an empty, a claimed or a linked slot, which then changes. */
function seekBefore(scene: Scene, hash: number, link: number): number {
  const { of, slot } = scene;
  of.words[slot] = hash;
  of.words[slot + 1] = link;
  const found = of.table.seek(of.key(KEY), true);
  scene.set();
  return found;
}

forEach("insert() of whoever found it empty", (scene, rule) => {
  const { of } = scene;
  seekBefore(scene, EMPTY, 0);
  const version = of.version(KEY, 4);
  const outcome = of.table.insert(of.key(KEY), version);
  assertStrictEquals(outcome, rule.insertInEmpty ? "done" : "lost");
  if (!rule.insertInEmpty) scene.assertState("as it was");
  else assertStrictEquals(of.find(KEY), version);
});

forEach("insert() of whoever found it claimed", (scene, rule) => {
  if (rule.hash !== KEY.hash) return; // a hash is there for good
  const { of, slot } = scene;
  seekBefore(scene, KEY.hash, 0);
  const version = of.version(KEY, 4);
  const outcome = of.table.insert(of.key(KEY), version);
  assertStrictEquals(outcome, rule.insertInClaimed ? "done" : "lost");
  const link = rule.insertInClaimed ? version : scene.link;
  assertStrictEquals(of.words[slot + 1], link);
});

forEach("replace() of whoever found the key", (scene, rule) => {
  if (rule.hash !== KEY.hash) return;
  const { of, slot } = scene;
  const before = rule.replace ? scene.link : versionOf(of, KEY, 9);
  const found = seekBefore(scene, KEY.hash, before);
  const version = of.version(KEY, 4);
  assertStrictEquals(of.table.replace(found, version), rule.replace);
  if (rule.replace) assertStrictEquals(of.words[slot + 1], version);
  else scene.assertState("as it was");
});

forEach("publish() of the fast path", (scene, rule) => {
  const { of, slot } = scene;
  // Its permits are to be for this table: it turns to no other one itself.
  of.set({ n: 77, hash: homeAt(0, 5) }, 1); // far from the slots that are looked at
  of.participant.permits = 1;
  scene.set();
  const version = of.version(KEY, 4);
  const { base } = of.participant;
  const outcome = publish(of.words, base, KEY.hash, version, ANY_VERSION);
  assertStrictEquals(outcome === DONE, rule.publishes);
  if (!rule.publishes) return scene.assertState("as it was");
  const isHere = rule.seek !== "goes on";
  assertStrictEquals(of.words[(isHere ? slot : scene.behind) + 1], version);
});

forEach("publish() of the fast path beside a move", (scene, rule) => {
  scene.withFollowing().withFurther().set();
  const { of, slot } = scene;
  if (rule.leaves === "MOVED" && rule.find === "its version") {
    of.words[scene.behind] = EMPTY; // its copy is the one in the next table
    of.words[scene.behind + 1] = 0;
  }
  const version = of.version(KEY, 4);
  const { base } = of.participant;
  const outcome = publish(of.words, base, KEY.hash, version, ANY_VERSION);
  assertStrictEquals(outcome, DONE);
  switch (rule.seekMoving) {
    case "its version":
      return assertStrictEquals(of.words[slot + 1], version);
    case "goes on":
      assertStrictEquals(of.words[scene.behind + 1], version);
      break;
    default:
      assertStrictEquals(scene.nextLink, version);
  }
  scene.assertState(rule.leaves);
});

forEach(
  "publish() of a new key, or one that is here, beside a move",
  (scene, rule) => {
    scene.moving().set();
    const { of, slot } = scene;
    const version = of.version(KEY, 4);
    const { base } = of.participant;
    const outcome = publish(of.words, base, KEY.hash, version, ANY_VERSION);
    assertStrictEquals(outcome, DONE);
    const isHere = rule.seekMoving === "its version";
    const link = isHere ? of.words[slot + 1] : scene.nextLink;
    assertStrictEquals(link, version);
    if (!isHere) scene.assertState(rule.leaves);
  },
);

forEach("remove() of the fast path beside a move", (scene, rule) => {
  scene.moving().set();
  const { of } = scene;
  const { allocator, base } = of.participant;
  allocator.free(of.version(KEY, undefined)); // a block at hand
  const key = of.key(KEY);
  of.words.set(key.words.subarray(0, key.count), base + P_KEY);
  const isThere = rule.find === "its version" && !isDead(thawed(scene.link));
  const outcome = remove(of.words, base, KEY.hash, key.info, ANY_VERSION);
  assertStrictEquals(outcome, isThere ? DONE : ABSENT);
  const found = of.find(KEY);
  assert(found === 0 || isTombstone(of.words, found), "it is deleted");
  if (rule.seekMoving === "its version") return;
  scene.assertState(rule.find === "its version" ? "MOVED" : "as it was");
});

forEach("insertNew()", (scene, rule) => {
  const { of } = scene;
  for (const isAlone of [true, false]) {
    scene.set();
    const version = of.version(KEY, 4);
    of.participant.enterSection();
    const isDone = of.table.insertNew(KEY.hash, version, isAlone);
    of.participant.leaveSection();
    assertStrictEquals(isDone, rule.insertNew);
    const at = rule.hash === EMPTY ? scene.slot : scene.behind;
    assertStrictEquals(of.words[at + 1], rule.insertNew ? version : 0);
    of.words[at] = of.words[at + 1] = 0;
  }
});

/** Moves a slot: as the kernel does, and as what it is compiled from. */
const MOVERS: Readonly<Record<string, (scene: Scene) => void>> = {
  "moveSlot()": ({ of, root, slot }) => of.table.migration.moveSlot(root, slot),
  "moveSlots(), in TypeScript": ({ of, root, slot }) => {
    const { base } = of.participant;
    of.participant.enterSection();
    assert(moveSlots(of.words, base, root, slot, 1));
    of.participant.leaveSection();
  },
};

for (const [name, move] of Object.entries(MOVERS)) {
  forEach(name, (scene, rule) => {
    scene.moving().set();
    for (let times = 0; times < 2; times++) {
      move(scene);
      scene.assertState(rule.moved);
      const { next, words } = scene.of;
      const copies: number[] = [];
      for (let i = 0; i < words[next + T_CAPACITY]; i++) {
        const link = words[slotAt(next, i) + 1];
        if (link !== 0) copies.push(link);
      }
      assertEquals(copies, rule.copied ? [thawed(scene.link)] : []);
    }
  });

  forEach(`${name} that finds it in the next table`, (scene, rule) => {
    const { of } = scene;
    const mine = versionOf(of, KEY, 5);
    of.words[scene.slot] = KEY.hash;
    of.words[scene.slot + 1] = mine;
    scene.moving();
    const { next, words } = of;
    const home = homePlace(KEY.hash, words[next + T_SHIFT]);
    const there = slotAt(next, home);
    words[there] = rule.hash;
    words[there + 1] = scene.link;
    move(scene);
    assertStrictEquals(words[scene.slot + 1], MOVED);
    const isThere = (slot: number) => words[slot + 1] === mine;
    // A slot that is closed or moved there says that this move ended long ago.
    const isOver = rule.hash === CLOSED || scene.link === MOVED;
    assertStrictEquals(isThere(there), rule.find === "no key");
    assertStrictEquals(
      isThere(slotAt(next, home + 1)),
      rule.find === "goes on" && !isOver,
    );
  });
}

forEach("a scan", (scene, rule) => {
  const { of } = scene;
  if (!rule.atRest && rule.scanned === undefined) scene.withFurther();
  scene.set();
  const cursor = new Cursor(of.segment, of.table.migration);
  const refs: number[] = [];
  const found: number[] = [];
  while (!cursor.done) {
    of.participant.pin();
    cursor.next(refs);
    found.push(...refs);
    of.participant.unpin();
  }
  const ref = rule.scanned === undefined ? scene.further : scene.link;
  const expected = rule.scanned === false ? [] : [ref & REF_MASK];
  assertEquals(found, expected);
});

forEach("afterGap()", (scene, rule) => {
  scene.set();
  const end = afterGap(scene.of.words, scene.root, PLACE - 2, PLACE + 2);
  assertStrictEquals(end, rule.hash === EMPTY ? PLACE + 2 : PLACE);
});

forEach("a sample", (scene, rule) => {
  const { of } = scene;
  scene.set();
  const refs: number[] = [];
  const { random } = Math;
  Math.random = () => (PLACE + 0.5) / 256;
  try {
    sampleVersions(of.words, 1, { refs, hashes: [] });
  } finally {
    Math.random = random;
  }
  assertEquals(refs, rule.sampled ? [scene.link & REF_MASK] : []);
});

/** Deletes the key: the long way, and by the fast path. */
const DELETES: Readonly<Record<string, (of: SmallTable) => void>> = {
  "replace()": (of) => void of.delete(KEY),
  "remove()": (of) => {
    const { allocator, base } = of.participant;
    allocator.free(of.version(KEY, undefined)); // a block at hand
    const key = of.key(KEY);
    of.words.set(key.words.subarray(0, key.count), base + P_KEY);
    const outcome = remove(of.words, base, key.hash, key.info, ANY_VERSION);
    assertStrictEquals(outcome, DONE);
  },
};

for (const [name, deleteKey] of Object.entries(DELETES)) {
  Deno.test(`${name} links a tombstone as dead, and drops it if nobody needs it`, () => {
    const of = new SmallTable();
    const link = of.slot(PLACE) + 1;
    of.set(KEY, 1);
    const { participant } = of;
    const word = participant.freeRegistryWord();
    openSnapshot(participant, word);
    const before = of.find(KEY);
    deleteKey(of);
    const tombstone = of.find(KEY);
    assert(tombstone !== before);
    assertStrictEquals(of.words[link], tombstone | DEAD);
    closeSnapshot(participant, word);
    of.set(KEY, 2);
    participant.collectAll(); // nobody may still move the table before this one
    deleteKey(of);
    assertStrictEquals(of.words[link], GONE);
  });
}

Deno.test("the words of a slot are told apart by their bits", () => {
  const hashes = [EMPTY, CLOSED, 2, -1, 2 ** 31 - 1];
  assertEquals(hashes.map(isEmpty), [true, false, false, false, false]);
  assertEquals(hashes.map(isClosed), [false, true, false, false, false]);
  assertEquals(hashes.map(isUnclaimed), [true, true, false, false, false]);
  const links = [0, 7, 7 | FROZEN, 7 | DEAD, 7 | DEAD | FROZEN, GONE, MOVED];
  const of = (is: (link: number) => boolean) =>
    links.map((link) => is(link) ? 1 : 0).join("");
  assertEquals(of(isUnlinked), "1000000");
  assertEquals(of(isFrozen), "0010101");
  assertEquals(of(isDead), "0001110");
  assertEquals(of(isGone), "0000010");
  assertEquals(of(isMoved), "0000001");
  assertEquals(links.slice(1, 5).map(refOf), [7, 7, 7, 7]);
  assertEquals(links.map(valueRefOf), [0, 7, 7, 0, 0, 0, 0]);
  assertEquals(thawed(7 | DEAD | FROZEN), 7 | DEAD);
});

Deno.test("a probe comes by every place once, round the end of the table", () => {
  const of = new SmallTable();
  const table = of.words[H_ROOT] * 4;
  let place = homePlace(homeAt(250), of.words[table + T_SHIFT]);
  const met = new Set<number>();
  for (let i = 0; i < 256; i++) {
    assertStrictEquals(placeOf(table, slotAt(table, place)), place);
    met.add(place);
    place = nextPlace(place, 255);
  }
  assertStrictEquals(met.size, 256);
  assertStrictEquals(place, 250);
  assertStrictEquals(homePlace(-1, 24), 255);
  assertStrictEquals(homePlace(-1, 1), 2 ** 31 - 1);
});
