import {
  assert,
  assertEquals,
  assertGreater,
  assertStrictEquals,
} from "@std/assert";
import { MapFullError, SharedMap } from "../../mod.ts";
import { checkOptions } from "../../src/api/options.ts";
import { stringKeys } from "../../src/codec/keys.ts";
import { createAttachment } from "../../src/map/attach.ts";
import { evictFew } from "../../src/map/eviction.ts";
import type {
  Candidates,
  EvictionPolicy,
} from "../../src/map/eviction_policy.ts";
import { Hold } from "../../src/map/hold.ts";
import { RandomReplacement } from "../../src/map/random_replacement.ts";
import { EpochScan } from "../../src/persist/epoch_scan.ts";
import { Cursor } from "../../src/table/cursor.ts";
import { inspect } from "../../src/table/inspect.ts";
import { hasExpired } from "../../src/table/version.ts";

const MIB = 2 ** 20;
const HASHES = 2 ** 32;
const VALUE = "x".repeat(100);

/** Evicts what the test names first, by the hashes of the changes that it heard of. */
class NamedFirst implements EvictionPolicy {
  /** In the order of the changes. */
  readonly heard: number[] = [];
  named: number[] = [];
  /** The limits of the choices. */
  readonly limits: number[] = [];

  onChange(hash: number): void {
    this.heard.push(hash);
  }

  choose(candidates: Candidates): number {
    this.limits.push(candidates.limit);
    for (let hash; (hash = this.named.shift()) !== undefined;) {
      const ref = newestOf(hash, candidates);
      if (ref !== 0) return ref;
    }
    return 0;
  }
}

/** The newest version of a key with a hash, if it may be evicted; else 0. */
function newestOf(hash: number, { segment, table, isEvictable }: Candidates) {
  const refs: number[] = [];
  const cursor = new Cursor(segment, table.migration, hash >>> 0);
  cursor.next(refs);
  const found = refs.findIndex((ref, i) =>
    cursor.hashAt(i) === hash && isEvictable(ref, hash)
  );
  return found < 0 ? 0 : refs[found];
}

/** A map of an attachment with a policy of its own. */
function mapWith(
  policy: EvictionPolicy,
  onFull: "evict" | "throw" = "evict",
) {
  const options = { maxBytes: MIB, onFull } as const;
  const attachment = createAttachment(checkOptions(options), policy);
  const hold = Hold.whole(attachment);
  const map: SharedMap<string, string> = Reflect.construct(SharedMap, [
    hold,
    options,
  ]);
  return { map, attachment, [Symbol.dispose]: () => map.close() };
}

Deno.test("SharedMap evicts what its policy chooses first", () => {
  const policy = new NamedFirst();
  using of = mapWith(policy);
  let count = 0;
  const insert = () => of.map.set(`k${count++}`, VALUE);
  while (of.map.stats().evicted === 0 && policy.limits.length === 0) insert();
  const before = [...of.map.keys()];
  const named = before.filter((_, i) => i % 3 === 0);
  policy.named = named.map((key) => policy.heard[Number(key.slice(1))]);
  const { evicted } = of.map.stats();
  const goneOf = () => of.map.stats().evicted - evicted;
  while (goneOf() < named.length - 100) insert();
  const gone = before.filter((key) => !of.map.has(key));
  assertEquals(gone.sort(), named.slice(0, goneOf()).sort());
  assertGreater(gone.length, 200);
});

Deno.test("SharedMap evicts entries that are met anywhere if its policy chooses none", () => {
  const policy = new NamedFirst();
  using of = mapWith(policy);
  for (let i = 0; of.map.stats().evicted < 1000; i++) {
    of.map.set(`k${i}`, VALUE);
  }
  assertGreater(policy.limits.length, 0);
  assertGreater(of.map.size, 1000);
});

Deno.test("An eviction policy hears of each change that its worker makes", () => {
  const policy = new NamedFirst();
  using of = mapWith(policy);
  const { map } = of;
  const changes: [string, () => unknown][] = [
    ["set", () => map.set("a", "1")],
    ["overwrite", () => map.set("a", "2")],
    ["set with expiry", () => map.set("a", "3", { ttl: 10_000 })],
    ["update", () => map.update("a", (value) => `${value}!`)],
    ["compareAndSet", () => map.compareAndSet("a", "3!", "4")],
    ["delete", () => map.delete("a")],
    ["getOrInsert", () => map.getOrInsert("a", "5")],
    ["take", () => map.take("a")],
  ];
  for (const [i, [what, change]] of changes.entries()) {
    change();
    assertStrictEquals(policy.heard.length, i + 1, what);
  }
  assertStrictEquals(new Set(policy.heard).size, 1, "of one key");
  map.get("a");
  map.delete("a");
  assertStrictEquals(policy.heard.length, changes.length, "nothing changed");
  using other = SharedMap.attach<string, string>(map.handle);
  other.set("a", "6");
  assertStrictEquals(policy.heard.length, changes.length, "by another worker");
});

Deno.test("A map that does not evict asks its policy for nothing, and tells it nothing", () => {
  const policy = new NamedFirst();
  using of = mapWith(policy, "throw");
  for (let i = 0;; i++) {
    try {
      of.map.set(`k${i}`, VALUE);
    } catch (error) {
      assert(error instanceof MapFullError);
      break;
    }
  }
  assertEquals(policy.heard, []);
  assertEquals(policy.limits, []);
});

Deno.test("What an open snapshot shows is not evictable", () => {
  const policy = new NamedFirst();
  using of = mapWith(policy);
  of.map.set("old", VALUE);
  using snapshot = of.map.snapshot();
  of.map.set("new", VALUE);
  policy.named = [...policy.heard];
  assert(evictFew(of.attachment, 1));
  assertEquals([...of.map.keys()], ["old"]);
  assertStrictEquals(snapshot.get("old"), VALUE);
});

Deno.test("Beside a dump a policy chooses mostly among the entries that it has passed", () => {
  const policy = new NamedFirst();
  using of = mapWith(policy);
  for (let i = 0; i < 1000; i++) of.map.set(`k${i}`, VALUE);
  using scan = new EpochScan(of.attachment, 0);
  const found: number[] = [];
  while (scan.share < 0.5) {
    scan.next(found);
    scan.pass();
  }
  evictFew(of.attachment, 1);
  const [first, second] = policy.limits;
  assertStrictEquals(first / HASHES, scan.share);
  assertStrictEquals(second, HASHES, "and now and then among all");
});

// ---- random replacement -------------------------------------------------------------------------

/** Candidates of a map, all of which may be evicted unless it is said otherwise. */
function candidatesOf(
  { attachment: { segment, table } }: ReturnType<typeof mapWith>,
  isEvictable: Candidates["isEvictable"] = () => true,
  limit = HASHES,
): Candidates {
  return { segment, table, limit, isEvictable };
}

Deno.test("RandomReplacement.choose() finds none in an empty map, and none that is not evictable", () => {
  using of = mapWith(new RandomReplacement());
  const policy = new RandomReplacement();
  const choose = (candidates: Candidates) =>
    of.attachment.pinned(() => policy.choose(candidates));
  assertStrictEquals(choose(candidatesOf(of)), 0);
  for (let i = 0; i < 100; i++) of.map.set(`k${i}`, VALUE);
  assert(choose(candidatesOf(of)) !== 0);
  assertStrictEquals(choose(candidatesOf(of, () => false)), 0);
});

Deno.test("RandomReplacement.choose() chooses among all entries with a hash below the limit", () => {
  using of = mapWith(new RandomReplacement());
  for (let i = 0; i < 1000; i++) of.map.set(`k${i}`, VALUE);
  const policy = new RandomReplacement();
  const chosen = new Set<number>();
  let below = 0;
  const limit = HASHES / 4;
  const candidates = candidatesOf(of, (_, hash) => {
    if (hash >>> 0 < limit) below++;
    return true;
  }, limit);
  for (let i = 0; i < 400; i++) {
    chosen.add(of.attachment.pinned(() => policy.choose(candidates)));
  }
  chosen.delete(0);
  assert(chosen.size > 100 && chosen.size < 300, `${chosen.size} of 250`);
  assertGreater(below, 380, "but for those that stand behind the last home");
});

Deno.test("RandomReplacement.choose() prefers what expires first", () => {
  using of = mapWith(new RandomReplacement());
  for (let i = 0; i < 1000; i++) {
    of.map.set(`k${i}`, VALUE, { ttl: i % 2 ? 1e6 : 1e9 });
  }
  while (of.map.size > 800) evictFew(of.attachment, 1);
  const late = [...of.map.keys()].filter((key) =>
    Number(key.slice(1)) % 2 === 0
  );
  assertGreater(late.length, 480, "of 500");
});

/** Calls it until it chooses, as an eviction does. */
function chosenOf(candidates: Candidates): number {
  const policy = new RandomReplacement();
  for (;;) {
    const chosen = policy.choose(candidates);
    if (chosen !== 0) return chosen;
  }
}

Deno.test("RandomReplacement.choose() passes over what was read, as long as there is anything else", () => {
  using of = mapWith(new RandomReplacement());
  const { attachment, map } = of;
  for (let i = 0; i < 1000; i++) map.set(`k${i}`, VALUE);
  for (let i = 0; i < 1000; i += 2) map.get(`k${i}`);
  const { segment } = attachment;
  while (map.size > 900) {
    const key = attachment.pinned(() =>
      stringKeys.read(segment, chosenOf(candidatesOf(of)))
    );
    map.delete(key);
  }
  const read = [...map.keys()].filter((key) => Number(key.slice(1)) % 2 === 0);
  assertGreater(read.length, 480, "of 500");
});

Deno.test("RandomReplacement.choose() lowers the heat of what it passes over, and chooses even if all was read", () => {
  using of = mapWith(new RandomReplacement());
  const { attachment, map } = of;
  const heat = () => {
    const { byHeat } = inspect(attachment.segment).tables;
    return byHeat.reduce((sum, count, heat) => sum + count * heat, 0);
  };
  for (let i = 0; i < 100; i++) map.set(`k${i}`, VALUE);
  for (let i = 0; i < 100; i++) map.get(`k${i}`);
  const before = heat();
  assertGreater(before, 90, "some may share a cell");
  attachment.pinned(() => chosenOf(candidatesOf(of)));
  assertStrictEquals(before - heat(), 8);
  for (let i = 0; heat() > 0; i++) {
    assert(i < 10_000);
    attachment.pinned(() => chosenOf(candidatesOf(of)));
  }
});

Deno.test("RandomReplacement.choose() takes what has expired, however often it was read", () => {
  using of = mapWith(new RandomReplacement());
  const { attachment, map } = of;
  for (let i = 0; i < 500; i++) {
    map.set(`read ${i}`, VALUE, { ttl: 60_000 });
    for (let n = 0; n < 3; n++) map.get(`read ${i}`);
    map.set(`unread ${i}`, VALUE);
  }
  const { now } = Date;
  Date.now = () => now() + 60_001;
  try {
    const { segment } = attachment;
    let expired = 0;
    for (let i = 0; i < 100; i++) {
      const ref = attachment.pinned(() => chosenOf(candidatesOf(of)));
      if (hasExpired(segment.words, ref)) expired++;
    }
    assertGreater(expired, 90, "of 100");
  } finally {
    Date.now = now;
  }
});
