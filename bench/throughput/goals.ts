import type { GoalCheck } from "../measure/goal.ts";
import { formatRatio, summarize } from "../measure/statistics.ts";
import { type ContenderName, TITLES } from "../peers/all.ts";
import { MIX_NAMES, type MixName } from "./mixes.ts";
import type { Results } from "./results.ts";
import type { Cell } from "./sample.ts";
import { workersOf } from "./words.ts";

/** What two workers get done to what one does. */
const SCALING: Readonly<Partial<Record<MixName, number>>> = {
  "read-heavy": 1.9,
};

/** How many times as much this map gets done as another one. */
interface Lead {
  readonly rival: ContenderName;
  readonly mix: MixName;
  readonly workers: number;
  readonly atLeast: number;
}

/** Beside what a program would use otherwise. Tables of a fixed size are bounds, not goals. */
const LEADS: readonly Lead[] = [
  { rival: "general", mix: "read-heavy", workers: 1, atLeast: 1 },
  { rival: "general", mix: "read-heavy", workers: 2, atLeast: 1.4 },
  { rival: "general", mix: "exchange", workers: 1, atLeast: 1 },
  { rival: "general", mix: "exchange", workers: 2, atLeast: 1.1 },
  { rival: "general", mix: "rapid-grow", workers: 2, atLeast: 1.05 },
  ...MIX_NAMES.map((mix): Lead => ({
    rival: "sharedmap",
    mix,
    workers: 2,
    atLeast: 6,
  })),
  { rival: "owner-100", mix: "read-heavy", workers: 1, atLeast: 40 },
];

/** What this project promises of its throughput, checked where it was measured. */
export function checkGoals(
  results: Results,
  cells: readonly Cell[],
): GoalCheck[] {
  const has = (wanted: Cell) =>
    cells.some(({ contender, mix, workers }) =>
      contender === wanted.contender && mix === wanted.mix &&
      workers === wanted.workers
    );
  const ours = (mix: MixName, workers: number): Cell => ({
    contender: "epochmap",
    mix,
    workers,
  });
  const scaling = MIX_NAMES
    .filter((mix) => has(ours(mix, 1)) && has(ours(mix, 2)))
    .flatMap((mix) => checkScaling(results, ours(mix, 2)));
  const leads = LEADS
    .map((lead) => ({ lead, cell: ours(lead.mix, lead.workers) }))
    .filter(({ lead, cell }) =>
      has(cell) && has({ ...cell, contender: lead.rival })
    )
    .map(({ lead, cell }) => checkLead(results, cell, lead));
  return [...scaling, ...leads];
}

function checkScaling(results: Results, cell: Cell): GoalCheck[] {
  const atLeast = SCALING[cell.mix];
  if (atLeast === undefined) return [];
  return [{
    what: `${cell.mix}, two workers to one`,
    goal: { atLeast },
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

function checkLead(results: Results, cell: Cell, lead: Lead): GoalCheck {
  return {
    what: `${cell.mix}, ${workersOf(cell)}, to ${TITLES[lead.rival]}`,
    goal: { atLeast: lead.atLeast },
    measured: summarize(results.against(cell, lead.rival)),
    remark: withoutHarness(results, cell, lead.rival),
  };
}

function withoutHarness(
  results: Results,
  cell: Cell,
  rival: ContenderName,
): string | undefined {
  const net = summarize(results.againstWithoutHarness(cell, rival));
  if (net.count === 0) return undefined;
  return `${formatRatio(net.median)} without the harness's own time`;
}
