// What an index counts, of all workers and of one.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { HotVectorIndex } from "../../src/vectors/mod.ts";
import { SearchMeter } from "../../src/vectors/search_meter.ts";
import { timers } from "../../src/timers.ts";

/** A clock that the test moves on. */
class Clock implements Disposable {
  now = 5e6;
  readonly #elapsed = timers.elapsed;

  constructor() {
    timers.elapsed = () => this.now;
  }

  [Symbol.dispose](): void {
    timers.elapsed = this.#elapsed;
  }
}

Deno.test("an index counts hits, misses, writes and searches", () => {
  using index = HotVectorIndex.create({ dimensions: 2 });
  using same = HotVectorIndex.attach(index.handle);
  const before = index.stats();
  assertEquals([before.hits, before.misses, before.own.searches], [0, 0, 0]);
  assertEquals([before.own.p50, before.own.p99], [0, 0]);
  index.add("a", [1, 2]);
  same.add("b", [3, 4]);
  same.remove("none"); // changes nothing
  assert(same.has("a") && !index.has("c"));
  assert(same.get("b") !== undefined && same.get("c") === undefined);
  for (let i = 0; i < 3; i++) same.search([1, 1], 1);
  using snapshot = index.snapshot();
  snapshot.get("a");
  const [here, there] = [index.stats(), same.stats()];
  assertEquals(here.writes - before.writes, 2);
  for (const { hits, misses } of [here, there]) {
    assertEquals([hits, misses], [2, 2]);
  }
  assertEquals([here.own.searches, there.own.searches], [0, 3]);
  assertEquals([here.own.comparisons, there.own.comparisons], [0, 6]);
  assert(there.own.p50 > 0 && there.own.p50 <= there.own.p99);
});

Deno.test("times of searches are told to an eighth of a doubling, and rates by whole seconds", () => {
  using clock = new Clock();
  const meter = new SearchMeter();
  const search = (ms: number) => meter.measure(() => clock.now += ms);
  for (let i = 0; i < 98; i++) search(1);
  search(100);
  search(100);
  const { p50, p99, searches } = meter.read(0);
  assertEquals(searches, 100);
  assertAlmostEquals(p50, 1, 0.1);
  assertAlmostEquals(p99, 100, 10);
  assert(p50 >= 1 && p99 >= 100, "it is an upper bound");
  clock.now = 5e6 + 1000;
  assertEquals(meter.read(0).queriesPerSecond, 10);
  clock.now = 5e6 + 10_999;
  assertEquals(meter.read(0).queriesPerSecond, 10);
  clock.now = 5e6 + 11_000;
  assertEquals(meter.read(0).queriesPerSecond, 0);
  search(1e9);
  assert(Number.isFinite(meter.read(0).p99));
});
