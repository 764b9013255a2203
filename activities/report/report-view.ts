// Decides every text on the page of a report; the template only places them. Pure: model in, strings out, no clock.
import type { Severity } from '../../domain/vocabulary.ts';
import type { ChartView } from './chart/chart-view.ts';
import { reportCharts } from './chart/report-charts.ts';
import { completeness } from './completeness.ts';
import { type CompletenessView, completenessView } from './completeness-view.ts';
import { type GateView, gateView } from './gate-view.ts';
import { type GroupView, groupViews } from './group-view.ts';
import { type Headline, headline, type Tone } from './headline.ts';
import { type Pin, pinViews, type SourceView, sourceViews } from './pins-view.ts';
import { reportFileName, runName } from './report-files.ts';
import type { RunReport } from './run-report.ts';
import { runStanding } from './run-standing.ts';
import {
  countWords,
  foreignText,
  longDateWords,
  plural,
  processorWords,
  severityWords,
  sideWords,
} from './run-words.ts';
import { type TileView, tileViews } from './tile-view.ts';
import { type TotalsView, totalsViews, type VerdictCountView, verdictCountViews } from './totals-view.ts';
import { type VerdictWords, verdictWords } from './verdict-words.ts';

export interface ReportView {
  readonly title: string;
  readonly headline: Headline;
  readonly toneLabel: string;
  readonly account: string;
  readonly date: string;
  readonly runLabel: string;
  readonly zone: string;
  readonly processor: string;
  readonly xlsxFile: string;
  readonly csvFile: string;
  readonly completenessFile: string;
  readonly jsonFile: string;
  readonly tiles: readonly TileView[];
  readonly severities: readonly SeverityView[];
  readonly charts: readonly ChartView[];
  readonly groups: readonly GroupView[];
  readonly words: readonly VerdictWords[];
  /** Levels are named only where there are several. */
  readonly hasLevels: boolean;
  readonly totals: readonly TotalsView[];
  readonly verdicts: readonly VerdictCountView[];
  readonly gate: GateView;
  readonly quarantined: readonly QuarantinedView[];
  readonly quarantinedSummary: string;
  readonly checks: readonly CheckView[];
  readonly sources: readonly SourceView[];
  readonly completeness: CompletenessView;
  readonly pins: readonly Pin[];
}

interface SeverityView {
  readonly tone: Severity;
  readonly label: string;
  readonly count: string;
  /** Share of the bar. */
  readonly weight: string;
}

interface QuarantinedView {
  readonly side: string;
  readonly source: string;
  readonly position: string;
  readonly reason: string;
}

interface CheckView {
  readonly passed: boolean;
  readonly name: string;
  readonly detail: string;
}

const TONE_LABELS: Readonly<Record<Tone, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  inconclusive: 'Inconclusive',
  clean: 'Clean',
};

export function reportView(report: RunReport, listDigest: string): ReportView {
  const { run } = report;
  const standing = runStanding(report);
  const head = headline(report);
  return {
    title: `${runName(run)}: ${head.short}`,
    headline: head,
    toneLabel: TONE_LABELS[head.tone],
    account: run.account,
    date: longDateWords(run.runDate),
    runLabel: `Run ${run.runNumber}`,
    zone: run.zone,
    processor: processorWords(run.processorName),
    xlsxFile: reportFileName('xlsx'),
    csvFile: reportFileName('csv'),
    completenessFile: reportFileName('completeness'),
    jsonFile: reportFileName('json'),
    tiles: tileViews(report, standing),
    severities: standing.bySeverity.map(({ severity, count }) => ({
      tone: severity,
      label: severityWords(severity),
      count: countWords(count),
      weight: count.toString(),
    })),
    charts: reportCharts(report),
    groups: groupViews(report),
    words: [...new Set(report.discrepancies.map(({ verdict, level }) => verdictWords(verdict, level)))],
    hasLevels: new Set([...report.totals, ...report.verdicts].map(({ level }) => level)).size > 1,
    totals: totalsViews(report),
    verdicts: verdictCountViews(report),
    gate: gateView(report),
    quarantined: report.quarantined.map(({ side, source, position, reason }) => ({
      side: sideWords(side, run.processorName),
      source: foreignText(source),
      position: foreignText(position),
      reason: foreignText(reason, 400),
    })),
    quarantinedSummary: quarantinedSummary(report),
    checks: report.checks.map(({ passed, name, detail }) => ({
      passed,
      name: name.replaceAll('_', ' '),
      detail: foreignText(detail, 400),
    })),
    sources: sourceViews(report),
    completeness: completenessView(completeness(report), listDigest),
    pins: pinViews(report),
  };
}

function quarantinedSummary({ quarantined, quarantinedCount, supersededCount }: RunReport): string {
  const all = quarantinedCount + supersededCount;
  if (all === 0n) return 'Every row could be read.';
  const shown = BigInt(quarantined.length);
  return [
    quarantinedCount === 0n
      ? 'Every row that counts could be read.'
      : `${plural(quarantinedCount, 'row')} could not be read. Their money is unknown, which is not zero.`,
    ...(supersededCount === 0n
      ? []
      : [
          `${plural(supersededCount, 'row')} ${supersededCount === 1n ? 'was' : 'were'} replaced by a later row with the same id.`,
        ]),
    ...(all > shown ? [`The first ${countWords(shown)} are shown.`] : []),
  ].join(' ');
}
