// Shows a canonical row field by field in the words of the file contract, with the columns that each field came from. Pure.
import { formatMinor } from '../../domain/money.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';

export interface ShownField {
  readonly field: string;
  readonly value: string;
  /** Empty where the mapping gives the value itself, or it follows from others. */
  readonly columns: readonly string[];
}

type Said = readonly [field: string, value: string | null];

/** Absent fields are left out; flags are shown where they are not the usual ones. */
export function shownFields(
  row: ProcessorRow | InternalRow,
  columnsOf: ReadonlyMap<string, readonly string[]>,
): ShownField[] {
  const said = 'grossMinor' in row ? ofProcessor(row) : ofInternal(row);
  return said.flatMap(([field, value]) =>
    value === null ? [] : [{ field, value, columns: columnsOf.get(COLUMNS_KEY[field] ?? field) ?? [] }],
  );
}

// Where the mapping calls a field by the type of its key.
const COLUMNS_KEY: Readonly<Record<string, string>> = { payoutId: 'payout' };

function ofProcessor(row: ProcessorRow): Said[] {
  const money = (minor: bigint | null) => (minor === null ? null : formatMinor(minor, row.currency));
  const shown = row.presentmentCurrency;
  return [
    ...shared(row),
    ['gross', money(row.grossMinor)],
    ['fee', money(row.feeMinor)],
    ['net', money(row.netMinor)],
    ['presentment', shown === null ? null : `${formatMinor(row.presentmentMinor ?? 0n, shown)} ${shown}`],
    ['availableOn', row.availableOn],
    ...state(row),
    ['testMode', row.testMode ? 'true' : null],
    ['merchant_reference', row.merchantReference],
    ['parent', row.parentId],
    ['payoutId', row.payoutId],
    ...row.references.map(({ type, value }): Said => [type, value]),
  ];
}

function ofInternal(row: InternalRow): Said[] {
  return [
    ...shared(row),
    ['amount', formatMinor(row.amountMinor, row.currency)],
    ['fee', row.feeMinor === null ? null : formatMinor(row.feeMinor, row.currency)],
    ...state(row),
    ['processorReference', row.processorReference],
    ['merchantReference', row.merchantReference],
    ['parentId', row.parentId],
  ];
}

function shared(row: ProcessorRow | InternalRow): Said[] {
  const unknown = row.unknownCode === null ? '' : ` (the mapping does not list "${row.unknownCode}")`;
  return [
    ['id', row.externalId],
    ['kind', `${row.kind}${unknown}`],
    ['occurredAt', new Date(row.occurredAtMs).toISOString()],
    ['business date', row.homeDate],
    ['currency', row.currency],
  ];
}

function state(row: ProcessorRow | InternalRow): Said[] {
  return [
    ['status', row.status],
    ['reverses', row.reverses ? 'true' : null],
    ['movesBalance', row.movesBalance ? null : 'false'],
  ];
}
