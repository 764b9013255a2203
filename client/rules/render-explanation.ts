// How `recon rules explain` reads in a terminal: the row, its verdict with the reasons, who stands with it, what differs, and who
// is not its partner and why. Pure. What comes from outside is made safe to print.
import {
  foreignText,
  kindWords,
  levelWords,
  processorWords,
  sideWords,
  timeWords,
} from '../../activities/report/run-words.ts';
import { verdictWords } from '../../activities/report/verdict-words.ts';
import { formatForPeople, formatMinor } from '../../domain/money.ts';
import type { ExplainedRow } from '../database/read-explained-rows.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { type Palette, toned } from '../terminal/palette.ts';
import { type Column, renderFacts, renderTable } from '../terminal/table.ts';
import type { Explanation } from './explain-row.ts';
import { idWords, keyWords, moneyOf } from './explanation-words.ts';

const SETTLED: ReadonlySet<string> = new Set(['matched', 'matched_tolerance', 'matched_late', 'ignored']);

export function renderExplanation(palette: Palette, explanation: Explanation): string {
  const { facts } = explanation;
  return [
    renderRow(palette, facts),
    ...(explanation.verdicts.length === 0 ? [undecided(facts)] : []),
    ...explanation.verdicts.map(({ standing, reasons }) =>
      [
        renderVerdict(palette, facts, standing, explanation.verdicts.length > 1),
        ...reasons.sentences.map((sentence) => `  ${sentence}`),
        ...renderOthers(palette, facts, standing),
        ...renderDifferences(palette, facts, standing),
      ].join('\n'),
    ),
    ...renderRejected(palette, explanation),
    ...renderHistory(palette, facts),
    renderOrigin(palette, explanation),
  ].join('\n\n');
}

function renderRow(palette: Palette, { row, account, processorName, zone }: ExplanationFacts): string {
  const where = row.side === 'internal' ? `your records (${account})` : `${processorWords(processorName)} (${account})`;
  const facts = renderFacts(palette, [
    ['Amount', moneyOf(row)],
    [
      'Paid in',
      row.presentmentMinor === null || row.presentmentCurrency === null
        ? ''
        : formatForPeople({ minor: row.presentmentMinor, currency: row.presentmentCurrency }),
    ],
    [
      'Status',
      `${row.status}${row.reverses ? ', reverses an earlier row' : ''}${row.movesBalance ? '' : ', moves no money'}`,
    ],
    ['Time', `${timeWords(row.occurredAtMs, zone)} (day ${row.homeDate})`],
    ['Names', foreignText(row.processorReference ?? row.alsoKnownAs.join(', '))],
    ['Reference', foreignText(row.merchantReference ?? '')],
    ['Parent', foreignText(row.parentId ?? '')],
    ['Payout', row.payoutId === row.id ? '' : foreignText(row.payoutId ?? '')],
    ['Version', row.version === 1 ? '' : `${row.version}: its source has corrected it`],
  ]);
  return `${palette.heading(`${kindWords(row.kind)} ${idWords(row)}`)} of ${where}\n${facts}`;
}

function undecided({ row }: ExplanationFacts): string {
  return row.introducedSeq === null
    ? `No run has taken it up yet: its day is ${row.homeDate}.`
    : 'No live verdict stands on it.';
}

function renderVerdict(palette: Palette, facts: ExplanationFacts, standing: Standing, isOneOfSeveral: boolean): string {
  const isBarePayout = standing.level === 'settlement' && standing.verdict === 'ambiguous';
  const title = isBarePayout ? 'Payout without a list of entries' : verdictWords(standing.verdict).title;
  const discrepancy = facts.discrepancies.find(({ level, state }) => level === standing.level && state !== 'closed');
  const shown = SETTLED.has(standing.verdict) ? palette.good(title) : palette.warning(title);
  const atRisk =
    discrepancy === undefined || standing.verdict.startsWith('pending_')
      ? ''
      : `, ${formatForPeople({ minor: discrepancy.amountMinor, currency: discrepancy.currency })} at risk`;
  const number =
    discrepancy === undefined || SETTLED.has(standing.verdict)
      ? ''
      : ` · discrepancy ${discrepancy.discrepancyId}, ${discrepancy.state.replaceAll('_', ' ')}, ${toned(palette, discrepancy.severity)}${atRisk}`;
  return `${isOneOfSeveral ? `${levelWords(standing.level)}: ` : ''}${shown}${number}`;
}

const ROW_COLUMNS: readonly Column[] = [
  { title: 'Row of' },
  { title: 'Id' },
  { title: 'Kind' },
  { title: 'Amount', align: 'right' },
  { title: 'Status' },
  { title: 'Time' },
];

function rowCells({ processorName, zone }: ExplanationFacts, row: ExplainedRow): string[] {
  return [
    sideWords(row.side, processorName),
    idWords(row),
    kindWords(row.kind),
    moneyOf(row),
    row.status,
    timeWords(row.occurredAtMs, zone),
  ];
}

function renderOthers(
  palette: Palette,
  facts: ExplanationFacts,
  { othersRows, othersCount, isOpen, verdict }: Standing,
): string[] {
  if (othersRows.length === 0) return [];
  const partner = othersCount === 1 ? 'Its partner' : `Its ${othersCount} partners`;
  const title = isOpen && verdict !== 'pending_timing' ? 'Open together with it' : partner;
  const more = othersCount > othersRows.length ? [`… and ${othersCount - othersRows.length} more`] : [];
  return [
    '',
    palette.heading(title),
    renderTable(
      palette,
      ROW_COLUMNS,
      othersRows.map((row) => rowCells(facts, row)),
    ),
    ...more,
  ];
}

function renderDifferences(palette: Palette, facts: ExplanationFacts, standing: Standing): string[] {
  if (standing.differences === null) return [];
  const columns: readonly Column[] = [
    { title: 'Differs' },
    { title: sideWords('processor', facts.processorName), align: 'right' },
    { title: sideWords('internal', facts.processorName), align: 'right' },
  ];
  const rows = differencesOf(facts, standing).map(({ field, processor, internal }) => [
    field,
    foreignText(processor ?? 'unknown'),
    foreignText(internal ?? 'unknown'),
  ]);
  return ['', renderTable(palette, columns, rows)];
}

const MONEY_FIELDS: ReadonlySet<string> = new Set(['amount', 'fee']);

/** Money was compared in the record's currency. */
function differencesOf({ row }: ExplanationFacts, { differences, othersRows }: Standing) {
  const currency = [row, ...othersRows].find(({ side }) => side === 'internal')?.currency ?? row.currency;
  const words = (field: string, value: string | null) =>
    value !== null && MONEY_FIELDS.has(field) ? formatMinor(BigInt(value), currency) : value;
  return Object.entries(differences ?? {}).map(([field, [processor, internal]]) => ({
    field,
    processor: words(field, processor),
    internal: words(field, internal),
  }));
}

function renderRejected(palette: Palette, { facts, rejected }: Explanation): string[] {
  if (rejected.length === 0) return [];
  const rows = rejected.map(({ candidate, rejection }) => {
    const { row, sharedKeys } = candidate;
    const shares = sharedKeys.length === 0 ? 'amount, currency, kind' : sharedKeys.map(keyWords).join(', ');
    return [
      sideWords(row.side, facts.processorName),
      idWords(row),
      kindWords(row.kind),
      moneyOf(row),
      shares,
      rejection.words,
    ];
  });
  const columns: readonly Column[] = [
    { title: 'Row of' },
    { title: 'Id' },
    { title: 'Kind' },
    { title: 'Amount', align: 'right' },
    { title: 'Shares' },
    { title: 'Why it is not the partner' },
  ];
  const more = facts.isMoreCandidates ? ['There are more; these are the first.'] : [];
  return [[palette.heading('Also came into question'), renderTable(palette, columns, rows), ...more].join('\n')];
}

function renderHistory(palette: Palette, { history, runs, standings }: ExplanationFacts): string[] {
  const settled = standings.filter(({ isOpen }) => !isOpen);
  const said = [
    ...history.map(({ seq, verdict, level }) => ({ seq, verdict, level })),
    ...settled.map(({ decidedSeq, verdict, level }) => ({ seq: decidedSeq, verdict, level })),
  ];
  const levels = new Set(said.map(({ level }) => level));
  // One statement a level is what stands above already.
  if (said.length === levels.size) return [];
  const severalLevels = levels.size > 1;
  const lines = said.map(({ seq, verdict, level }) => {
    const at = severalLevels ? `, ${levelWords(level).toLowerCase()}` : '';
    return `  ${runs.get(seq)?.run ?? `decision ${seq}`}: ${verdictWords(verdict).title.toLowerCase()}${at}`;
  });
  return [[palette.heading('What was said of it'), ...lines].join('\n')];
}

function renderOrigin(palette: Palette, { facts, verdicts }: Explanation): string {
  const passes = [...new Set(verdicts.map(({ reasons }) => reasons.pass))];
  const standing = facts.standings.find(({ isOpen }) => isOpen) ?? facts.standings[0];
  const decided = standing === undefined ? null : (facts.runs.get(standing.decidedSeq) ?? null);
  const rules = standing?.isOpen === false ? decided : facts.latestRun;
  const isOpen = standing?.isOpen === true;
  const again = isOpen && facts.latestRun !== null && facts.latestRun.seq !== decided?.seq;
  const looked = again ? `, looked at again by ${facts.latestRun?.run}` : '';
  return renderFacts(palette, [
    [isOpen ? 'Since' : 'Decided by', decided === null ? '' : `${decided.run}${looked}`],
    ['Step', passes.join(', ')],
    ['Rules', rules?.ruleSetHash ?? ''],
    ['Code', foreignText(rules?.codeVersion ?? '')],
  ]);
}

export function explanationOnTheWire({ facts, verdicts, rejected }: Explanation): object {
  const { row, zone, ...rest } = facts;
  const shown = (one: ExplainedRow) => ({
    side: one.side,
    id: one.id,
    kind: one.kind,
    status: one.status,
    amount: formatMinor(one.amountMinor, one.currency),
    currency: one.currency,
    occurredAt: new Date(one.occurredAtMs).toISOString(),
    date: one.homeDate,
  });
  const runOf = (seq: bigint) => rest.runs.get(seq);
  return {
    account: facts.account,
    row: { ...shown(row), version: row.version, introduced: row.introducedSeq !== null },
    verdicts: verdicts.map(({ standing, reasons }) => ({
      level: standing.level,
      verdict: standing.verdict,
      open: standing.isOpen,
      rule: standing.rule,
      pass: reasons.pass,
      because: reasons.sentences,
      run: runOf(standing.decidedSeq)?.run ?? null,
      ruleSetHash: (standing.isOpen ? facts.latestRun : runOf(standing.decidedSeq))?.ruleSetHash ?? null,
      with: standing.othersRows.map(shown),
      withCount: standing.othersCount,
      differences: differencesOf(facts, standing),
    })),
    discrepancies: facts.discrepancies.map(({ discrepancyId, amountMinor, ...one }) => ({
      number: discrepancyId,
      ...one,
      amount: formatMinor(amountMinor, one.currency),
    })),
    keys: facts.keys,
    rejected: rejected.map(({ candidate, rejection }) => ({
      ...shown(candidate.row),
      shares: candidate.sharedKeys,
      code: rejection.code,
      because: rejection.words,
    })),
    more: facts.isMoreCandidates,
    history: facts.history.map(({ seq, ...one }) => ({ run: runOf(seq)?.run ?? null, ...one })),
    latestRun: facts.latestRun?.run ?? null,
  };
}
