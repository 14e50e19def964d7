// Streams of any size: what they keep on disk, what they leave in memory, and what a change of a
// large one takes.
import { assert, assertEquals, assertLess } from "@std/assert";
import { SharedMap } from "../../mod.ts";
import { partsOf } from "../../src/api/shared_map.ts";
import { DirectSpace } from "../../src/store/space.ts";
import { hashOf } from "../../src/store/compact/scan.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { Home } from "../testing/folder.ts";
import { assertSound } from "../testing/inspection.ts";
import { seeded } from "../testing/random.ts";
import { anyLimits } from "./limits.ts";
import { answerOf } from "./redis/compare.ts";

const COUNT = 1000;

/** A stream whose entries were all read by two consumers, and some acknowledged. */
function fill(store: SharedStore, key: string, count: number): void {
  for (let i = 1; i <= count; i++) {
    store.xadd(key, { number: i, text: `entry ${i}` }, { id: `${i}-1` });
  }
  store.xgroup("create", key, "g", "0");
  store.xgroup("create", key, "g2", "$");
  for (const consumer of ["c", "d"]) {
    const most = Math.floor(count / 2);
    store.xreadgroup("g", consumer, { [key]: ">" }, { count: most });
  }
  store.xack(key, "g", "1-1", "3-1");
}

/** All that is in a stream. */
function contentOf(store: SharedStore, key: string): unknown {
  return store.call("XINFO", "STREAM", key, "FULL", "COUNT", 0);
}

Deno.test("streams are restored from a full epoch, and from deltas", async () => {
  await using home = new Home();
  const options = { persist: { directory: home.path, interval: 60_000 } };
  const name = `restored streams ${home.path}`;
  const wanted: unknown[] = [];
  const note = (store: SharedStore) => {
    wanted.length = 0;
    wanted.push(...["small", "large", "empty"].map((k) => contentOf(store, k)));
  };
  {
    await using store = await SharedStore.open(name, options);
    fill(store, "small", 4);
    fill(store, "large", COUNT);
    store.xgroup("create", "empty", "g", "7-7", { mkstream: true });
    store.expire("large", 2000);
    note(store);
    await store.flush();
    const bytes = home.bytes;
    store.xadd("large", { last: "one" }, { id: `${COUNT + 1}-1` });
    store.xack("large", "g", "5-1");
    note(store);
    await store.flush();
    const more = home.bytes - bytes;
    assertLess(more, bytes / 10, `the delta has ${more} bytes, of ${bytes}`);
  }
  {
    await using store = await SharedStore.open(name, options);
    assertEquals(
      ["small", "large", "empty"].map((k) => contentOf(store, k)),
      wanted,
    );
    assert(store.ttl("large") > 1900);
    store.xtrim("large", { maxlen: 10 });
    store.xgroup("destroy", "small", "g");
    store.xadd("empty", { large: "x".repeat(5000) }, { id: "8-8" });
    note(store);
    await store.flush();
  }
  {
    await using store = await SharedStore.open(name, options);
    assertEquals(
      ["small", "large", "empty"].map((k) => contentOf(store, k)),
      wanted,
    );
    store.xadd("large", { more: 1 }); // what was restored can be changed
    assertEquals(store.xlen("large"), 11);
    using map = SharedMap.attach<string, unknown>(store.handle);
    assertSound(map);
  }
});

Deno.test("all memory of streams comes back when they are gone", () => {
  using store = SharedStore.create({ maxBytes: 32 * 2 ** 20 });
  using map = SharedMap.attach<string, unknown>(store.handle);
  const before = store.stats().liveBytes;
  fill(store, "large", COUNT);
  store.xadd("large", { large: "x".repeat(10_000) });
  store.copy("large", "copy");
  store.rename("copy", "other");
  assertEquals(
    JSON.stringify(contentOf(store, "other")),
    JSON.stringify(contentOf(store, "large")),
  );
  store.xgroup("delconsumer", "large", "g", "c");
  store.xgroup("destroy", "large", "g");
  assertEquals(store.xtrim("large", { maxlen: 5 }), COUNT - 4);
  assertSound(map);
  store.del("large");
  store.set("other", "text");
  store.del("other");
  store.flushall();
  assertEquals(store.stats().liveBytes, before);
  assertSound(map);
});

Deno.test("a change of a large stream makes few bytes anew", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 64 * 2 ** 20 });
  const space = new DirectSpace(partsOf(map));
  const run = (...words: string[]) => answerOf(space, words);
  for (let i = 1; i <= 8000; i++) run("XADD", "s", `${i}-1`, "f", `${i}`);
  run("XGROUP", "CREATE", "s", "g", "0");
  run("XREADGROUP", "GROUP", "g", "c", "COUNT", "5000", "STREAMS", "s", ">");
  const whole = map.stats().usedBytes;
  for (
    const words of [
      ["XADD", "s", "8001-1", "f", "v"],
      ["XADD", "s", "MAXLEN", "6000", "8002-1", "f", "v"],
      ["XDEL", "s", "7000-1"],
      ["XTRIM", "s", "MINID", "3000"],
      ["XREADGROUP", "GROUP", "g", "d", "COUNT", "2", "STREAMS", "s", ">"],
      ["XACK", "s", "g", "4000-1"],
      ["XCLAIM", "s", "g", "d", "0", "4500-1"],
      ["XGROUP", "CREATECONSUMER", "s", "g", "e"],
      ["XTRIM", "s", "MAXLEN", "100"],
      ["XGROUP", "DESTROY", "s", "g"],
    ]
  ) {
    const before = map.stats().usedBytes;
    run(...words);
    const made = map.stats().usedBytes - before;
    assertLess(made, whole / 20, `${words.join(" ")} made ${made} bytes`);
  }
  assertEquals(run("XLEN", "s"), 100);
  assertSound(map);
});

Deno.test(
  "numbers of groups and consumers that are taken are left out",
  seeded((random) => {
    using map = SharedMap.create<string, unknown>({ maxBytes: 16 * 2 ** 20 });
    const space = new DirectSpace(partsOf(map), anyLimits(random));
    const run = (...words: string[]) => answerOf(space, words);
    const twins = ["costarring", "liquid"];
    const [one, other] = twins.map(hashOf);
    assertEquals(one, other, "they have one hash");
    run("XGROUP", "CREATE", "s", twins[0], "0", "MKSTREAM");
    run("XGROUP", "CREATE", "s", twins[1], "0");
    run("XADD", "s", "1-1", "f", "v");
    run("XADD", "s", "1-2", "f", "v");
    for (const group of twins) {
      for (const consumer of twins) {
        run(
          "XREADGROUP",
          "GROUP",
          group,
          consumer,
          "COUNT",
          "1",
          "STREAMS",
          "s",
          ">",
        );
      }
    }
    for (const group of twins) {
      assertEquals(run("XPENDING", "s", group), [
        2,
        "1-1",
        "1-2",
        [["costarring", "1"], ["liquid", "1"]],
      ]);
    }
    run("XGROUP", "DESTROY", "s", twins[0]);
    const [[id, consumer]] = run(
      ...["XPENDING", "s", twins[1], "-", "+", "9", twins[0]],
    ) as [string, string][];
    assertEquals([id, consumer], ["1-1", twins[0]]);
    assertSound(map);
  }),
);
