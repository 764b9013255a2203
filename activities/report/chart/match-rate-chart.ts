// Draws which share of each day's rows its own run left matched, over the last days. A day without a run, or without rows, is
// a gap: nothing is drawn where nothing is known. Pure.
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { TrendDay } from '../run-report.ts';
import { countWords } from '../run-words.ts';
import { percentWords } from '../tile-view.ts';
import { type ChartView, place, svgOf } from './chart-view.ts';
import { DAYS_BOTTOM, DAYS_HEIGHT, DAYS_TOP, dayAxis, dayScale } from './day-axis.ts';
import { shortDate, trendDates } from './trend-days.ts';

// The axis does not begin at zero: what matters is between 98 and 100. It says so itself.
const LOWEST_START = 98;

export function matchRateChart(trend: readonly TrendDay[], runDate: string): ChartView {
  const dates = trendDates(runDate);
  const byDate = new Map(trend.filter(({ rows }) => rows > 0n).map((day) => [day.date, day]));
  const known = dates.flatMap((date) => byDate.get(date) ?? []);
  const lowest = Math.min(LOWEST_START, ...known.map((day) => Math.floor(rateOf(day))));
  const rates = scaleLinear().domain([lowest, 100]).range([DAYS_BOTTOM, DAYS_TOP]);
  const days = dayScale(dates);
  const xOf = (date: string) => (days(date) ?? 0) + days.bandwidth() / 2;
  const path = line<string>()
    .defined((date) => byDate.has(date))
    .x(xOf)
    .y((date) => rates(rateOf(byDate.get(date))))
    .digits(1);
  const title = 'Matched';
  const named = { id: 'chart-matched', title, caption: summaryOf(known), summary: summaryOf(known) };
  return {
    ...named,
    svg: svgOf(named, DAYS_HEIGHT, [
      ...dayAxis(dates, rates, rates.ticks(4), (tick) => `${tick} %`),
      `<path d="${path(dates) ?? ''}" class="curve"/>`,
      ...known.map((day) => {
        const hint = `<title>${shortDate(day.date)}: ${wordsOf(day)}</title>`;
        return `<circle cx="${place(xOf(day.date))}" cy="${place(rates(rateOf(day)))}" r="3" class="point">${hint}</circle>`;
      }),
    ]),
    table: {
      head: ['Day', 'Rows', 'Matched', 'Share'],
      rows: known.map((day) => [day.date, countWords(day.rows), countWords(day.matched), wordsOf(day)]),
    },
  };
}

/** For the drawing only; what is said is reckoned in integers. */
function rateOf(day: TrendDay | undefined): number {
  return day === undefined || day.rows === 0n ? 100 : Number((day.matched * 10_000n) / day.rows) / 100;
}

function wordsOf({ matched, rows }: TrendDay): string {
  return `${percentWords(matched, rows)}\u00a0%`;
}

function summaryOf(known: readonly TrendDay[]): string {
  const last = known.at(-1);
  if (last === undefined) return 'No day with rows yet.';
  const worst = known.reduce((low, day) => (rateOf(day) < rateOf(low) ? day : low), last);
  return known.length === 1
    ? `One day so far: ${wordsOf(last)}.`
    : `${known.length} of the last 30 days have rows. Last: ${wordsOf(last)}. Lowest: ${wordsOf(worst)} on ${shortDate(worst.date)}.`;
}
