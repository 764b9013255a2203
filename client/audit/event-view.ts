// Says in words and on the wire what the audit log says of a run. Pure.
import { type AuditRow, parseBody } from '../../domain/audit-chain.ts';
import { oneLine } from '../terminal/one-line.ts';
import type { Palette } from '../terminal/palette.ts';
import { renderTable } from '../terminal/table.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const DIGEST_CHARS = 12;

export function eventOnTheWire(row: AuditRow): object {
  const { seq, epoch, event, eventKey, actor, atMs, hash } = row;
  return {
    seq,
    epoch,
    at: new Date(atMs).toISOString(),
    event,
    eventKey,
    actor,
    hash,
    data: parseBody(row.body)?.data ?? null,
  };
}

export function renderEvents(palette: Palette, run: string, rows: readonly AuditRow[]): string {
  const table = renderTable(
    palette,
    [{ title: 'no.', align: 'right' }, { title: 'at' }, { title: 'by' }, { title: 'event' }, { title: '' }],
    rows.map((row) => [
      String(row.seq),
      new Date(row.atMs).toISOString(),
      oneLine(row.actor),
      row.event,
      detailsOf(parseBody(row.body)?.data ?? {}),
    ]),
  );
  return `${palette.heading(run)}\n${table}\n${palette.quiet('audit verify says whether these rows are what was written; --json shows them in full.')}`;
}

// What is asked first is said first; bodies are kept in the order of their names.
const FIRST = ['trigger', 'reason', 'outcome', 'step', 'error', 'kind', 'recipients', 'refused', 'resultDigest'];

function detailsOf(data: Readonly<Record<string, unknown>>): string {
  const names = [...FIRST.filter((name) => name in data), ...Object.keys(data).filter((name) => !FIRST.includes(name))];
  const shown = names
    .map((name) => [name, data[name]] as const)
    .flatMap(([name, value]) => {
      if (name === 'event' || name === 'run' || value === null || typeof value === 'object') return [];
      const text = String(value);
      return [`${name} ${DIGEST.test(text) ? text.slice(0, DIGEST_CHARS) : text}`];
    });
  return oneLine(shown.join(', '));
}
