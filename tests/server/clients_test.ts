// Real clients talk to the server: ioredis, node-redis, and redis-cli where that is installed.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { serve } from "../../src/server/mod.ts";
import { SharedStore } from "../../src/store/mod.ts";
import { eventually } from "../testing/eventually.ts";

async function serving(test: (port: number) => Promise<void>): Promise<void> {
  using store = SharedStore.create({ maxBytes: 64 * 2 ** 20 });
  await using server = await serve(store, { port: 0, workers: 0 });
  await test(server.port);
}

Deno.test("ioredis finds what it needs", async () => {
  await serving(async (port) => {
    const redis = new Redis(port, "127.0.0.1", { connectionName: "test" });
    try {
      assertEquals(await redis.set("a", "1", "EX", 100), "OK");
      assertEquals(await redis.get("a"), "1");
      const bytes = Buffer.from([0, 255, 13, 10]);
      await redis.set("bytes", bytes);
      assertEquals([...(await redis.getBuffer("bytes"))!], [...bytes]);
      await redis.hset("h", { f: "v", g: "w" });
      assertEquals({ ...await redis.hgetall("h") }, { f: "v", g: "w" });
      await redis.zadd("z", 1, "a", 2.5, "b");
      assertEquals(
        (await redis.zrange("z", 0, "-1", "WITHSCORES")).map(String),
        ["a", "1", "b", "2.5"],
      );
      assertEquals(
        await redis.multi().incr("n").incr("n").get("n").exec(),
        [[null, 1], [null, 2], [null, "2"]],
      );
      assertEquals(await redis.pipeline().set("x", 1).get("x").exec(), [
        [null, "OK"],
        [null, "1"],
      ]);
      await assertRejects(() => redis.lpush("a", "x"), Error, "WRONGTYPE");
      assertEquals(await redis.client("GETNAME"), "test");
      const keys: string[] = [];
      for await (const some of redis.scanStream({ match: "*" })) {
        keys.push(...some);
      }
      assertEquals(keys.sort(), ["a", "bytes", "h", "n", "x", "z"]);
    } finally {
      redis.disconnect();
    }
  });
});

Deno.test("ioredis subscribes and waits", async () => {
  await serving(async (port) => {
    const [redis, other] = [0, 1].map(() => new Redis(port, "127.0.0.1"));
    try {
      const heard: string[] = [];
      other.on("message", (channel, text) => heard.push(`${channel} ${text}`));
      await other.subscribe("news");
      assertEquals(await redis.publish("news", "hello"), 1);
      await eventually(() => assertEquals(heard, ["news hello"]));
      await other.unsubscribe();
      const popped = other.blpop("list", 0);
      await redis.rpush("list", "x");
      assertEquals(await popped, ["list", "x"]);
    } finally {
      redis.disconnect();
      other.disconnect();
    }
  });
});

for (const RESP of [2, 3] as const) {
  Deno.test(`node-redis finds what it needs over RESP${RESP}`, async () => {
    await serving(async (port) => {
      const redis = createClient({ socket: { port, host: "127.0.0.1" }, RESP });
      await redis.connect();
      try {
        assertEquals(await redis.set("a", "1", { EX: 100 }), "OK");
        assertEquals(await redis.get("a"), "1");
        await redis.hSet("h", { f: "v", g: "w" });
        assertEquals({ ...await redis.hGetAll("h") }, { f: "v", g: "w" });
        await redis.zAdd("z", [{ score: 1.5, value: "m" }]);
        assertEquals(await redis.zScore("z", "m"), 1.5);
        assertEquals(
          (await redis.zRangeWithScores("z", 0, -1)).map((one) => ({ ...one })),
          [{ score: 1.5, value: "m" }],
        );
        await redis.sAdd("s", ["x", "y"]);
        assertEquals([...await redis.sMembers("s")].sort(), ["x", "y"]);
        assertEquals(
          (await redis.multi().incr("n").get("n").exec()).map(String),
          ["1", "1"],
        );
        const heard: string[] = [];
        const other = redis.duplicate();
        await other.connect();
        await other.subscribe("news", (text) => heard.push(text));
        assertEquals(await redis.publish("news", "hello"), 1);
        await eventually(() => assertEquals(heard, ["hello"]));
        other.destroy();
        assertEquals(await redis.ping(), "PONG");
        assert((await redis.info()).includes("redis_version:"));
      } finally {
        redis.destroy();
      }
    });
  });
}

const HAS_CLI = await isInstalled("redis-cli");

async function isInstalled(program: string): Promise<boolean> {
  const { state } = await Deno.permissions.query({
    name: "run",
    command: program,
  });
  if (state !== "granted") return false;
  try {
    await new Deno.Command(program, { args: ["--version"] }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: "redis-cli finds what it needs",
  ignore: !HAS_CLI,
  fn: async () => {
    await serving(async (port) => {
      const run = async (...args: string[]) => {
        const { stdout } = await new Deno.Command("redis-cli", {
          args: ["-p", String(port), ...args],
        }).output();
        return new TextDecoder().decode(stdout).trim();
      };
      assertEquals(await run("set", "a", "hello"), "OK");
      assertEquals(await run("get", "a"), "hello");
      assertEquals(await run("-3", "hset", "h", "f", "v"), "1");
      assertEquals(await run("-3", "--json", "hgetall", "h"), '{"f":"v"}');
      assertEquals((await run("--scan")).split("\n").sort(), ["a", "h"]);
    });
  },
});
