// Waiting for an entry: what it resolves to, what ends it, and that it leaves nothing.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ClosedError, SharedMap, type SharedMapOptions } from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { ARMED, CHANGE_WORDS, CHANGES } from "../../src/segment/layout.ts";
import { WaitScope } from "../../src/map/wait_scope.ts";
import { runDeno } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { inCrews } from "../testing/in_crews.ts";
import { withoutKernel } from "../testing/kernels.ts";
import { fillUntilEvicted } from "./evicted.ts";
import type { roles } from "./ping_roles.ts";

const PING = new URL("./ping_roles.ts", import.meta.url);
const MODULE = new URL("../../mod.ts", import.meta.url).href;

type Numbers = SharedMap<string, number>;

function numbers(): Numbers {
  return SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
}

/** Nothing of a wait is left in this worker. */
async function assertNothingLeft(map: SharedMap<never, never>): Promise<void> {
  const { dependents, wakeUps } = attachmentOf(map);
  const waits = [...dependents].filter((it) => it instanceof WaitScope);
  assertEquals(waits, []);
  await eventually(() => wakeUps.sleeps === 0);
}

/** Resolves when all that is due in this turn of the event loop was done. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol("open");
  const first = await Promise.race([
    promise.catch(() => {}),
    turn().then(() => open),
  ]);
  return first !== open;
}

Deno.test("SharedMap.waitFor() resolves at once if the entry is there", async () => {
  using map = numbers();
  map.set("a", 1);
  assertStrictEquals(await map.waitFor("a"), 1);
  assertStrictEquals(await map.waitFor("a", { timeout: 0 }), 1);
  assertStrictEquals(await map.waitFor("b", { until: () => true }), undefined);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.waitFor() resolves when the entry comes, however it does, with the kernel and without", async () => {
  using maker = numbers();
  for (const handle of [maker.handle, withoutKernel(maker.handle)]) {
    using map: Numbers = SharedMap.attach(handle);
    const ways: readonly ((key: string) => unknown)[] = [
      (key) => map.set(key, 1),
      (key) => map.setMany([[key, 1]]),
      (key) => map.increment(key),
      (key) => map.getOrInsert(key, 1),
      (key) => map.update(key, () => 1),
      (key) => map.compareAndSet(key, undefined, 1),
      (key) => map.set(key, 1, { ttl: 60_000 }),
    ];
    for (const [i, way] of ways.entries()) {
      const key = `key ${i}`;
      const coming = maker.waitFor(key);
      assert(!await isSettled(coming));
      way(key);
      assertStrictEquals(await coming, 1);
      map.delete(key);
    }
  }
  await assertNothingLeft(maker as never);
});

Deno.test("SharedMap.waitFor() waits until the value is as `until` wants it", async () => {
  using map = numbers();
  const seen: (number | undefined)[] = [];
  const three = map.waitFor("a", {
    until(value) {
      if (seen.at(-1) !== value || seen.length === 0) seen.push(value);
      return value === 3;
    },
  });
  for (const i of [1, 2, 3]) {
    map.set("a", i);
    await eventually(() => seen.includes(i));
  }
  assertStrictEquals(await three, 3);
  assertEquals(seen, [undefined, 1, 2, 3]);
});

Deno.test("SharedMap.waitFor() sees that an entry is deleted, cleared, evicted or expires", async () => {
  using map = SharedMap.create<string, string>({
    maxBytes: 2 ** 20,
    onFull: "evict",
  });
  const gone = () =>
    map.waitFor("a", { until: (value) => value === undefined });
  const ways: readonly (() => void)[] = [
    () => map.delete("a"),
    () => map.clear(),
    () => fillUntilEvicted(map, "a"),
  ];
  for (const way of ways) {
    map.set("a", "there");
    const waiting = gone();
    assert(!await isSettled(waiting));
    way();
    assertStrictEquals(await waiting, undefined);
  }
  map.set("a", "there", { ttl: 20 });
  await gone();
  map.set("a", "there", { ttl: 60_000 });
  const sooner = gone();
  map.expire("a", 20); // a change, which sets its timer anew
  await sooner;
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.waitFor() takes keys of every kind, as they were when it was called", async () => {
  using bytes = SharedMap.create({ key: "bytes", maxBytes: 2 ** 20 });
  const key = Uint8Array.of(1, 2, 3);
  const waiting = bytes.waitFor(key);
  key.fill(9);
  bytes.set(Uint8Array.of(1, 2, 3), "came");
  assertStrictEquals(await waiting, "came");
  using numbered = SharedMap.create({ key: "number", maxBytes: 2 ** 20 });
  const nothing = numbered.waitFor(NaN);
  numbered.set(NaN, "came");
  assertStrictEquals(await nothing, "came");
  const options: SharedMapOptions<Date, Date> = { maxBytes: 2 ** 20 };
  const dates = {
    name: "date",
    encode: (date: Date) =>
      new Uint8Array(new Float64Array([date.getTime()]).buffer),
    decode: (of: Uint8Array<ArrayBuffer>) =>
      new Date(new Float64Array(of.buffer)[0]),
  };
  using own = SharedMap.create<Date, Date>({
    ...options,
    key: dates,
    value: dates,
  });
  const date = own.waitFor(new Date(5));
  own.set(new Date(5), new Date(7));
  assertEquals(await date, new Date(7));
});

Deno.test("SharedMap.waitFor() rejects with a TimeoutError, as the platform does", async () => {
  using map = numbers();
  const error = await assertRejects(
    () => map.waitFor("a", { timeout: 5 }),
    DOMException,
    "did not come within 5 milliseconds",
  );
  assertStrictEquals(error.name, "TimeoutError");
  await assertRejects(() => map.waitFor("a", { timeout: 0 }), DOMException);
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.waitFor() rejects with the reason of its signal", async () => {
  using map = numbers();
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  const waiting = map.waitFor("a", { signal });
  const other = map.waitFor("a");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => waiting), reason);
  assertStrictEquals(
    await assertRejects(() => map.waitFor("a", { signal })),
    reason,
  );
  map.set("a", 1);
  assertStrictEquals(await other, 1); // it waited on
  await assertNothingLeft(map as never);
});

Deno.test("SharedMap.waitFor() rejects when the map is closed meanwhile", async () => {
  const map = numbers();
  const waiting = map.waitFor("a");
  const { wakeUps } = attachmentOf(map);
  map.close();
  await assertRejects(() => waiting, ClosedError, "wait for an entry");
  await eventually(() => wakeUps.sleeps === 0);
  using one = await SharedMap.open("one");
  const both = await SharedMap.open("one");
  const [mine, theirs] = [one, both].map((it) => it.waitFor("a"));
  both.close();
  await assertRejects(() => theirs, ClosedError, '"one"');
  one.set("a", 1);
  assertStrictEquals(await mine, 1);
});

Deno.test("SharedMap.waitFor() rejects with what `until` throws, or if it is no answer", async () => {
  using map = numbers();
  const reason = new Error("no");
  const until = () => {
    throw reason;
  };
  const thrown = await assertRejects(() => map.waitFor("a", { until }));
  assertStrictEquals(thrown, reason);
  for (const answer of [undefined, Promise.resolve(true), 1]) {
    const wrong = () => answer as unknown as boolean;
    await assertRejects(
      () => map.waitFor("a", { until: wrong }),
      TypeError,
      "until must return true or false",
    );
  }
  const closes = () => {
    map.close();
    return true;
  };
  await assertRejects(() => map.waitFor("a", { until: closes }), ClosedError);
});

Deno.test("SharedMap.waitFor() refuses bad options", async () => {
  using map = numbers();
  const bad: readonly (readonly [unknown, string])[] = [
    [null, "the options must be an object"],
    [5, "the options must be an object"],
    [{ until: 1 }, "until must be a function"],
    [{ timeout: "1" }, "timeout must be a number"],
    [{ timeout: -1 }, "timeout must be 0 milliseconds or more"],
    [{ timeout: NaN }, "timeout must be 0 milliseconds or more"],
    [{ signal: {} }, "signal must be an AbortSignal"],
    [{ ref: 1 }, "ref must be true or false"],
  ];
  for (const [options, message] of bad) {
    await assertRejects(
      () => map.waitFor("a", options as { timeout: number }),
      Error,
      message,
    );
  }
  await assertRejects(() => map.waitFor(5 as never), TypeError, "the key");
  await assertNothingLeft(map as never);
});

Deno.test("many waiters for one key share one sleep, and each hears of the change", async () => {
  using map = numbers();
  const waiting = Array.from(
    { length: 1000 },
    (_, i) => map.waitFor("a", { until: (value) => value === i % 2 }),
  );
  assertStrictEquals(attachmentOf(map).wakeUps.sleeps, 1);
  map.set("a", 0);
  await Promise.all(waiting.filter((_, i) => i % 2 === 0));
  map.set("a", 1);
  await Promise.all(waiting);
  await assertNothingLeft(map as never);
});

Deno.test("a waiter does not keep the event loop from other things, however often the word changes", async () => {
  using map = numbers();
  let looks = 0;
  const waiting = map.waitFor("a", {
    until(value) {
      looks++;
      map.increment("a"); // so the word has changed by the time it would sleep
      return value === -1;
    },
  });
  for (let i = 0; i < 20; i++) await turn();
  const before = looks;
  await eventually(() => looks > before);
  map.set("a", -1);
  assert(!await Promise.race([waiting.then(() => false), turn()]));
});

Deno.test("the death of a waiter leaves words that are armed, and the next change disarms them", async () => {
  using map = numbers();
  const code = `import { SharedMap } from ${JSON.stringify(MODULE)};
    onmessage = ({ data }) => {
      const map = SharedMap.attach(data);
      for (let i = 0; i < 100; i++) map.waitFor("key " + i);
      postMessage(0);
    };`;
  const url = URL.createObjectURL(
    new Blob([code], { type: "text/javascript" }),
  );
  const worker = new Worker(url, { type: "module" });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage(map.handle);
  });
  worker.terminate();
  const { words } = attachmentOf(map).segment;
  const armed = () =>
    words.subarray(CHANGES, CHANGES + CHANGE_WORDS)
      .filter((word) => (word & ARMED) !== 0).length;
  assert(armed() > 50);
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i);
  assertStrictEquals(armed(), 0);
});

Deno.test("a program waits on, unless it says ref: false", async () => {
  const run = (code: string) => runDeno(["eval", code]);
  const rest = `import { SharedMap } from ${JSON.stringify(MODULE)};
    const map = SharedMap.create();
    map.set("b", 1, { ttl: 3_000_000 });
    map.waitFor("a", { ref: false, timeout: 3_000_000 });
    map.waitFor("b", { ref: false, until: (value) => value === undefined });
    console.log("ends");`;
  const ended = await run(rest);
  assertEquals([ended.code, ended.out], [0, "ends\n"], ended.err);
  const on = `import { SharedMap } from ${JSON.stringify(MODULE)};
    using map = SharedMap.create();
    const worker = new Worker(URL.createObjectURL(new Blob([\`
      import { SharedMap } from ${JSON.stringify(MODULE)};
      onmessage = ({ data }) => SharedMap.attach(data).set("a", "came");
    \`], { type: "text/javascript" })), { type: "module" });
    worker.postMessage(map.handle);
    console.log(await map.waitFor("a"));
    worker.terminate();`;
  const waited = await run(on);
  assertEquals([waited.code, waited.out], [0, "came\n"], waited.err);
});

Deno.test(
  "two workers that wait for each other take turns",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({ maxBytes: 2 ** 22 });
    await using crew = run.crew<typeof roles>(PING, map.handle);
    const rounds = run.share(1000);
    const all = [
      crew.add("server", 1, { rounds }),
      crew.add("receiver", 1, { rounds }),
      crew.add("giver", 1, { rounds }),
      crew.add("taker", 1, { rounds }),
    ];
    await crew.start();
    for (const done of all) assertEquals(await done, [rounds]);
  }),
);
