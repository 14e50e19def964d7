import { formatRatio, formatSummary, type Summary } from "./statistics.ts";

/** What this run measured. */
export interface Figure {
  /** What is measured or compared, in words. */
  readonly what: string;
  readonly measured: Summary;
  /** What else a reader needs to judge the figure. */
  readonly remark?: string;
}

/** A promise of this project about a figure. */
export interface GoalCheck extends Figure {
  readonly goal: Goal;
}

/** Tells the figures that are promised from the others, which say more about the same. */
export function parted(
  figures: readonly (Figure & { readonly goal?: Goal | undefined })[],
): { readonly goals: GoalCheck[]; readonly figures: Figure[] } {
  const hasGoal = (figure: Figure): figure is GoalCheck =>
    (figure as GoalCheck).goal !== undefined;
  return {
    goals: figures.filter(hasGoal),
    figures: figures.filter((figure) => !hasGoal(figure)),
  };
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

/** Writes a figure without a goal as one line. */
export function formatFigure({ what, measured, remark }: Figure): string {
  const more = remark === undefined ? "" : ` (${remark})`;
  return `figure   ${what}: ${formatSummary(measured)}${more}`;
}

/** Writes a goal as `>= 2.00`. */
export function formatLimit(goal: Goal): string {
  return "atLeast" in goal
    ? `>= ${formatRatio(goal.atLeast)}`
    : `<= ${formatRatio(goal.atMost)}`;
}
