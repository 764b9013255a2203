// The frame that charts over days share: a scale for the days, lines for the values, four dates below. Pure.
import { type ScaleLinear, scaleBand } from 'd3-scale';
import { CHART_WIDTH, place, textAt } from './chart-view.ts';
import { shortDate } from './trend-days.ts';

export const DAYS_HEIGHT = 190;
const LEFT = 56;
const RIGHT = 10;
export const DAYS_TOP = 12;
export const DAYS_BOTTOM = 162;

export function dayScale(dates: readonly string[]) {
  return scaleBand<string>()
    .domain(dates)
    .range([LEFT, CHART_WIDTH - RIGHT])
    .paddingInner(0.25);
}

const DATES_SHOWN = [0, 10, 20];

export function dayAxis(
  dates: readonly string[],
  values: ScaleLinear<number, number>,
  ticks: readonly number[],
  words: (tick: number) => string,
): string[] {
  const days = dayScale(dates);
  const lines = ticks.flatMap((tick) => {
    const y = values(tick);
    return [
      `<line x1="${LEFT}" x2="${CHART_WIDTH - RIGHT}" y1="${place(y)}" y2="${place(y)}" class="grid"/>`,
      textAt(LEFT - 7, y + 4, words(tick), 'axis', 'end'),
    ];
  });
  const shown = [...DATES_SHOWN, dates.length - 1].flatMap((index) => dates.slice(index, index + 1));
  const labels = shown.map((date, index) => {
    const isLast = index === shown.length - 1;
    const x = (days(date) ?? LEFT) + (isLast ? days.bandwidth() : 0);
    return textAt(x, DAYS_HEIGHT - 8, shortDate(date), 'axis', isLast ? 'end' : 'start');
  });
  return [...lines, ...labels];
}
