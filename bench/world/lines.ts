// Writes a row as a line of the file contract, NDJSON or CSV, and as a line of a COPY for the floor. By hand: no value of a
// world needs quoting, and a million rows are written while somebody waits.
import { currencyExponent } from '../../domain/currency.ts';
import type { WorldInternalRow, WorldProcessorRow, WorldRow } from './world-row.ts';

export const FILE_FORMATS = ['ndjson', 'csv', 'copy'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

const SHARED_COLUMNS = ['currency', 'occurredAt', 'status', 'merchantReference', 'parentId', 'reverses'];
const PROCESSOR_COLUMNS = ['ref.processor_id', 'presentment.amount', 'presentment.currency', 'testMode'];
const CSV_HEADERS = {
  processor: ['id', 'kind', 'gross', 'fee', ...SHARED_COLUMNS, ...PROCESSOR_COLUMNS],
  internal: ['id', 'kind', 'amount', 'fee', ...SHARED_COLUMNS, 'processorReference'],
};

/** What a file begins with. */
export function headerOf(format: FileFormat, side: WorldRow['side']): string {
  return format === 'csv' ? `${CSV_HEADERS[side].join(',')}\n` : '';
}

/** @param isRepeated another record names the same id already. */
export function lineOf(format: FileFormat, row: WorldRow, isRepeated: boolean): string {
  if (format === 'csv') return csvLine(row);
  if (format === 'copy') return copyLine(row, isRepeated);
  return row.side === 'processor' ? processorJson(row) : internalJson(row);
}

function processorJson(row: WorldProcessorRow): string {
  return (
    `{"id":"${row.id}","kind":"${row.kind}","gross":"${major(row.minor, row.currency)}"${sharedJson(row)}` +
    (row.alsoKnownAs === null ? '' : `,"references":[{"type":"processor_id","value":"${row.alsoKnownAs}"}]`) +
    (row.presented === null
      ? ''
      : `,"presentment":{"amount":"${major(row.presented.minor, row.presented.currency)}","currency":"${row.presented.currency}"}`) +
    `${row.testMode ? ',"testMode":true' : ''}}\n`
  );
}

function internalJson(row: WorldInternalRow): string {
  return (
    `{"id":"${row.id}","kind":"${row.kind}","amount":"${major(row.minor, row.currency)}"${sharedJson(row)}` +
    `${row.names === null ? '' : `,"processorReference":"${row.names}"`}}\n`
  );
}

function sharedJson(row: WorldRow): string {
  return (
    (row.fee === null ? '' : `,"fee":"${major(row.fee, row.currency)}"`) +
    `,"currency":"${row.currency}","occurredAt":"${instant(row)}"` +
    (row.status === null ? '' : `,"status":"${row.status}"`) +
    (row.order === null ? '' : `,"merchantReference":"${row.order}"`) +
    (row.parent === null ? '' : `,"parentId":"${row.parent}"`) +
    (row.reverses ? ',"reverses":true' : '')
  );
}

function csvLine(row: WorldRow): string {
  const { minor, fee, currency } = row;
  const shared = `${row.id},${row.kind},${major(minor, currency)},${fee === null ? '' : major(fee, currency)},${currency},${instant(row)},${row.status ?? ''},${row.order ?? ''},${row.parent ?? ''},${row.reverses ? 'true' : ''}`;
  if (row.side === 'internal') return `${shared},${row.names ?? ''}\n`;
  const { presented } = row;
  const presentment = presented === null ? ',' : `${major(presented.minor, presented.currency)},${presented.currency}`;
  return `${shared},${row.alsoKnownAs ?? ''},${presentment},${row.testMode ? 'true' : ''}\n`;
}

// The floor pairs by id and nothing else: it gets each id once.
function copyLine(row: WorldRow, isRepeated: boolean): string {
  const rest = `${row.order ?? NULL}\t${row.kind}\t${row.minor}\t${row.fee ?? NULL}\t${row.currency}\t${instant(row)}\n`;
  return row.side === 'processor'
    ? `${row.id}\t${rest}`
    : `${row.id}\t${(isRepeated ? null : row.names) ?? NULL}\t${rest}`;
}

const NULL = '\\N';

function instant({ occurredAtMs }: WorldRow): string {
  return new Date(occurredAtMs).toISOString();
}

function major(minor: number, currency: string): string {
  const decimals = currencyExponent(currency) ?? 0;
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
