// Draws counts as lying bars, each of parts that have a colour: by verdict, by age, by account. Pure.
import { scaleLinear } from 'd3-scale';
import type { Severity } from '../../../domain/vocabulary.ts';
import { countWords } from '../run-words.ts';
import { barAt, CHART_WIDTH, type ChartView, svgOf, textAt } from './chart-view.ts';

export interface BarPart {
  readonly tone: Severity | 'quiet';
  readonly name: string;
  readonly count: bigint;
}

export interface Bar {
  readonly label: string;
  readonly parts: readonly BarPart[];
  /** Beside the count, such as a sum. */
  readonly note?: string;
}

const LEFT = 178;
const RIGHT = 64;
const ROW = 28;
const BAR = 16;
const LABEL_CHARS_MAX = 26;

export function barsChart(
  named: Pick<ChartView, 'id' | 'title' | 'caption' | 'summary'>,
  bars: readonly Bar[],
  head: readonly [what: string, count: string, note: string],
): ChartView {
  const sums = bars.map(({ parts }) => sumOf(parts));
  const most = Math.max(1, ...sums.map(Number));
  const widths = scaleLinear()
    .domain([0, most])
    .range([0, CHART_WIDTH - LEFT - RIGHT]);
  const content = bars.flatMap(({ label, parts }, index) => {
    const y = index * ROW + 4;
    const drawn = partsOf(parts, widths, y);
    const end = LEFT + widths(Number(sums[index] ?? 0n));
    return [
      textAt(LEFT - 10, y + 13, clipped(label), 'name', 'end'),
      ...drawn,
      textAt(end + 7, y + 13, countWords(sums[index] ?? 0n), 'sum-of'),
    ];
  });
  const notes = bars.some(({ note }) => note !== undefined);
  return {
    ...named,
    svg: svgOf(named, Math.max(1, bars.length) * ROW + 4, content),
    table: {
      head: notes ? head : head.slice(0, 2),
      rows: bars.map(({ label, note }, index) => [
        label,
        countWords(sums[index] ?? 0n),
        ...(notes ? [note ?? ''] : []),
      ]),
    },
  };
}

function partsOf(parts: readonly BarPart[], widths: (count: number) => number, y: number): string[] {
  let x = LEFT;
  return parts
    .filter(({ count }) => count > 0n)
    .map(({ tone, name, count }) => {
      // Something that is there is seen.
      const width = Math.max(2, widths(Number(count)));
      const bar = barAt({ x, y, width, height: BAR }, `part-of tone-${tone}`, `${name}: ${countWords(count)}`);
      x += width;
      return bar;
    });
}

function sumOf(parts: readonly BarPart[]): bigint {
  return parts.reduce((sum, { count }) => sum + count, 0n);
}

function clipped(text: string): string {
  return text.length > LABEL_CHARS_MAX ? `${text.slice(0, LABEL_CHARS_MAX - 1)}…` : text;
}
