import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { locks } from "../../src/reclamation/lifeline.ts";
import { Participant } from "../../src/reclamation/participant.ts";
import { takeTurn } from "../../src/map/background.ts";
import { H_LOOKED, H_SWEPT } from "../../src/segment/layout.ts";
import { Segment } from "../../src/segment/segment.ts";
import { freshSegment } from "../segment/fresh_segment.ts";
import { MapTime } from "./map_time.ts";

const maxBytes = 2 ** 20;

Deno.test("takeTurn() gives each turn to one, whatever the clock does", () => {
  const segment = freshSegment();
  segment.publish();
  const same = Segment.attach(segment.handle);
  for (const start of [0, 2 ** 31 - 500, 2 ** 32 - 500, 1.8e12]) {
    using time = new MapTime(start);
    segment.words[H_LOOKED] = (start - 1000) | 0;
    assert(takeTurn(segment, H_LOOKED, 1000));
    assertFalse(takeTurn(same, H_LOOKED, 1000));
    time.tick(999);
    assertFalse(takeTurn(same, H_LOOKED, 1000));
    assert(takeTurn(same, H_LOOKED, 999), "who takes it more often");
    time.tick(1000);
    assert(takeTurn(same, H_LOOKED, 1000));
    assert(takeTurn(segment, H_SWEPT, 0), "another one's");
  }
  using _ = new MapTime(1e6);
  segment.words[H_LOOKED] = 2e6;
  assert(takeTurn(segment, H_LOOKED, 1000), "the clock was set back");
});

/**
 * Counts how often this thread asks for all locks while `run` does its work; the answer is
 * that all are held that are held now.
 */
async function countQueries(run: () => Promise<void>): Promise<number> {
  const now = await locks.query();
  let queries = 0;
  locks.query = () => {
    queries++;
    return Promise.resolve(now);
  };
  try {
    await run();
  } finally {
    delete (locks as Partial<typeof locks>).query; // what it inherits comes back
  }
  return queries;
}

Deno.test("A thread asks for all locks once, for all its attachments, and seldom when nobody writes", async () => {
  using time = new MapTime();
  using map = SharedMap.create<string, number>({ maxBytes });
  using another = SharedMap.create<string, number>({ maxBytes });
  const attached = Array.from(
    { length: 40 },
    (_, i) => SharedMap.attach<string, number>((i % 2 ? map : another).handle),
  );
  const pass = async (seconds: number, each: () => void) => {
    for (let i = 0; i < seconds * 10; i++) {
      each();
      time.tick(100);
      await time.runMicrotasks();
    }
  };
  const active = await countQueries(() => pass(20, () => map.increment("a")));
  assert(active >= 20, `found within a second or so: ${active}`);
  assert(active <= 100, `${active}, of 41 attachments`);
  await pass(20, () => {});
  const idle = await countQueries(() => pass(60, () => {}));
  assert(idle >= 1 && idle <= 30, `${idle}`);
  for (const one of attached) one.close();
  await time.runMicrotasks();
});

Deno.test("The background rests, and a write wakes it", async () => {
  using time = new MapTime();
  using map = SharedMap.create<string, string>({ maxBytes });
  const pass = async (milliseconds: number) => {
    time.tick(milliseconds);
    for (let i = 0; i < 20; i++) await locks.query(); // what it asks of the runtime takes its time
  };
  for (let i = 0; i < 20; i++) await pass(3_000);
  const segment = Segment.attach(map.handle);
  assert(Participant.join(segment, 2 ** 30) !== undefined, "no such lock");
  assertStrictEquals(map.stats().participants, 2);
  map.set("a", "1");
  for (let i = 0; i < 5; i++) await pass(200);
  assertStrictEquals(map.stats().participants, 1);
  assertStrictEquals(map.stats().recoveries, 1);
});
