// Draws the money at risk that each of the last days left, in one currency. Pure; amounts are said exactly, only the
// height of a bar is rounded.
import { scaleLinear } from 'd3-scale';
import { currencyExponent } from '../../../domain/currency.ts';
import type { TrendDay } from '../run-report.ts';
import { moneyWords } from '../run-words.ts';
import { barAt, type ChartView, svgOf } from './chart-view.ts';
import { DAYS_BOTTOM, DAYS_HEIGHT, DAYS_TOP, dayAxis, dayScale } from './day-axis.ts';
import { shortDate, trendDates } from './trend-days.ts';

type MoneyOfDay = Pick<TrendDay, 'date' | 'atRiskMinor'>;

export function atRiskChart(trend: readonly MoneyOfDay[], runDate: string, currency: string): ChartView {
  const dates = trendDates(runDate);
  const major = (minor: bigint) => Number(minor) / 10 ** (currencyExponent(currency) ?? 0);
  const most = Math.max(1, ...trend.map(({ atRiskMinor }) => major(atRiskMinor)));
  const amounts = scaleLinear().domain([0, most]).nice(4).range([DAYS_BOTTOM, DAYS_TOP]);
  const days = dayScale(dates);
  const named = {
    id: 'chart-at-risk',
    title: `Money at risk, ${currency}`,
    caption: summaryOf(trend, currency),
    summary: summaryOf(trend, currency),
  };
  const bars = trend.map(({ date, atRiskMinor }) => {
    const y = amounts(major(atRiskMinor));
    const box = { x: days(date) ?? 0, y, width: days.bandwidth(), height: DAYS_BOTTOM - y };
    const classes = date === runDate ? 'column now' : 'column';
    return barAt(box, classes, `${shortDate(date)}: ${moneyWords(atRiskMinor, currency)}`);
  });
  return {
    ...named,
    svg: svgOf(named, DAYS_HEIGHT, [
      ...dayAxis(dates, amounts, amounts.ticks(4), tickWords(amounts.tickFormat(4, '~s'))),
      ...bars,
    ]),
    table: {
      head: ['Day', 'Money at risk'],
      rows: trend.map(({ date, atRiskMinor }) => [date, moneyWords(atRiskMinor, currency)]),
    },
  };
}

/** Zero is zero, of whatever thousands the others are. */
function tickWords(words: (tick: number) => string): (tick: number) => string {
  return (tick) => (tick === 0 ? '0' : words(tick));
}

function summaryOf(trend: readonly MoneyOfDay[], currency: string): string {
  const last = trend.at(-1);
  if (last === undefined) return 'No day yet.';
  const most = trend.reduce((high, day) => (day.atRiskMinor > high.atRiskMinor ? day : high), last);
  return `Last: ${moneyWords(last.atRiskMinor, currency)}. Most: ${moneyWords(most.atRiskMinor, currency)} on ${shortDate(most.date)}.`;
}
