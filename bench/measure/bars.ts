import { escape } from "./svg.ts";

const WIDTH = 760;
const ROW = 34;
const LABELS = 300;
const PADDING = 16;
const TOP = 64;
/** What the figure behind the longest bar needs. */
const FIGURES = 64;

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Whether it is this project's. */
  readonly isOurs: boolean;
}

/** What a chart of bars says beside them. */
export interface Caption {
  readonly title: string;
  /** What was measured, in a line. */
  readonly remark: string;
  /** What a figure of 1 stands for. */
  readonly unit: number;
}

/** Draws bars on one scale that begins at zero. An SVG for light and dark pages. */
export function drawBars(bars: readonly Bar[], caption: Caption): string {
  const { title, remark, unit } = caption;
  const height = TOP + bars.length * ROW + PADDING / 2;
  const most = Math.max(...bars.map(({ value }) => value));
  const scale = (WIDTH - LABELS - FIGURES - PADDING) / most;
  const rows = bars.map(({ isOurs, label, value }, row) => {
    const y = TOP + row * ROW;
    const width = Math.max(1, value * scale);
    const figure = value / unit;
    const digits = figure < 0.1 ? 2 : 1;
    const weight = isOurs ? ` font-weight="600"` : "";
    return `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end"${weight}>${
      escape(label)
    }</text>` +
      `<rect class="${isOurs ? "ours" : "other"}" x="${LABELS}" y="${y}" ` +
      `width="${width.toFixed(1)}" height="22" rx="3"/>` +
      `<text x="${(LABELS + width + 8).toFixed(1)}" y="${y + 15}"${weight}>${
        figure.toFixed(digits)
      }</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${
    escape(title)
  }">
<style>
  text { fill: #24292f } .ours { fill: #2da44e } .other { fill: #8c959f }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .other { fill: #6e7681 } }
</style>
<text x="${PADDING}" y="24" font-size="16" font-weight="600">${
    escape(title)
  }</text>
<text x="${PADDING}" y="44" font-size="12">${escape(remark)}</text>
${rows.join("\n")}
</svg>
`;
}
