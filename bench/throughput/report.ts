import { formatSummary, summarize } from "../measure/statistics.ts";
import { formatTable } from "../measure/text_table.ts";
import { type ContenderName, TITLES } from "../peers/all.ts";
import { workersOf } from "./words.ts";
import { MIXES, type MixName } from "./mixes.ts";
import type { Results } from "./results.ts";

/** What was run against what. */
export interface Field {
  readonly contenders: readonly ContenderName[];
  readonly mixes: readonly MixName[];
  readonly workers: readonly number[];
}

/** Writes the tables of a run: medians of its rounds, with the lowest and highest. */
export function formatResults(results: Results, field: Field): string {
  return [
    ...field.mixes.map((mix) => formatMix(results, field, mix)),
    ...results.troubles().map((trouble) => `failed: ${trouble}`),
  ].join("\n\n");
}

function formatMix(results: Results, field: Field, mix: MixName): string {
  const base = baseOf(field);
  return [
    `${mix}: ${MIXES[mix].title}`,
    `Operations per second, ${TITLES[base]} = 1.00 at each number of workers`,
    formatTable(ratioRows(results, field, mix)),
    "Millions of operations a second",
    formatTable(absoluteRows(results, field, mix)),
    "Each against itself with 1 worker",
    formatTable(scalingRows(results, field, mix)),
    ...wrongAnswers(results, field, mix),
  ].join("\n");
}

/** Whom the others are compared with: this project's map, or the first that ran. */
export function baseOf({ contenders }: Field): ContenderName {
  return contenders.includes("epochmap") ? "epochmap" : contenders[0];
}

function ratioRows(results: Results, field: Field, mix: MixName): string[][] {
  const head = field.workers.map((workers) => workersOf({ workers }));
  const rows = field.contenders.map((contender) => [
    TITLES[contender],
    ...field.workers.map((workers) =>
      formatSummary(summarize(
        results.against({ contender, mix, workers }, baseOf(field)),
      ))
    ),
  ]);
  return [["", ...head], ...rows];
}

function absoluteRows(
  results: Results,
  field: Field,
  mix: MixName,
): string[][] {
  const head = field.workers.map((workers) => workersOf({ workers }));
  const rows = field.contenders.map((contender) => [
    TITLES[contender],
    ...field.workers.map((workers) => {
      const series = results.series({ contender, mix, workers });
      return formatSummary(summarize(series.map((each) => each / 1e6)));
    }),
  ]);
  return [["", ...head], ...rows];
}

function scalingRows(results: Results, field: Field, mix: MixName): string[][] {
  const more = field.workers.filter((workers) => workers > 1);
  if (!field.workers.includes(1) || more.length === 0) return [["(not run)"]];
  const head = more.map((workers) => `${workers} to 1`);
  const rows = field.contenders.map((contender) => [
    TITLES[contender],
    ...more.map((workers) =>
      formatSummary(summarize(results.scaling({ contender, mix, workers })))
    ),
  ]);
  return [["", ...head], ...rows];
}

function wrongAnswers(results: Results, field: Field, mix: MixName): string[] {
  return field.contenders
    .map((contender) => ({ contender, wrong: results.wrong(contender, mix) }))
    .filter(({ wrong }) => wrong > 0)
    .map(({ contender, wrong }) =>
      `${TITLES[contender]}: ${wrong} wrong answers`
    );
}
