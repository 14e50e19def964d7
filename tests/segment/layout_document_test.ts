// docs/memory.md draws the segment; what it says is what the code uses.
import { assert, assertEquals } from "@std/assert";
import * as layout from "../../src/segment/layout.ts";
import { layOut } from "../../src/segment/segment.ts";

const DOCUMENT = await Deno.readTextFile(
  new URL("../../docs/memory.md", import.meta.url),
);
const NUMBERS = new Map(
  Object.entries(layout).filter((entry): entry is [string, number] =>
    typeof entry[1] === "number"
  ),
);

Deno.test("docs/memory.md names every word of the layout, at its place", () => {
  const places = new Map<string, number>();
  const rows = DOCUMENT.matchAll(
    /^\| (\d+) +\| ([A-Z]_[A-Z_]+) +\|/gm,
  );
  for (const [, at, name] of rows) places.set(name, Number(at));
  const isWord = (name: string) =>
    /^[A-Z]_/.test(name) && !name.startsWith("F_") && !/_HEADER_/.test(name);
  const words = [...NUMBERS].filter(([name]) => isWord(name));
  assertEquals(
    [...places].sort(([a], [b]) => a < b ? -1 : 1),
    words.sort(([a], [b]) => a < b ? -1 : 1),
  );
});

Deno.test("docs/memory.md says what the constants are", () => {
  const said = [
    ...DOCUMENT.matchAll(/^\| ([A-Z_]+) +\| (\d+) +\|/gm),
    ...DOCUMENT.matchAll(/\b([A-Z_]{2,}) is (\d+)/g),
    ...DOCUMENT.matchAll(/\b([A-Z_]{2,}) (\d+)\b/g),
    ...DOCUMENT.matchAll(/\b([A-Z_]{4,}) \((0x\d+)\)/g),
    ...[...DOCUMENT.matchAll(/(0x\d+|-1|\b[01]) +(?:flag )?([A-Z_]{4,})\b/g)]
      .map(([all, value, name]) => [all, name, value]),
  ].map(([, name, value]) => [name, Number(value)] as const);
  assert(said.length > 20, `${said.length}`);
  for (const [name, value] of said) {
    const actual = NUMBERS.get(name);
    assert(actual !== undefined, `there is no ${name}`);
    assertEquals(value | 0, actual, name);
  }
  const { MAX_PARTICIPANTS, LAYOUT_VERSION, GONE, DEAD } = layout;
  assert(DOCUMENT.includes(`layout version ${LAYOUT_VERSION}.`));
  assert(DOCUMENT.includes(`one of the ${MAX_PARTICIPANTS}.`));
  assert(DOCUMENT.includes(`DEAD | ${GONE ^ DEAD}  GONE`));
});

Deno.test("docs/memory.md says how a segment is divided", () => {
  const rows = DOCUMENT.matchAll(
    /^\| (\d+) (MiB|GiB) +\| ([\d.]+) (KiB|MiB) +\| (\d+) KiB +\| ([\d,]+) +\| ([\d.]+) (KiB|MiB) +\| ([\d,]+) +\|/gm,
  );
  const UNITS: Record<string, number> = {
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
  };
  let count = 0;
  for (const [, size, unit, head, headUnit, chunk, chunks, ...rest] of rows) {
    const [warmHead, warmUnit, warmChunks] = rest;
    for (
      const [keepsHeat, saidHead, saidUnit, saidChunks] of [
        [false, head, headUnit, chunks],
        [true, warmHead, warmUnit, warmChunks],
      ] as const
    ) {
      const { chunkCount, chunkShift, firstChunk } = layOut(
        Number(size) * UNITS[unit],
        keepsHeat,
      );
      const headSize = firstChunk * layout.REF_BYTES / UNITS[saidUnit];
      assertEquals(Number(saidHead), Math.round(headSize * 10) / 10);
      assertEquals(Number(chunk) * 2 ** 10, 2 ** chunkShift * layout.REF_BYTES);
      assertEquals(Number(saidChunks.replace(",", "")), chunkCount);
    }
    count++;
  }
  assertEquals(count, 5);
});
