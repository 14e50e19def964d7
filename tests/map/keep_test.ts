// Updates that change nothing: they write nothing.
import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  type Codec,
  KEEP,
  type SetOptions,
  SharedMap,
  type SharedMapOptions,
} from "../../mod.ts";

const MINUTE = 60_000;

/** JSON by a codec of one's own. */
const own: Codec<unknown> = {
  name: "own",
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};
const CODECS: SharedMapOptions<string, unknown>[] = [
  { value: "any" },
  { value: "json" },
  { value: own },
];
const PRIMITIVES = [0, 1.5, "", "text", "long ".repeat(1000), null, true];

function create(options: SharedMapOptions<string, unknown> = {}) {
  return SharedMap.create<string, unknown>({ ...options, maxBytes: 2 ** 20 });
}

/** How many versions `act` makes of "a": none is reused while a snapshot is open. */
function versionsOf(
  map: SharedMap<string, unknown>,
  act: () => void,
): number {
  using before = map.snapshot();
  const { heldVersions, sets, deletes } = map.stats();
  act();
  using after = map.snapshot();
  const stats = map.stats();
  const counted = stats.sets - sets + stats.deletes - deletes;
  const held = stats.heldVersions - heldVersions;
  assertStrictEquals(after.tick > before.tick, counted > 0);
  assert(held <= counted);
  return counted;
}

Deno.test("SharedMap.update() writes nothing if fn returns KEEP", () => {
  for (const codec of CODECS) {
    using map = create(codec);
    for (const value of [...PRIMITIVES, { list: [1] }, undefined]) {
      if (value === undefined) map.delete("a");
      else map.set("a", value, { ttl: MINUTE });
      const ttl = map.ttl("a");
      const optionsOfAll: (SetOptions | undefined)[] = [
        undefined,
        { ttl: 5 },
        { ttl: 5, keepTtl: false },
      ];
      for (const options of optionsOfAll) {
        const written = versionsOf(map, () => {
          assertEquals(map.update("a", () => KEEP, options), value);
        });
        assertStrictEquals(written, 0);
      }
      assertEquals(map.get("a"), value);
      if (ttl === undefined) assertStrictEquals(map.ttl("a"), undefined);
      else assert(map.ttl("a")! > 5 && map.ttl("a")! <= ttl);
    }
  }
});

Deno.test("SharedMap.update() writes nothing if fn returns the primitive that is there", () => {
  using _ = stub(Date, "now", () => 1_700_000_000_000);
  for (const codec of CODECS) {
    using map = create(codec);
    for (const value of PRIMITIVES) {
      for (const ttl of [Infinity, MINUTE]) {
        map.set("a", value, { ttl });
        for (const options of [undefined, { ttl: 5 }, { keepTtl: true }]) {
          const written = versionsOf(map, () => {
            const result = map.update("a", (current) => current, options);
            assertStrictEquals(result, value);
          });
          assertStrictEquals(written, 0);
          assertStrictEquals(map.ttl("a"), ttl);
        }
        // It may be there only to give the entry more time.
        const written = versionsOf(map, () => {
          map.update("a", (current) => current, { ttl: 5, keepTtl: false });
        });
        assertStrictEquals(written, 1);
        assertStrictEquals(map.ttl("a"), 5);
      }
    }
  }
  using map = create();
  for (const value of [NaN, -0, 7n]) {
    map.set("a", value);
    const same = () => map.update("a", () => value);
    assertStrictEquals(versionsOf(map, same), 0);
  }
});

Deno.test("SharedMap.update() writes what is equal, but not the same", () => {
  using map = create();
  for (const [before, after] of [[0, -0], [-0, 0], [1, "1"], [1, 1n]]) {
    map.set("a", before);
    const change = () => map.update("a", () => after);
    assertStrictEquals(versionsOf(map, change), 1);
    assertStrictEquals(map.get("a"), after);
  }
});

Deno.test("SharedMap.update() writes an object that fn changed and returned, whatever the codec", () => {
  for (const codec of CODECS) {
    using map = create(codec);
    map.set("a", [1]);
    const append = () =>
      map.update("a", (list) => {
        (list as number[]).push(2);
        return list;
      });
    assertStrictEquals(versionsOf(map, () => append()), 1);
    assertEquals(map.get("a"), [1, 2]);
  }
  using map = SharedMap.create<string, Uint8Array>({
    value: "bytes",
    maxBytes: 2 ** 20,
  });
  map.set("a", new Uint8Array(4));
  map.update("a", (bytes) => bytes!.fill(7));
  assertEquals(map.get("a"), new Uint8Array(4).fill(7));
});

Deno.test("SharedMap.update() that keeps the entry leaves what fn did to its copy", () => {
  using map = create();
  map.set("a", [1]);
  map.update("a", (list) => {
    (list as number[]).push(2);
    return KEEP;
  });
  assertEquals(map.get("a"), [1]);
});

Deno.test("SharedMap.update() with KEEP sees what is there at one moment, and runs fn once", () => {
  using map = create();
  map.set("a", 1);
  let runs = 0;
  const result = map.update("a", () => {
    runs++;
    map.set("a", 2);
    return KEEP;
  });
  assertEquals([result, runs, map.get("a")], [1, 1, 2]);
});

Deno.test("SharedMap.update() to what was there runs fn again if that has changed, or expired", () => {
  let now = 1_700_000_000_000;
  using _ = stub(Date, "now", () => now);
  using map = create();
  const changes = [
    () => map.set("a", 2),
    () => map.delete("a"),
    () => now += 10,
  ];
  for (const change of changes) {
    map.set("a", 1, { ttl: 10 });
    const seen: unknown[] = [];
    const result = map.update("a", (current) => {
      if (seen.push(current) === 1) change();
      return current;
    });
    assertStrictEquals(seen.length, 2);
    assertStrictEquals(result, seen[1]);
    assertStrictEquals(map.get("a"), result);
  }
});

Deno.test("KEEP is no value", () => {
  using map = create();
  const kept = KEEP as unknown;
  assertThrows(() => map.set("a", kept), TypeError);
  assertThrows(() => map.getOrInsertComputed("a", () => kept), TypeError);
  assertFalse(map.has("a"));
});
