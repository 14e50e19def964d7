// What OBJECT tells of how a key is used.
import { assert, assertEquals } from "@std/assert";
import { partsOf } from "../../src/api/shared_map.ts";
import { SharedMap } from "../../mod.ts";
import { SharedStore, StoreError } from "../../src/store/mod.ts";
import { DirectSpace } from "../../src/store/space.ts";
import { answerOf } from "./redis/compare.ts";
import { HAS_REDIS, RedisServer } from "./redis/server.ts";

const FREQ = ["OBJECT", "FREQ", "key"];
const IDLETIME = ["OBJECT", "IDLETIME", "key"];
const NONE = ["OBJECT", "IDLETIME", "none"];
const LFU = ["CONFIG", "SET", "maxmemory-policy", "allkeys-lfu"];
const LRU = ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"];

/** What a store replies to commands. */
function repliesOf(track: boolean, commands: readonly string[][]) {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20, track });
  const space = new DirectSpace(partsOf(map));
  return commands.map((words) => answerOf(space, words));
}

Deno.test({
  name: "OBJECT FREQ and OBJECT IDLETIME reply as Redis does",
  ignore: !HAS_REDIS,
  fn: async () => {
    await using server = await RedisServer.start();
    const set = ["SET", "key", "1"];
    const [, , ...idle] = await server.run([LRU, set, FREQ, IDLETIME, NONE]);
    const [, , ...freq] = await server.run([LFU, set, FREQ, IDLETIME, NONE]);
    const [, ...none] = repliesOf(false, [set, FREQ, IDLETIME, NONE]);
    assertEquals(none, [idle[0], freq[1], freq[2]]);
    // Of the same kind: counts go by a sample here, and times by whole minutes.
    const [, ...all] = repliesOf(true, [set, FREQ, IDLETIME, NONE]);
    const kindOf = (reply: unknown) => typeof reply;
    assertEquals(all.map(kindOf), [freq[0], idle[1], idle[2]].map(kindOf));
    assertEquals(all[2], null);
  },
});

Deno.test("a store that tracks uses says which keys are used most", () => {
  using store = SharedStore.create({ maxBytes: 2 ** 21, track: true });
  store.mset([["hot", 1], ["cold", 2]]);
  for (let i = 0; i < 100_000; i++) store.get("hot");
  const before = store.object("freq", "hot")!;
  assert(before > store.object("freq", "cold")!);
  for (let i = 0; i < 1000; i++) store.object("freq", "hot");
  const after = store.object("freq", "hot")!;
  assert(after <= before, "to ask is no use");
  assert(
    [0, 60].includes(store.object("idletime", "cold")!),
    "or a minute ends",
  );
  assert(store.transaction((tx) => tx.object("freq", "hot"))! <= after);
  assertEquals(store.object("freq", "none"), undefined);
});

Deno.test("a store that tracks no uses says so, but not of what is not there", () => {
  using store = SharedStore.create({ maxBytes: 2 ** 21 });
  store.set("key", 1);
  for (const what of ["freq", "idletime"] as const) {
    try {
      store.object(what, "key");
    } catch (error) {
      assert(error instanceof StoreError);
      assertEquals(error.code, "ERR");
      assertEquals(store.object(what, "none"), undefined);
      continue;
    }
    throw new Error(`${what} was told`);
  }
});
