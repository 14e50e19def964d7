import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, SharedMap } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { CountHistory } from "../../src/map/recent_counts.ts";

const MINUTE = 60_000;

/** A map, and a history of it by a clock of its own. */
function watched() {
  const map = SharedMap.create<string, number>({
    maxBytes: 2 ** 20,
    onFull: "evict",
    maxEntries: 10,
  });
  let now = 1_000;
  const history = new CountHistory(attachmentOf(map).segment, () => now);
  map.set("a", 1);
  return {
    map,
    history,
    /** Lets time pass, with a round every second, in each of which so much is read. */
    pass(ms: number, hits = 0, misses = 0): void {
      for (const end = now + ms; now < end;) {
        now = Math.min(end, now + 1_000);
        history.note();
        for (let i = 0; i < hits; i++) map.get("a");
        for (let i = 0; i < misses; i++) map.get("b");
      }
    },
    [Symbol.dispose]: () => map.close(),
  };
}

Deno.test("recent counts are those of the span that is asked for", () => {
  using of = watched();
  of.pass(10 * MINUTE, 1, 0);
  of.pass(4 * MINUTE, 0, 1);
  of.pass(MINUTE, 3, 1);
  const { history } = of;
  assert(Math.abs(history.since(1).hitRatio - 0.75) < 0.05);
  const five = history.since(5);
  assert(Math.abs(five.hits - 180) <= 15 && Math.abs(five.misses - 300) <= 15);
  assert(five.span >= 5 * MINUTE && five.span <= 5 * MINUTE + 6_000);
  const all = history.since(15);
  assertStrictEquals(all.hits + all.misses, 600 + 240 + 240);
  assertStrictEquals(all.span, 15 * MINUTE);
});

Deno.test("recent counts: what is older than the span is forgotten", () => {
  using of = watched();
  of.pass(5 * MINUTE, 5, 5);
  of.pass(16 * MINUTE);
  assertEquals(of.history.since(15), {
    hits: 0,
    misses: 0,
    hitRatio: 0,
    evicted: 0,
    expired: 0,
    span: of.history.since(15).span,
  });
  assert(of.history.since(15).span <= 15 * MINUTE + 6_000);
});

Deno.test("recent counts begin with the history, and are exact up to now", () => {
  using of = watched();
  for (let i = 0; i < 30; i++) of.map.set(`k${i}`, i);
  of.map.get("k29");
  const { evicted, hits, span } = of.history.since(1);
  assertEquals({ evicted, hits, span }, {
    evicted: of.map.stats().evicted,
    hits: 1,
    span: 0,
  });
});

Deno.test("recent counts: a history that was not noted for long begins with its last note", () => {
  using of = watched();
  of.pass(MINUTE, 1, 0);
  let late = 0;
  const history = new CountHistory(attachmentOf(of.map).segment, () => late);
  late = 20 * MINUTE; // the worker was busy
  of.map.get("a");
  assertStrictEquals(history.since(1).span, 20 * MINUTE);
  assertStrictEquals(history.since(1).hits, 1);
  history.note();
  late += 10_000;
  assertStrictEquals(history.since(1).span, 20 * MINUTE + 10_000);
});

Deno.test("SharedMap.recent() sums over all workers, and refuses what is no span", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  using other = SharedMap.attach<string, number>(map.handle);
  map.get("a");
  other.set("a", 1);
  other.get("a");
  for (const minutes of [1, 5, 15, 0.5]) {
    const { hitRatio, hits, misses } = map.recent(minutes);
    assertEquals([hits, misses, hitRatio], [1, 1, 0.5]);
  }
  for (const minutes of [0, -1, NaN, 15.1, Infinity]) {
    assertThrows(() => map.recent(minutes), RangeError, "minutes");
  }
  for (const minutes of ["5", null, undefined, {}, 5n]) {
    assertThrows(() => map.recent(minutes as never), TypeError, "minutes");
  }
  map.close();
  assertThrows(() => map.recent(1), ClosedError);
});

Deno.test("the counts are noted in the rounds of background work", () => {
  using map = SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
  const { countHistory, resident } = attachmentOf(map);
  let noted = 0;
  countHistory.note = () => void noted++;
  for (let i = 0; i < 20; i++) resident!.tick();
  assertStrictEquals(noted, 20, "at rest, too");
});
