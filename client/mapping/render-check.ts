// How `recon mapping check` reads in a terminal: the first rows, then the whole file, then what is not right. Pure.
import type { QuarantinedRow } from '../../activities/fetch/source.ts';
import { plural } from '../../activities/report/run-words.ts';
import type { Palette } from '../terminal/palette.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import type { MappingCheck } from './check-mapping.ts';
import type { ShownRow } from './surveyor.ts';

const TOTALS: readonly Column[] = [
  { title: 'Kind' },
  { title: 'Currency' },
  { title: 'Count', align: 'right' },
  { title: 'Debits', align: 'right' },
  { title: 'Credits', align: 'right' },
  { title: '' },
];

/** True where there are rows, and each would be staged as what it is. Rows that the mapping skips are understood. */
export function isUnderstood({ understood, quarantined, unknownKinds, repeatedIds }: MappingCheck): boolean {
  return understood > 0 && quarantined.count === 0 && unknownKinds === 0 && repeatedIds.count === 0;
}

export function renderCheck(palette: Palette, check: MappingCheck): string {
  const as =
    check.mapping === null ? 'the file contract' : `${check.mapping.name} (${check.mapping.hash.slice(0, 12)})`;
  return [
    `${palette.heading(check.file)}: ${check.side} rows as ${as} understands them`,
    ...check.shown.map((row) => renderRow(palette, row)),
    renderWhole(palette, check),
    renderProblems(palette, check),
    renderColumns(palette, check),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderRow(palette: Palette, { file, line, fields }: ShownRow): string {
  const cells = fields.map(({ field, value, columns }) => [`  ${field}`, value, palette.quiet(columns.join(' + '))]);
  return renderTable(palette, [{ title: `  ${file} line ${line}` }, { title: '' }, { title: 'from' }], cells);
}

function renderWhole(palette: Palette, check: MappingCheck): string {
  const { understood, quarantined, skipped, from, to } = check;
  const all = understood + quarantined.count + skipped.count;
  const counts = [
    plural(all, 'row'),
    `${understood} understood`,
    ...(skipped.count === 0 ? [] : [`${skipped.count} skipped by the mapping`]),
    quarantined.count === 0 ? '0 quarantined' : palette.bad(`${quarantined.count} quarantined`),
  ];
  const dates = from === null ? '' : ` · ${from === to ? from : `${from} to ${to}`} (${check.zone})`;
  const totals = check.totals.map((total) => [
    total.unknownCode === null ? total.kind : `${total.kind}: ${total.unknownCode}`,
    total.currency,
    String(total.count),
    total.debits,
    total.credits,
    total.movesBalance ? '' : palette.quiet('does not move the balance'),
  ]);
  return `${counts.join(', ')}${dates}${totals.length === 0 ? '' : `\n${renderTable(palette, TOTALS, totals)}`}`;
}

function renderProblems(palette: Palette, check: MappingCheck): string {
  const { understood, unknownKinds, repeatedIds, quarantined, skipped } = check;
  const lines: string[] = [];
  if (understood === 0) lines.push(palette.bad('No row was understood, so that nothing is known about the mapping.'));
  if (unknownKinds > 0) {
    lines.push(
      palette.warning(`${plural(unknownKinds, 'row')} of a kind that is not listed: add the codes to kind.values.`),
    );
  }
  if (repeatedIds.count > 0) {
    const found = `${plural(repeatedIds.count, 'row')} with the id of an earlier row, and only the last of them would count:`;
    lines.push(`${palette.bad(found)} line ${repeatedIds.firstLines.join(', ')}. Name further columns under id.`);
  }
  if (!repeatedIds.complete) lines.push('Only the first of its ids were compared with each other: there are too many.');
  lines.push(...reasons(palette.heading('Quarantined'), quarantined), ...reasons('Skipped', skipped));
  return lines.join('\n');
}

function reasons(title: string, { count, first }: { count: number; first: readonly QuarantinedRow[] }): string[] {
  if (count === 0) return [];
  const more = count > first.length ? [`  … and ${count - first.length} more`] : [];
  return [
    `${title}:`,
    ...first.map(({ source, position, reason }) => `  ${source} line ${position}: ${reason}`),
    ...more,
  ];
}

function renderColumns(palette: Palette, { mapping, columns }: MappingCheck): string {
  if (mapping === null) return '';
  const notRead = columns.notRead.length === 0 ? 'none' : columns.notRead.join(', ');
  return `${palette.heading('Columns that are not read')}: ${notRead}`;
}
