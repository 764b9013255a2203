// How one run is shown in full. Pure.
import { countWords, levelWords, sideWords, timeWords } from '../activities/report/run-words.ts';
import { verdictWords } from '../activities/report/verdict-words.ts';
import { formatForPeople, formatMinor } from '../domain/money.ts';
import type { RunDetail } from './database/read-run-detail.ts';
import type { RunSummary } from './database/read-runs.ts';
import { moneyOrDash, outcomeWord, runReferenceOf, tookWords } from './run-view.ts';
import { oneLine } from './terminal/one-line.ts';
import { type Palette, toned } from './terminal/palette.ts';
import { renderFacts, renderTable } from './terminal/table.ts';

export interface RunPlaces {
  readonly reports: Readonly<Record<string, string>> | null;
  readonly link: string | null;
  /** The other runs of the day. */
  readonly others: readonly RunSummary[];
}

export function renderRun(palette: Palette, run: RunSummary, detail: RunDetail, places: RunPlaces): string {
  const time = (ms: number | null) => (ms === null ? '' : timeWords(Math.floor(ms / 1_000) * 1_000, run.zone));
  const facts = renderFacts(palette, [
    ['Run', runReferenceOf(run)],
    ['Outcome', toned(palette, outcomeWord(run))],
    ['Error', oneLine(run.error ?? '')],
    ['Missing', run.missingCount === null ? '' : countWords(run.missingCount)],
    ['At risk', moneyOrDash(run.atRiskMinor, run.currency)],
    ['Ambiguous', run.ambiguousMinor === 0n ? '' : moneyOrDash(run.ambiguousMinor, run.currency)],
    ['Carried over', run.carriedCount ? `${run.carriedCount}, ${moneyOrDash(run.carriedMinor, run.currency)}` : ''],
    ['Unreadable', detail.unreadableCount === 0 ? '' : `${countWords(detail.unreadableCount)} rows`],
    ['Window', `${time(detail.windowStartMs)} to ${time(detail.windowEndMs)}, ${run.zone}`],
    [`${sideWords('processor', run.processor)} reaches`, time(detail.processorCoverageMs)],
    ['Your records reach', time(detail.internalCoverageMs)],
    ['Started', `${time(run.startedAtMs)} by ${run.trigger}${run.reason === null ? '' : `: ${oneLine(run.reason)}`}`],
    ['Took', run.finishedAtMs === null ? '' : tookWords(run.finishedAtMs - run.startedAtMs)],
    ['Decision', run.decisionSeq === null ? '' : `number ${run.decisionSeq} of the account`],
    ['Rules', detail.ruleSetHash ?? ''],
    ['Result digest', run.resultDigest ?? ''],
    ['Report', places.reports?.html ?? (run.status === 'completed' ? `not published (${run.publishStatus})` : '')],
    ['Workflow', run.workflowId],
    ['Temporal UI', places.link ?? ''],
    ['Other runs', places.others.map((other) => `${runReferenceOf(other)} ${outcomeWord(other)}`).join(', ')],
  ]);
  return [
    facts,
    ...verdictTable(palette, run, detail),
    ...totalTable(palette, run, detail),
    ...failedChecks(detail),
  ].join('\n\n');
}

function verdictTable(palette: Palette, run: RunSummary, { verdicts }: RunDetail): string[] {
  if (verdicts.length === 0) return [];
  // Levels are named only where there are several: a row may stand on two of them.
  const hasLevels = new Set(verdicts.map(({ level }) => level)).size > 1;
  const columns = [
    { title: 'Rows of' },
    ...(hasLevels ? [{ title: 'Level' }] : []),
    { title: 'Verdict' },
    { title: 'Count', align: 'right' as const },
    { title: 'Amount', align: 'right' as const },
  ];
  const rows = verdicts.map((row) => [
    sideWords(row.side, run.processor),
    ...(hasLevels ? [levelWords(row.level)] : []),
    verdictWords(row.verdict, row.level).title,
    countWords(row.count),
    formatForPeople({ currency: row.currency, minor: row.amountMinor }),
  ]);
  return [renderTable(palette, columns, rows)];
}

function totalTable(palette: Palette, run: RunSummary, { totals }: RunDetail): string[] {
  if (totals.length === 0) return [];
  const columns = [
    { title: 'Side' },
    { title: 'Term' },
    { title: 'Count', align: 'right' as const },
    { title: 'Debits', align: 'right' as const },
    { title: 'Credits', align: 'right' as const },
  ];
  const rows = totals.map((row) => [
    sideWords(row.side, run.processor),
    row.term.replaceAll('_', ' '),
    countWords(row.count),
    formatForPeople({ currency: row.currency, minor: row.debitsMinor }),
    formatForPeople({ currency: row.currency, minor: row.creditsMinor }),
  ]);
  return [renderTable(palette, columns, rows)];
}

function failedChecks({ checks }: RunDetail): string[] {
  const failed = checks.filter((check) => !check.passed);
  return failed.length === 0 ? [] : [failed.map((check) => `${check.name} does not hold: ${check.detail}`).join('\n')];
}

export function runDetailOnTheWire(detail: RunDetail): object {
  const instant = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    windowStart: instant(detail.windowStartMs),
    windowEnd: instant(detail.windowEndMs),
    horizon: instant(detail.horizonMs),
    processorCoverage: instant(detail.processorCoverageMs),
    internalCoverage: instant(detail.internalCoverageMs),
    ruleSetHash: detail.ruleSetHash,
    codeVersion: detail.codeVersion,
    inputDigest: detail.inputDigest,
    unreadableCount: detail.unreadableCount,
    verdicts: detail.verdicts.map(({ amountMinor, count, ...row }) => ({
      ...row,
      count: Number(count),
      amount: formatMinor(amountMinor, row.currency),
    })),
    totals: detail.totals.map(({ debitsMinor, creditsMinor, count, ...row }) => ({
      ...row,
      count: Number(count),
      debits: formatMinor(debitsMinor, row.currency),
      credits: formatMinor(creditsMinor, row.currency),
    })),
    checks: detail.checks,
  };
}
