// Renders discrepancies as CSV (RFC 4180: CRLF, quoted where needed; UTF-8 without a byte order mark), chunk by chunk
// so that the file may be as long as it likes. Pure. Every cell of foreign text is made safe for spreadsheets.
import { stringify } from 'csv-stringify/sync';
import { formatMinor } from '../../domain/money.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { csvAmount, csvText } from './csv-cell.ts';
import type { ReportedDiscrepancy, RunFacts } from './run-report.ts';
import { ageDays, reasonWords, ruleWords } from './run-words.ts';
import { verdictWords } from './verdict-words.ts';

const COLUMNS = [
  'discrepancy_id',
  'section',
  'severity',
  'verdict',
  'meaning',
  'state',
  'account',
  'run_date',
  'run_number',
  'business_date',
  'age_days',
  'level',
  'kind',
  'currency',
  'amount',
  'anchor_side',
  'processor_id',
  'processor_reference',
  'processor_amount',
  'processor_currency',
  'processor_fee',
  'processor_status',
  'internal_id',
  'internal_reference',
  'internal_amount',
  'internal_currency',
  'internal_fee',
  'internal_status',
  'differs',
  'rule',
  'reason',
  'closed_by',
  'beside_ids',
  'members',
  'surplus',
  'balanced',
] as const;

export function csvHeader(): string {
  return toCsv([COLUMNS]);
}

export function renderCsv(discrepancies: readonly ReportedDiscrepancy[], run: RunFacts): string {
  return toCsv(discrepancies.map((discrepancy) => csvRow(discrepancy, run)));
}

function toCsv(rows: ReadonlyArray<readonly string[]>): string {
  return stringify([...rows], { record_delimiter: 'windows' });
}

function csvRow(discrepancy: ReportedDiscrepancy, run: RunFacts): string[] {
  return [
    discrepancy.discrepancyId.toString(),
    discrepancy.section,
    discrepancy.severity,
    discrepancy.verdict,
    csvText(verdictWords(discrepancy.verdict, discrepancy.level).title),
    discrepancy.state,
    csvText(run.account),
    run.runDate,
    run.runNumber.toString(),
    discrepancy.businessDate,
    ageDays(discrepancy.businessDate, run.runDate).toString(),
    discrepancy.level,
    discrepancy.kind,
    csvText(discrepancy.currency),
    csvAmount(formatMinor(discrepancy.amountMinor, discrepancy.currency)),
    discrepancy.anchorSide,
    ...sideCells(discrepancy, 'processor'),
    ...sideCells(discrepancy, 'internal'),
    discrepancy.differences.map(({ field }) => field).join(' '),
    csvText(discrepancy.rule === null ? null : ruleWords(discrepancy.rule)),
    csvText(discrepancy.reason === null ? null : reasonWords(discrepancy.reason)),
    discrepancy.closedBy ?? '',
    csvText(discrepancy.besideExternalIds),
    discrepancy.members?.toString() ?? '',
    discrepancy.surplus?.toString() ?? '',
    discrepancy.balanced === null ? '' : discrepancy.balanced ? 'yes' : 'no',
  ];
}

function sideCells(discrepancy: ReportedDiscrepancy, side: Side): string[] {
  const row = discrepancy[side];
  if (row === null) {
    const id = side === discrepancy.anchorSide ? discrepancy.anchorExternalId : discrepancy.partnerExternalId;
    return [csvText(id), '', '', '', '', ''];
  }
  return [
    csvText(row.externalId),
    csvText(row.merchantReference),
    csvAmount(formatMinor(row.amountMinor, row.currency)),
    csvText(row.currency),
    csvAmount(row.feeMinor === null ? null : formatMinor(row.feeMinor, row.currency)),
    row.status,
  ];
}
