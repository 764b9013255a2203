// What the cells of a record of the company's own system say in the fields of the file contract.
import { formatMinor } from '../../../domain/money.ts';
import { amountReader, decimalOf, NO_AMOUNT, requiredMinor } from './mapping-amount.ts';
import type { ColumnFinder } from './mapping-cells.ts';
import { firstReader } from './mapping-keys.ts';
import type { InternalMapping } from './mapping-schema.ts';
import { type FieldsReader, reversesReader, settledMeaning } from './mapping-words.ts';

export function internalFields(mapping: InternalMapping, find: ColumnFinder): FieldsReader {
  const amountOf = amountReader(mapping.amount, 'amount', mapping.format, find);
  const feeOf = mapping.fee === undefined ? NO_AMOUNT : amountReader(mapping.fee, 'fee', mapping.format, find);
  const reversesOf = reversesReader(mapping, find);
  const processorOf = firstReader(mapping.processorReference, find);
  const merchantOf = firstReader(mapping.merchantReference, find);
  const parentOf = firstReader(mapping.parentId, find);
  return (cells, currency, meaning) => {
    const context = { kind: meaning.kind, reverses: reversesOf(cells, meaning, null) };
    const amount = requiredMinor(amountOf(cells, currency, context), 'amount');
    return {
      kind: settledMeaning(meaning, amount).written,
      amount: formatMinor(amount, currency),
      fee: decimalOf(feeOf(cells, currency, context), currency),
      reverses: reversesOf(cells, meaning, amount) ?? false,
      processorReference: processorOf(cells),
      merchantReference: merchantOf(cells),
      parentId: parentOf(cells),
    };
  };
}
