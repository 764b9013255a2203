// What the cells of a processor's row say in the fields of the file contract: gross, fee and net agree with each other in
// the row's currency, and what the customer saw stands beside them in its own.
import { formatMinor } from '../../../domain/money.ts';
import { requiredCurrency } from '../row/contract-fields.ts';
import { amountReader, decimalOf, NO_AMOUNT, requiredMinor, type SignContext } from './mapping-amount.ts';
import { type ColumnFinder, cellAt } from './mapping-cells.ts';
import { keysReader } from './mapping-keys.ts';
import type { ProcessorMapping } from './mapping-schema.ts';
import { dayReader } from './mapping-time.ts';
import { type FieldsReader, flagReader, reversesReader, settledMeaning } from './mapping-words.ts';

type Cells = readonly string[];

export function processorFields(mapping: ProcessorMapping, find: ColumnFinder): FieldsReader {
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
      fee: decimalOf(fee, currency),
      net: decimalOf(net, currency),
      reverses,
      presentment: presentmentOf(cells, currency, gross),
      references: keysOf(cells, kind, reverses),
      availableOn: dayOf?.(cells),
      testMode: testModeOf?.(cells),
    };
  };
}

interface Amounts {
  readonly gross: bigint;
  readonly fee: bigint | null;
  readonly net: bigint | null;
}

function processorAmounts(mapping: ProcessorMapping, find: ColumnFinder) {
  const { gross, format } = mapping;
  const optional = (spec: ProcessorMapping['fee'], field: string) =>
    spec === undefined ? NO_AMOUNT : amountReader(spec, field, format, find);
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
    return { gross: requiredMinor(stated ?? derived, 'gross'), fee, net };
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
