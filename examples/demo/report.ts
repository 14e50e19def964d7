/**
 * What the demo prints, beside the progress.
 *
 * @module
 */
import type { SharedMap } from "../../mod.ts";
import { operationsOf, redoneBy } from "./board.ts";
import type { BuildReport } from "./build.ts";
import type { Pace } from "./comparison.ts";
import { claimOn } from "./claims.ts";
import { count, duration, megabytes, microseconds } from "./figures.ts";
import type { Input } from "./input.ts";
import type { Maps } from "./job.ts";
import type { Options } from "./options.ts";
import { bold, dim, green, red } from "./paint.ts";
import { total } from "./postings.ts";
import type { Proof } from "./proof.ts";
import type { RestartReport } from "./restart.ts";
import { percentile } from "./stopwatch.ts";
import { table } from "./table.ts";

const TOP = 8;

export function opening(input: Input, { workers, longest }: Options) {
  heading(
    workers === 1
      ? "1 worker builds an index"
      : `${workers} workers build one index`,
  );
  console.log(
    `  text     ${input.title}: ${megabytes(input.bytes.length)}, ` +
      `${input.pieces.length} pieces\n` +
      `  index    every phrase of 1 to ${longest} words, and where it occurs\n`,
  );
}

export function heading(words: string) {
  console.log(`\n${bold(words)}`);
}

export function built({ seconds, peakBytes, reader }: BuildReport, maps: Maps) {
  const { entries, liveBytes } = maps.index.stats();
  console.log(
    `Built in ${duration(seconds)}: ${count(entries)} entries, ` +
      `${megabytes(liveBytes)} in the map, ${megabytes(peakBytes)} in all.\n` +
      `The reader asked ${count(reader.asked)} times meanwhile, found ` +
      `${count(reader.found)}, of which wrong: ${verdict(reader.wrong)}`,
  );
}

/** Compares the totals of a view with those of its cut of the input. */
export function proof(
  { whole, begun, inView, inInput, equal, untorn }: Proof,
  view: string,
) {
  console.log(`  ${whole} pieces are in it whole, ${begun} in part.`);
  console.log(table(["the whole ones", `>${view}`, ">input"], [
    ["lines", count(inView.lines), count(inInput.lines)],
    ["different phrases", count(inView.phrases), count(inInput.phrases)],
    ["occurrences", count(inView.occurrences), count(inInput.occurrences)],
  ]));
  console.log(
    `  each count and line: ${equal ? green("equal") : red("NOT EQUAL")}`,
  );
  if (begun === 0) return;
  console.log(
    "  what is there in part is a beginning, in the order of writing: " +
      (untorn ? green("yes") : red("NO")),
  );
}

/** What another process found on disk. */
export function restarted(
  { bytes, dumpSeconds, restored, before, equal }: RestartReport,
) {
  const { seconds, fingerprint } = restored;
  console.log(
    `  dumped in ${duration(dumpSeconds)}, ${megabytes(bytes)}; ` +
      `restored in ${duration(seconds)}, ` +
      `${count(fingerprint.entries / seconds)} entries per second`,
  );
  console.log(table(["", ">before", ">after"], [
    ["entries", count(before.entries), count(fingerprint.entries)],
    ["lines", count(before.lines), count(fingerprint.lines)],
    ["different phrases", count(before.phrases), count(fingerprint.phrases)],
    ["occurrences", count(before.occurrences), count(fingerprint.occurrences)],
  ]));
  console.log(
    `  checksum of all entries: ${equal ? green("equal") : red("NOT EQUAL")}`,
  );
}

/** For want of the permissions that these flags give. */
export function restartSkipped(flags: readonly string[]) {
  const lines = ["Skipped, because these flags are missing:", ...flags];
  console.log(dim(lines.map((line) => `  ${line}`).join("\n")));
}

/** The phrases that occur most, by their number of words. */
export function topPhrases(index: SharedMap<string, string>, longest: number) {
  heading("Top phrases");
  const tops = Array.from({ length: longest }, () => new Top(TOP));
  for (const [phrase, postings] of index) {
    if (/^[#@]/.test(phrase)) continue;
    tops[phrase.split(" ").length - 1].offer(phrase, total(postings));
  }
  const head = tops.flatMap((_, at) => [
    at === 0 ? "1 word" : `${at + 1} words`,
    ">times",
  ]);
  const rows = Array.from({ length: TOP }, (_, row) =>
    tops.flatMap((top) => {
      const [phrase, times] = top.entries[row] ?? ["", NaN];
      return [phrase, Number.isNaN(times) ? "" : count(times)];
    }));
  console.log(table(head, rows));
}

/** Keeps the few greatest of many. */
class Top {
  readonly entries: [string, number][] = [];

  constructor(readonly size: number) {}

  offer(phrase: string, times: number) {
    if (this.entries.length === this.size && times <= this.entries.at(-1)![1]) {
      return;
    }
    this.entries.push([phrase, times]);
    this.entries.sort(([, a], [, b]) => b - a).splice(this.size);
  }
}

/** Who did how much. What a terminated worker had written counts, too. */
export function workers(
  { seconds, loss, reader }: BuildReport,
  { index, board }: Maps,
  input: Input,
  workers: number,
) {
  heading("Workers");
  const doneBy = Map.groupBy(
    input.pieces,
    ({ number }) => claimOn(index, number)!.worker,
  );
  const rows = Array.from({ length: workers }, (_, at) => {
    const worker = at + 1;
    const isLost = loss?.worker === worker;
    const operations = board.get(operationsOf(worker)) ?? 0;
    return [
      `${worker}`,
      count(doneBy.get(worker)?.length ?? 0),
      count(board.get(redoneBy(worker)) ?? 0),
      count(operations),
      count(operations / (isLost ? loss.seconds : seconds)),
      isLost ? `terminated after ${duration(loss.seconds)}` : "",
    ];
  });
  rows.push([
    "reader",
    "",
    "",
    count(reader.asked),
    count(reader.asked / seconds),
    "rests between rounds",
  ]);
  console.log(table(
    ["worker", ">pieces", ">taken over", ">operations", ">per second", ""],
    rows,
  ));
}

/** How long single operations took, while all the others went on. */
export function latencies({ indexers, reader }: BuildReport) {
  const samplesOf = (kind: "sets" | "updates") =>
    Float64Array.from(indexers.flatMap((report) => [...report?.[kind] ?? []]));
  const row = (operation: string, by: string, samples: Float64Array) => [
    operation,
    by,
    count(samples.length),
    microseconds(percentile(samples, 0.5)),
    microseconds(percentile(samples, 0.99)),
  ];
  heading("Latency, one operation in 16 timed");
  console.log(table(["operation", "by", ">samples", ">p50", ">p99"], [
    row("get", "the reader", reader.gets),
    row("set", "the workers", samplesOf("sets")),
    row("update", "the workers", samplesOf("updates")),
  ]));
}

/** Compares ways of doing the job, the first of them with the others. */
export function comparison(operations: number, paces: Pace[]) {
  const rows = paces.map(({ way, perSecond, answers }) => [
    way,
    count(perSecond),
    microseconds(percentile(answers, 0.5)),
    duration(operations / perSecond),
    (paces[0].perSecond / perSecond).toFixed(1),
  ]);
  console.log(table(
    ["", ">per second", ">p50 of an answer", ">whole job", ">times as long"],
    rows,
  ));
  console.log(dim(
    "  Each for 2 s, from an empty map, with no reader and no loss; the whole job is\n" +
      "  reckoned from that. Of 100 operations a message none can use another's answer.",
  ));
}

export function closing(holds: boolean, time: string) {
  console.log(
    `\n${
      holds ? green(bold("All proofs hold.")) : red(bold("A PROOF FAILED."))
    } ${time} in all.`,
  );
}

function verdict(wrong: number): string {
  return wrong === 0 ? green("0") : red(count(wrong));
}
