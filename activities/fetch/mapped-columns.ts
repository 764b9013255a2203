// Turns the cells of a foreign file into the record of the file contract, as its mapping says. Only the columns that the
// mapping names are looked at, so that nobody's name or card goes further. What a record may hold is not decided here:
// readProcessorRow and readInternalRow are for that.
import { DataError } from '../../domain/data-error.ts';
import { formatMinor } from '../../domain/money.ts';
import { requiredCurrency } from './contract-fields.ts';
import { type CsvColumns, MISSHAPEN_ROW } from './csv-columns.ts';
import { type AmountReader, amountReader, type SignContext } from './mapping-amount.ts';
import { type ColumnFinder, cellAt, columnFinder } from './mapping-cells.ts';
import { type IdContext, idReader } from './mapping-id.ts';
import { firstReader, keysReader } from './mapping-keys.ts';
import type { InternalMapping, Mapping, ProcessorMapping } from './mapping-schema.ts';
import { dayReader, timeReader } from './mapping-time.ts';
import {
  currencyReader,
  flagReader,
  type KindMeaning,
  kindReader,
  settledMeaning,
  wordReader,
} from './mapping-words.ts';
import { namedColumns } from './named-columns.ts';
import { quoted } from './quoted.ts';

/** The field that a DataError names when the mapping says that the row is none. */
export const SKIPPED_ROW = 'skipped';

type Cells = readonly string[];
/** Fields of the contract's record; undefined is absent. */
type Fields = Record<string, unknown>;
type SideReader = (cells: Cells, currency: string, meaning: KindMeaning) => Fields;

/** @throws SourceRejected naming the columns that the file lacks or has twice. */
export function mappedColumns(
  mapping: Mapping,
  header: readonly string[],
  fileName: string,
  context: IdContext,
): CsvColumns {
  const find = columnFinder(header, namedColumns(mapping), mapping.optional, fileName);
  const skip = skipper(mapping, find);
  const assertAccount = accountCheck(mapping, find);
  const kindOf = kindReader(mapping.kind, find);
  const currencyOf = currencyReader(mapping.currency, find);
  const timeOf = timeReader(mapping.time, find);
  const statusOf = mapping.status === undefined ? null : wordReader(mapping.status, 'status', find);
  const movesOf = flagReader(mapping.movesBalance, 'movesBalance', find);
  const sideOf = mapping.side === 'processor' ? processorReader(mapping, find) : internalReader(mapping, find);
  const idOf = idReader(mapping.id?.columns, find, context);
  return {
    record(cells, line) {
      if (cells.length < 2 && cellAt(cells, 0) === '') return null;
      skip(cells);
      if (cells.length !== header.length) {
        throw new DataError(MISSHAPEN_ROW, `has ${cells.length} cells where the header has ${header.length}`);
      }
      assertAccount(cells);
      const meaning = kindOf(cells);
      const currency = requiredCurrency(currencyOf(cells), 'currency');
      const record = sideOf(cells, currency, meaning);
      record.currency = currency;
      record.occurredAt = timeOf(cells);
      record.status = statusOf?.(cells);
      record.movesBalance = movesOf?.(cells);
      record.id = idOf(cells, record, line);
      return record;
    },
  };
}

function processorReader(mapping: ProcessorMapping, find: ColumnFinder): SideReader {
  const amounts = processorAmounts(mapping, find);
  const presentmentOf = presentmentReader(mapping, find);
  const keysOf = keysReader(mapping.references, find);
  const { availableOn } = mapping;
  const dayOf = availableOn === undefined ? null : dayReader(availableOn.column, availableOn.format, find);
  const testModeOf = flagReader(mapping.testMode, 'testMode', find);
  const reversesOf = reversesReader(mapping, find);
  return (cells, currency, meaning) => {
    const context = { kind: meaning.kind, reverses: reversesOf(cells, meaning, null) };
    const { gross, fee, net } = amounts(cells, currency, context);
    const reverses = reversesOf(cells, meaning, gross) ?? false;
    const { written, kind } = settledMeaning(meaning, gross);
    return {
      kind: written,
      gross: formatMinor(gross, currency),
      fee: text(fee, currency),
      net: text(net, currency),
      reverses,
      presentment: presentmentOf(cells, currency, gross),
      references: keysOf(cells, kind, reverses),
      availableOn: dayOf?.(cells),
      testMode: testModeOf?.(cells),
    };
  };
}

function internalReader(mapping: InternalMapping, find: ColumnFinder): SideReader {
  const amountOf = amountReader(mapping.amount, 'amount', mapping.format, find);
  const feeOf = mapping.fee === undefined ? NOTHING : amountReader(mapping.fee, 'fee', mapping.format, find);
  const reversesOf = reversesReader(mapping, find);
  const processorOf = firstReader(mapping.processorReference, find);
  const merchantOf = firstReader(mapping.merchantReference, find);
  const parentOf = firstReader(mapping.parentId, find);
  return (cells, currency, meaning) => {
    const context = { kind: meaning.kind, reverses: reversesOf(cells, meaning, null) };
    const amount = required(amountOf(cells, currency, context), 'amount');
    return {
      kind: settledMeaning(meaning, amount).written,
      amount: formatMinor(amount, currency),
      fee: text(feeOf(cells, currency, context), currency),
      reverses: reversesOf(cells, meaning, amount) ?? false,
      processorReference: processorOf(cells),
      merchantReference: merchantOf(cells),
      parentId: parentOf(cells),
    };
  };
}

const NOTHING: AmountReader = () => null;

interface Amounts {
  readonly gross: bigint;
  readonly fee: bigint | null;
  readonly net: bigint | null;
}

function processorAmounts(mapping: ProcessorMapping, find: ColumnFinder) {
  const { gross, format } = mapping;
  const optional = (spec: ProcessorMapping['fee'], field: string) =>
    spec === undefined ? NOTHING : amountReader(spec, field, format, find);
  const feeOf = optional(mapping.fee, 'fee');
  const netOf = optional(mapping.net, 'net');
  const derives = gross === undefined || 'otherwise' in gross;
  const spec = gross !== undefined && 'otherwise' in gross ? gross.amount : gross;
  const grossOf = optional(spec, 'gross');
  const grossCurrency = gross !== undefined && 'otherwise' in gross ? gross.currency : undefined;
  const currencyAt = grossCurrency === undefined ? null : find(grossCurrency);
  return (cells: Cells, currency: string, context: SignContext): Amounts => {
    const fee = feeOf(cells, currency, context);
    const net = netOf(cells, currency, context);
    const isForeign = currencyAt !== null && !['', currency].includes(cellAt(cells, currencyAt).toUpperCase());
    const stated = isForeign ? null : grossOf(cells, currency, context);
    const derived = derives && net !== null ? net + (fee ?? 0n) : null;
    return { gross: required(stated ?? derived, 'gross'), fee, net };
  };
}

function presentmentReader(mapping: ProcessorMapping, find: ColumnFinder) {
  const { presentment, format } = mapping;
  if (presentment === undefined) return () => undefined;
  const amountOf = amountReader(presentment.amount, 'presentment.amount', format, find);
  const currencyAt = find(presentment.currency);
  return (cells: Cells, currency: string, gross: bigint) => {
    const shown = cellAt(cells, currencyAt).toUpperCase();
    // What the customer saw says something only in another currency.
    if (shown === '' || shown === currency) return undefined;
    const known = requiredCurrency(shown, 'presentment.currency');
    const amount = amountOf(cells, known, { kind: 'other', reverses: null });
    if (amount === null) return undefined;
    const size = amount < 0n ? -amount : amount;
    return { amount: formatMinor(gross < 0n ? -size : size, known), currency: known };
  };
}

/** Null where only the sign would tell, and it is not known yet. */
function reversesReader(mapping: Mapping, find: ColumnFinder) {
  const wordOf = flagReader(mapping.reverses, 'reverses', find);
  return (cells: Cells, meaning: KindMeaning, amount: bigint | null): boolean | null => {
    if (wordOf !== null) return wordOf(cells);
    if (typeof meaning.reverses === 'boolean') return meaning.reverses;
    if (amount === null) return null;
    return meaning.reverses === 'credit' ? amount > 0n : amount < 0n;
  };
}

function skipper(mapping: Mapping, find: ColumnFinder): (cells: Cells) => void {
  const rules = mapping.skip.map(({ column, values, reason }) => ({
    at: find(column),
    values: new Set(values),
    reason,
  }));
  return (cells) => {
    for (const { at, values, reason } of rules) {
      if (values.has(cellAt(cells, at))) throw new DataError(SKIPPED_ROW, reason);
    }
  };
}

function accountCheck(mapping: Mapping, find: ColumnFinder): (cells: Cells) => void {
  if (mapping.account === undefined) return () => undefined;
  const { column, value } = mapping.account;
  const at = find(column);
  const ours = new Set(value);
  return (cells) => {
    const account = cellAt(cells, at);
    if (ours.has(account)) return;
    throw new DataError(
      'account',
      `the row belongs to account ${quoted(account)}, not to ${value.map(quoted).join(' or ')}`,
    );
  };
}

function required(amount: bigint | null, field: string): bigint {
  if (amount === null) throw new DataError(field, 'is missing');
  return amount;
}

function text(amount: bigint | null, currency: string): string | undefined {
  return amount === null ? undefined : formatMinor(amount, currency);
}
