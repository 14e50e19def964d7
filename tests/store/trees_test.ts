// Collections of trees in a store: what becomes of them and of their memory, and what a transaction
// makes of them.
import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import { MapFullError, SharedMap, type SharedMapOptions } from "../../mod.ts";
import { attachmentOf, partsOf } from "../../src/api/shared_map.ts";
import { DirectSpace, type TransactionSpace } from "../../src/store/space.ts";
import { viewOf } from "../../src/store/representation.ts";
import { StructureAccess } from "../../src/map/structure_access.ts";
import { eventually } from "../testing/eventually.ts";
import { assertSound } from "../testing/inspection.ts";
import { seeded } from "../testing/random.ts";
import { ALL_LIMITS, anyLimits } from "./limits.ts";
import { answerOf, type Words } from "./redis/compare.ts";
import { Refusal, type Value } from "./redis/connection.ts";
import { OTHERS } from "./words.ts";

const START = 1_700_000_000_000;
const TREES = ALL_LIMITS["as trees only"];

/** A store's map and space, by small limits. */
class Small implements Disposable {
  readonly map: SharedMap<string, unknown>;
  readonly space: DirectSpace;
  readonly #before: number;

  constructor(
    limits = TREES,
    options: SharedMapOptions<string, unknown> = {},
  ) {
    this.map = SharedMap.create({ maxBytes: 2 ** 24, ...options });
    this.space = new DirectSpace(partsOf(this.map), limits);
    this.#before = this.liveBytes;
  }

  get liveBytes(): number {
    return this.map.stats().liveBytes;
  }

  run(...words: Words): Value {
    return answerOf(this.space, words);
  }

  transaction<R>(code: (space: TransactionSpace) => R): R {
    return partsOf(this.map).transactor.run(
      (transaction) => code(this.space.within(transaction)),
      "run a transaction",
    );
  }

  /** Whether what is under a key is trees. */
  hasTrees(key: string): boolean {
    const access = new StructureAccess(partsOf(this.map).access);
    return access.read(key, (present) => present?.roots !== undefined, "look");
  }

  /** All memory is whose it is said to be; and nothing is left of what was there. */
  checkEmpty(): void {
    assertEquals(this.map.size, 0);
    assertEquals(this.liveBytes, this.#before);
    assertSound(this.map);
  }

  [Symbol.dispose](): void {
    this.map.close();
  }
}

const COUNT = 500;
const names = Array.from({ length: COUNT }, (_, i) => `name ${i}`);

/** A collection of each type under the name of the type. */
function fill(small: Small): void {
  small.run("RPUSH", "list", ...names);
  small.run("SADD", "set", ...names);
  small.run("HSET", "hash", ...names.flatMap((name, i) => [name, `${i}`]));
  small.run("ZADD", "zset", ...names.flatMap((name, i) => [`${i}`, name]));
}

const TYPES = ["list", "set", "hash", "zset"];
const LENGTHS = ["LLEN", "SCARD", "HLEN", "ZCARD"];

function lengths(small: Small, suffix = ""): Value[] {
  return LENGTHS.map((name, i) => small.run(name, TYPES[i] + suffix));
}

Deno.test("a large collection is trees, a small one is none, and none goes back and forth", () => {
  const limits = { mostPacked: 300, leastTrees: 250 };
  using small = new Small(limits);
  const [most, least] = [40, 5].map((count) => names.slice(0, count));
  const adds: readonly ((name: string) => Words)[] = [
    (name) => ["RPUSH", "list", name],
    (name) => ["SADD", "set", name],
    (name) => ["HSET", "hash", name, name],
    (name) => ["ZADD", "zset", "1", name],
  ];
  const removes: readonly ((name: string) => Words)[] = [
    (name) => ["LREM", "list", "1", name],
    (name) => ["SREM", "set", name],
    (name) => ["HDEL", "hash", name],
    (name) => ["ZREM", "zset", name],
  ];
  for (const [i, type] of TYPES.entries()) {
    let changes = 0;
    let before = false;
    const step = (words: Words) => {
      small.run(...words);
      const now = small.hasTrees(type);
      if (now !== before) changes++;
      before = now;
    };
    for (const name of most) step(adds[i](name));
    assert(before, `${type} is trees`);
    for (const name of most.slice(least.length)) step(removes[i](name));
    assert(!before, `${type} is a pack`);
    assertEquals(changes, 2, type);
  }
  assertEquals(lengths(small), [5, 5, 5, 5]);
  small.run("DEL", ...TYPES);
  small.checkEmpty();
});

Deno.test(
  "after any commands all memory of trees comes back when the keys are gone",
  seeded((random) => {
    using small = new Small(anyLimits(random));
    for (let i = 0; i < 2000; i++) small.run(...random.pick(OTHERS)(random));
    fill(small);
    for (let i = 0; i < 300; i++) {
      small.transaction((space) => {
        for (let j = random.below(4); j >= 0; j--) {
          answerOf(space, random.pick(OTHERS)(random));
        }
      });
    }
    small.run("FLUSHALL");
    small.checkEmpty();
  }),
);

Deno.test("whatever takes the place of trees, their memory comes back", () => {
  const ways: Record<string, (small: Small, key: string) => void> = {
    DEL: (small, key) => small.run("DEL", key),
    SET: (small, key) => {
      small.run("SET", key, "text");
      small.run("DEL", key);
    },
    RENAME: (small, key) => {
      small.run("SET", "other", "text");
      small.run("RENAME", "other", key);
      small.run("DEL", key);
    },
    "SET in a transaction": (small, key) => {
      small.transaction((space) => answerOf(space, ["SET", key, "text"]));
      small.run("DEL", key);
    },
    "an expiry in the past": (small, key) => small.run("EXPIREAT", key, "1"),
    "an expiry in the past, in a transaction": (small, key) =>
      small.transaction((space) => answerOf(space, ["EXPIREAT", key, "1"])),
    "a transaction that deletes and makes it anew": (small, key) => {
      small.transaction((space) => {
        answerOf(space, ["DEL", key]);
        answerOf(space, ["RPUSH", key, ...names]);
        answerOf(space, ["RPUSH", key, ...names]);
      });
      assertEquals(small.run("LLEN", key), 2 * COUNT);
      small.run("DEL", key);
    },
  };
  for (const [way, act] of Object.entries(ways)) {
    using small = new Small();
    fill(small);
    assertEquals(lengths(small), [COUNT, COUNT, COUNT, COUNT]);
    for (const type of TYPES) {
      assert(small.hasTrees(type));
      act(small, type);
      assertEquals(small.run("EXISTS", type), 0, way);
    }
    small.checkEmpty();
  }
});

Deno.test("trees keep their expiry, and go with it", async () => {
  const clock = { now: START };
  using _ = stub(Date, "now", () => clock.now);
  using small = new Small();
  fill(small);
  small.run("LSET", "list", "250", "changed"); // leaves nodes out
  const before = small.run("LRANGE", "list", "0", "-1");
  for (const type of TYPES) small.run("PEXPIRE", type, "1000");
  assertEquals(small.run("LRANGE", "list", "0", "-1"), before);
  small.run("RPUSH", "list", "more");
  small.transaction((space) => answerOf(space, ["SADD", "set", "more"]));
  small.run("PEXPIRE", "hash", "2000");
  small.transaction((space) => answerOf(space, ["PEXPIRE", "zset", "3000"]));
  assertEquals(TYPES.map((type) => small.run("PTTL", type)), [
    1000,
    1000,
    2000,
    3000,
  ]);
  assertEquals(lengths(small), [COUNT + 1, COUNT + 1, COUNT, COUNT]);
  clock.now += 1000;
  assertEquals(lengths(small), [0, 0, COUNT, COUNT]);
  small.run("PERSIST", "hash");
  small.transaction((space) => answerOf(space, ["PERSIST", "zset"]));
  clock.now += 5000;
  await eventually(() => small.map.size === 2);
  assertEquals(lengths(small), [0, 0, COUNT, COUNT]);
  small.run("DEL", "hash", "zset");
  small.checkEmpty();
});

Deno.test("copies of trees have nothing in common with them", () => {
  using small = new Small();
  fill(small);
  const before = small.liveBytes;
  for (const type of TYPES) small.run("COPY", type, `${type} 2`);
  assertGreater(small.liveBytes, before * 1.5);
  small.run("LPUSH", "list 2", "x");
  small.run("SREM", "set", names[7]);
  small.run("HSET", "hash 2", "x", "y");
  small.run("ZPOPMIN", "zset 2", "3");
  assertEquals(lengths(small), [COUNT, COUNT - 1, COUNT, COUNT]);
  assertEquals(lengths(small, " 2"), [COUNT + 1, COUNT, COUNT + 1, COUNT - 3]);
  for (const type of TYPES) small.run("RENAME", `${type} 2`, type);
  assertEquals(lengths(small), [COUNT + 1, COUNT, COUNT + 1, COUNT - 3]);
  small.run("DEL", ...TYPES);
  small.checkEmpty();
});

Deno.test("a string is not asked of trees, nor trees of a string", () => {
  using small = new Small();
  fill(small);
  const wrongType = new Refusal(
    "WRONGTYPE Operation against a key holding the wrong kind of value",
  );
  for (const type of TYPES) {
    assertThrows(() => small.space.get(type), Error, "WRONGTYPE");
    assertThrows(() => small.space.add(type, 1), Error, "WRONGTYPE");
    assertEquals(small.run("INCR", type), wrongType);
    assertEquals(small.run("APPEND", type, "x"), wrongType);
    small.transaction((space) => {
      assertThrows(() => space.get(type), Error, "WRONGTYPE");
      assertEquals(answerOf(space, ["GETSET", type, "x"]), wrongType);
    });
  }
  assertEquals(small.run("LPUSH", "set", "x"), wrongType);
  assertEquals(small.run("LMOVE", "list", "zset", "LEFT", "LEFT"), wrongType);
  assertThrows(() => small.map.get("list"), TypeError, "collection of a store");
  assertEquals(lengths(small), [COUNT, COUNT, COUNT, COUNT]);
});

Deno.test("a transaction sees its own changes, and those undone no more", () => {
  using small = new Small();
  fill(small);
  small.transaction((space) => {
    answerOf(space, ["LPUSH", "list", "first"]);
    answerOf(space, ["HSET", "hash", "first", "1"]);
    assertThrows(
      () =>
        small.transaction((inner) => {
          answerOf(inner, ["LPUSH", "list", "second"]);
          answerOf(inner, ["HDEL", "hash", "first"]);
          answerOf(inner, ["DEL", "set"]);
          assertEquals(answerOf(inner, ["LINDEX", "list", "0"]), "second");
          assertEquals(answerOf(inner, ["HEXISTS", "hash", "first"]), 0);
          throw new Error("undone");
        }),
      Error,
      "undone",
    );
    assertEquals(answerOf(space, ["LINDEX", "list", "0"]), "first");
    assertEquals(answerOf(space, ["HGET", "hash", "first"]), "1");
    answerOf(space, ["LPUSH", "list", "third"]);
    answerOf(space, ["SADD", "set", "third"]);
    answerOf(space, ["SMOVE", "set", "set 2", names[0]]);
    answerOf(space, ["ZADD", "zset", "-1", "third"]);
    assertEquals(answerOf(space, ["ZRANK", "zset", "third"]), 0);
  });
  assertEquals(small.run("LRANGE", "list", "0", "2"), [
    "third",
    "first",
    names[0],
  ]);
  assertEquals(small.run("HGET", "hash", "first"), "1");
  assertEquals(small.run("SCARD", "set"), COUNT);
  assertEquals(small.run("SMEMBERS", "set 2"), [names[0]]);
  assertEquals(small.run("ZRANGE", "zset", "0", "0"), ["third"]);
  assertThrows(
    () =>
      small.transaction((space) => {
        answerOf(space, ["DEL", ...TYPES]);
        throw new Error("undone");
      }),
    Error,
    "undone",
  );
  assertEquals(small.run("EXISTS", ...TYPES), 4);
  small.run("DEL", "set 2", ...TYPES);
  small.checkEmpty();
});

Deno.test("changes of trees for which there is no memory change nothing", () => {
  using small = new Small(TREES, { maxBytes: 2 ** 20 });
  fill(small);
  const big = "x".repeat(50_000);
  let count = 0;
  const pushes: readonly (() => void)[] = [
    () => small.run("RPUSH", "list", ...names, big, big, big),
    () => small.run("HSET", "hash", ...names, `big ${count++}`, big),
    () =>
      small.transaction((space) => {
        answerOf(space, ["ZADD", "zset", "1", big]);
        answerOf(space, ["RPUSH", "list", ...names, big]);
      }),
  ];
  for (const push of pushes) {
    let before: Value[] = [];
    assertThrows(() => {
      for (;;) {
        before = lengths(small);
        push();
      }
    }, MapFullError);
    assertEquals(lengths(small), before);
    assertSound(small.map);
    assertEquals(small.run("DEL", ...TYPES), 4); // works all the same
    fill(small);
  }
  small.run("FLUSHALL");
  small.checkEmpty();
});

Deno.test("trees are evicted whole, and evict others", () => {
  using small = new Small(TREES, { maxBytes: 2 ** 20, onFull: "evict" });
  for (let i = 0; i < 1000; i++) {
    small.run("RPUSH", `list ${i}`, ...names.slice(0, 100));
  }
  assertGreater(small.map.stats().evicted, 0);
  const keys = [...small.map.keys()];
  assertGreater(keys.length, 10);
  for (const key of keys) assertEquals(small.run("LLEN", key), 100);
  small.run("SADD", "large", ...Array.from({ length: 9000 }, (_, i) => `${i}`));
  assertEquals(small.run("SCARD", "large"), 9000);
  small.transaction((space) =>
    answerOf(space, ["SUNIONSTORE", "large", "large", "large"])
  );
  assertEquals(small.run("SCARD", "large"), 9000);
  assertSound(small.map);
  small.run("FLUSHALL");
  small.checkEmpty();
});

Deno.test("a snapshot shows trees as they were", () => {
  using small = new Small();
  fill(small);
  const { access } = partsOf(small.map);
  const trees = new StructureAccess(access);
  using snapshot = small.map.snapshot();
  for (const name of names) {
    small.run("LPOP", "list");
    small.run("LPUSH", "list", `not ${name}`);
  }
  small.run("DEL", "list");
  const moment = { tick: snapshot.tick, time: 0 };
  const { participant } = attachmentOf(small.map);
  participant.collectAll();
  const found = trees.readAt("list", moment, (present, nodes) => {
    const refuse = () => {
      throw new Error("what a snapshot shows is only read");
    };
    const draft = {
      ...{ words: nodes.words, bytes: nodes.bytes },
      allocate: refuse,
      sumUp: refuse,
      leave: refuse,
      leaveAll: refuse,
      isFresh: () => false,
      step: refuse,
    };
    const view = viewOf(draft, present!);
    return "slice" in view ? view.slice(0, view.length) : [];
  }, "read a list");
  assertEquals(found, names);
  snapshot.close();
  small.run("FLUSHALL");
  small.checkEmpty();
});

Deno.test("a scan goes on when a pack becomes trees, or trees a pack", () => {
  for (const grows of [true, false]) {
    using small = new Small({ mostPacked: 1000, leastTrees: 400 });
    const few = names.slice(0, 10);
    small.run("SADD", "set", ...few);
    if (!grows) small.run("SADD", "set", ...names.slice(10));
    assertEquals(small.hasTrees("set"), !grows);
    const seen: Value[] = [];
    let cursor: Value = "0";
    do {
      const step = small.run("SSCAN", "set", `${cursor}`, "COUNT", "1");
      const [next, items] = step as [string, Value[]];
      seen.push(...items);
      cursor = next;
      small.run(grows ? "SADD" : "SREM", "set", ...names.slice(10));
      assertEquals(small.hasTrees("set"), grows);
    } while (cursor !== "0");
    const found = seen.filter((one) => few.includes(`${one}`));
    assertEquals(found.toSorted(), few.toSorted());
  }
});

Deno.test("keys are found by the type of their trees", () => {
  using small = new Small();
  fill(small);
  for (const type of TYPES) {
    const found = small.run("SCAN", "0", "COUNT", "100", "TYPE", type);
    assertEquals(found, ["0", [type]]);
    assertEquals(small.run("TYPE", type), type);
  }
  assertEquals(
    TYPES.map((type) => small.run("OBJECT", "ENCODING", type)),
    ["quicklist", "hashtable", "hashtable", "skiplist"],
  );
});
