// How discrepancies are shown: as a list, and one in full. Ids come from outside: what could move a cursor is not printed.
import {
  dateWords,
  fieldWords,
  foreignText,
  kindWords,
  reasonWords,
  ruleWords,
  sideWords,
  timeWords,
} from '../activities/report/run-words.ts';
import { verdictWords } from '../activities/report/verdict-words.ts';
import { formatForPeople, formatMinor } from '../domain/money.ts';
import type { DiscrepancyDetail, DiscrepancySummary } from './database/read-discrepancies.ts';
import {
  dueWords,
  noteLines,
  noteOnTheWire,
  proposalOnTheWire,
  proposalTable,
  stateWords,
} from './discrepancies/life-view.ts';
import { type Palette, toned } from './terminal/palette.ts';
import { renderFacts, renderTable } from './terminal/table.ts';

const ID_CHARS_MAX = 40;
const MONEY_FIELDS: ReadonlySet<string> = new Set(['amount', 'fee']);
const CHANGED_MONEY: ReadonlySet<string> = new Set(['amount', 'fee', 'net']);

export function renderDiscrepancies(palette: Palette, found: readonly DiscrepancySummary[]): string {
  const columns = [
    { title: 'Number', align: 'right' as const },
    { title: 'Severity' },
    { title: 'What' },
    { title: 'Amount', align: 'right' as const },
    { title: 'Account' },
    { title: 'Date' },
    { title: 'Kind' },
    { title: 'Id' },
    { title: 'State' },
    { title: 'Due' },
  ];
  const rows = found.map((one) => [
    String(one.discrepancyId),
    toned(palette, one.severity),
    verdictWords(one.verdict, one.level).title,
    amountOf(one),
    one.account,
    one.date,
    kindWords(one.kind),
    foreignText(one.anchorId, ID_CHARS_MAX),
    stateWords(one),
    dueWords(palette, one),
  ]);
  return renderTable(palette, columns, rows);
}

export function renderDiscrepancy(palette: Palette, one: DiscrepancyDetail): string {
  const words = verdictWords(one.verdict, one.level);
  const processor = one.account.slice(0, one.account.indexOf('/'));
  const facts = renderFacts(palette, [
    ['Number', String(one.discrepancyId)],
    ['What', words.title],
    ['Meaning', words.meaning],
    ['Next', ['open', 'assigned', 'proposed'].includes(one.state) ? words.next : ''],
    ['Severity', severityWords(palette, one)],
    ['State', stateWords(one)],
    ['Assigned to', one.assignee ?? ''],
    ['Due', dueWords(palette, one)],
    ['First seen', timeWords(one.firstSeenAtMs, one.zone)],
    ['Amount', amountOf(one)],
    ['Account', one.account],
    ['Business date', dateWords(one.date)],
    ['Kind', kindWords(one.kind)],
    [sideWords(one.anchorSide, processor), foreignText(one.anchorId)],
    [sideWords(one.anchorSide === 'processor' ? 'internal' : 'processor', processor), foreignText(one.partnerId ?? '')],
    ['Paired by', one.rule === null ? '' : ruleWords(one.rule)],
    ['Reason', one.reason === null || one.rule !== null ? '' : foreignText(reasonWords(one.reason))],
  ]);
  return [
    facts,
    ...rowTable(palette, one, processor),
    ...differenceTable(palette, one, processor),
    ...changeTable(palette, one, processor),
    ...proposalTable(palette, one),
    ...noteLines(palette, one),
    eventTable(palette, one),
  ].join('\n\n');
}

function rowTable(palette: Palette, { rows, zone }: DiscrepancyDetail, processor: string): string[] {
  if (rows.length === 0) return [];
  const columns = [
    { title: 'Row of' },
    { title: 'Id' },
    { title: 'Reference' },
    { title: 'Kind' },
    { title: 'Status' },
    { title: 'Amount', align: 'right' as const },
    { title: 'Fee', align: 'right' as const },
    { title: 'Time' },
  ];
  const lines = rows.map((row) => [
    sideWords(row.side, processor),
    foreignText(row.id, ID_CHARS_MAX),
    foreignText(row.merchantReference ?? '–', ID_CHARS_MAX),
    kindWords(row.kind),
    row.status,
    formatForPeople({ currency: row.currency, minor: row.amountMinor }),
    row.feeMinor === null ? '–' : formatForPeople({ currency: row.currency, minor: row.feeMinor }),
    timeWords(row.occurredAtMs, zone),
  ]);
  return [renderTable(palette, columns, lines)];
}

function differenceTable(palette: Palette, one: DiscrepancyDetail, processor: string): string[] {
  const found = differencesOf(one);
  if (found.length === 0) return [];
  const columns = [
    { title: 'Differs' },
    { title: sideWords('processor', processor), align: 'right' as const },
    { title: sideWords('internal', processor), align: 'right' as const },
  ];
  const rows = found.map(({ field, ...sides }) => [
    fieldWords(field),
    sides.processor ?? 'unknown',
    sides.internal ?? 'unknown',
  ]);
  return [
    renderTable(
      palette,
      columns,
      rows.map((row) => row.map((text) => foreignText(text))),
    ),
  ];
}

function changeTable(palette: Palette, one: DiscrepancyDetail, processor: string): string[] {
  const found = changesOf(one);
  if (found.length === 0) return [];
  const columns = [
    { title: 'Changed' },
    { title: 'Version', align: 'right' as const },
    { title: 'Field' },
    { title: 'Before', align: 'right' as const },
    { title: 'After', align: 'right' as const },
  ];
  const rows = found.map(({ side, version, field, before, after }) => [
    sideWords(side, processor),
    String(version),
    foreignText(field.replaceAll('_', ' ')),
    foreignText(before ?? 'nothing', ID_CHARS_MAX),
    foreignText(after ?? 'nothing', ID_CHARS_MAX),
  ]);
  return [renderTable(palette, columns, rows)];
}

/** Money in its own version's currency. */
function changesOf({ changes }: DiscrepancyDetail) {
  return changes.map(({ currency, currencyBefore, ...change }) => {
    const words = (value: string | null, of: string) =>
      value !== null && CHANGED_MONEY.has(change.field) ? formatMinor(BigInt(value), of) : value;
    return { ...change, before: words(change.before, currencyBefore), after: words(change.after, currency) };
  });
}

function eventTable(palette: Palette, { events, level, zone }: DiscrepancyDetail): string {
  const columns = [{ title: 'When' }, { title: 'Event' }, { title: 'Verdict' }, { title: 'By run' }, { title: 'By' }];
  const rows = events.map((event) => [
    timeWords(Math.floor(event.createdAtMs / 1_000) * 1_000, zone),
    eventWords(event),
    verdictWords(event.verdict, level).title,
    event.run ?? '–',
    event.actor,
  ]);
  return renderTable(palette, columns, rows);
}

/** What a run did is told by the verdict beside it; what a person did needs its words. */
function eventWords({ event, run, detail }: DiscrepancyDetail['events'][number]): string {
  const words = event.replaceAll('_', ' ');
  return run === null && detail !== null ? `${words}: ${foreignText(detail)}` : words;
}

/** Money was compared in the record's currency, so that is what it is written in. */
function differencesOf(one: DiscrepancyDetail) {
  const currency = one.rows.find((row) => row.side === 'internal')?.currency ?? one.currency;
  const words = (field: string, value: string | null) =>
    value !== null && MONEY_FIELDS.has(field) ? formatMinor(BigInt(value), currency) : value;
  return Object.entries(one.differences ?? {}).map(([field, [processor, internal]]) => ({
    field,
    processor: words(field, processor),
    internal: words(field, internal),
  }));
}

function severityWords(palette: Palette, { severity, severityReason }: DiscrepancySummary): string {
  return severityReason === null ? toned(palette, severity) : `${toned(palette, severity)} (${severityReason})`;
}

function amountOf({ currency, amountMinor }: DiscrepancySummary): string {
  return formatForPeople({ currency, minor: amountMinor });
}

export function discrepancyOnTheWire(one: DiscrepancySummary): Record<string, unknown> {
  return {
    id: one.discrepancyId,
    account: one.account,
    date: one.date,
    level: one.level,
    anchor: { side: one.anchorSide, id: one.anchorId },
    partnerId: one.partnerId,
    verdict: one.verdict,
    reason: one.reason,
    state: one.state,
    severity: one.severity,
    severityReason: one.severityReason,
    kind: one.kind,
    amount: formatMinor(one.amountMinor, one.currency),
    currency: one.currency,
    closedBy: one.closedBy,
    assignee: one.assignee,
    firstSeenAt: new Date(one.firstSeenAtMs).toISOString(),
    dueAt: one.dueAtMs === null ? null : new Date(one.dueAtMs).toISOString(),
    overdue: one.overdue,
    escalation: one.escalation,
    proposal: one.proposal,
  };
}

export function discrepancyDetailOnTheWire(one: DiscrepancyDetail): object {
  return {
    ...discrepancyOnTheWire(one),
    rule: one.rule,
    differences: differencesOf(one),
    changes: changesOf(one),
    rows: one.rows.map(({ amountMinor, feeMinor, occurredAtMs, ...row }) => ({
      ...row,
      amount: formatMinor(amountMinor, row.currency),
      fee: feeMinor === null ? null : formatMinor(feeMinor, row.currency),
      occurredAt: new Date(occurredAtMs).toISOString(),
    })),
    proposals: one.proposals.map(proposalOnTheWire),
    notes: one.notes.map(noteOnTheWire),
    events: one.events.map(({ createdAtMs, ...event }) => ({
      ...event,
      createdAt: new Date(createdAtMs).toISOString(),
    })),
  };
}
