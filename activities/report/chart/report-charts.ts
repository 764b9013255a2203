// Decides which charts stand in the report of a run: how the last days went, what is open by verdict and by age. Pure.
import { SEVERITIES, type Severity } from '../../../domain/vocabulary.ts';
import { AGES, type Age, type RunReport } from '../run-report.ts';
import { countWords, moneyWords, plural, severityWords } from '../run-words.ts';
import { verdictWords } from '../verdict-words.ts';
import { atRiskChart } from './at-risk-chart.ts';
import { type Bar, barsChart } from './bars-chart.ts';
import type { ChartView } from './chart-view.ts';
import { matchRateChart } from './match-rate-chart.ts';

const TREND_DAYS_MIN = 2;

/** Only charts that have something to show: one day is no trend. */
export function reportCharts(report: RunReport): ChartView[] {
  const { run, trend } = report;
  const verdicts = verdictBars(report);
  const ages = ageBars(report);
  return [
    ...(trend.length < TREND_DAYS_MIN
      ? []
      : [matchRateChart(trend, run.runDate), atRiskChart(trend, run.runDate, run.reportingCurrency)]),
    ...(verdicts.length === 0
      ? []
      : [
          barsChart(
            { id: 'chart-verdicts', title: 'Open by verdict', caption: counted(verdicts), summary: listed(verdicts) },
            verdicts,
            ['Verdict', 'Differences', 'Money'],
          ),
        ]),
    ...(ages.length === 0
      ? []
      : [
          barsChart({ id: 'chart-ages', title: 'Open by age', caption: counted(ages), summary: listed(ages) }, ages, [
            'Age on the day of the run',
            'Differences',
            'Money',
          ]),
        ]),
  ];
}

const WORST_FIRST: readonly Severity[] = [...SEVERITIES].reverse();

/** Of the day and of earlier days; the most frequent first. */
function verdictBars({ discrepancyTotals }: RunReport): Bar[] {
  const open = discrepancyTotals.filter(({ section }) => section === 'own' || section === 'carried');
  const verdicts = [...new Set(open.map(({ verdict }) => verdict))];
  const bars = verdicts.map((verdict) => {
    const own = open.filter((total) => total.verdict === verdict);
    return { label: verdictWords(verdict).title, parts: severityParts(own) };
  });
  return bars.sort((a, b) => (countOf(b) > countOf(a) ? 1 : countOf(b) < countOf(a) ? -1 : a.label < b.label ? -1 : 1));
}

const AGE_WORDS: Readonly<Record<Age, string>> = {
  same_day: 'Same day',
  days_1_to_3: '1 to 3 days',
  days_4_to_7: '4 to 7 days',
  days_8_to_30: '8 to 30 days',
  older: 'Older than 30 days',
};

function ageBars({ ageing }: RunReport): Bar[] {
  if (ageing.length === 0) return [];
  return AGES.map((age) => {
    const own = ageing.filter((total) => total.age === age);
    const sums = new Map<string, bigint>();
    for (const { currency, amountMinor } of own) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
    return {
      label: AGE_WORDS[age],
      parts: severityParts(own),
      note: [...sums].map(([currency, minor]) => moneyWords(minor, currency)).join(', '),
    };
  });
}

function severityParts(totals: ReadonlyArray<{ severity: Severity; count: bigint }>) {
  return WORST_FIRST.map((severity) => ({
    tone: severity,
    name: severityWords(severity),
    count: totals.reduce((sum, total) => sum + (total.severity === severity ? total.count : 0n), 0n),
  }));
}

function countOf({ parts }: Bar): bigint {
  return parts.reduce((sum, { count }) => sum + count, 0n);
}

function counted(bars: readonly Bar[]): string {
  return `${plural(
    bars.reduce((sum, bar) => sum + countOf(bar), 0n),
    'difference',
  )}, of this day and of earlier ones`;
}

function listed(bars: readonly Bar[]): string {
  const [first, ...rest] = bars.filter((bar) => countOf(bar) > 0n);
  if (first === undefined) return 'Nothing is open.';
  return [
    `${first.label}: ${plural(countOf(first), 'difference')}`,
    ...rest.map((bar) => `${bar.label}: ${countWords(countOf(bar))}`),
  ].join('; ');
}
