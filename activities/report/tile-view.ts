// Decides the few numbers at the top of a report: missing, at risk, matched, still open from earlier days. Pure.
import type { RunSummary } from './run-report.ts';
import type { RunStanding } from './run-standing.ts';
import { countWords, moneyWords, plural, processorWords } from './run-words.ts';

export interface TileView {
  readonly id: 'missing' | 'at-risk' | 'matched' | 'carried';
  readonly label: string;
  readonly value: string;
  readonly notes: readonly string[];
  readonly isAlarming: boolean;
}

export function tileViews(report: RunSummary, standing: RunStanding): TileView[] {
  return [missingTile(report), atRiskTile(report, standing), matchedTile(report), carriedTile(report, standing)];
}

function missingTile({ run, discrepancyTotals }: RunSummary): TileView {
  const missing = (verdict: 'missing_internal' | 'missing_processor') =>
    discrepancyTotals
      .filter((total) => total.section === 'own' && total.verdict === verdict)
      .reduce((sum, total) => sum + total.count, 0n);
  const notes = [
    { count: missing('missing_internal'), where: 'in your records' },
    { count: missing('missing_processor'), where: `at ${processorWords(run.processorName)}` },
  ];
  return {
    id: 'missing',
    label: 'Missing transactions',
    value: countWords(run.missingTransactionCount),
    notes:
      run.missingTransactionCount === 0
        ? [
            run.outcome === 'inconclusive'
              ? 'nothing is called missing while a side is incomplete'
              : 'nothing is missing on either side',
          ]
        : notes.filter(({ count }) => count > 0n).map(({ count, where }) => `${countWords(count)} ${where}`),
    isAlarming: run.missingTransactionCount > 0,
  };
}

function atRiskTile({ run }: RunSummary, { atRisk, openCount }: RunStanding): TileView {
  const [reporting, ...others] = atRisk;
  const notes = others.map(({ minor, currency }) => `and ${moneyWords(minor, currency)}`);
  if (run.ambiguousMinor !== 0n) {
    notes.push(
      `${moneyWords(run.ambiguousMinor, run.reportingCurrency)} in rows with several possible partners, counted apart`,
    );
  }
  return {
    id: 'at-risk',
    label: 'Money at risk',
    // May break before the currency where the tile is narrow.
    value: reporting === undefined ? '' : moneyWords(reporting.minor, reporting.currency).replace('\u00a0', ' '),
    notes:
      notes.length > 0 ? notes : [openCount === 0n ? 'no difference is open' : `in ${plural(openCount, 'difference')}`],
    isAlarming: atRisk.some(({ minor }) => minor !== 0n),
  };
}

function matchedTile({ run, population }: RunSummary): TileView {
  const { rows, matched, matchedLate, matchedOfEarlierDays } = population;
  return {
    id: 'matched',
    label: 'Matched',
    value: rows === 0n ? '–' : `${percentWords(matched, rows)} %`,
    notes: [
      rows === 0n
        ? `no ${processorWords(run.processorName)} row is of this day`
        : `${countWords(matched)} of the day’s ${plural(rows, `${processorWords(run.processorName)} row`)}`,
      ...(matchedLate === 0n ? [] : [`${countWords(matchedLate)} of them with another day’s record`]),
      ...(matchedOfEarlierDays === 0n ? [] : [`and ${plural(matchedOfEarlierDays, 'row')} of earlier days`]),
    ],
    isAlarming: false,
  };
}

function carriedTile({ run }: RunSummary, { carriedCount, waitingCount }: RunStanding): TileView {
  return {
    id: 'carried',
    label: 'Open from earlier days',
    value: countWords(run.carriedCount),
    notes: [
      run.carriedCount === 0
        ? 'nothing was carried forward'
        : `${moneyWords(run.carriedMinor, run.reportingCurrency)} at risk`,
      ...(waitingCount === 0n ? [] : [`${plural(waitingCount, 'row')} waiting for the other side`]),
      ...(carriedCount === BigInt(run.carriedCount) || carriedCount === 0n
        ? []
        : [`${countWords(carriedCount)} listed below`]),
    ],
    isAlarming: false,
  };
}

/** One decimal, rounded down: 100 % is said only when nothing is left. */
export function percentWords(part: bigint, whole: bigint): string {
  const tenths = (part * 1000n) / whole;
  return tenths % 10n === 0n ? `${tenths / 10n}` : `${tenths / 10n}.${tenths % 10n}`;
}
