// What a chart is to a page: a drawing, one sentence that says the same, and the numbers as a table. Colours are classes,
// so that light, dark and paper decide them. Pure.

export interface ChartView {
  /** Of the figure; unique on its page. */
  readonly id: string;
  readonly title: string;
  /** One line under the title. */
  readonly caption: string;
  /** What the drawing shows, for who cannot see it. */
  readonly summary: string;
  /** Complete markup, every text in it escaped. */
  readonly svg: string;
  readonly table: {
    readonly head: readonly string[];
    readonly rows: ReadonlyArray<readonly string[]>;
  };
}

export const CHART_WIDTH = 480;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}

/** The frame of a drawing with its name and its description. */
export function svgOf(
  { id, title, summary }: Pick<ChartView, 'id' | 'title' | 'summary'>,
  height: number,
  content: readonly string[],
): string {
  return [
    `<svg viewBox="0 0 ${CHART_WIDTH} ${height}" role="img" aria-labelledby="${id}-name ${id}-says">`,
    `<title id="${id}-name">${escapeText(title)}</title><desc id="${id}-says">${escapeText(summary)}</desc>`,
    ...content,
    '</svg>',
  ].join('');
}

/** Places are written to a tenth: the same everywhere, and short. */
export function place(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

export function textAt(x: number, y: number, text: string, classes = '', anchor: 'start' | 'middle' | 'end' = 'start') {
  return `<text x="${place(x)}" y="${place(y)}" text-anchor="${anchor}"${classes === '' ? '' : ` class="${classes}"`}>${escapeText(text)}</text>`;
}

export function barAt(
  box: { x: number; y: number; width: number; height: number },
  classes: string,
  hint: string,
): string {
  const { x, y, width, height } = box;
  return `<rect x="${place(x)}" y="${place(y)}" width="${place(width)}" height="${place(height)}" rx="2" class="${classes}"><title>${escapeText(hint)}</title></rect>`;
}
