import type { GoalCheck } from "../measure/goal.ts";
import { formatRatio, summarize } from "../measure/statistics.ts";
import { type ContenderName, TITLES } from "../peers/all.ts";
import { MIX_NAMES, type MixName } from "./mixes.ts";
import type { Results } from "./results.ts";
import type { Cell } from "./sample.ts";
import { workersOf } from "./words.ts";

/** What two workers get done to what one does. */
const SCALING: Readonly<Record<MixName, number>> = {
  "read-heavy": 1.9,
  "exchange": 1.7,
  "rapid-grow": 1.7,
};

/** How many times as much this map gets done as another one. */
interface Lead {
  readonly rival: ContenderName;
  readonly mix: MixName;
  readonly workers: readonly number[];
  readonly atLeast: number;
}

const EVERY_NUMBER = [1, 2, 4];
const SEVERAL = [2, 4];

const LEADS: readonly Lead[] = [
  ...MIX_NAMES.map((mix): Lead => ({
    rival: "sharedmap",
    mix,
    workers: EVERY_NUMBER,
    atLeast: 12,
  })),
  { rival: "mutex", mix: "rapid-grow", workers: SEVERAL, atLeast: 2 },
  { rival: "mutex", mix: "read-heavy", workers: SEVERAL, atLeast: 3 },
  { rival: "striped", mix: "read-heavy", workers: SEVERAL, atLeast: 1.4 },
  { rival: "striped", mix: "exchange", workers: SEVERAL, atLeast: 1.3 },
  { rival: "striped", mix: "rapid-grow", workers: SEVERAL, atLeast: 1.5 },
  ...MIX_NAMES.map((mix): Lead => ({
    rival: "striped",
    mix,
    workers: [1],
    atLeast: 1,
  })),
  { rival: "lmdb", mix: "read-heavy", workers: [2], atLeast: 5 },
  { rival: "lmdb", mix: "exchange", workers: [2], atLeast: 50 },
  { rival: "owner-1", mix: "read-heavy", workers: [1], atLeast: 500 },
  { rival: "owner-100", mix: "read-heavy", workers: [1], atLeast: 40 },
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
    .map((mix) => checkScaling(results, ours(mix, 2)));
  const leads = LEADS.flatMap((lead) =>
    lead.workers
      .map((workers) => ours(lead.mix, workers))
      .filter((cell) => has(cell) && has({ ...cell, contender: lead.rival }))
      .map((cell) => checkLead(results, cell, lead))
  );
  return [...scaling, ...leads];
}

function checkScaling(results: Results, cell: Cell): GoalCheck {
  return {
    what: `${cell.mix}, two workers to one`,
    goal: { atLeast: SCALING[cell.mix] },
    measured: summarize(results.scaling(cell)),
    remark: scalingRemark(results, cell),
  };
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
