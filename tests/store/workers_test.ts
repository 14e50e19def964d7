// Stores that many workers use: what must hold, whatever they do at the same time.
import { assertEquals, assertGreater } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import {
  GROUP,
  JOBS,
  LISTS,
  type roles,
  STREAM,
  TOGETHER,
} from "./workers_roles.ts";

const SCRIPT = new URL("./workers_roles.ts", import.meta.url);
const WORKERS = 3;
/** How many elements are in large collections from the beginning. */
const LASTING = 300;

/** Checks the memory of a store that nobody uses any more. */
function checkMemory(store: SharedStore): void {
  using map = SharedMap.attach<string, unknown>(store.handle);
  assertSound(map);
}

Deno.test(
  "what workers add to strings, fields and scores is added exactly",
  inCrews(async (run) => {
    using store = SharedStore.create();
    const times = run.share(600);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
      const adders = crew.add("adder", WORKERS, times);
      await crew.start();
      await adders;
    }
    const sum = WORKERS * times;
    assertEquals(store.get("count"), String(sum));
    assertEquals(store.hget("hash", "count"), String(sum));
    assertEquals(store.zscore("scores", "count"), sum);
    assertEquals(store.bitfield("bits", ["get", "u32", "#1"]), [sum]);
    assertEquals(store.strlen("text"), sum);
    checkMemory(store);
  }),
);

Deno.test(
  "elements that workers move between lists are neither lost nor doubled",
  inCrews(async (run) => {
    using store = SharedStore.create();
    const elements = Array.from({ length: 50 }, (_, i) => `element ${i}`);
    store.rpush(LISTS[0], ...elements);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
      const movers = crew.add("mover", WORKERS, run.share(900));
      await crew.start();
      await movers;
    }
    const found = LISTS.flatMap((list) => store.lrange(list, 0, -1));
    assertEquals(found.toSorted(), elements.toSorted());
    checkMemory(store);
  }),
);

Deno.test(
  "what workers put into large collections is neither lost nor doubled",
  inCrews(async (run) => {
    using store = SharedStore.create();
    const before = store.stats().liveBytes;
    const lasting = Array.from({ length: LASTING }, (_, i) => `lasting ${i}`);
    store.rpush("queue", ...lasting);
    store.sadd("members", ...lasting);
    store.hset("fields", lasting.map((one) => [one, one] as const));
    store.zadd("scores", lasting.map((one, i) => [one, i] as const));
    const times = run.share(600);
    const all = [0, 1, 2].flatMap((worker) =>
      Array.from({ length: times }, (_, i) => `${worker}:${i}`)
    );
    const kept = all.filter((one) => Number(one.slice(2)) % 3 !== 0);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
      const gardeners = crew.add("gardener", WORKERS, times);
      await crew.start();
      const taken = await gardeners;
      const queue = taken.flatMap((one) => one.queue);
      const scores = taken.flatMap((one) => one.scores);
      assertEquals(
        [...queue, ...store.lrange("queue", 0, -1)].toSorted(),
        [...lasting, ...all].toSorted(),
      );
      assertEquals(store.lrange("done", 0, -1).toSorted(), queue.toSorted());
      assertEquals(
        [...scores, ...store.zrange("scores", 0, -1)].toSorted(),
        [...lasting, ...all].toSorted(),
      );
    }
    const members = [...lasting, ...kept].toSorted();
    assertEquals(store.smembers("members").toSorted(), members);
    assertEquals(store.hget("fields", "count"), `${WORKERS * times}`);
    assertEquals(
      store.hkeys("fields").toSorted(),
      [...members, "count"].toSorted(),
    );
    checkMemory(store);
    store.flushall();
    assertEquals(store.stats().liveBytes, before);
  }),
);

Deno.test(
  "each member is new to one worker only, and taken by one only",
  inCrews(async (run) => {
    using store = SharedStore.create();
    const bag = Array.from({ length: run.share(300) }, (_, i) => `${i}`);
    store.sadd("bag", ...bag);
    await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
    const joiners = crew.add("joiner", WORKERS, 150);
    const takers = crew.add("taker", WORKERS, undefined);
    await crew.start();
    const added = (await joiners).reduce((sum, count) => sum + count, 0);
    assertEquals(added, store.scard("set"));
    assertEquals((await takers).flat().toSorted(), bag.toSorted());
    assertEquals(store.exists("bag"), 0);
  }),
);

Deno.test(
  "keys that are set together are never seen apart",
  inCrews(async (run) => {
    using store = SharedStore.create();
    store.mset(TOGETHER.map((key) => [key, "at first"]));
    {
      await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
      const setters = crew.add("setter", 2, run.share(900));
      const readers = crew.add("reader", 1, undefined);
      await crew.start();
      await setters;
      crew.stop();
      const [looks] = await readers;
      assertGreater(looks, 0);
    }
    checkMemory(store);
  }),
);

Deno.test(
  "each job is taken by one of the workers that wait for it",
  inCrews(async (run) => {
    using store = SharedStore.create();
    const jobs = run.share(300);
    await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
    const workers = crew.add("worker", WORKERS, undefined);
    const bosses = crew.add("boss", 2, { jobs, workers: WORKERS });
    await crew.start();
    await bosses;
    const done = (await workers).flat().toSorted();
    const wanted = [0, 1].flatMap((boss) =>
      Array.from({ length: jobs }, (_, i) => `${boss}:${i}`)
    );
    assertEquals(done, wanted.toSorted());
    assertEquals(store.exists(JOBS), 0);
  }),
);

Deno.test(
  "each entry of a stream is delivered to one consumer of the group",
  inCrews(async (run) => {
    using store = SharedStore.create();
    const before = store.stats().liveBytes;
    store.xgroup("create", STREAM, GROUP, "$", { mkstream: true });
    const entries = run.share(300);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
      const consumers = crew.add("consumer", WORKERS, undefined);
      const producers = crew.add("producer", 2, {
        entries,
        consumers: WORKERS,
      });
      await crew.start();
      await producers;
      const found = await consumers;
      const wanted = [0, 1].flatMap((producer) =>
        Array.from({ length: entries }, (_, i) => `${producer}:${i}`)
      );
      assertEquals(
        found.flatMap(({ read }) => read).toSorted(),
        wanted.toSorted(),
      );
      const kept = found.flatMap(({ kept }) => kept).toSorted();
      assertEquals(store.xpending(STREAM, GROUP).count, kept.length);
      const claimed: string[] = [];
      for (let cursor = "0-0";;) {
        const step = store.xautoclaim(STREAM, GROUP, "heir", 0, cursor, {
          justid: true,
        });
        claimed.push(...step.entries);
        cursor = step.cursor;
        if (cursor === "0-0") break;
      }
      assertEquals(claimed.toSorted(), kept);
    }
    checkMemory(store);
    store.del(STREAM);
    checkMemory(store);
    store.flushall();
    assertEquals(store.stats().liveBytes, before);
  }),
);
