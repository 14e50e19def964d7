import type { GoalCheck } from "../measure/goal.ts";
import { formatRatio, summarize } from "../measure/statistics.ts";
import { MIX_NAMES, type MixName } from "./mixes.ts";
import type { Results } from "./results.ts";
import { workersOf } from "./words.ts";
import type { Cell } from "./sample.ts";

/** What this project promises of its throughput, checked where it was measured. */
export function checkGoals(
  results: Results,
  cells: readonly Cell[],
): GoalCheck[] {
  const ours = cells.filter((cell) => cell.contender === "epochmap");
  return [
    ...checkScaling(results, ours),
    ...checkAgainst(results, ours, cells),
  ];
}

/** Two workers read nearly twice as much as one. */
function checkScaling(results: Results, ours: readonly Cell[]): GoalCheck[] {
  const cell = ours.find((it) => it.mix === "read-heavy" && it.workers === 2);
  const alone = ours.some((it) => it.mix === "read-heavy" && it.workers === 1);
  if (cell === undefined || !alone) return [];
  return [{
    what: "read-heavy, two workers to one",
    atLeast: 1.8,
    measured: summarize(results.scaling(cell)),
    remark: scalingRemark(results, cell),
  }];
}

/** What the machine let happen: scaling is the first thing that others disturb. */
function scalingRemark(results: Results, cell: Cell): string {
  const empty: Cell = { ...cell, contender: "empty" };
  const ideal = summarize(results.scalingByProcessor(cell));
  const machine = summarize(results.scaling(empty));
  const share = summarize(results.shareOfMachine(empty));
  const own = `by processor time ${formatRatio(ideal.median)}`;
  if (machine.count === 0) return own;
  const percent = Math.round(100 * share.median);
  return `${own}; the harness alone ${formatRatio(machine.median)}, when the ` +
    `machine gave two workers ${percent} % of two processors`;
}

/** A multiple of what the package does that people would use otherwise. */
function checkAgainst(
  results: Results,
  ours: readonly Cell[],
  all: readonly Cell[],
): GoalCheck[] {
  const checks: GoalCheck[] = [];
  for (const mix of MIX_NAMES) {
    for (const cell of ours.filter((it) => it.mix === mix)) {
      if (!all.some((it) => isRival(it, mix, cell.workers))) continue;
      checks.push({
        what: `${mix}, ${workersOf(cell)}, epochmap to npm:sharedmap`,
        atLeast: 8,
        measured: summarize(results.against(cell, "sharedmap")),
        remark: withoutHarness(results, cell),
      });
    }
  }
  return checks;
}

function isRival(cell: Cell, mix: MixName, workers: number): boolean {
  return cell.contender === "sharedmap" && cell.mix === mix &&
    cell.workers === workers;
}

function withoutHarness(results: Results, cell: Cell): string | undefined {
  const net = summarize(results.againstWithoutHarness(cell, "sharedmap"));
  if (net.count === 0) return undefined;
  return `${formatRatio(net.median)} without the harness's own time`;
}
