// Watching: which changes a loop gets, what ends it, and that it leaves nothing.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  restoreSnapshot,
  SharedMap,
  type SharedMapChange,
  type WatchTarget,
  writeSnapshot,
} from "../../mod.ts";
import { attachmentOf } from "../../src/api/shared_map.ts";
import { missedBetween, UNKNOWN } from "../../src/map/key_observer.ts";
import { WaitScope } from "../../src/map/wait_scope.ts";
import { ARMED, H_ANY_CHANGE } from "../../src/segment/layout.ts";
import { eventually } from "../testing/eventually.ts";
import { Folder } from "../testing/folder.ts";
import { inCrews } from "../testing/in_crews.ts";
import { withoutKernel } from "../testing/kernels.ts";
import { seeded } from "../testing/random.ts";
import { fillUntilEvicted } from "./evicted.ts";
import { MIRRORS, type roles } from "./mirror_roles.ts";

const MIRROR = new URL("./mirror_roles.ts", import.meta.url);

type Numbers = SharedMap<string, number>;
type Change<K = string, V = number> = SharedMapChange<K, V>;

function numbers(): Numbers {
  return SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
}

/** The next change of a watch, which must not have ended. */
async function nextOf<C>(watch: AsyncIterator<C, undefined>): Promise<C> {
  const { done, value } = await watch.next();
  assert(!done);
  return value as C;
}

/** The next so many, by their keys. */
async function someOf<K, V>(
  watch: AsyncIterator<Change<K, V>, undefined>,
  count: number,
): Promise<Map<K, V | undefined>> {
  const changes = new Map<K, V | undefined>();
  while (changes.size < count) {
    const { key, value } = await nextOf(watch);
    changes.set(key, value);
  }
  return changes;
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => settled = true;
  promise.then(settle, settle);
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return settled;
}

async function assertNothingLeft<K, V>(map: SharedMap<K, V>): Promise<void> {
  const { dependents, wakeUps } = attachmentOf(map);
  const waits = [...dependents].filter((it) => it instanceof WaitScope);
  assertEquals(waits, []);
  await eventually(() => wakeUps.sleeps === 0);
}

/** What is watched in each test that is about all ways: the key "a", and no other. */
const TARGETS: readonly WatchTarget<string>[] = [
  "a",
  { key: "a" },
  { prefix: "a" },
  "all",
];

Deno.test("SharedMap.watch() shows what changes from the call on, and not what was there", async () => {
  for (const target of TARGETS) {
    using map = numbers();
    map.set("a", 1);
    using watch = map.watch(target);
    const first = watch.next();
    assert(!await isSettled(first), JSON.stringify(target));
    map.set("a", 2);
    assertEquals(await first, {
      done: false,
      value: { key: "a", value: 2, missed: 0 },
    });
    map.delete("a");
    assertEquals(await nextOf(watch), {
      key: "a",
      value: undefined,
      missed: 0,
    });
    map.set("a", 3);
    assertEquals(await nextOf(watch), { key: "a", value: 3, missed: 0 });
  }
});

Deno.test("SharedMap.watch() shows each way to change a key, with the kernel and without", async () => {
  const ways: Record<string, (map: Numbers) => unknown> = {
    set: (map) => map.set("a", 10),
    setMany: (map) => map.setMany([["a", 20]]),
    increment: (map) => map.increment("a"),
    update: (map) => map.update("a", () => 30),
    swap: (map) => map.swap("a", 40),
    compareAndSet: (map) => map.compareAndSet("a", 40, 50),
    take: (map) => map.take("a"),
    getOrInsert: (map) => map.getOrInsert("a", 60),
    compareAndDelete: (map) => map.compareAndDelete("a", 60),
    "set with a ttl": (map) => map.set("a", 70, { ttl: 60_000 }),
    clear: (map) => map.clear(),
  };
  using maker = numbers();
  for (const handle of [maker.handle, withoutKernel(maker.handle)]) {
    using map: Numbers = SharedMap.attach(handle);
    for (const target of TARGETS) {
      using watch = maker.watch(target);
      for (const [name, change] of Object.entries(ways)) {
        change(map);
        const { key, missed, value } = await nextOf(watch);
        assertEquals([key, value, missed], ["a", map.get("a"), 0], name);
      }
    }
  }
  await assertNothingLeft(maker);
});

Deno.test("SharedMap.watch() shows that entries expire and are evicted", async () => {
  for (const target of TARGETS) {
    using map = SharedMap.create<string, string>({
      maxBytes: 2 ** 20,
      onFull: "evict",
    });
    using watch = map.watch(target);
    map.set("a", "soon over", { ttl: 20 });
    const changes = [await nextOf(watch)];
    if (changes[0].value !== undefined) changes.push(await nextOf(watch));
    assertStrictEquals(changes.at(-1)!.value, undefined);
    map.set("a", "there");
    assertStrictEquals((await nextOf(watch)).value, "there");
    fillUntilEvicted(map, "a");
    let last: Change<string, string>;
    do last = await nextOf(watch); while (last.key !== "a");
    assertStrictEquals(last.value, undefined);
  }
});

Deno.test("SharedMap.watch() gives a slow loop the newest value, and how many writes it missed", async () => {
  for (const target of TARGETS) {
    using map = numbers();
    map.set("a", 0);
    using watch = map.watch(target);
    for (let i = 1; i <= 100; i++) map.set("a", i);
    assertEquals(await nextOf(watch), { key: "a", value: 100, missed: 99 });
    const next = watch.next();
    map.set("a", 100); // no other state
    assert(!await isSettled(next));
    map.set("a", 101);
    assertEquals((await next).value, { key: "a", value: 101, missed: 1 });
    map.set("a", 1);
    map.set("a", 101);
    const none = watch.next();
    assert(!await isSettled(none)); // as it was shown
    map.set("a", 102);
    assertEquals((await none).value, { key: "a", value: 102, missed: 2 });
    map.set("a", 1);
    map.delete("a");
    for (let i = 0; i < 5; i++) map.set("a", i);
    const { missed, value } = await nextOf(watch);
    assertStrictEquals(value, 4);
    assert(missed >= 4, `${missed}`); // the deletion may have left nothing
  }
});

Deno.test("SharedMap.watch() with initial shows first what is there, and then what changes", async () => {
  for (const target of TARGETS) {
    using map = numbers();
    map.set("a", 1);
    map.set("a", 2);
    using watch = map.watch(target, { initial: true });
    assertStrictEquals(watch.pending, 1, JSON.stringify(target));
    assertEquals(await nextOf(watch), { key: "a", value: 2, missed: 0 });
    assertStrictEquals(watch.pending, 0);
    const next = watch.next();
    assert(!await isSettled(next));
    map.set("a", 3);
    assertEquals((await next).value, { key: "a", value: 3, missed: 0 });
  }
});

Deno.test("SharedMap.watch() with initial shows each entry that was there once, whatever becomes of it", async () => {
  for (const target of [{ prefix: "a" }, "all"] as const) {
    using map = numbers();
    for (let i = 0; i < 1000; i++) map.set(`a${i}`, i);
    map.set("a over", 1, { ttl: 1 });
    map.set("a gone", 1);
    map.delete("a gone");
    await eventually(() => !map.has("a over"));
    using watch = map.watch(target, { initial: true });
    assertStrictEquals(watch.pending, 1000);
    map.delete("a7");
    map.set("a8", -8);
    map.set("a8", -9);
    map.set("a new", 1);
    const first: Change[] = [];
    while (watch.pending > 0) first.push(await nextOf(watch));
    const expected = new Map<string, number | undefined>(map);
    expected.delete("a new"); // it comes after those
    expected.set("a7", undefined);
    assertStrictEquals(first.length, 1000);
    assertEquals(
      new Map(first.map(({ key, value }) => [key, value])),
      expected,
    );
    const missed = first.filter((change) => change.missed !== 0);
    assertEquals(missed, [{ key: "a8", value: -9, missed: 1 }]);
    assertEquals(await nextOf(watch), { key: "a new", value: 1, missed: 0 });
    assert(!await isSettled(watch.next()));
  }
});

Deno.test("SharedMap.watch() with initial: where nothing is, nothing is pending but the state of one key", async () => {
  using map = numbers();
  using all = map.watch("all", { initial: true });
  assertStrictEquals(all.pending, 0);
  assert(!await isSettled(all.next()));
  using one = map.watch("a", { initial: true });
  assertStrictEquals(one.pending, 1);
  assertEquals(await nextOf(one), { key: "a", value: undefined, missed: 0 });
  using other = map.watch("a", { initial: true });
  map.set("a", 1);
  map.set("a", 2);
  assertEquals(await nextOf(other), { key: "a", value: 2, missed: 1 });
  using without = map.watch("all");
  assertStrictEquals(without.pending, 0);
});

Deno.test("a mirror that is made of the changes alone does not keep what came and went", async () => {
  for (const target of TARGETS) {
    using map = numbers();
    map.set("a", 1);
    // A program that reads the map for itself here reads 1, and never hears that it has gone: for
    // the watch the key is absent before and after.
    map.delete("a");
    using without = map.watch(target);
    map.set("a", 1);
    const read = map.get("a");
    map.delete("a");
    assertStrictEquals(read, 1);
    assert(!await isSettled(without.next()));

    const mirror = new Map<string, number>();
    map.set("a", 1);
    using watch = map.watch(target, { initial: true });
    const reflect = async () => {
      const { key, value } = await nextOf(watch);
      if (value === undefined) mirror.delete(key);
      else mirror.set(key, value);
    };
    await reflect();
    map.set("a", 2);
    await reflect();
    map.set("a", 1);
    map.delete("a");
    await reflect();
    assertEquals(mirror, new Map());
  }
});

Deno.test("missedBetween() counts what is not shown, as far as that is known", () => {
  assertStrictEquals(missedBetween(undefined, 0), 0);
  assertStrictEquals(missedBetween(undefined, 3), 3);
  assertStrictEquals(missedBetween(-1, 3), 3);
  assertStrictEquals(missedBetween(3, 4), 0);
  assertStrictEquals(missedBetween(3, 9), 5);
  assertStrictEquals(missedBetween(9, 3), 3); // it began anew
  assertStrictEquals(missedBetween(9, -1), 0); // nothing is there
  assertStrictEquals(missedBetween(UNKNOWN, 7), 0);
  assertStrictEquals(missedBetween(2 ** 31 - 1, -(2 ** 31) + 1), 1); // it wraps
});

Deno.test("SharedMap.watch() keeps to the keys that begin as was asked", async () => {
  using map = numbers();
  using watch = map.watch({ prefix: "user:" });
  map.setMany([["user:1", 1], ["use", 2], ["user:", 3], ["vser:1", 4]]);
  map.set("user:ф", 5); // not Latin-1
  assertEquals(
    await someOf(watch, 3),
    new Map([["user:1", 1], ["user:", 3], ["user:ф", 5]]),
  );
  assert(!await isSettled(watch.next()));
  using wide = map.watch({ prefix: "ф" });
  map.setMany([["фы", 1], ["user:2", 2]]);
  assertEquals(await someOf(wide, 1), new Map([["фы", 1]]));

  using bytes = SharedMap.create({ key: "bytes", maxBytes: 2 ** 20 });
  const prefix = Uint8Array.of(1, 2);
  using begins = bytes.watch({ prefix });
  prefix.fill(9);
  bytes.set(Uint8Array.of(2, 1), "other");
  bytes.set(Uint8Array.of(1, 2, 3), "came");
  const { key, value } = await nextOf(begins);
  assertEquals([key, value], [Uint8Array.of(1, 2, 3), "came"]);
  key.fill(9); // a copy
  bytes.delete(Uint8Array.of(1, 2, 3));
  const gone = await nextOf(begins);
  assertEquals([gone.key, gone.value], [Uint8Array.of(1, 2, 3), undefined]);
});

Deno.test("SharedMap.watch() takes keys of every kind", async () => {
  using numbered = SharedMap.create({ key: "number", maxBytes: 2 ** 20 });
  using all = numbered.watch("all");
  numbered.set(NaN, 1);
  assertEquals(await nextOf(all), { key: NaN, value: 1, missed: 0 });
  numbered.delete(NaN);
  assertStrictEquals((await nextOf(all)).value, undefined);
  const dates = {
    name: "date",
    encode: (date: Date) =>
      new Uint8Array(new Float64Array([date.getTime()]).buffer),
    decode: (of: Uint8Array<ArrayBuffer>) =>
      new Date(new Float64Array(of.buffer)[0]),
  };
  using own = SharedMap.create<Date, Date>({
    maxBytes: 2 ** 20,
    key: dates,
    value: dates,
  });
  using every = own.watch("all");
  using one = own.watch({ key: new Date(5) });
  own.set(new Date(5), new Date(7));
  const change = { key: new Date(5), value: new Date(7), missed: 0 };
  assertEquals(await nextOf(every), change);
  assertEquals(await nextOf(one), change);
  using texts = numbers();
  using named = texts.watch({ key: "all" });
  texts.set("another", 1);
  texts.set("all", 2);
  assertEquals(await nextOf(named), { key: "all", value: 2, missed: 0 });
});

Deno.test("SharedMap.watch() is ended by break, return() and using, and leaves nothing", async () => {
  using map = numbers();
  for (const target of TARGETS) {
    map.delete("a");
    for await (
      const _ of (setTimeout(() => map.set("a", 1)), map.watch(target))
    ) break;
    await assertNothingLeft(map);
    {
      await using watch = map.watch(target);
      assert(!await isSettled(watch.next()));
    }
    const watch = map.watch(target);
    const [first, second] = [watch.next(), watch.next()];
    assert(!await isSettled(first));
    assertEquals(await watch.return!(), { done: true, value: undefined });
    for (const pull of [first, second, watch.next()]) {
      assertEquals(await pull, { done: true, value: undefined });
    }
    await assertNothingLeft(map);
  }
});

Deno.test("SharedMap.watch() throws the reason of its signal, once", async () => {
  using map = numbers();
  for (const target of TARGETS) {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const [asked, idle] = [
      map.watch(target, { signal }),
      map.watch(target, { signal }),
    ];
    const next = asked.next();
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => next), reason);
    assertStrictEquals(await assertRejects(() => idle.next()), reason);
    for (const watch of [asked, idle]) {
      assertEquals(await watch.next(), { done: true, value: undefined });
    }
    assertThrows(() => map.watch(target, { signal }), Error, "enough");
  }
  await assertNothingLeft(map);
});

Deno.test("SharedMap.watch() throws ClosedError when the map is closed", async () => {
  for (const target of TARGETS) {
    const map = numbers();
    const watch = map.watch(target);
    const next = watch.next();
    map.close();
    await assertRejects(() => next, ClosedError, "watch the map");
    assertThrows(() => map.watch(target), ClosedError);
  }
});

Deno.test("SharedMap.watch() throws what a codec throws, and ends", async () => {
  const broken = {
    name: "broken",
    encode: () => new Uint8Array(1),
    decode: (): string => {
      throw new Error("cannot be read");
    },
  };
  for (const target of TARGETS) {
    using map = SharedMap.create<string, string>({
      maxBytes: 2 ** 20,
      value: broken,
    });
    const watch = map.watch(target);
    map.set("a", "");
    await assertRejects(() => watch.next(), Error, "cannot be read");
    assertEquals(await watch.next(), { done: true, value: undefined });
    await assertNothingLeft(map);
  }
});

Deno.test("SharedMap.watch() refuses what it cannot watch", async () => {
  using map = numbers();
  const bad = (target: unknown) => () => map.watch(target as string);
  assertThrows(bad(5), TypeError, "it must be a string");
  assertThrows(bad({}), TypeError, 'expected a key, { prefix } or "all"');
  assertThrows(bad({ prefix: 5 }), TypeError, "it must be a string");
  assertThrows(
    () => map.watch("a", { ref: 1 as never }),
    TypeError,
    "ref must be true or false",
  );
  assertThrows(
    () => map.watch("a", { initial: 1 as never }),
    TypeError,
    "initial must be true or false",
  );
  using numbered = SharedMap.create({ key: "number", maxBytes: 2 ** 20 });
  assertThrows(
    () => numbered.watch({ prefix: 1 }),
    TypeError,
    "only keys that are strings or bytes have a prefix",
  );
  await assertNothingLeft(map);
});

Deno.test("while a watcher of many has changes to show, writers have nobody to wake", async () => {
  using map = numbers();
  const { words } = attachmentOf(map).segment;
  using watch = map.watch("all");
  map.set("a", 1);
  await nextOf(watch);
  assertStrictEquals(words[H_ANY_CHANGE] & ARMED, 0);
  const next = watch.next();
  assertStrictEquals(words[H_ANY_CHANGE] & ARMED, ARMED);
  map.set("a", 2);
  await next;
});

Deno.test("a watcher does not keep the event loop from other things, however often its key changes", async () => {
  for (const target of TARGETS) {
    using map = numbers();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    let changes = 0;
    await assertRejects(async () => {
      for await (const _ of map.watch(target, controller)) changes++;
    }, DOMException);
    let loops = 0;
    const again = new AbortController();
    setTimeout(() => again.abort(), 20);
    map.set("a", -1);
    await assertRejects(async () => {
      const watch = map.watch(target, again);
      map.increment("a");
      for await (const _ of watch) {
        loops++;
        map.increment("a"); // so the next change is there already
      }
    }, DOMException);
    assert(loops > 0);
    assertStrictEquals(changes, 0);
  }
});

Deno.test("SharedMap.watch() shows what a snapshot brings that is restored into the map", async () => {
  using folder = new Folder();
  using source = numbers();
  for (let i = 0; i < 300; i++) source.set(`key ${i}`, i);
  await writeSnapshot(source, folder.path);
  using map = numbers();
  map.set("key 7", -1);
  using watch = map.watch({ prefix: "key" });
  await restoreSnapshot(map, folder.path);
  assertEquals(await someOf(watch, 300), new Map(source));
});

Deno.test(
  'SharedMap.watch("all") ends up with what is there, whatever others did, and however the table moved',
  seeded(async (random) => {
    using map = SharedMap.create<string, number>({ maxBytes: 2 ** 22 });
    for (let i = 0; i < 500; i++) map.set(`${i}`, i);
    using watch = map.watch("all", { initial: true });
    const mirror = new Map<string, number>();
    for (let round = 0; round < 10; round++) {
      const most = [10, 5000, 100][round % 3];
      for (let i = 0; i < 2000; i++) {
        const key = `${random.below(most)}`;
        if (random.chance(0.5)) map.delete(key);
        else {map.set(
            key,
            random.below(3),
            random.chance(0.1) ? { ttl: 1 } : {},
          );}
      }
      if (round === 5) map.clear();
      map.set("end", round);
      await eventually(async () => {
        for (;;) {
          const next = watch.next();
          map.increment("tick"); // so that there is something to come
          const { key, value } = (await next).value!;
          if (value === undefined) mirror.delete(key);
          else mirror.set(key, value);
          if (key === "tick") break;
        }
        const there = new Map(map);
        for (const all of [mirror, there]) all.delete("tick");
        assertEquals(mirror, there);
      });
    }
  }),
);

Deno.test(
  "watchers in other workers end up with what is there",
  inCrews(async (run) => {
    using map = SharedMap.create<string, number>({ maxBytes: 2 ** 22 });
    await using crew = run.crew<typeof roles>(MIRROR, map.handle);
    const rounds = run.share(20_000);
    const mirrors = crew.add("mirror", MIRRORS, { rounds });
    const writers = crew.add("writer", 2, { rounds });
    await crew.start();
    await writers;
    map.set("writers are done", 1);
    const there = [...map].sort();
    for (const mirror of await mirrors) assertEquals(mirror.sort(), there);
  }),
);
