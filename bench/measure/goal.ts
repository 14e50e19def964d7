import { formatRatio, formatSummary, type Summary } from "./statistics.ts";

/** A promise of this project about a ratio, and what this run measured. */
export interface GoalCheck {
  /** What is compared, in words. */
  readonly what: string;
  /** The smallest ratio that keeps the promise. */
  readonly atLeast: number;
  readonly measured: Summary;
  /** What else a reader needs to judge the figure. */
  readonly remark?: string;
}

/** Says whether the median reaches the goal; a measurement that failed does not. */
export function isMet({ measured, atLeast }: GoalCheck): boolean {
  return measured.median >= atLeast;
}

/** Writes a check as one line. */
export function formatGoal(check: GoalCheck): string {
  const verdict = isMet(check) ? "met    " : "not met";
  const remark = check.remark === undefined ? "" : ` (${check.remark})`;
  return `${verdict}  ${check.what}: goal >= ${formatRatio(check.atLeast)}, ` +
    `measured ${formatSummary(check.measured)}${remark}`;
}
