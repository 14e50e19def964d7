import { assert, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { liveBytesOf } from "../../src/map/counters.ts";
import { lowerMemoryLimit } from "../../src/map/memory_limit.ts";
import { STRATEGIES } from "../../src/map/reclaim_strategies.ts";
import {
  H_LIVE_LIMIT,
  P_LIVE_REFS,
  REF_BYTES,
} from "../../src/segment/layout.ts";

type Cache = SharedMap<string, string>;
const POLICIES = ["s3-fifo", "lru", "random"] as const;

function cache(policy: typeof POLICIES[number] = "s3-fifo"): Cache {
  return SharedMap.create({ maxBytes: 2 ** 21, onFull: "evict", policy });
}

function segmentOf(map: Cache) {
  return attachmentOf(map).segment;
}

/** Inserts entries until so many were evicted. */
function evictSome(map: Cache, count: number, size = 100): void {
  const goal = map.stats().evicted + count;
  for (let i = 0; map.stats().evicted < goal; i++) {
    map.set(`${goal}, ${i}`, "x".repeat(size));
  }
}

/** How often a strategy runs meanwhile. */
function runsOf(name: string, act: () => void): number {
  const strategy = STRATEGIES.find((strategy) => strategy.name === name)!;
  const { run } = strategy;
  let runs = 0;
  strategy.run = (...args) => {
    runs++;
    return run.apply(strategy, args);
  };
  try {
    act();
  } finally {
    strategy.run = run;
  }
  return runs;
}

for (const policy of POLICIES) {
  Deno.test(`in a full map insertions evict one for one, and find memory: ${policy}`, () => {
    using map = cache(policy);
    assertStrictEquals(segmentOf(map).words[H_LIVE_LIMIT], 0);
    evictSome(map, 1_000);
    const { size } = map;
    const inserted = map.stats().sets;
    const runs = runsOf("evict a few entries", () => evictSome(map, 10_000));
    assert(runs < 50, `${runs} of 10,000 insertions found no memory`);
    const more = map.stats().sets - inserted;
    assert(Math.abs(more - 10_000) < 0.1 * size, `${more} were inserted`);
    assert(map.size > 0.9 * size, `${map.size} of ${size} entries are left`);
    const limit = segmentOf(map).words[H_LIVE_LIMIT] * REF_BYTES;
    assert(liveBytesOf(segmentOf(map)) <= limit + 1_000);
  });
}

Deno.test("a full map takes entries of other sizes, larger and smaller", () => {
  using map = cache();
  for (const size of [100, 1_000, 20, 300]) {
    evictSome(map, 2_000, size);
    const bytes = liveBytesOf(segmentOf(map));
    assert(bytes > 2 ** 21 / 5, `${bytes} bytes are in use at ${size}`);
  }
});

Deno.test("what an open snapshot shows stays, though the limit is reached", () => {
  using map = cache();
  evictSome(map, 1_000);
  using snapshot = map.snapshot();
  const { size } = snapshot;
  const keys = [...snapshot.keys()];
  for (let i = 0; i < 200; i++) map.set(`young ${i}`, "x".repeat(100));
  assertStrictEquals([...snapshot.keys()].length, size);
  assert(keys.every((key) => map.has(key)));
});

Deno.test("the limit is lowered by who finds no memory within it, and raised slowly", () => {
  using map = cache();
  const { words } = segmentOf(map);
  const { base } = attachmentOf(map).participant;
  words[base + P_LIVE_REFS] = 64_000;
  lowerMemoryLimit(words);
  assertStrictEquals(words[H_LIVE_LIMIT], 63_000);
  words[base + P_LIVE_REFS] = 40_000; // memory that is not free yet
  lowerMemoryLimit(words);
  assertStrictEquals(words[H_LIVE_LIMIT], 63_000);
  words[base + P_LIVE_REFS] = 62_900;
  lowerMemoryLimit(words);
  const lowered = words[H_LIVE_LIMIT];
  assert(lowered < 62_000, `${lowered}`);
  words[base + P_LIVE_REFS] = 0;
  for (let i = 0; i < 640; i++) map.set(`${i}`, "");
  assertStrictEquals(words[H_LIVE_LIMIT], lowered + 10);
  words[H_LIVE_LIMIT] = 2 ** 30 - 1;
  for (let i = 0; i < 640; i++) map.set(`more ${i}`, "");
  assertStrictEquals(words[H_LIVE_LIMIT], 2 ** 30 - 1);
});

Deno.test("a map that does not evict has no limit", () => {
  using map: Cache = SharedMap.create({ maxBytes: 2 ** 20 });
  segmentOf(map).words[H_LIVE_LIMIT] = 1;
  for (let i = 0; i < 1_000; i++) map.set(`${i}`, "x");
  assertStrictEquals(map.size, 1_000);
});
