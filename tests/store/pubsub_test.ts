// Messages: what comes to whom, what ends a subscription, and that it leaves nothing.
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, MapFullError, SharedMap } from "../../mod.ts";
import type { Attachment } from "../../src/map/attachment.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import {
  CLOSED_INBOX,
  H_CEILING,
  P_INBOX,
  P_SUBSCRIPTIONS,
} from "../../src/segment/layout.ts";
import { inspect } from "../../src/table/inspect.ts";
import { Publisher } from "../../src/store/pubsub/publisher.ts";
import { Receiver } from "../../src/store/pubsub/receiver.ts";
import {
  SharedStore,
  StoreError,
  type StoreMessage,
  type StoreSubscription,
} from "../../src/store/mod.ts";
import { runDeno } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { inCrews } from "../testing/in_crews.ts";
import { assertSound } from "../testing/inspection.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import { HAS_REDIS, RedisServer } from "./redis/server.ts";
import type { roles } from "./pubsub_roles.ts";

const SCRIPT = new URL("./pubsub_roles.ts", import.meta.url);
const MODULE = new URL("../../src/store/mod.ts", import.meta.url).href;
/** What the inbox of a worker may hold of a map of 1 MiB. */
const INBOX_BYTES = 2 ** 14;

function made(): SharedStore {
  return SharedStore.create({ maxBytes: 2 ** 20 });
}

/** So many messages, as pairs of channel and message. */
async function take(
  subscription: StoreSubscription<string>,
  count: number,
): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value } = await subscription.next();
    taken.push(`${value?.channel}: ${value?.message}`);
  }
  return taken;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Nothing of what was subscribed and sent is left in the memory of a store. */
function assertNothingLeft(store: SharedStore): void {
  using map = SharedMap.attach<string, unknown>(store.handle);
  const { participant, segment } = attachmentOf(map);
  for (let i = 0; i < 3; i++) participant.collectAll();
  assertStrictEquals(inspect(segment).refs.tree, 0);
  assertSound(map);
}

Deno.test("a message comes to all who are subscribed, and is not kept", async () => {
  using store = made();
  assertEquals(store.publish("news", "for nobody"), 0);
  using one = store.subscribe("news");
  using other = SharedStore.attach(store.handle);
  using two = other.subscribe(["news", "sport"]);
  assertEquals(store.publish("news", "first"), 2);
  assertEquals(other.publish("sport", 1), 1);
  assertEquals(store.publish("weather", "for nobody"), 0);
  assertEquals(store.publish("news", ""), 2);
  assertEquals(await take(one, 2), ["news: first", "news: "]);
  assertEquals(await take(two, 3), ["news: first", "sport: 1", "news: "]);
});

Deno.test("a message comes once for a channel, and once for each pattern that fits", async () => {
  using store = made();
  using subscription = store.subscribe("news.sport");
  assertEquals(subscription.psubscribe("news.*", "*sport"), 3);
  subscription.psubscribe("*.weather");
  assertEquals(store.publish("news.sport", "1:0"), 3);
  const kinds: StoreMessage<string>[] = [];
  for await (const message of subscription) {
    if (kinds.push(message) === 3) break;
  }
  const channel = "news.sport";
  assertEquals(kinds, [
    { kind: "message", channel, message: "1:0" },
    { kind: "pmessage", channel, message: "1:0", pattern: "news.*" },
    { kind: "pmessage", channel, message: "1:0", pattern: "*sport" },
  ]);
});

Deno.test("shard channels are channels of their own", async () => {
  using store = made();
  using plain = store.subscribe("a");
  plain.psubscribe("*");
  using shard = store.ssubscribe("a");
  assertEquals(store.spublish("a", "one"), 1);
  assertEquals(store.publish("a", "two"), 2);
  const { value } = await shard.next();
  assertEquals(value, { kind: "smessage", channel: "a", message: "one" });
  assertEquals(await take(plain, 2), ["a: two", "a: two"]);
  assertEquals(store.pubsub("channels"), ["a"]);
  assertEquals(store.pubsub("shardchannels"), ["a"]);
  assertEquals(store.pubsub("shardnumsub", "a"), [["a", 1]]);
  assertEquals(shard.sunsubscribe(), 0);
  assertEquals(store.spublish("a", "three"), 0);
});

Deno.test("messages and channels are binary", async () => {
  using store = made();
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const large = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  using bytes = store.bytes.subscribe(all);
  using text = store.subscribe("été");
  store.publish(all, large);
  assertEquals((await bytes.next()).value, {
    kind: "message",
    channel: all,
    message: large,
  });
  store.publish("été", "à");
  assertEquals(await take(text, 1), ["été: à"]);
  assertEquals(
    store.bytes.pubsub("channels", Uint8Array.of(0xc3, 42)).length,
    1,
  );
  assertEquals(bytes.channels, [all]);
});

Deno.test("channels and patterns are added and taken away", async () => {
  using store = SharedStore.create({ maxBytes: 64 * 2 ** 20 });
  const subscription = store.subscribe([]);
  const names = Array.from({ length: 3000 }, (_, i) => `channel ${i}`);
  for (const [i, name] of names.entries()) {
    assertEquals(subscription.subscribe(name), i + 1);
  }
  assertEquals(subscription.subscribe(names[0]), names.length); // again
  assertEquals(subscription.channels, names);
  assertEquals(store.pubsub("channels").toSorted(), names.toSorted());
  assertEquals(store.pubsub("channels", "channel 299?").length, 10);
  for (const name of names) assertEquals(store.publish(name, "x"), 1);
  assertEquals((await take(subscription, names.length)).length, names.length);
  assertEquals(subscription.unsubscribe(...names.slice(2)), 2);
  assertEquals(store.publish(names[2], "for nobody"), 0);
  assertEquals(store.pubsub("numsub", names[1], names[2]), [
    [names[1], 1],
    [names[2], 0],
  ]);
  assertEquals(subscription.psubscribe("a*", "b*"), 4);
  using other = store.psubscribe("a*");
  assertEquals(store.pubsub("numpat"), 2);
  assertEquals(subscription.unsubscribe(), 2);
  assertEquals(subscription.patterns, ["a*", "b*"]);
  assertEquals(subscription.punsubscribe("a*"), 1);
  assertEquals(store.pubsub("numpat"), 2);
  assertEquals(subscription.punsubscribe(), 0);
  assertEquals(store.pubsub("numpat"), 1);
  other[Symbol.dispose]();
  await subscription.return();
  assertNothingLeft(store);
});

Deno.test("a subscription that has ended leaves nothing", async () => {
  const reason = new Error("that is enough");
  const stop = new AbortController();
  using store = made();
  const ends: ((it: StoreSubscription<string>) => unknown)[] = [
    (it) => it.return(),
    (it) => it[Symbol.dispose](),
    (it) => it[Symbol.asyncDispose](),
    () => stop.abort(reason),
  ];
  for (const end of ends) {
    const { signal } = stop;
    const subscription = store.subscribe("news", { signal });
    subscription.psubscribe("*");
    store.publish("news", "not asked for");
    await end(subscription);
    assertEquals(store.pubsub("numsub", "news"), [["news", 0]]);
    assertEquals(store.publish("news", "for nobody"), 0);
    assertThrows(() => subscription.subscribe("more"), TypeError, "has ended");
    assertNothingLeft(store);
  }
  assertThrows(() => store.subscribe("a", { signal: stop.signal }), Error);
});

Deno.test("a signal, and the end of the store, reject who waits for a message", async () => {
  const reason = new Error("that is enough");
  const stop = new AbortController();
  using store = made();
  using other = SharedStore.attach(store.handle);
  const aborted = store.subscribe("a", { signal: stop.signal }).next();
  const closed = other.subscribe("a").next();
  stop.abort(reason);
  other.close();
  assertStrictEquals(await assertRejects(() => aborted), reason);
  await assertRejects(() => closed, ClosedError, "Cannot subscribe");
  assertThrows(() => other.subscribe("a"), ClosedError);
  assertThrows(() => other.publish("a", "b"), ClosedError);
  assertEquals(store.publish("a", "for nobody"), 0);
  assertNothingLeft(store);
});

Deno.test("an inbox is closed while nobody is subscribed", async () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  const attachment: Attachment = attachmentOf(map);
  const { participant: { base }, segment: { words } } = attachment;
  const receiver = Receiver.of(attachment);
  const before = attachment.dependents.size;
  const subscriber = { receive() {}, cutOff() {} };
  assertEquals(words[base + P_INBOX], CLOSED_INBOX);
  receiver.subscribe("ca", subscriber);
  assert(words[base + P_INBOX] !== CLOSED_INBOX);
  receiver.unsubscribe("ca", subscriber);
  assertEquals(words[base + P_INBOX], CLOSED_INBOX);
  assertEquals(words[base + P_SUBSCRIPTIONS], 0);
  await eventually(() => attachment.wakeUps.sleeps === 0);
  assertEquals(attachment.dependents.size, before);
});

Deno.test("what says who is subscribed is moved out of the place of tables", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  const attachment = attachmentOf(map);
  const { participant: { base }, segment } = attachment;
  const { words } = segment;
  const receiver = Receiver.of(attachment);
  receiver.tidy(); // there is nothing
  const text = "x".repeat(1000);
  for (let i = 0; i < 500; i++) map.set(`${i}`, text); // below what comes next
  receiver.subscribe("ca", { receive() {}, cutOff() {} });
  map.clear();
  attachment.participant.collectAll();
  const block = words[base + P_SUBSCRIPTIONS];
  receiver.tidy();
  assertEquals(words[base + P_SUBSCRIPTIONS], block);
  const ceiling = words[H_CEILING];
  words[H_CEILING] = segment.chunkOf(block); // as if a larger table had come
  receiver.tidy();
  words[H_CEILING] = ceiling;
  assertGreater(block, words[base + P_SUBSCRIPTIONS]);
  const publisher = new Publisher(attachment);
  assertEquals(publisher.publish({ name: "ca", text: "" }), 1);
});

Deno.test("a loop that is slow is cut off, and the others are not", async () => {
  using store = SharedStore.create({ maxBytes: 16 * 2 ** 20 });
  using slow = store.subscribe("a", { maxBufferedBytes: 1000 });
  using quick = store.subscribe("a");
  for (let i = 0; i < 20; i++) store.publish("a", "x".repeat(100));
  await turn();
  assertEquals((await take(quick, 20)).length, 20);
  assertEquals((await take(slow, 6)).length, 6);
  const error = await assertRejects(() => slow.next(), StoreError);
  assertEquals(error.code, "OVERFLOW");
  assertEquals(await slow.next(), { done: true, value: undefined });
  assertEquals(store.publish("a", "still"), 1);
});

Deno.test("a message larger than what may wait comes, if it is the only one", async () => {
  using store = made();
  using subscription = store.subscribe("a", { maxBufferedBytes: 0 });
  const large = "x".repeat(2 * INBOX_BYTES);
  for (let i = 0; i < 3; i++) {
    assertEquals(store.publish("a", large), 1);
    assertEquals(await take(subscription, 1), [`a: ${large}`]);
  }
});

Deno.test("a worker that takes nothing is cut off, and holds up a part of the memory only", async () => {
  using store = made();
  using other = SharedStore.attach(store.handle);
  const ended: unknown[] = [];
  const got: string[] = [];
  using late = store.subscribe("a");
  late.subscribe("b");
  using called = store.subscribe("b", {
    onMessage: ({ message }) => got.push(message),
    onEnd: (error) => ended.push(error),
  });
  let sent = 0;
  const text = "x".repeat(100);
  while (other.publish("a", text) > 0) sent++; // the event loop has no turn
  assertGreater(sent, INBOX_BYTES / 2 / 200);
  assertGreater(INBOX_BYTES, sent * 100);
  assertEquals(other.publish("b", "more"), 0);
  assertEquals((await take(late, sent)).length, sent);
  await assertRejects(() => late.next(), StoreError, "OVERFLOW");
  await eventually(() => ended.length === 1);
  assert(ended[0] instanceof StoreError);
  assertEquals(got, []);
  assertEquals(called.channels, []);
  using again = store.subscribe("a");
  assertEquals(other.publish("a", "again"), 1);
  assertEquals(await take(again, 1), ["a: again"]);
});

Deno.test("a function is called with each message, and what it throws is reported", async () => {
  using store = made();
  const reported: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  addEventListener("error", onError);
  const got: string[] = [];
  const thrown = new Error("in the function");
  using broken = store.subscribe("a", {
    onMessage: () => {
      throw thrown;
    },
  });
  using sound = store.subscribe("a", {
    onMessage({ message }) {
      got.push(message);
      if (message === "2") sound.unsubscribe("a");
    },
  });
  for (const i of [1, 2, 3]) store.publish("a", i);
  await eventually(() => got.length === 2 && reported.length === 3);
  removeEventListener("error", onError);
  assertEquals(got, ["1", "2"]);
  assertEquals(new Set(reported), new Set([thrown]));
  assertEquals(broken.channels, ["a"]);
});

Deno.test("without memory nobody gets a message, and nothing is subscribed", async () => {
  using store = SharedStore.create({ maxBytes: 2 ** 20 });
  using one = store.subscribe("a");
  using other = SharedStore.attach(store.handle);
  using two = other.subscribe("a");
  const text = "x".repeat(10_000);
  let i = 0;
  assertThrows(() => {
    for (;; i++) store.set(`key ${i}`, text);
  }, MapFullError);
  assertThrows(() => {
    for (;; i++) store.set(`key ${i}`, "x".repeat(100));
  }, MapFullError);
  assertThrows(() => store.publish("a", text), MapFullError);
  assertThrows(() => one.subscribe("b".repeat(10_000)), MapFullError);
  assertEquals(one.channels, ["a"]);
  assertEquals(one.unsubscribe("a"), 0); // needs none
  store.flushdb();
  assertEquals(store.publish("a", "after"), 1);
  assertEquals(await take(two, 1), ["a: after"]);
});

Deno.test("a store that evicts makes room for messages", async () => {
  using store = SharedStore.create({ maxBytes: 2 ** 20, onFull: "evict" });
  using subscription = store.subscribe("a");
  for (let i = 0; i < 10_000; i++) store.set(`key ${i}`, "x".repeat(100));
  for (let i = 0; i < 1000; i++) {
    assertEquals(store.publish("a", `${i}`.repeat(100)), 1);
    if (i % 20 === 0) await take(subscription, i === 0 ? 1 : 20);
  }
});

Deno.test("messages are not sent, and nothing is subscribed, in a transaction", () => {
  using store = made();
  for (const name of ["PUBLISH", "SPUBLISH"]) {
    assertThrows(
      () => store.transaction((tx) => tx.call(name, "a", "b")),
      StoreError,
      "cannot be used in a transaction",
    );
  }
  const acts = [() => store.publish("a", "b"), () => store.subscribe("a")];
  for (const act of acts) {
    assertThrows(
      () => store.transaction(() => void act()),
      Error,
      "a transaction of the map runs here",
    );
  }
  assertEquals(store.pubsub("channels"), []);
});

Deno.test("bad options and arguments are refused, and change nothing", () => {
  using store = made();
  const refusals: [options: unknown, error: new () => Error, what: string][] = [
    [null, TypeError, "the options must be an object"],
    [{ signal: {} }, TypeError, "signal must be an AbortSignal"],
    [{ ref: 1 }, TypeError, "ref must be true or false"],
    [{ maxBufferedBytes: "1" }, TypeError, "must be a number of bytes"],
    [{ maxBufferedBytes: -1 }, RangeError, "must be 0 bytes or more"],
    [{ onMessage: 1 }, TypeError, "onMessage must be a function"],
    [{ onEnd: 1 }, TypeError, "onEnd must be a function"],
  ];
  for (const [options, error, what] of refusals) {
    assertThrows(() => store.subscribe("a", options as never), error, what);
  }
  assertThrows(() => store.subscribe(5 as never), TypeError);
  assertThrows(() => store.subscribe(["a", 5 as never]), TypeError, "channel");
  assertThrows(() => store.psubscribe([5 as never]), TypeError, "pattern");
  assertThrows(() => store.publish("a", {} as never), TypeError);
  for (const words of [["X"], ["NUMPAT", "a"], ["CHANNELS", "a", "b"]]) {
    assertThrows(() => store.call("PUBSUB", ...words), StoreError);
  }
  assertEquals(store.pubsub("channels"), []);
  assertNothingLeft(store);
});

Deno.test("a program with a subscription goes on, unless it says ref: false", async () => {
  const run = (code: string) => runDeno(["eval", code]);
  const head = `import { SharedStore } from ${JSON.stringify(MODULE)};
    const store = SharedStore.create();`;
  const ended = await run(`${head}
    store.subscribe("a", { ref: false }).next();
    console.log("ends");`);
  assertEquals([ended.code, ended.out], [0, "ends\n"], ended.err);
  const waited = await run(`${head}
    const worker = new Worker(URL.createObjectURL(new Blob([\`
      import { SharedStore } from ${JSON.stringify(MODULE)};
      onmessage = ({ data }) => SharedStore.attach(data).publish("a", "came");
    \`], { type: "text/javascript" })), { type: "module" });
    const subscription = store.subscribe("a");
    worker.postMessage(store.handle);
    console.log((await subscription.next()).value.message);
    worker.terminate();
    await subscription.return();`);
  assertEquals([waited.code, waited.out], [0, "came\n"], waited.err);
});

Deno.test(
  "what workers publish comes to all subscribers, in the order of each publisher",
  inCrews(async (run) => {
    using store = SharedStore.create({ maxBytes: 256 * 2 ** 20 });
    const publishers = 2;
    const subscribers = 2;
    const messages = run.share(1000);
    {
      await using crew = run.crew<typeof roles>(SCRIPT, store.handle);
      const sending = crew.add("publisher", publishers, {
        messages,
        subscribers,
      });
      const taking = crew.add("subscriber", subscribers, publishers);
      const visits = crew.add("visitor", 1, run.share(100));
      await crew.start();
      const counts = new Array(publishers).fill(messages);
      for (const seen of await taking) {
        assertEquals(seen, { counts, isOrdered: true });
      }
      for (const sent of await sending) {
        assert(sent >= messages * subscribers);
      }
      await visits;
    }
    assertEquals(store.pubsub("channels"), []);
    assertNothingLeft(store);
  }),
);

// ---- beside Redis -------------------------------------------------------------------------------

const PARTS = [..."ab-]^\\*?", "[ab]", "[^a]", "[a-c]", "[]", "[b-", "\\*"];

function patternOf(random: Random): string {
  const length = random.below(6);
  return Array.from({ length }, () => random.pick(PARTS)).join("");
}

function channelOf(random: Random): string {
  const length = random.below(4);
  return Array.from({ length }, () => random.pick([..."abc-]^*?\xff"])).join(
    "",
  );
}

Deno.test({
  name: "channels fit patterns as in Redis",
  ignore: !HAS_REDIS,
  fn: seeded(async (random) => {
    await using server = await RedisServer.start();
    using store = made();
    for (let i = 0; i < 40 * SCALE; i++) {
      const pattern = patternOf(random);
      const channels = Array.from({ length: 30 }, () => channelOf(random));
      const publish = channels.map((channel) => ["PUBLISH", channel, ""]);
      const connection = await server.connect();
      await connection.run([["PSUBSCRIBE", pattern]]);
      const wanted = await server.run(publish);
      connection.close();
      using _ = store.bytes.psubscribe(bytesOf(pattern));
      const sent = channels.map((channel) =>
        store.publish(bytesOf(channel), "")
      );
      assertEquals(sent, wanted, JSON.stringify({ pattern, channels }));
      while (Number((await server.run([["PUBSUB", "NUMPAT"]]))[0]) > 0);
    }
  }),
});

function bytesOf(binary: string): Uint8Array {
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

Deno.test({
  name: "PUBLISH and PUBSUB reply as in Redis",
  ignore: !HAS_REDIS,
  fn: seeded(async (random) => {
    await using server = await RedisServer.start();
    using store = made();
    using attached = SharedStore.attach(store.handle);
    const connections = [await server.connect(), await server.connect()];
    const subscriptions = [store.subscribe([]), attached.subscribe([])];
    for (let i = 0; i < 20 * SCALE; i++) {
      const names = Array.from({ length: 3 }, () => channelOf(random));
      const which = random.below(2);
      const [connection, subscription] = [
        connections[which],
        subscriptions[which],
      ];
      const [command, method] = random.pick(
        [
          ["SUBSCRIBE", "subscribe"],
          ["PSUBSCRIBE", "psubscribe"],
          ["UNSUBSCRIBE", "unsubscribe"],
          ["PUNSUBSCRIBE", "punsubscribe"],
        ] as const,
      );
      for (const name of names) {
        const [reply] = await connection.run([[command, name]]);
        const count = subscription[method](bytesOf(name));
        assertEquals(count, (reply as unknown[])[2], `${command} ${name}`);
      }
      const questions = [
        ["PUBSUB", "NUMPAT"],
        ["PUBSUB", "NUMSUB", ...names],
        ["PUBSUB", "CHANNELS"],
        ["PUBSUB", "CHANNELS", "a*"],
      ];
      const wanted = await server.run(questions);
      const replies = questions.map(([name, ...words]) =>
        store.bytes.call(name, ...words.map(bytesOf))
      );
      assertEquals(replies.map(sorted), wanted.map(sorted));
    }
    for (const connection of connections) connection.close();
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
  }),
});

/** Replies with binary strings, in some order. */
function sorted(reply: unknown): unknown {
  if (!Array.isArray(reply)) return reply;
  const parts = reply.map((part) =>
    part instanceof Uint8Array ? String.fromCharCode(...part) : part
  );
  return parts.some((part) => typeof part === "number")
    ? parts
    : parts.toSorted();
}
