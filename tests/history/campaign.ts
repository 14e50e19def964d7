/**
 * A campaign: many histories of one map, run by the same workers, and the check of
 * each.
 *
 * @module
 */
import { SharedMap, type SharedMapStats } from "../../mod.ts";
import { Crew } from "../testing/crew.ts";
import { check } from "./checker.ts";
import { type Workload, type WorkloadName, WORKLOADS } from "./workloads.ts";
import { draw } from "./drawing.ts";
import type { FaultName } from "./faults.ts";
import { FULL, type Operation } from "./operation.ts";
import { partition } from "./partition.ts";
import type { Input, roles } from "./worker_roles.ts";
import { newClock } from "./recorder.ts";
import { type Kind, KINDS, shapeOf } from "./generator.ts";
import { specification, type State } from "./specification.ts";
import { Barrier } from "../testing/barrier.ts";

/** What is to be run. */
export interface Plan {
  readonly workload: WorkloadName;
  readonly workers: number;
  /** How many histories, of each map. */
  readonly histories: number;
  readonly seed: number;
  /** What they are about; if left out, now this and now that. */
  readonly kinds?: readonly Kind[];
  /** Maps that have these faults; if left out, one that has none. */
  readonly faults?: readonly FaultName[];
}

/** What came of a campaign. */
export interface Report {
  readonly histories: number;
  readonly operations: number;
  /** Pairs of operations that overlapped. */
  readonly overlaps: number;
  /** The histories that are wrong. */
  readonly violations: readonly Finding[];
  /** What happened besides: counters of the map, and answers that it was full. */
  readonly signs: SharedMapStats & { readonly full: number };
}

/** A history that is wrong. */
export interface Finding {
  /** The fault of the map that it is of, if that has one. */
  readonly fault: FaultName | undefined;
  readonly drawing: string;
}

const SCRIPT = new URL("./worker_roles.ts", import.meta.url);

/** Runs histories and checks them. */
export async function campaign(plan: Plan): Promise<Report> {
  const workload: Workload = WORKLOADS[plan.workload];
  using map = SharedMap.create<string, number>(workload.options);
  const groups = workload.groups(map);
  const histories = await record(plan, map, groups);
  const violations = histories.flatMap((history, number): Finding[] => {
    const { seed, kinds = KINDS } = plan;
    const { keys } = shapeOf(seed, number, groups, workload, kinds);
    const drawn = drawingOfFault(workload, keys, history);
    if (drawn === undefined) return [];
    const where = `seed ${plan.seed}, history ${number} of "${plan.workload}"`;
    const fault = plan.faults?.[Math.floor(number / plan.histories)];
    return [{ fault, drawing: `${where}:\n${drawn}` }];
  });
  const operations = histories.flat();
  const full = operations.filter(({ answer }) => answer === FULL).length;
  return {
    histories: histories.length,
    operations: operations.length,
    overlaps: histories.reduce((sum, some) => sum + overlapsIn(some), 0),
    violations,
    signs: { ...map.stats(), full },
  };
}

/** The operations of all workers, history by history. */
async function record(
  plan: Plan,
  map: SharedMap<string, number>,
  groups: string[][],
): Promise<Operation[][]> {
  const { workers, faults = [undefined], kinds = KINDS, ...rest } = plan;
  const [clock, barrier] = [newClock(), Barrier.memory()];
  const input: Input = { ...rest, faults, kinds, groups, clock, barrier };
  await using crew = new Crew<typeof roles>(SCRIPT, map.handle, plan.seed);
  const recorded = crew.add("client", workers, input);
  await crew.start();
  const byWorker = await recorded;
  return byWorker[0].map((_, history) =>
    byWorker.flatMap((histories) => histories[history])
  );
}

/** Checks a history part by part; returns a drawing of the first part that is wrong. */
function drawingOfFault(
  workload: Workload,
  keys: readonly string[],
  history: readonly Operation[],
): string | undefined {
  const model = specification(workload.options.onFull === "evict");
  const nothing: State = keys.map(() => undefined);
  for (const part of partition(history, keys.length)) {
    const violation = check(model, nothing, part);
    if (violation) return draw(violation, keys);
  }
}

function overlapsIn(history: readonly Operation[]): number {
  let overlaps = 0;
  for (const [i, one] of history.entries()) {
    for (const other of history.slice(i + 1)) {
      if (one.called < other.returned && other.called < one.returned) {
        overlaps++;
      }
    }
  }
  return overlaps;
}
