// Lays rows out in aligned columns without borders, so that they can be read, cut and grepped. Pure.
import Table from 'cli-table3';
import type { Palette } from './palette.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

export function renderTable(
  palette: Palette,
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
): string {
  const table = new Table({
    head: columns.map((column) => palette.heading(column.title)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: NO_BORDERS,
    // The library's own colours would show in pipes and files too.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push([...row]);
  return withoutTrailingBlanks(table.toString());
}

/** Names and values in two columns: for one thing in detail. */
export function renderFacts(palette: Palette, facts: ReadonlyArray<readonly [name: string, value: string]>): string {
  const shown = facts.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${palette.quiet(name.padEnd(width))}  ${value}`).join('\n');
}

function withoutTrailingBlanks(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
