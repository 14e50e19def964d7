import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertLess,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { MapFullError, SharedMap } from "../../mod.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { Reclaimer } from "../../src/map/reclaim.ts";
import {
  Progress,
  ReclaimContext,
  STRATEGIES,
  type Strategy,
} from "../../src/map/reclaim_strategies.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import type { Shortage } from "../../src/map/shortage.ts";
import { EpochScan } from "../../src/persist/epoch_scan.ts";
import { participantBase } from "../../src/segment/participants.ts";
import {
  ESTATE,
  H_FLUSH,
  P_STATE,
  P_USED_REFS,
} from "../../src/segment/layout.ts";
import { reservedChunks } from "../../src/segment/long_key.ts";
import { forEachRange } from "../../src/table/cursor.ts";
import { isTombstone, versionBytes } from "../../src/table/version.ts";

const MIB = 2 ** 20;

interface Options {
  maxBytes?: number;
  onFull?: "evict" | "throw";
}

function mapWith({ maxBytes = MIB, onFull = "throw" }: Options = {}) {
  const map = SharedMap.create<string, Uint8Array>({
    maxBytes,
    onFull,
    value: "bytes",
  });
  return {
    map,
    attachment: attachmentOf(map),
    [Symbol.dispose]: map.close.bind(map),
  };
}

/** Sets keys until the map is full; returns how many fitted. */
function fill(map: SharedMap<string, Uint8Array>, size: number): number {
  const value = new Uint8Array(size);
  for (let n = 0;; n++) {
    try {
      map.set(`k${n}`, value);
    } catch (error) {
      if (error instanceof MapFullError) return n;
      throw error;
    }
  }
}

const ENTRY: Shortage = { of: "entry", bytes: 100 };
const LARGE: Shortage = { of: "entry", bytes: 100_000 };
const SLOT: Shortage = { of: "slot", bytes: 100 };
const TOMBSTONE: Shortage = { of: "tombstone", bytes: 10 };

// ---- the order ----------------------------------------------------------------------------------

/** What a strategy is to report; `real` runs it. */
type Report = (real: () => boolean, name: string, tries: number) => boolean;

/** The strategies, noting when they are tried. */
function noted(log: string[], report: Report): Strategy[] {
  const fakes = new Map<Strategy, Strategy>();
  for (const strategy of STRATEGIES) {
    fakes.set(strategy, {
      ...strategy,
      applies: (context, shortage, progress) => {
        // What the original asks after is counted for its copy.
        const triesOf = (of: Strategy) => progress.triesOf(fakes.get(of)!);
        const seen = { triesOf } as Progress;
        return strategy.applies?.(context, shortage, seen) ?? true;
      },
      run: (context, shortage, tries) => {
        log.push(strategy.name);
        const real = () => strategy.run(context, shortage, tries);
        return report(real, strategy.name, tries);
      },
    });
  }
  return [...fakes.values()];
}

/** What each call for a shortage tries, until one throws. */
function callsFor(
  attachment: Attachment,
  shortage: Shortage,
  report: Report,
): string[][] {
  const log: string[] = [];
  const reclaimer = new Reclaimer(attachment, noted(log, report));
  const calls: string[][] = [];
  assertThrows(() => {
    let progress: Progress | undefined;
    for (;;) {
      log.length = 0;
      try {
        progress = reclaimer.reclaimFor(shortage, progress);
      } finally {
        calls.push([...log]);
      }
    }
  }, MapFullError);
  return calls;
}

const FIRST = ["adopt estates", "collect", "lower the reserve"];
const FEW = ["sweep the whole table if that is due", "evict a few entries"];
const NEXT = [
  "consolidate",
  "ask others to give back",
  "sweep what has expired",
  "purge tombstones",
];
const REVOKE_FIRST = "revoke dumps before more is given up";
/** What may have freed something each time. */
const REPORTING = new Set([
  ...FEW,
  "sweep what has expired",
  "purge tombstones",
  "evict until there is a place",
]);

const ORDERS: [Options["onFull"], Shortage, string[]][] = [
  ["throw", ENTRY, [...FIRST, ...NEXT, "revoke dumps"]],
  ["throw", SLOT, [...FIRST, ...NEXT, "revoke dumps"]],
  ["throw", TOMBSTONE, [
    ...FIRST,
    ...NEXT,
    "make a place for a tombstone",
    "revoke dumps",
  ]],
  ["evict", ENTRY, [
    ...FIRST,
    ...FEW,
    ...NEXT,
    "evict until there is a place",
    "revoke dumps",
  ]],
  ["evict", LARGE, [
    ...FIRST,
    ...NEXT,
    "evict until there is a place",
    "revoke dumps",
  ]],
  ["evict", SLOT, [
    ...FIRST,
    ...NEXT,
    "evict until there is a place",
    "revoke dumps",
  ]],
  ["evict", TOMBSTONE, [
    ...FIRST,
    ...NEXT,
    "make a place for a tombstone",
    "revoke dumps",
  ]],
];

for (const [onFull, shortage, order] of ORDERS) {
  const what = `${shortage.of} of ${shortage.bytes} bytes, onFull: "${onFull}"`;
  Deno.test(`Reclaimer.reclaimFor() goes through its strategies, and throws at the end: ${what}`, () => {
    using of = mapWith({ onFull });
    assertEquals(callsFor(of.attachment, shortage, () => false), [order]);
  });
}

Deno.test("Reclaimer.reclaimFor() stops at what may have freed something, and goes on behind it", () => {
  using of = mapWith({ onFull: "evict" });
  const before = [...FIRST, "consolidate"];
  const calls = callsFor(
    of.attachment,
    ENTRY,
    (_, name, tries) =>
      REPORTING.has(name) || name === "collect" && tries === 0,
  );
  assertEquals(calls.slice(0, 6), [
    ["adopt estates", "collect"],
    [...FIRST, "sweep the whole table if that is due"],
    [...FIRST, "evict a few entries"],
    [...FIRST, "evict a few entries"],
    [...before, "ask others to give back", "sweep what has expired"],
    [...before, "purge tombstones"],
  ]);
  const last = calls.slice(6);
  const again = [...before, REVOKE_FIRST, "evict until there is a place"];
  assertEquals(last[0], [...before, "evict until there is a place"]);
  assertEquals(last[1], again);
  assertEquals(last.at(-2), again);
  assertEquals(last.at(-1), [...before, REVOKE_FIRST, "revoke dumps"]);
  assertLess(last.length, 40, "others cannot keep it at it for ever");
});

Deno.test("Reclaimer.reclaimFor() revokes a dump only after an eviction did not do, and before the next one", () => {
  using of = mapWith({ onFull: "evict" });
  const names = ["evict until there is a place", REVOKE_FIRST];
  let dumps = 1;
  const calls = callsFor(of.attachment, LARGE, (_, name) => {
    if (name === names[0]) return true;
    return name.startsWith("revoke") && dumps-- > 0;
  });
  const costly = calls.flat()
    .filter((name) => name.startsWith("evict") || name.startsWith("revoke"));
  assertEquals(costly.slice(0, 4), [names[0], names[1], names[1], names[0]]);
});

Deno.test("Reclaimer.reclaimFor() tries nothing for what can never fit", () => {
  using of = mapWith();
  const log: string[] = [];
  const reclaimer = new Reclaimer(of.attachment, noted(log, (real) => real()));
  const shortage: Shortage = { of: "entry", bytes: 2 * MIB };
  assertThrows(() => reclaimer.reclaimFor(shortage), MapFullError, "never fit");
  assertEquals(log, []);
});

Deno.test("Reclaimer.reclaimFor() does not try what is not needed", () => {
  using of = mapWith({ onFull: "evict" });
  const { map, attachment: { participant } } = of;
  const log: string[] = [];
  const reclaimer = new Reclaimer(of.attachment, noted(log, (real) => real()));
  const key = (i: number) => `${i}`.padStart(8);
  for (let i = 0; map.stats().evicted === 0; i++) {
    map.set(key(i), new Uint8Array(50));
  }
  const bytes = versionBytes(key(0).length, 50, false);
  const written: number[] = [];
  for (let i = 0; i < 100; i++) {
    let progress: Progress | undefined;
    for (;;) {
      const ref = participant.allocator.allocate(bytes);
      if (ref !== 0) {
        written.push(ref);
        break;
      }
      progress = reclaimer.reclaimFor({ of: "entry", bytes }, progress);
    }
  }
  assert(log.includes("evict a few entries"));
  assertFalse(log.includes("purge tombstones"), log.join());
  assertFalse(log.some((name) => name.startsWith("revoke")), log.join());
  for (const ref of written) participant.allocator.free(ref);
});

Deno.test("Progress counts each strategy for itself", () => {
  const [one, other] = STRATEGIES;
  const progress = new Progress();
  assertStrictEquals(progress.triesOf(one), 0);
  progress.count(one);
  progress.count(one);
  assertStrictEquals(progress.triesOf(one), 2);
  assertStrictEquals(progress.triesOf(other), 0);
});

// ---- each by itself -----------------------------------------------------------------------------

function strategy(name: string): Strategy {
  const found = STRATEGIES.find((one) => one.name === name);
  assert(found !== undefined, name);
  return found;
}

/** Runs one strategy in a context of its own, if it applies; says what it reports. */
function run(
  attachment: Attachment,
  name: string,
  { shortage = ENTRY, tries = 0, context = new ReclaimContext(attachment) } =
    {},
): boolean {
  const { applies, run } = strategy(name);
  assert(applies?.(context, shortage, new Progress()) ?? true, name);
  return run(context, shortage, tries);
}

Deno.test('"adopt estates" takes over what those left that are gone', () => {
  using of = mapWith();
  const { attachment: { participant, segment: { words } } } = of;
  const other = SharedMap.attach<string, Uint8Array>(of.map.handle);
  const { slot } = attachmentOf(other).participant;
  other.set("a", new Uint8Array(100));
  {
    using _ = of.map.pin();
    other.set("a", new Uint8Array(200));
    other.close();
  }
  assertStrictEquals(words[participantBase(slot) + P_STATE], ESTATE);
  assertFalse(participant.hasRetired);
  assertFalse(run(of.attachment, "adopt estates"));
  assertStrictEquals(words[participantBase(slot) + P_STATE], 0);
  assert(participant.hasRetired);
});

Deno.test('"collect" frees what nobody reads any more, and reports that once', () => {
  using of = mapWith();
  const { participant } = of.attachment;
  for (let i = 0; i < 10; i++) of.map.set("a", new Uint8Array(100));
  assert(participant.hasRetired);
  assert(run(of.attachment, "collect"));
  assertFalse(participant.hasRetired);
  assertFalse(run(of.attachment, "collect", { tries: 1 }));
});

Deno.test('"lower the reserve" gives back what was kept for the tombstone of a long key', () => {
  using of = mapWith({ maxBytes: 8 * MIB });
  const { words } = of.attachment.segment;
  const key = "k".repeat(2 * MIB);
  of.map.set(key, new Uint8Array(1));
  const kept = reservedChunks(words);
  assert(of.map.delete(key));
  assertFalse(run(of.attachment, "lower the reserve"));
  assertLess(reservedChunks(words), kept);
});

Deno.test('"sweep the whole table if that is due" removes what has expired, and waits until there is more', () => {
  let now = 1000;
  using _ = stub(Date, "now", () => now);
  using of = mapWith({ onFull: "evict" });
  const value = new Uint8Array(100);
  const name = "sweep the whole table if that is due";
  for (let i = 0; i < 1000; i++) {
    of.map.set(`k${i}`, value, { ttl: i < 100 ? 10 : 1000 });
  }
  const context = new ReclaimContext(of.attachment);
  assertFalse(run(of.attachment, name, { context }), "nothing has expired");
  now = 1011;
  assert(run(of.attachment, name, { context }));
  assertStrictEquals(of.map.stats().expired, 100);
  assertFalse(run(of.attachment, name, { context }), "nothing is due");
});

Deno.test('"evict a few entries" evicts some, and they are free', () => {
  using of = mapWith({ onFull: "evict" });
  const { words } = of.attachment.segment;
  for (let i = 0; i < 1000; i++) of.map.set(`k${i}`, new Uint8Array(100));
  const used = () => words[of.attachment.participant.base + P_USED_REFS];
  const before = used();
  assert(run(of.attachment, "evict a few entries"));
  const { evicted } = of.map.stats();
  assert(evicted >= 16 && evicted < 40, `${evicted}`);
  assertLess(used(), before);
  for (const shortage of [LARGE, SLOT, TOMBSTONE]) {
    const context = new ReclaimContext(of.attachment);
    const { applies } = strategy("evict a few entries");
    assertFalse(applies!(context, shortage, new Progress()), shortage.of);
  }
});

Deno.test('"evict a few entries" reports that there are none', () => {
  using of = mapWith({ onFull: "evict" });
  assertFalse(run(of.attachment, "evict a few entries"));
});

Deno.test('"consolidate" makes whole chunks of free blocks', () => {
  using of = mapWith();
  const { allocator } = of.attachment.participant;
  const count = fill(of.map, 100);
  for (let i = 0; i < count; i++) of.map.delete(`k${i}`);
  of.attachment.participant.collectAll();
  const before = allocator.limits.spareChunks;
  assertFalse(run(of.attachment, "consolidate"));
  assertGreater(allocator.limits.spareChunks, before);
});

Deno.test('"ask others to give back" asks them', () => {
  using of = mapWith();
  const { words } = of.attachment.segment;
  const asked = words[H_FLUSH];
  assertFalse(run(of.attachment, "ask others to give back"));
  assertStrictEquals(words[H_FLUSH], asked + 1);
});

Deno.test('"sweep what has expired" removes all of it', () => {
  let now = 1000;
  using _ = stub(Date, "now", () => now);
  using of = mapWith();
  for (let i = 0; i < 2000; i++) {
    of.map.set(`k${i}`, new Uint8Array(1), { ttl: i % 2 ? 10 : 1000 });
  }
  now = 1011;
  assert(run(of.attachment, "sweep what has expired"));
  assertStrictEquals(of.map.size, 1000);
});

function countTombstones({ participant, segment, table }: Attachment): number {
  let found = 0;
  forEachRange(participant, table.migration, (refs) => {
    for (const ref of refs) found += Number(isTombstone(segment.words, ref));
  });
  return found;
}

Deno.test('"purge tombstones" drops them, if there are many', () => {
  using of = mapWith();
  for (let i = 0; i < 4000; i++) of.map.set(`k${i}`, new Uint8Array(1));
  const { table: { resizer } } = of.attachment;
  const areMany = () => of.attachment.pinned(() => resizer.wouldPurge());
  for (let i = 0; !areMany(); i++) of.map.delete(`k${i}`);
  assertGreater(countTombstones(of.attachment), 100);
  assert(run(of.attachment, "purge tombstones"));
  assertStrictEquals(countTombstones(of.attachment), 0);
});

Deno.test('"evict until there is a place" makes a whole run of chunks free', () => {
  using of = mapWith({ onFull: "evict" });
  for (let i = 0; of.map.stats().evicted === 0; i++) {
    of.map.set(`k${i}`, new Uint8Array(100));
  }
  const { evicted } = of.map.stats();
  const { participant } = of.attachment;
  assertStrictEquals(participant.allocator.allocate(LARGE.bytes), 0);
  let tries = 0;
  let ref = 0;
  while (ref === 0) {
    const shortage = LARGE;
    assert(
      run(of.attachment, "evict until there is a place", { shortage, tries }),
    );
    ref = participant.allocator.allocate(LARGE.bytes);
    assertLess(++tries, 29);
  }
  participant.allocator.free(ref);
  assertGreater(of.map.stats().evicted - evicted, 500);
});

Deno.test('"evict until there is a place" makes slots free', () => {
  using of = mapWith({ onFull: "evict" });
  for (let i = 0; of.map.stats().evicted === 0; i++) {
    of.map.set(`k${i}`, new Uint8Array(8));
  }
  const { evicted, migrations } = of.map.stats();
  assert(
    run(of.attachment, "evict until there is a place", { shortage: SLOT }),
  );
  assertGreater(of.map.stats().evicted, evicted);
  assertGreater(of.map.stats().migrations, migrations);
});

Deno.test('"make a place for a tombstone" makes one', () => {
  using of = mapWith();
  const count = fill(of.map, 100);
  const { participant } = of.attachment;
  const { allocator } = participant;
  const taken: number[] = [];
  for (let i = 0; i < count / 2; i++) of.map.delete(`k${i}`);
  const allocate = () => allocator.allocate(64, "tombstone");
  for (let ref = allocate(); ref !== 0; ref = allocate()) taken.push(ref);
  let tries = 0;
  let ref = 0;
  for (; ref === 0 && tries < 9; tries++) {
    const shortage = TOMBSTONE;
    assert(
      run(of.attachment, "make a place for a tombstone", { shortage, tries }),
    );
    ref = allocate();
  }
  assert(ref !== 0, "the table moved without the tombstones");
  for (const one of [...taken, ref]) allocator.free(one);
});

for (const name of ["revoke dumps", REVOKE_FIRST]) {
  Deno.test(`"${name}" takes back what a dump keeps, if there is one`, () => {
    using of = mapWith({ maxBytes: 2 * MIB });
    const { map, attachment } = of;
    for (let i = 0; i < 1000; i++) map.set(`k${i}`, new Uint8Array(100));
    const revoke = () =>
      strategy(name).run(new ReclaimContext(attachment), ENTRY, 0);
    assertFalse(revoke());
    using scan = new EpochScan(attachment, 0);
    for (let i = 0; i < 1000; i++) map.set(`k${i}`, new Uint8Array(50));
    attachment.participant.collectAll();
    assertGreater(map.stats().heldVersions, 900);
    assert(revoke());
    assertStrictEquals(map.stats().heldVersions, 0);
    assertThrows(() => scan.check(), Error);
    assertFalse(revoke());
  });
}
