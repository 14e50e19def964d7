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
  return rowsOf(
    field.contenders,
    columnsOf(field),
    (contender, workers) =>
      results.against({ contender, mix, workers }, baseOf(field)),
  );
}

function absoluteRows(
  results: Results,
  field: Field,
  mix: MixName,
): string[][] {
  return rowsOf(
    field.contenders,
    columnsOf(field),
    (contender, workers) =>
      results.series({ contender, mix, workers }).map((each) => each / 1e6),
  );
}

function scalingRows(results: Results, field: Field, mix: MixName): string[][] {
  const more = field.workers.filter((workers) => workers > 1);
  if (!field.workers.includes(1) || more.length === 0) return [["(not run)"]];
  return rowsOf(
    field.contenders,
    more.map((workers) => [workers, `${workers} to 1`]),
    (contender, workers) => results.scaling({ contender, mix, workers }),
  );
}

/** A number of workers, and what stands above it. */
type Column = readonly [workers: number, head: string];

function columnsOf({ workers }: Field): Column[] {
  return workers.map((workers) => [workers, workersOf({ workers })]);
}

/** A row for each contender, with the median of its rounds for each number of workers. */
function rowsOf(
  contenders: readonly ContenderName[],
  columns: readonly Column[],
  roundsOf: (contender: ContenderName, workers: number) => number[],
): string[][] {
  const rows = contenders.map((contender) => [
    TITLES[contender],
    ...columns.map(([workers]) =>
      formatSummary(summarize(roundsOf(contender, workers)))
    ),
  ]);
  return [["", ...columns.map(([, head]) => head)], ...rows];
}

function wrongAnswers(results: Results, field: Field, mix: MixName): string[] {
  return field.contenders
    .map((contender) => ({ contender, wrong: results.wrong(contender, mix) }))
    .filter(({ wrong }) => wrong > 0)
    .map(({ contender, wrong }) =>
      `${TITLES[contender]}: ${wrong} wrong answers`
    );
}
