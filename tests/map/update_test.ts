import {
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ClosedError, type Codec, SharedMap } from "../../mod.ts";

function numbers(): SharedMap<string, number> {
  return SharedMap.create<string, number>({ maxBytes: 2 ** 20 });
}

Deno.test("SharedMap.update() inserts, replaces and deletes", () => {
  using map = numbers();
  const seen: unknown[] = [];
  const put = (next: number | undefined) =>
    map.update("a", (current) => {
      seen.push(current);
      return next;
    });
  assertStrictEquals(put(1), 1);
  assertStrictEquals(put(2), 2);
  assertStrictEquals(put(undefined), undefined);
  assertStrictEquals(put(undefined), undefined);
  assertEquals(seen, [undefined, 1, 2, undefined]);
  assertFalse(map.has("a"));
  assertStrictEquals(map.stats().deletes, 1);
});

Deno.test("SharedMap.update() runs fn again when fn itself changed the key", () => {
  using map = numbers();
  map.set("a", 1);
  const seen: unknown[] = [];
  const result = map.update("a", (current) => {
    seen.push(current);
    if (seen.length === 1) map.set("a", 10);
    if (seen.length === 2) map.delete("a");
    if (seen.length === 3) map.set("a", 30);
    return (current ?? 0) + 1;
  });
  assertEquals(seen, [1, 10, undefined, 30]);
  assertStrictEquals(result, 31);
  assertStrictEquals(map.get("a"), 31);
});

Deno.test("SharedMap.update() runs fn again when fn deletes or inserts the key", () => {
  using map = numbers();
  map.set("a", 1);
  let runs = 0;
  assertStrictEquals(
    map.update("a", (current) => {
      if (runs++ === 0) map.delete("a");
      return current === undefined ? 5 : current;
    }),
    5,
  );
  assertStrictEquals(runs, 2);
  runs = 0;
  assertStrictEquals(
    map.update("b", (current) => {
      if (runs++ === 0) map.set("b", 7);
      return current === undefined ? undefined : current + 1;
    }),
    8,
  );
  assertStrictEquals(runs, 2);
});

Deno.test("SharedMap.update() runs fn again when fn sets the value that was there", () => {
  using map = numbers();
  map.set("a", 1);
  let runs = 0;
  map.update("a", (current) => {
    if (runs++ === 0) map.set("a", 1);
    return current;
  });
  assertStrictEquals(runs, 2);
});

Deno.test("SharedMap.update() is not disturbed by what fn does with other keys", () => {
  using map = numbers();
  map.set("a", 1);
  let runs = 0;
  const result = map.update("a", (current) => {
    runs++;
    for (let i = 0; i < 1000; i++) map.set(`other${i}`, i); // the table grows
    map.increment("other0");
    map.update("nested", () => 5);
    [...map];
    return current! + 1;
  });
  assertStrictEquals(result, 2);
  assertStrictEquals(map.get("a"), 2);
  assertStrictEquals(map.get("nested"), 5);
  assertStrictEquals(map.get("other999"), 999);
  assertStrictEquals(runs, 1);
});

Deno.test("SharedMap.update() is not disturbed by what fn looks for", () => {
  for (const updated of ["a", "b"]) {
    for (const set of ["a", "b", "other"]) {
      for (const looked of ["a", "b", "other", "c"]) {
        using map = numbers();
        map.set("a", 1).set("other", 2);
        const before = map.get(updated);
        let runs = 0;
        map.update(updated, (current) => {
          if (runs++ === 0) {
            map.set(set, 5);
            map.get(looked);
          }
          return current === undefined ? undefined : current + 1;
        });
        const seen = set === updated ? 5 : before;
        assertStrictEquals(map.get(updated), seen && seen + 1);
        assertStrictEquals(runs, set === updated ? 2 : 1);
      }
    }
  }
});

Deno.test("SharedMap.update() nests on one key", () => {
  using map = numbers();
  let runs = 0;
  const result = map.update("a", (current) => {
    if (runs++ === 0) map.update("a", (inner) => (inner ?? 0) + 10);
    return (current ?? 0) + 1;
  });
  assertStrictEquals(result, 11);
});

Deno.test("SharedMap.update() changes nothing when fn throws, or gives what cannot be stored", () => {
  using map = numbers();
  map.set("a", 1);
  const boom = () => {
    throw new Error("boom");
  };
  assertThrows(() => map.update("a", boom), Error, "boom");
  assertThrows(() => map.update("b", boom), Error, "boom");
  const wrong = () => (() => {}) as unknown as number;
  assertThrows(() => map.update("a", wrong), TypeError);
  assertStrictEquals(map.get("a"), 1);
  assertStrictEquals(map.size, 1);
  map.set("c", 3); // nothing is left pinned or half done
  const { usedBytes } = map.stats();
  for (let i = 0; i < 20_000; i++) map.set("c", i);
  assertStrictEquals(map.stats().usedBytes < usedBytes + 100_000, true);
});

Deno.test("SharedMap.update() throws ClosedError when fn closes the map", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  map.set("a", 1);
  const closing = () => {
    map.close();
    return 2;
  };
  assertThrows(() => map.update("a", closing), ClosedError);
  assertStrictEquals(other.get("a"), 1);
  const another = SharedMap.attach<string, number>(other.handle);
  assertThrows(() =>
    another.update("a", () => {
      another.close();
      return undefined;
    }), ClosedError);
  assertStrictEquals(other.get("a"), 1);
});

Deno.test("SharedMap.update() refuses what is no function", () => {
  using map = numbers();
  for (const fn of [undefined, null, 5, {}]) {
    assertThrows(() => map.update("a", fn as never), TypeError, "fn");
  }
});

Deno.test("SharedMap.getOrInsertComputed() calls compute with the key, only if there is none", () => {
  using map = numbers();
  assertStrictEquals(map.getOrInsertComputed("abc", (key) => key.length), 3);
  const never = () => {
    throw new Error("computed");
  };
  assertStrictEquals(map.getOrInsertComputed("abc", never), 3);
});

Deno.test("SharedMap.getOrInsertComputed() returns what compute itself inserted", () => {
  using map = numbers();
  const result = map.getOrInsertComputed("a", () => {
    map.set("a", 1);
    return 2;
  });
  assertStrictEquals(result, 1);
  assertStrictEquals(map.get("a"), 1);
});

Deno.test("SharedMap.getOrInsertComputed() may use the map for other keys", () => {
  using map = numbers();
  const fibonacci = (key: string): number => {
    const n = Number(key);
    return n < 2 ? n : map.getOrInsertComputed(`${n - 1}`, fibonacci) +
      map.getOrInsertComputed(`${n - 2}`, fibonacci);
  };
  assertStrictEquals(map.getOrInsertComputed("40", fibonacci), 102334155);
  assertStrictEquals(map.size, 41);
});

Deno.test("SharedMap.getOrInsertComputed() changes nothing when compute throws, or gives nothing", () => {
  using map = numbers();
  assertThrows(
    () =>
      map.getOrInsertComputed("a", () => {
        throw new Error("boom");
      }),
    Error,
    "boom",
  );
  const nothing = () => undefined as unknown as number;
  assertThrows(() => map.getOrInsertComputed("a", nothing), TypeError);
  assertThrows(() => map.getOrInsertComputed("a", 5 as never), TypeError);
  assertStrictEquals(map.size, 0);
});

Deno.test("SharedMap.getOrInsertComputed() throws ClosedError when compute closes the map", () => {
  const map = numbers();
  using other = SharedMap.attach<string, number>(map.handle);
  assertThrows(() =>
    map.getOrInsertComputed("a", () => {
      map.close();
      return 1;
    }), ClosedError);
  assertFalse(other.has("a"));
});

Deno.test("SharedMap.getOrInsert() returns the value that the map holds", () => {
  using map = numbers();
  assertStrictEquals(map.getOrInsert("a", 1), 1);
  assertStrictEquals(map.getOrInsert("a", 2), 1);
  assertStrictEquals(map.get("a"), 1);
});

Deno.test("SharedMap.increment() adds, from 0 on", () => {
  using map = numbers();
  assertStrictEquals(map.increment("a"), 1);
  assertStrictEquals(map.increment("a", 10), 11);
  assertStrictEquals(map.increment("a", -11.5), -0.5);
  assertStrictEquals(map.increment("a", Infinity), Infinity);
  assertStrictEquals(map.get("a"), Infinity);
  assertStrictEquals(map.increment("b", -0), 0);
});

Deno.test("SharedMap.increment() adds in every codec that can hold numbers", () => {
  for (const value of ["any", "number", "json"] as const) {
    using map = SharedMap.create<string, number>({ value, maxBytes: 2 ** 20 });
    assertStrictEquals(map.increment("a", 5), 5);
    assertStrictEquals(map.increment("a", 5), 10);
    assertStrictEquals(map.get("a"), 10);
  }
  const value = {
    name: "decimal",
    encode: (n: number) => new TextEncoder().encode(`${n}`),
    decode: (bytes: Uint8Array) => Number(new TextDecoder().decode(bytes)),
  };
  using map = SharedMap.create<string, number>({ value, maxBytes: 2 ** 20 });
  map.set("a", 1, { ttl: 100_000 });
  assertStrictEquals(map.increment("a", 5), 6);
  assertStrictEquals(map.increment("b"), 1);
  assertFalse(map.ttl("a") === Infinity);
});

Deno.test("SharedMap.increment() of what is no number leaves it unharmed", () => {
  using map = SharedMap.create<string, unknown>({ maxBytes: 2 ** 20 });
  for (const value of ["1", null, 1n, {}, true, new Uint8Array(8)]) {
    map.set("a", value);
    assertThrows(() => map.increment("a"), TypeError, "number");
    assertEquals(map.get("a"), value);
  }
  for (const by of ["1", null, 1n, {}, NaN]) {
    assertThrows(() => map.increment("b", by as number), TypeError, "by");
  }
  assertFalse(map.has("b"));
});

Deno.test("SharedMap.increment() makes no number NaN, and refuses what is NaN", () => {
  const own: Codec<number> = {
    name: "own",
    encode: (number) => new Uint8Array(new Float64Array([number]).buffer),
    decode: (bytes) => new Float64Array(bytes.buffer)[0],
  };
  for (const value of ["any", "number", own] as const) {
    using map = SharedMap.create<string, number>({
      value: value as "number",
      maxBytes: 2 ** 20,
    });
    map.set("a", Infinity);
    assertThrows(() => map.increment("a", -Infinity), RangeError, "no sum");
    assertStrictEquals(map.get("a"), Infinity);
    assertStrictEquals(map.increment("a", 1), Infinity);
    assertThrows(() => map.increment("a", NaN), TypeError, "by");
    assertStrictEquals(map.get("a"), Infinity);
    map.set("a", NaN);
    for (const by of [1, Infinity]) {
      assertThrows(() => map.increment("a", by), TypeError, "number");
      assertStrictEquals(map.get("a"), NaN);
    }
  }
});

Deno.test("SharedMap.increment() of a map that holds no numbers is a TypeError", () => {
  for (const value of ["string", "bytes"] as const) {
    using map: SharedMap<string, unknown> = SharedMap.create({
      value,
      maxBytes: 2 ** 20,
    });
    assertThrows(() => map.increment("a"), TypeError);
    assertStrictEquals(map.size, 0);
  }
});

Deno.test("SharedMap.update() says so when fn changes its own key each time", () => {
  const ways: ((map: SharedMap<string, number>, runs: number) => unknown)[] = [
    (map, runs) => map.set("a", runs),
    (map, runs) => map.set("a", runs, { ttl: 60_000 }),
    (map) => map.increment("a"),
    (map) => map.update("a", (n) => n! + 1),
    (map, runs) => map.swap("a", runs),
    (map, runs) => runs % 2 === 1 ? map.delete("a") : map.set("a", runs),
    (map, runs) => runs % 2 === 1 ? map.clear() : map.set("a", runs),
    (map, runs) => {
      using same = SharedMap.attach<string, number>(map.handle);
      same.set("a", runs);
    },
    (map, runs) => {
      map.update("b", () => {
        map.set("a", runs);
        return 1;
      });
    },
  ];
  for (const way of ways) {
    using map = numbers();
    map.set("a", 100);
    let runs = 0;
    const changing = () => {
      way(map, ++runs);
      return 5;
    };
    const error = assertThrows(
      () => map.update("a", changing),
      Error,
      "Cannot update an entry",
    );
    assertFalse(error.name === "MapFullError");
    assertStrictEquals(runs < 20, true, "soon");
    map.set("a", 1); // nothing is left half done
    assertStrictEquals(map.update("a", (n) => n! + 1), 2);
  }
});

Deno.test("SharedMap.update() sees a change by fn, however much happened besides", () => {
  using map = SharedMap.create<string, string>({ maxBytes: 2 ** 20 });
  map.set("a", "old");
  let runs = 0;
  const result = map.update("a", (text) => {
    if (runs++ === 0) {
      map.set("a", "new");
      for (let i = 0; i < 20_000; i++) map.set("b", "x".repeat(i % 300));
    }
    return `${text}!`;
  });
  assertEquals([result, runs], ["new!", 2]);
  runs = 0;
  map.update("a", (text) => {
    runs++;
    for (let i = 0; i < 20_000; i++) map.set("b", "x".repeat(i % 300));
    return `${text}!`;
  });
  assertEquals([map.get("a"), runs], ["new!!", 1]);
});

Deno.test("SharedMap.update() is not misled by an object that fn changed", () => {
  using map = SharedMap.create<string, number[]>({ maxBytes: 2 ** 20 });
  map.set("a", [1]);
  let runs = 0;
  map.update("a", (list = []) => {
    runs++;
    for (let i = 0; i < 20_000; i++) map.set("b", Array(i % 50).fill(i));
    list.push(2);
    return list;
  });
  assertEquals([map.get("a"), runs], [[1, 2], 1]);
});
