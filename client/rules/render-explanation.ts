// How `recon rules explain` reads in a terminal: the row, its verdict with the reasons, who stands with it, what differs, and who
// is not its partner and why. Pure. What comes from outside is made safe to print.
import {
  fieldWords,
  foreignText,
  kindWords,
  levelWords,
  processorWords,
  sideWords,
  timeWords,
} from '../../activities/report/run-words.ts';
import { verdictWords } from '../../activities/report/verdict-words.ts';
import { formatForPeople } from '../../domain/money.ts';
import type { ExplainedRow } from '../database/read-explained-rows.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { type Palette, toned } from '../terminal/palette.ts';
import { type Column, renderFacts, renderTable } from '../terminal/table.ts';
import type { Explanation } from './explain-row.ts';
import { idWords, keyWords, moneyOf } from './explanation-words.ts';
import { differencesOf } from './standing-differences.ts';

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
        ...renderNext(palette, standing),
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
  const { title } = verdictWords(standing.verdict, standing.level);
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

function renderNext(palette: Palette, { verdict, level }: Standing): string[] {
  return SETTLED.has(verdict) ? [] : [`  ${palette.heading('Next:')} ${verdictWords(verdict, level).next}`];
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

function renderOthers(palette: Palette, facts: ExplanationFacts, standing: Standing): string[] {
  const { othersRows, othersCount } = standing;
  if (othersRows.length === 0) return [];
  const title = othersTitle(standing);
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

function othersTitle({ level, rule, verdict, isOpen, othersCount }: Standing): string {
  if (level === 'settlement') return 'Counted with it';
  if (isOpen && verdict !== 'pending_timing') return 'Open together with it';
  if (rule === 'netting') return 'Cancels with';
  return othersCount === 1 ? 'Its partner' : `Its ${othersCount} partners`;
}

function renderDifferences(palette: Palette, facts: ExplanationFacts, standing: Standing): string[] {
  if (standing.differences === null) return [];
  const columns: readonly Column[] = [
    { title: 'Differs' },
    ...differingSides(facts, standing).map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = differencesOf(facts, standing, formatForPeople).map(({ field, processor, internal }) => [
    fieldWords(field),
    foreignText(processor ?? 'unknown'),
    foreignText(internal ?? 'unknown'),
  ]);
  return ['', renderTable(palette, columns, rows)];
}

/** A payout stands against what its entries make of it, not against your records. */
function differingSides({ processorName }: ExplanationFacts, { level }: Standing): string[] {
  if (level === 'settlement') return ['The payout', 'By its entries'];
  return [sideWords('processor', processorName), sideWords('internal', processorName)];
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
  said.sort((a, b) => Number(a.seq - b.seq));
  const levels = new Set(said.map(({ level }) => level));
  // One statement a level is what stands above already.
  if (said.length === levels.size) return [];
  const severalLevels = levels.size > 1;
  const lines = said.map(({ seq, verdict, level }) => {
    const at = severalLevels ? `, ${levelWords(level).toLowerCase()}` : '';
    return `  ${runs.get(seq)?.run ?? `decision ${seq}`}: ${verdictWords(verdict, level).title.toLowerCase()}${at}`;
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
    [isOpen ? 'Since' : 'Decided by', decided === null ? '' : `${isOpen ? decided.run : decidedBy(facts)}${looked}`],
    ['Step', passes.join(', ')],
    ['Rules', rules?.ruleSetHash ?? ''],
    ['Code', foreignText(rules?.codeVersion ?? '')],
  ]);
}

/** Levels may be decided by different runs. */
function decidedBy({ standings, runs }: ExplanationFacts): string {
  const decided = standings.map(({ decidedSeq }) => runs.get(decidedSeq)?.run ?? `decision ${decidedSeq}`);
  return [...new Set(decided)].join(', then ');
}
