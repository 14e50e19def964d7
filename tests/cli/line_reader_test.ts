import { assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../src/cli/errors.ts";
import { type Line, readLines } from "../../src/cli/line_reader.ts";

/** The lines of a text that comes in chunks of `length` bytes. */
function linesOf(bytes: Uint8Array, length: number): Promise<Line[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += length) {
      yield bytes.subarray(at, at + length);
    }
  }
  return Array.fromAsync(readLines(chunks()));
}

Deno.test("readLines() splits at newlines, wherever the chunks end", async () => {
  const bytes = new TextEncoder().encode("a\n\n日本\r\nlast");
  for (let length = 1; length <= bytes.length; length++) {
    assertEquals(await linesOf(bytes, length), [
      { number: 1, text: "a", end: 2 },
      { number: 2, text: "", end: 3 },
      { number: 3, text: "日本\r", end: 11 },
      { number: 4, text: "last", end: 15 },
    ]);
  }
});

Deno.test("readLines() finds no line behind the last newline", async () => {
  assertEquals(await linesOf(new Uint8Array(), 1), []);
  assertEquals((await linesOf(new TextEncoder().encode("a\n"), 9)).length, 1);
});

Deno.test("readLines() refuses what is not UTF-8", async () => {
  const bytes = new Uint8Array([0x61, 0x0a, 0xff, 0x0a]);
  await assertRejects(() => linesOf(bytes, 9), DataError, "line 2: expected");
});
