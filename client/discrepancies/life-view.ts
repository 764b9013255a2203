// How the life of a discrepancy is shown: whose it is, until when, what was proposed, decided and noted. What people typed is
// foreign text like any other: it is printed so that it can neither move the cursor nor look like something else.
import { foreignText, timeWords } from '../../activities/report/run-words.ts';
import type { DiscrepancyDetail, DiscrepancySummary } from '../database/read-discrepancies.ts';
import type { Note, Proposal } from '../database/read-proposals.ts';
import type { Palette } from '../terminal/palette.ts';
import { renderTable } from '../terminal/table.ts';
import { proposalName } from './proposal-name.ts';

const NOTE_LINES_MAX = 100;
const NOTE_LINE_CHARS_MAX = 4_000;
const MINUTE_MS = 60_000;

/** "open", "assigned to ben", "proposed: write off 5@3f2a9c1d04be", "closed, matched late". */
export function stateWords({ state, assignee, closedBy, proposal }: DiscrepancySummary): string {
  if (proposal !== null) {
    const [what, how] = proposal.status === 'approved' ? ['approved', ', with the next run'] : ['proposed', ''];
    return `${what}: ${spaced(proposal.kind)} ${proposal.name}${how}`;
  }
  if (state === 'assigned' && assignee !== null) return `assigned to ${assignee}`;
  // What people closed says so by itself.
  return `${spaced(state)}${closedBy === null || closedBy === 'person' ? '' : `, ${spaced(closedBy)}`}`;
}

export function dueWords(palette: Palette, { dueAtMs, overdue, escalation }: DiscrepancySummary): string {
  if (dueAtMs === null) return '';
  const day = new Date(dueAtMs).toISOString().slice(0, 10);
  if (!overdue) return day;
  return palette.bad(`${day} overdue${escalation === 0 ? '' : `, escalated ${escalation}×`}`);
}

export function proposalTable(palette: Palette, { proposals, zone }: DiscrepancyDetail): string[] {
  if (proposals.length === 0) return [];
  const columns = [
    { title: 'Proposal' },
    { title: 'What' },
    { title: 'Rows' },
    { title: 'By' },
    { title: 'Why' },
    { title: 'Status' },
  ];
  const lines = proposals.map((one) => [
    proposalName(one.proposalId, one.sha256),
    spaced(one.kind),
    rowsWords(one),
    `${one.proposedBy}, ${timeWords(wholeMinute(one.proposedAtMs), zone)}`,
    foreignText(`${spaced(one.reason)}: ${one.because}`, 500),
    statusWords(one),
  ]);
  return [renderTable(palette, columns, lines)];
}

const ROWS_SHOWN = 6;
const ID_CHARS_MAX = 40;

function rowsWords({ body }: Proposal): string {
  const rows = body.rows ?? [];
  const shown = rows.slice(0, ROWS_SHOWN).map(({ side, id }) => `${side} ${foreignText(id, ID_CHARS_MAX)}`);
  return [...shown, ...(rows.length > ROWS_SHOWN ? [`${rows.length - ROWS_SHOWN} more`] : [])].join('\n');
}

function statusWords({ status, decidedBy, decidedBecause }: Proposal): string {
  if (decidedBy === null) return status === 'pending' ? 'waits for another person' : spaced(status);
  return `${status} by ${decidedBy}: ${foreignText(decidedBecause ?? '', 500)}`;
}

export function noteLines(palette: Palette, { notes, zone }: DiscrepancyDetail): string[] {
  return notes.map(({ author, createdAtMs, body }) => {
    const lines = body.split(/\r\n|\r|\n/);
    const shown = lines.slice(0, NOTE_LINES_MAX).map((line) => `  ${foreignText(line, NOTE_LINE_CHARS_MAX)}`);
    const more =
      lines.length > NOTE_LINES_MAX ? [`  … ${lines.length - NOTE_LINES_MAX} more lines: --json has them`] : [];
    return [palette.heading(`Note of ${author}, ${timeWords(wholeMinute(createdAtMs), zone)}`), ...shown, ...more].join(
      '\n',
    );
  });
}

export function proposalOnTheWire({ proposedAtMs, decidedAtMs, body, discrepancyId, ...one }: Proposal): object {
  return {
    ...one,
    name: proposalName(one.proposalId, one.sha256),
    rows: body.rows ?? [],
    proposedAt: new Date(proposedAtMs).toISOString(),
    decidedAt: decidedAtMs === null ? null : new Date(decidedAtMs).toISOString(),
  };
}

export function noteOnTheWire({ author, createdAtMs, body }: Note): object {
  return { author, createdAt: new Date(createdAtMs).toISOString(), body };
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

function spaced(word: string): string {
  return word.replaceAll('_', ' ');
}
