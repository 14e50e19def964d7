import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  type AnyKeyCodec,
  type AnyValueCodec,
  type Codec,
  restoreSnapshot,
  SharedMap,
  verifySnapshot,
  writeSnapshot,
} from "../../mod.ts";
import { Folder, Home, namesIn } from "../testing/folder.ts";
import { seriesOf, silent } from "../persist/series.ts";
import { type Random, seeded } from "../testing/random.ts";
import { SCALE } from "../testing/scale.ts";
import {
  anyValue,
  someBytes,
  someJson,
  someNumber,
  someText,
} from "./any_value.ts";
import { runHere } from "./captured.ts";

const pairs: Codec<[number, number]> = {
  name: "a pair",
  encode: (pair) => new Uint8Array(new Float64Array(pair).buffer),
  decode: (bytes) => [...new Float64Array(bytes.buffer)] as [number, number],
};
const somePair = (chance: Random) => [someNumber(chance), chance.below(9)];

const KEYS: [AnyKeyCodec, (chance: Random) => unknown][] = [
  ["string", someText],
  ["number", someNumber],
  ["bytes", (chance) => someBytes(chance, 9)],
  [pairs, somePair],
];
const VALUES: [AnyValueCodec, (chance: Random) => unknown][] = [
  ["any", anyValue],
  ["string", someText],
  ["number", someNumber],
  ["bytes", (chance) => someBytes(chance, 2000)],
  ["json", someJson],
  [pairs, somePair],
];

/** Exports a directory, and imports that into another. */
async function copyByLines(
  from: string,
  to: string,
  lines: string,
  options: string[],
): Promise<void> {
  const exported = await runHere("export", from, "--output", lines);
  assertEquals([exported.code, exported.out], [0, ""], exported.err);
  const args = [lines, "--output", to, ...options];
  const imported = await runHere("import", ...args);
  assertEquals([imported.code, imported.err], [0, ""]);
  assert(imported.out.startsWith("Imported "), imported.out);
}

/** The name of a codec, as the command line takes it. */
function nameOf(codec: string | { name: string }): string {
  return typeof codec === "string" ? codec : codec.name;
}

function assertSameEntries(
  actual: SharedMap<unknown, unknown>,
  expected: SharedMap<unknown, unknown>,
): void {
  assertStrictEquals(actual.size, expected.size);
  for (const [key, value] of expected) {
    assertEquals(actual.get(key), value);
    const [ttl, wanted] = [actual.ttl(key)!, expected.ttl(key)!];
    assert(ttl === wanted || Math.abs(ttl - wanted) < 2000);
  }
}

for (const [key, someKey] of KEYS) {
  Deno.test(
    `export and import keep every kind of value under ${nameOf(key)} keys`,
    seeded(async (chance) => {
      for (const [value, someValue] of VALUES) {
        using folder = new Folder();
        const options = { key, value, maxBytes: 2 ** 24 };
        using map = SharedMap.create(options);
        for (let i = 0; i < 60 * SCALE; i++) {
          const ttl = chance.below(3) === 0 ? 1e9 : Infinity;
          map.set(someKey(chance), someValue(chance), { ttl });
        }
        const first = `${folder.path}/first`;
        const second = `${folder.path}/second`;
        Deno.mkdirSync(first);
        await writeSnapshot(map, first);
        await copyByLines(first, second, `${folder.path}/lines`, [
          ...["--key", nameOf(key), "--value", nameOf(value)],
          ...["--compression", chance.below(2) === 0 ? "none" : "zstd"],
        ]);
        await verifySnapshot(`${second}/000000000001.epochmap`);
        using restored = SharedMap.create(options);
        await restoreSnapshot(restored, second);
        assertSameEntries(restored, map);
        // The lines are the same, too, but for their order.
        const [again, before] = await Promise.all(
          [second, first].map((path) => runHere("export", path)),
        );
        assertEquals(sorted(again.out), sorted(before.out));
      }
    }),
  );
}

function sorted(text: string): string[] {
  return text.split("\n").sort();
}

Deno.test("export takes the state of a chain of epochs, import makes one of it that open takes", async () => {
  await using home = new Home();
  await using other = new Home();
  using map = SharedMap.create<string, unknown>();
  const series = seriesOf(map, home.path);
  map.set("deleted", 1).set("changed", 1).set("large", "x".repeat(2 ** 21));
  await series.write(silent);
  map.set("changed", 2).delete("deleted");
  await series.write(silent);
  map.set("new", 3);
  await series.write(silent);
  const lines = `${home.path}/lines`;
  await copyByLines(`${home.path}/000000000003.epochmap`, other.path, lines, [
    "--compression",
    "zstd",
  ]);
  using restored = await SharedMap.open<string, unknown>("imported", {
    persist: { directory: other.path, interval: 1e6 },
  });
  assertEquals(new Map(restored), new Map(map));
  const older = await runHere("export", `${home.path}/000000000001.epochmap`);
  assert(older.out.includes('{"key":"deleted","value":1}\n'));
});

Deno.test("import keeps the last entry of a key, and leaves out what has expired", async () => {
  using folder = new Folder();
  const lines = `${folder.path}/lines`;
  Deno.writeTextFileSync(
    lines,
    [
      '{"key":"a","value":1}',
      "",
      '{"key":"gone","value":1,"expiresAt":1}',
      '{"key":"a","value":2}\r',
      '{"key":"b","value":3,"expiresAt":4e12}',
      '{"key":"a","value":4}',
    ].join("\n"),
  );
  const { out } = await runHere("import", lines, "--output", folder.path);
  assert(out.includes("Imported 2 entries as epoch 1"), out);
  assert(out.includes("Left out, as they have expired: 1"), out);
  assert(out.includes("Left out, as their keys came again: 2"), out);
  using map = SharedMap.create();
  await restoreSnapshot(map, folder.path);
  assertEquals([...map].sort(), [["a", 4], ["b", 3]]);
});

Deno.test("import writes the next epoch of a directory, or the one that is named", async () => {
  using folder = new Folder();
  const lines = `${folder.path}/lines`;
  Deno.writeTextFileSync(lines, "");
  const to = (name: string) =>
    runHere("import", lines, "--output", `${folder.path}/${name}`);
  assertStrictEquals((await to("made")).code, 0);
  assertStrictEquals((await to("made")).code, 0);
  assertStrictEquals((await to("made/000000000007.epochmap")).code, 0);
  const again = await to("made/000000000007.epochmap");
  assertStrictEquals(again.code, 2);
  assert(again.err.includes("there is such a file"), again.err);
  assertEquals(namesIn(`${folder.path}/made`), [
    "000000000001.epochmap",
    "000000000002.epochmap",
    "000000000007.epochmap",
  ]);
});
