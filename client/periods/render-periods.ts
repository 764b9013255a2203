// How locked days, and proposals about them, are shown. What people typed is foreign text. Pure.
import { foreignText, plural } from '../../activities/report/run-words.ts';
import { formatForPeople, formatMinor } from '../../domain/money.ts';
import type { PeriodProposal } from '../database/read-periods.ts';
import { decisionWords } from '../discrepancies/decision-words.ts';
import { proposalName } from '../discrepancies/proposal-name.ts';
import type { Palette } from '../terminal/palette.ts';
import { renderTable } from '../terminal/table.ts';

export function renderPeriods(palette: Palette, proposals: readonly PeriodProposal[]): string {
  if (proposals.length === 0) return 'No day is locked, and none was proposed.';
  const columns = [
    { title: 'Proposal' },
    { title: 'Account' },
    { title: 'What' },
    { title: 'Still open in these days' },
    { title: 'By' },
    { title: 'Status' },
  ];
  const rows = proposals.map((one) => [
    proposalName(one.proposalId, one.sha256),
    one.account,
    whatWords(one),
    openWords(one),
    `${one.proposedBy}: ${foreignText(one.because, 500)}`,
    decisionWords(one),
  ]);
  return renderTable(palette, columns, rows);
}

function whatWords({ body: { from, through, replaces, days } }: PeriodProposal): string {
  if (through === null) return `open all days (locked through ${replaces})`;
  if (replaces !== null && through < replaces) return `open the days after ${through} (locked through ${replaces})`;
  return `lock ${from} to ${through}, ${plural(days, 'day')}`;
}

function openWords({ body: { open } }: PeriodProposal): string {
  const words = open.map(({ currency, differences, amount }) => {
    const money = formatForPeople({ currency, minor: BigInt(amount) });
    return `${plural(differences, 'difference')}, ${money}`;
  });
  return words.join('\n') || 'nothing';
}

export function periodOnTheWire({ body, proposedAtMs, decidedAtMs, ...one }: PeriodProposal): object {
  return {
    ...one,
    ...body,
    open: body.open.map(({ amount, ...rest }) => ({ ...rest, amount: formatMinor(BigInt(amount), rest.currency) })),
    name: proposalName(one.proposalId, one.sha256),
    proposedAt: new Date(proposedAtMs).toISOString(),
    decidedAt: decidedAtMs === null ? null : new Date(decidedAtMs).toISOString(),
  };
}
