// Decides the charts of a digest: open differences by account and by processor, and how the money at risk went, each
// currency for itself. Pure.
import { SEVERITIES } from '../../../domain/vocabulary.ts';
import { atRiskChart } from '../chart/at-risk-chart.ts';
import { type Bar, barsChart } from '../chart/bars-chart.ts';
import type { ChartView } from '../chart/chart-view.ts';
import { runStanding } from '../run-standing.ts';
import { plural, processorWords, severityWords } from '../run-words.ts';
import type { DecidedAccount, Digest } from './digest.ts';
import { decidedOf } from './digest-standing.ts';

// A chart with more bars is no picture any more; the table has all accounts.
const BARS_MAX = 20;
const CURRENCIES_MAX = 3;
const OF_THIS_DAY = 'Differences of this day, by severity';

export function digestCharts(digest: Digest): ChartView[] {
  const decided = decidedOf(digest);
  const processors = Map.groupBy(decided, ({ summary }) => summary.run.processorName);
  const bars = [...processors].map(([name, accounts]) => barOf(processorWords(name), accounts));
  const some = bars.some((bar) => countOf(bar) > 0n);
  return [
    ...(some
      ? [
          barsChart(
            { id: 'chart-processors', title: 'Open by processor', caption: OF_THIS_DAY, summary: listed(bars) },
            byCount(bars),
            ['Processor', 'Differences', ''],
          ),
        ]
      : []),
    ...(some && decided.length > processors.size ? [accountsChart(decided)] : []),
    ...trendCharts(digest.date, decided),
  ];
}

function accountsChart(decided: readonly DecidedAccount[]): ChartView {
  const bars = byCount(decided.map((account) => barOf(account.account, [account])));
  const shown = bars.filter((bar) => countOf(bar) > 0n).slice(0, BARS_MAX);
  return barsChart(
    { id: 'chart-accounts', title: 'Open by account', caption: OF_THIS_DAY, summary: listed(shown) },
    shown,
    ['Account', 'Differences', ''],
  );
}

/** Of the accounts that report in a currency; days on which one of them has no run are left out of none. */
function trendCharts(date: string, decided: readonly DecidedAccount[]): ChartView[] {
  const groups = Map.groupBy(decided, ({ summary }) => summary.run.reportingCurrency);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, CURRENCIES_MAX)
    .flatMap(([currency, accounts]) => {
      const days = new Map<string, bigint>();
      for (const day of accounts.flatMap(({ trend }) => trend)) {
        days.set(day.date, (days.get(day.date) ?? 0n) + day.atRiskMinor);
      }
      if (days.size < 2) return [];
      const trend = [...days]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, atRiskMinor]) => ({ date: day, atRiskMinor }));
      const chart = atRiskChart(trend, date, currency);
      const id = `chart-at-risk-${currency.toLowerCase()}`;
      return [{ ...chart, id, svg: chart.svg.replaceAll(`${chart.id}-`, `${id}-`) }];
    });
}

function barOf(label: string, accounts: readonly DecidedAccount[]): Bar {
  const counts = accounts.flatMap(({ summary }) => runStanding(summary).bySeverity);
  return {
    label,
    parts: [...SEVERITIES].reverse().map((severity) => ({
      tone: severity,
      name: severityWords(severity),
      count: counts.reduce((sum, own) => sum + (own.severity === severity ? own.count : 0n), 0n),
    })),
  };
}

function byCount(bars: readonly Bar[]): Bar[] {
  return [...bars].sort((a, b) =>
    countOf(b) > countOf(a) ? 1 : countOf(b) < countOf(a) ? -1 : a.label < b.label ? -1 : 1,
  );
}

function countOf({ parts }: Bar): bigint {
  return parts.reduce((sum, { count }) => sum + count, 0n);
}

function listed(bars: readonly Bar[]): string {
  return byCount(bars)
    .map((bar) => `${bar.label}: ${plural(countOf(bar), 'difference')}`)
    .join('; ');
}
