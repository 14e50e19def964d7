import { formatRatio, formatSummary, type Summary } from "./statistics.ts";

/** A promise of this project about a figure, and what this run measured. */
export interface GoalCheck {
  /** What is measured or compared, in words. */
  readonly what: string;
  readonly goal: Goal;
  readonly measured: Summary;
  /** What else a reader needs to judge the figure. */
  readonly remark?: string;
}

/** What keeps the promise. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** How far the median goes towards the goal: 1 or more reaches it. */
export function reach({ measured, goal }: GoalCheck): number {
  return "atLeast" in goal
    ? measured.median / goal.atLeast
    : goal.atMost / measured.median;
}

/** Says whether the median reaches the goal; a measurement that failed does not. */
export function isMet(check: GoalCheck): boolean {
  return reach(check) >= 1;
}

/** A run as its JSON file tells it: each goal with its verdict. */
export function recordOf<Run extends { readonly goals: readonly GoalCheck[] }>(
  run: Run,
) {
  const goals = run.goals.map((goal) => ({ ...goal, met: isMet(goal) }));
  return { ...run, goals };
}

/** Writes a check as one line. */
export function formatGoal(check: GoalCheck): string {
  const verdict = isMet(check) ? "met    " : "not met";
  const remark = check.remark === undefined ? "" : ` (${check.remark})`;
  return `${verdict}  ${check.what}: goal ${formatLimit(check.goal)}, ` +
    `measured ${formatSummary(check.measured)}${remark}`;
}

/** Writes a goal as `>= 2.00`. */
export function formatLimit(goal: Goal): string {
  return "atLeast" in goal
    ? `>= ${formatRatio(goal.atLeast)}`
    : `<= ${formatRatio(goal.atMost)}`;
}
