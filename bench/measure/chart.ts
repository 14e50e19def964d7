import { formatLimit, type GoalCheck, isMet, reach } from "./goal.ts";
import { formatRatio } from "./statistics.ts";
import { escape } from "./svg.ts";

const WIDTH = 960;
const ROW = 22;
const LABELS = 470;
const PADDING = 16;
const TOP = 56;
/** Bars end at so many times the goal. */
const MOST = 4;
const BARS = WIDTH - LABELS - PADDING - 110;

/**
 * Draws how far each figure is from its goal: a bar that reaches the line is a goal
 * that is met, whichever way the figure counts. On a logarithmic scale, as befits
 * ratios. An SVG for light and dark pages.
 */
export function drawGoals(goals: readonly GoalCheck[], title: string): string {
  const height = TOP + goals.length * ROW + PADDING;
  const line = LABELS + placeOf(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${
    escape(title)
  }">
<style>
  text { fill: #24292f } .met { fill: #2da44e } .missed { fill: #d4a72c } .line { stroke: #57606a }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .line { stroke: #9da7b3 } }
</style>
<text x="${PADDING}" y="22" font-size="15" font-weight="600">${
    escape(title)
  }</text>
<text x="${line}" y="42" text-anchor="middle">goal</text>
${goals.map(drawRow).join("\n")}
<line class="line" x1="${line}" y1="${TOP - 8}" x2="${line}" y2="${
    height - PADDING
  }" stroke-dasharray="3 3"/>
</svg>
`;
}

function drawRow(check: GoalCheck, row: number): string {
  const y = TOP + row * ROW;
  const width = Math.max(1, placeOf(reach(check)));
  const figure = `${formatRatio(check.measured.median)} (${
    formatLimit(check.goal)
  })`;
  return `<text x="${PADDING}" y="${y + 12}">${escape(check.what)}</text>` +
    `<rect class="${isMet(check) ? "met" : "missed"}" x="${LABELS}" y="${y}" ` +
    `width="${width.toFixed(1)}" height="14" rx="2"/>` +
    `<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 12}">${
      escape(figure)
    }</text>`;
}

/** From 1/MOST to MOST times the goal; a figure that failed has no bar. */
function placeOf(times: number): number {
  if (!(times > 0)) return 0;
  const bounded = Math.min(MOST, Math.max(1 / MOST, times));
  return BARS * (Math.log(bounded) / Math.log(MOST) + 1) / 2;
}
