import { assert, assertEquals } from "@std/assert";
import {
  columns,
  count,
  counted,
  moment,
  size,
} from "../../src/cli/figures.ts";
import { bar, bucketsOf, drawHistogram } from "../../src/cli/histogram.ts";
import { Progress } from "../../src/cli/progress.ts";
import { TextWriter } from "../../src/cli/text_writer.ts";
import { Captured } from "./captured.ts";

Deno.test("count(), counted() and size() write numbers as people read them", () => {
  assertEquals(count(1234567), "1,234,567");
  assertEquals(counted(1, "entry", "entries"), "1 entry");
  assertEquals(counted(0, "entry", "entries"), "0 entries");
  assertEquals(
    [0, 1, 1023, 1024, 1536, 2 ** 30, 2 ** 50].map(size),
    [
      ...["0 bytes", "1 byte", "1,023 bytes"],
      ...["1.0 KiB", "1.5 KiB", "1.0 GiB", "1024.0 TiB"],
    ],
  );
});

Deno.test("moment() writes a time, and a number where there is none", () => {
  assertEquals(moment(0), "1970-01-01 00:00:00.000 UTC");
  assertEquals(moment(1e300), "1e+300 ms since 1970");
});

Deno.test("columns() aligns to the left or to the right", () => {
  assertEquals(
    columns([["a", "1", "x"], ["bc", "10", ""]], [
      false,
      true,
      false,
    ]),
    ["a    1  x", "bc  10"],
  );
});

Deno.test("bar() draws eighths, and whatever is more than nothing", () => {
  assertEquals(bar(0, 4), "");
  assertEquals(bar(1e-9, 4), "▏");
  assertEquals(bar(0.5, 4), "██");
  assertEquals(bar(0.6, 4), "██▍");
  assertEquals(bar(1, 4), "████");
});

Deno.test("drawHistogram() draws from the first bucket to the last that is not empty", () => {
  const buckets = bucketsOf([0, 0, 1, 0, 4, 0]);
  assertEquals(buckets[4], { from: 8, to: 15, entries: 4 });
  assertEquals(drawHistogram(buckets), [
    ` 2 –  3  ${"█".repeat(10).padEnd(40)}  1`,
    ` 4 –  7  ${" ".repeat(40)}  0`,
    ` 8 – 15  ${"█".repeat(40)}  4`,
  ]);
  assertEquals(drawHistogram(bucketsOf([])), []);
  assertEquals(drawHistogram(bucketsOf([2])), [
    `0 – 0  ${"█".repeat(40)}  2`,
  ]);
});

Deno.test("Progress shows a bar on a terminal only, and takes it away", () => {
  const [terminal, file] = [new Captured(true), new Captured()];
  for (const sink of [terminal, file]) {
    using progress = new Progress(new TextWriter(sink, 0), "reading", 40);
    progress.show(1, 2);
    progress.show(1.001, 2); // too soon
  }
  const drawn = `${"█".repeat(12)}${"░".repeat(12)}  50%  reading`;
  assertEquals(terminal.text, `\r\x1b[K${drawn.slice(0, 39)}\r\x1b[K`);
  assertEquals(file.text, "");
});

Deno.test("Progress never fills more than a line", () => {
  const terminal = new Captured(true);
  using progress = new Progress(new TextWriter(terminal, 0), "reading", 10);
  progress.show(9, 3);
  assert(terminal.text.length <= 9 + "\r\x1b[K".length);
});

Deno.test("TextWriter writes when there is enough, and the rest when asked", () => {
  const sink = new Captured();
  const writer = new TextWriter(sink, 5);
  writer.line("äb");
  assertEquals(sink.text, "");
  writer.line("c");
  assertEquals(sink.text, "äb\nc\n");
  writer.write("d");
  writer.flush();
  assertEquals(sink.text, "äb\nc\nd");
});

Deno.test("TextWriter goes on where a write was cut short", () => {
  let written = "";
  const sink = {
    isTerminal: () => false,
    writeSync(bytes: Uint8Array) {
      written += new TextDecoder().decode(bytes.subarray(0, 1));
      return 1;
    },
  };
  new TextWriter(sink, 0).line("abc");
  assertEquals(written, "abc\n");
});
