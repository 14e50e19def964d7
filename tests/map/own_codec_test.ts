import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  type Codec,
  SharedMap,
  type SharedMapOptions,
} from "../../mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const maxBytes = 2 ** 20;

/** Texts, with a hook before each step. */
function texts(
  hooks: { encode?(text: string): void; decode?(text: string): void } = {},
): Codec<string> {
  return {
    name: "texts",
    encode(text) {
      hooks.encode?.(text);
      return encoder.encode(text);
    },
    decode(bytes) {
      const text = decoder.decode(bytes);
      hooks.decode?.(text);
      return text;
    },
  };
}

function create(
  options: SharedMapOptions<string, string>,
): SharedMap<string, string> {
  return SharedMap.create<string, string>({ maxBytes, ...options });
}

Deno.test("SharedMap encodes keys and values with codecs of the caller's own", () => {
  const key: Codec<{ id: number }> = {
    name: "ids",
    encode: ({ id }) => new Uint8Array([id >> 8, id]),
    decode: ([high, low]) => ({ id: high << 8 | low }),
  };
  const value: Codec<Date> = {
    name: "dates",
    encode: (date) => new Uint8Array(new Float64Array([date.getTime()]).buffer),
    decode: (bytes) => new Date(new Float64Array(bytes.buffer)[0]),
  };
  using map = SharedMap.create({ key, value, maxBytes });
  for (let id = 0; id < 1000; id++) map.set({ id }, new Date(id));
  assertEquals(map.get({ id: 7 }), new Date(7));
  assertEquals(map.get({ id: 1000 }), undefined);
  assertEquals(
    [...map.keys()].map(({ id }) => id).sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, id) => id),
  );
  assert(map.compareAndSet({ id: 7 }, new Date(7), new Date(8)));
  assertFalse(map.compareAndDelete({ id: 7 }, new Date(7)));
  assert(map.delete({ id: 7 }));
});

Deno.test("SharedMap gives decode() bytes in a buffer of their own", () => {
  const kept: Uint8Array[] = [];
  const own: Codec<string> = {
    name: "own",
    encode: (text) => encoder.encode(text),
    decode(bytes) {
      assertStrictEquals(bytes.byteOffset, 0);
      assertStrictEquals(bytes.buffer.byteLength, bytes.byteLength);
      assert(bytes.buffer instanceof ArrayBuffer);
      assertStrictEquals(bytes.constructor, Uint8Array);
      kept.push(bytes);
      const text = decoder.decode(bytes);
      bytes.fill(0); // theirs to keep
      return text;
    },
  };
  using map = create({ key: own, value: own });
  map.set("key", "value");
  assertStrictEquals(map.get("key"), "value");
  assertEquals([...map], [["key", "value"]]);
  map.set("key", "other");
  assert(kept.every((bytes) => bytes.every((byte) => byte === 0)));
});

Deno.test("SharedMap copies what encode() returns at once, so that a codec may reuse its memory", () => {
  const scratch = new Uint8Array(100);
  const reusing: Codec<string> = {
    name: "reusing",
    encode: (text) =>
      scratch.subarray(0, encoder.encodeInto(text, scratch).written),
    decode: (bytes) => decoder.decode(bytes),
  };
  using map = create({ key: reusing, value: reusing });
  map.set("key 1", "a value");
  map.set("key 2", "another");
  assertStrictEquals(map.get("key 1"), "a value");
  assertStrictEquals(map.get("key 2"), "another");
  assert(map.compareAndSet("key 1", "a value", "new"));
  assertFalse(map.compareAndSet("key 2", "different", "new"));
  assert(map.compareAndDelete("key 2", "another"));
  assertStrictEquals(map.swap("key 1", "newer"), "new");
  assertStrictEquals(map.getOrInsert("key 3", "three"), "three");
  assertStrictEquals(map.update("key 3", (text) => `${text}!`), "three!");
  assertEquals(
    new Map(map),
    new Map([["key 1", "newer"], ["key 3", "three!"]]),
  );
});

Deno.test("SharedMap refuses what encode() returns if it is no Uint8Array, and changes nothing", () => {
  for (const bytes of [undefined, null, "text", [1], new ArrayBuffer(1), 5]) {
    const bad = {
      name: "bad",
      encode: () => bytes as never,
      decode: () => "",
    };
    using values = create({ value: bad });
    assertThrows(() => values.set("a", "b"), TypeError, "bad");
    assertStrictEquals(values.size, 0);
    using keys = create({ key: bad });
    for (
      const attempt of [
        () => keys.set("a", "b"),
        () => keys.get("a"),
        () => keys.has("a"),
        () => keys.delete("a"),
      ]
    ) assertThrows(attempt, TypeError, "bad");
    assertStrictEquals(keys.size, 0);
  }
});

Deno.test("SharedMap lets errors of encode() through, and changes nothing", () => {
  const failing = texts({
    encode(text) {
      if (text === "bad") throw new Error("boom");
    },
  });
  using map = create({ key: failing, value: failing });
  map.set("a", "1");
  const attempts = [
    () => map.set("a", "bad"),
    () => map.set("bad", "1"),
    () => map.swap("a", "bad"),
    () => map.update("a", () => "bad"),
    () => map.compareAndSet("a", "1", "bad"),
    () => map.compareAndSet("a", "bad", "1"),
    () => map.compareAndDelete("a", "bad"),
    () => map.getOrInsert("b", "bad"),
    () => map.getOrInsertComputed("b", () => "bad"),
    () => map.getOrInsertComputed("bad", () => "1"),
    () => map.get("bad"),
    () => map.delete("bad"),
    () => map.take("bad"),
    () => map.ttl("bad"),
    () => map.expire("bad", 1),
    () => map.getMany(["a", "bad"]),
  ];
  for (const attempt of attempts) assertThrows(attempt, Error, "boom");
  assertEquals([...map], [["a", "1"]]);
});

Deno.test("SharedMap lets errors of decode() through, and goes on", () => {
  let broken = true;
  const failing = texts({
    decode(text) {
      if (broken && text === "bad") throw new Error("boom");
    },
  });
  using map = create({ value: failing });
  map.set("a", "bad").set("b", "good");
  const attempts = [
    () => map.get("a"),
    () => map.getMany(["b", "a"]),
    () => [...map.values()],
    () => [...map],
    () => map.update("a", () => "x"),
    () => map.getOrInsert("a", "x"),
    () => map.getOrInsertComputed("a", () => "x"),
    () => map.snapshot().get("a"),
  ];
  for (const attempt of attempts) assertThrows(attempt, Error, "boom");
  assert(map.has("a"));
  assertStrictEquals(map.get("b"), "good");
  broken = false;
  assertStrictEquals(map.get("a"), "bad");
  // No pin is left behind: memory is reused.
  for (let i = 0; i < 20_000; i++) map.set("c", "x".repeat(100));
});

Deno.test("SharedMap may be used by its own value codec", () => {
  let depth = 0;
  const nested = (use: () => void) => {
    if (depth > 0) return;
    depth++;
    use();
    depth--;
  };
  const using_ = texts({
    encode: (text) =>
      nested(() => {
        map.set(`log ${text}`, "encoded");
        map.get("a");
        map.compareAndSet("log", undefined, "x");
        map.compareAndDelete("log", "x");
        map.update("count", (n) => `${Number(n ?? 0) + 1}`);
      }),
    decode: () =>
      nested(() => {
        map.set("decoded", "yes");
        map.get("b");
        map.delete("nothing");
      }),
  });
  using map = create({ value: using_ });
  map.set("a", "1");
  map.set("b", "2");
  assertStrictEquals(map.get("a"), "1");
  assertStrictEquals(map.get("decoded"), "yes");
  assertStrictEquals(map.get("log 1"), "encoded");
  assertStrictEquals(map.swap("a", "3"), "1");
  assertStrictEquals(map.getOrInsert("a", "4"), "3");
  assertStrictEquals(map.getOrInsert("new", "5"), "5");
  assertStrictEquals(map.getOrInsertComputed("newer", () => "6"), "6");
  assertStrictEquals(map.update("a", (text) => `${text}!`), "3!");
  assertStrictEquals(map.take("a"), "3!");
  assertEquals(map.getMany(["b", "new"]), ["2", "5"]);
  assertEquals(new Map(map).get("newer"), "6");
  assertFalse(map.has("a"));
});

Deno.test("SharedMap.compareAndSet() compares with its own expected value, whatever the codecs do meanwhile", () => {
  let busy = false;
  const once = (use: () => void) => () => {
    if (busy) return;
    busy = true;
    use();
    busy = false;
  };
  const value = texts({
    encode: once(() => map.compareAndSet("other", "x", "y")),
  });
  const key = {
    ...texts({ encode: once(() => map.compareAndDelete("other", "x")) }),
  };
  using map = create({ key, value });
  map.set("a", "old");
  assertFalse(map.compareAndSet("a", "x", "new"));
  assert(map.compareAndSet("a", "old", "new"), "the expected value was there");
  assertStrictEquals(map.get("a"), "new");
  assertFalse(map.compareAndDelete("a", "x"));
  assert(map.compareAndDelete("a", "new"), "the expected value was there");
});

Deno.test("SharedMap.getMany() gives each key its own value, whatever decode() asks for meanwhile", () => {
  let busy = false;
  const value = texts({
    decode() {
      if (busy) return;
      busy = true;
      map.getMany(["c", "b", "a"]);
      busy = false;
    },
  });
  using map = create({ key: "string", value });
  map.set("a", "1").set("b", "2").set("c", "3");
  assertEquals(map.getMany(["a", "b", "c"]), ["1", "2", "3"]);
});

Deno.test("SharedMap may be used by its own key codec", () => {
  let depth = 0;
  const key = texts({
    encode() {
      if (depth > 0) return;
      depth++;
      map.set("from encode", "x");
      map.get("a");
      map.delete("b");
      depth--;
    },
    decode() {
      if (depth > 0) return;
      depth++;
      map.has("a");
      depth--;
    },
  });
  using map = create({ key });
  map.set("a", "1");
  assertStrictEquals(map.get("a"), "1");
  assertStrictEquals(map.swap("a", "2"), "1");
  assert(map.compareAndSet("a", "2", "3"));
  assertEquals(new Map(map), new Map([["a", "3"], ["from encode", "x"]]));
  using snapshot = map.snapshot();
  assertStrictEquals(snapshot.get("a"), "3");
});

Deno.test("SharedMap writes nothing after a codec closed it", () => {
  const operations: [string, (map: SharedMap<string, string>) => unknown][] = [
    ["set", (map) => map.set("b", "close")],
    ["swap", (map) => map.swap("b", "close")],
    ["getOrInsert", (map) => map.getOrInsert("b", "close")],
    [
      "getOrInsertComputed",
      (map) => map.getOrInsertComputed("b", () => "close"),
    ],
    ["compareAndSet", (map) => map.compareAndSet("b", undefined, "close")],
    ["compareAndSet", (map) => map.compareAndSet("a", "close", "new")],
    ["compareAndDelete", (map) => map.compareAndDelete("a", "close")],
    ["update", (map) => map.update("b", () => "close")],
    ["setMany", (map) => map.setMany([["b", "close"]])],
    ["set, by its key", (map) => map.set("close", "1")],
    ["get, by its key", (map) => map.get("close")],
    ["has, by its key", (map) => map.has("close")],
    ["delete, by its key", (map) => map.delete("close")],
    ["take, by its key", (map) => map.take("close")],
    ["expire, by its key", (map) => map.expire("close", 5)],
    ["snapshot.get, by its key", (map) => map.snapshot().get("close")],
  ];
  for (const [name, operation] of operations) {
    const closing = texts({
      encode(text) {
        if (text === "close") map.close();
      },
    });
    const map = create({ key: closing, value: closing });
    const options = { key: texts(), value: texts() };
    using other = SharedMap.attach<string, string>(map.handle, options);
    map.set("a", "1");
    assertThrows(() => operation(map), ClosedError, undefined, name);
    assertEquals([...other], [["a", "1"]], name);
  }
});

Deno.test("SharedMap throws ClosedError, or ends well, when decode() closes it", () => {
  const operations: ((map: SharedMap<string, string>) => unknown)[] = [
    (map) => map.get("a"),
    (map) => map.getMany(["a", "b"]),
    (map) => [...map.values()],
    (map) => map.swap("a", "x"),
    (map) => map.take("a"),
    (map) => map.update("a", (text) => text),
    (map) => map.getOrInsert("a", "x"),
    (map) => map.snapshot().get("a"),
    (map) => [...map.snapshot()],
  ];
  for (const operation of operations) {
    const map = create({ value: texts({ decode: () => map.close() }) });
    using other = SharedMap.attach<string, string>(map.handle, {
      value: texts(),
    });
    for (let i = 0; i < 50; i++) map.set(`${i}`, "value");
    map.set("a", "1").set("b", "2");
    try {
      operation(map);
    } catch (error) {
      assert(error instanceof ClosedError, Deno.inspect(error));
    }
    assertStrictEquals(other.stats().participants, 1);
    for (let i = 0; i < 50; i++) {
      assertStrictEquals(other.get(`${i}`), "value");
    }
    for (let i = 0; i < 5000; i++) other.set(`n${i % 50}`, "x".repeat(100));
  }
});

Deno.test("SharedMap checks codec objects", () => {
  const good = texts();
  const wrong = [
    {},
    null,
    5,
    () => {},
    { ...good, name: 5 },
    { ...good, encode: undefined },
    { ...good, decode: "x" },
    "nonsense",
    "",
    "toString",
  ];
  for (const codec of wrong) {
    if (codec !== null) {
      assertThrows(() => create({ value: codec as never }), TypeError, "value");
      assertThrows(() => create({ key: codec as never }), TypeError, "key");
    }
  }
  assertThrows(() => create({ key: "any" as never }), TypeError);
  for (const name of ["", "x".repeat(125), "é".repeat(63)]) {
    assertThrows(() => create({ value: { ...good, name } }), RangeError);
  }
  for (const name of ["x".repeat(124), "é".repeat(62)]) {
    using map = create({ value: { ...good, name }, key: { ...good, name } });
    map.set("a", "b");
    assertStrictEquals(map.get("a"), "b");
  }
  assertThrows(
    () => create({ value: { ...good, name: "json" } }),
    TypeError,
    "built-in",
  );
});

Deno.test("SharedMap keeps empty encodings apart from no entry", () => {
  const empty: Codec<string> = {
    name: "empty",
    encode: () => new Uint8Array(),
    decode: (bytes) => `${bytes.length}`,
  };
  using map = create({ key: empty, value: empty });
  map.set("a", "b").set("c", "d");
  assertStrictEquals(map.size, 1, "all keys have the same bytes");
  assertEquals([...map], [["0", "0"]]);
});

Deno.test("SharedMap loses no value that its codec cannot decode", () => {
  let broken = true;
  const failing = texts({
    decode() {
      if (broken) throw new Error("boom");
    },
  });
  using map = create({ value: failing });
  map.set("a", "kept");
  for (let i = 0; i < 20; i++) {
    assertThrows(() => map.take("a"), Error, "boom");
    assertThrows(() => map.swap("a", "other"), Error, "boom");
    assertThrows(() => map.update("a", () => "other"), Error, "boom");
  }
  assertStrictEquals(map.size, 1);
  assertStrictEquals(map.stats().deletes, 0);
  broken = false;
  assertStrictEquals(map.take("a"), "kept");
});

Deno.test("SharedMap decodes again what decode() itself replaced, but not for ever", () => {
  for (const rounds of [3, Infinity]) {
    for (
      const [name, operation] of [
        ["take", (map: SharedMap<string, string>) => map.take("a")],
        ["swap", (map: SharedMap<string, string>) => map.swap("a", "z")],
        [
          "update",
          (map: SharedMap<string, string>) => map.update("a", (n) => n),
        ],
      ] as const
    ) {
      let left = 0;
      const value = texts({
        decode() {
          if (left > 0) map.set("a", `${left--}`);
        },
      });
      using map = create({ value });
      map.set("a", "first");
      left = rounds;
      if (rounds === Infinity) {
        assertThrows(() => operation(map), Error, "itself", name);
        left = 0;
        assert(map.has("a"));
      } else assertStrictEquals(operation(map), "1", name);
    }
  }
});

Deno.test("SharedMap notices what decode() did to the entry, and only to that", () => {
  let act = () => {};
  const value = texts({
    decode() {
      const now = act;
      act = () => {};
      now();
    },
  });
  using map = create({ value });
  const once = (use: () => void) => act = use;
  map.set("a", "1");
  once(() => map.delete("a"));
  assertStrictEquals(map.take("a"), undefined);
  map.set("a", "1");
  once(() => {
    for (let i = 0; i < 5000; i++) map.set(`${i % 100}`, "x".repeat(i % 200));
  });
  assertStrictEquals(map.swap("a", "2"), "1");
  once(() => map.clear());
  assertStrictEquals(map.swap("a", "3"), undefined);
  assertStrictEquals(map.get("a"), "3");
  once(() => map.expire("a", 60_000));
  assertStrictEquals(map.update("a", (text) => `${text}!`), "3!");
  assert(map.ttl("a")! <= 60_000);
});

Deno.test("SharedMap may be written to by the caller's code in a full map that evicts", () => {
  let write = () => {};
  const writing = texts({
    encode: () => write(),
    decode: () => write(),
  });
  using map = create({ value: writing, onFull: "evict" });
  const many = () => {
    write = () => {};
    for (let i = 0; i < 4000; i++) map.set(`n${i}`, "x".repeat(300));
    write = many;
  };
  for (let i = 0; i < 8000; i++) map.set(`${i}`, "x".repeat(300));
  assert(map.stats().evicted > 0);
  write = many;
  map.set("a", "1");
  map.get("a");
  map.update("b", () => {
    many();
    return "2";
  });
  map.swap("c", "3");
  map.swap("c", "4");
  map.take("c");
  map.getOrInsertComputed("d", () => {
    many();
    return "5";
  });
  map.compareAndSet("e", undefined, "6");
  using snapshot = map.snapshot();
  write = () => {};
  const [key] = snapshot.keys();
  snapshot.get(key);
  let entries = 0;
  map.forEach(() => {
    if (entries++ < 3) map.set(`in ${entries}`, "y".repeat(300));
  });
  assert(map.size > 0);
});

Deno.test("SharedMap is not pinned while the caller's code runs", () => {
  let run = () => {};
  const codec = () => texts({ encode: () => run(), decode: () => run() });
  using map = create({ key: codec(), value: codec() });
  using other = SharedMap.attach<string, string>(map.handle, {
    key: texts(),
    value: texts(),
  });
  map.set("a", "1");
  const churn = () => {
    for (let i = 0; i < 20_000; i++) other.set("busy", "x".repeat(100));
  };
  run = churn;
  const operations: ((key: string) => unknown)[] = [
    (key) => map.set(key, "2"),
    (key) => map.get(key),
    (key) => map.getMany([key])[0],
    (key) => map.swap(key, "3"),
    (key) => map.update(key, (text) => text),
    (key) => map.getOrInsert(key, "4"),
    () => [...map.keys()].length,
    () => [...map.entries()].length,
    (key) => map.take(key),
  ];
  for (const operation of operations) operation("a");
  const snapshot = map.snapshot();
  churn(); // holds what it shows, and no more than that
  snapshot.close();
});

Deno.test("SharedMap reads no memory any more once decode() has closed it", () => {
  const closing = texts({ decode: () => map.close() });
  const map = create({ value: closing });
  using other = SharedMap.attach<string, string>(map.handle, {
    value: texts(),
  });
  for (let i = 0; i < 50; i++) map.set(`${i}`, `value ${i}`);
  const iterator = map.values();
  assert(!iterator.next().done, "it was read before");
  assertThrows(() => iterator.next(), ClosedError);
  assertStrictEquals(other.size, 50);
});

Deno.test("SharedMap encodes the key of a write once, whatever is stored there", () => {
  let calls = 0;
  const key = texts({ encode: () => calls++ });
  using map = SharedMap.create<string, unknown>({ key, maxBytes });
  const operations: [string, (id: string) => unknown][] = [
    ["set", (id) => map.set(id, 1)],
    ["delete", (id) => map.delete(id)],
    ["take", (id) => map.take(id)],
    ["swap", (id) => map.swap(id, 1)],
    ["increment", (id) => map.increment(id)],
    ["increment for a while", (id) => map.increment(id, 1, { ttl: 1e6 })],
    ["update", (id) => map.update(id, () => 2)],
    ["getOrInsert", (id) => map.getOrInsert(id, 1)],
    ["expire", (id) => map.expire(id, 1e6)],
  ];
  const entries: [string, () => unknown][] = [
    ["nothing", () => map.clear()],
    ["a number", () => map.set("a", 1)],
    ["a number that expires", () => map.set("a", 1, { ttl: 1e6 })],
  ];
  for (const [what, operate] of operations) {
    for (const [stored, store] of entries) {
      store();
      calls = 0;
      operate("a");
      assertStrictEquals(calls, 1, `${what}, over ${stored}`);
    }
  }
});
