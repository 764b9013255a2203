// Renders the completeness sheet beside the CSV: the facts of the run, and what each published file hashes to, so that a
// CSV, which has no place for either, can be verified too. Pure.
import { type Completeness, completenessFacts, type Fact } from './completeness.ts';
import { csvAmount, csvText } from './csv-cell.ts';
import { toCsv } from './render-csv.ts';

export const COMPLETENESS_COLUMNS = ['topic', 'name', 'value'] as const;

export function renderCompleteness(
  of: Completeness,
  listDigest: string,
  files: ReadonlyArray<{ readonly name: string; readonly sha256: string }>,
): string {
  const rows = completenessFacts(of, listDigest).map(({ topic, name, value }) => [
    csvText(topic),
    csvText(name),
    valueText(value),
  ]);
  return toCsv([COMPLETENESS_COLUMNS, ...rows, ...files.map(({ name, sha256 }) => [`file ${name}`, 'sha256', sha256])]);
}

function valueText(value: Fact['value']): string {
  switch (value.type) {
    case 'instant':
      return value.ms === null ? '' : new Date(value.ms).toISOString();
    case 'text':
      return csvText(value.value);
    case 'amount':
      return csvAmount(value.value);
    default:
      return value.value;
  }
}
