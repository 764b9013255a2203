// Writes canonical rows as lines of PostgreSQL's COPY text format, in the column order of the stage tables.
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';

/** Column order of stage_processor that processorCopyLine writes. */
export const PROCESSOR_STAGE_COLUMNS =
  'ord, line, external_id, home_date, level, kind, unknown_code, gross, fee, net, currency, occurred_ms, status, reverses, ' +
  'moves_balance, test_mode, merchant_reference, parent_id, payout_id, available_on, presentment_amount, ' +
  'presentment_currency, fx_rate, content_hash';

/** Column order of stage_internal that internalCopyLine writes. */
export const INTERNAL_STAGE_COLUMNS =
  'ord, line, external_id, home_date, kind, unknown_code, amount, fee, currency, occurred_ms, status, reverses, ' +
  'moves_balance, processor_reference, merchant_reference, parent_id, content_hash';

export const REFERENCE_STAGE_COLUMNS = 'ord, type, value';

export function processorCopyLine(row: ProcessorRow, ord: number, line: number | null): string {
  return (
    `${ord}\t${line ?? NULL}\t${escaped(row.externalId)}\t${row.homeDate}\t${row.level}\t${row.kind}\t${text(row.unknownCode)}\t` +
    `${row.grossMinor}\t${row.feeMinor ?? NULL}\t${row.netMinor ?? NULL}\t${row.currency}\t${row.occurredAtMs}\t` +
    `${row.status}\t${flag(row.reverses)}\t${flag(row.movesBalance)}\t${flag(row.testMode)}\t${text(row.merchantReference)}\t` +
    `${text(row.parentId)}\t${text(row.payoutId)}\t${row.availableOn ?? NULL}\t${row.presentmentMinor ?? NULL}\t` +
    `${row.presentmentCurrency ?? NULL}\t${row.fxRate ?? NULL}\t${row.contentHash}\n`
  );
}

export function internalCopyLine(row: InternalRow, ord: number, line: number | null): string {
  return (
    `${ord}\t${line ?? NULL}\t${escaped(row.externalId)}\t${row.homeDate}\t${row.kind}\t${text(row.unknownCode)}\t` +
    `${row.amountMinor}\t${row.feeMinor ?? NULL}\t${row.currency}\t${row.occurredAtMs}\t${row.status}\t` +
    `${flag(row.reverses)}\t${flag(row.movesBalance)}\t${text(row.processorReference)}\t${text(row.merchantReference)}\t` +
    `${text(row.parentId)}\t${row.contentHash}\n`
  );
}

export function referenceCopyLines(row: ProcessorRow, ord: number): string {
  let lines = '';
  for (const reference of row.references) lines += `${ord}\t${reference.type}\t${escaped(reference.value)}\n`;
  return lines;
}

const NULL = '\\N';
const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char) : value;
}

function text(value: string | null): string {
  return value === null ? NULL : escaped(value);
}

function flag(value: boolean): string {
  return value ? 't' : 'f';
}
