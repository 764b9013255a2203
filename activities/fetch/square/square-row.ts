// What all rows of Square's have in common: money, fees, times and keys of its records as canonical fields. Pure.
import { processorContentHash } from '../../../domain/content-hash.ts';
import { DataError } from '../../../domain/data-error.ts';
import type { ProcessorRow, Reference } from '../../../domain/transaction.ts';
import type { ReferenceType, Status } from '../../../domain/vocabulary.ts';
import { requiredCurrency, requiredReference } from '../row/contract-fields.ts';
import { readInstantMs } from '../row/instant.ts';
import { referenceText } from '../row/reference-text.ts';
import type { RowContext } from '../row/row-context.ts';
import type { SquareMoney } from './square-record.ts';

/** What a record decides of its row; the rest follows from it or is not known at Square. */
export type SquareRowFacts = Pick<
  ProcessorRow,
  'level' | 'kind' | 'grossMinor' | 'feeMinor' | 'currency' | 'status' | 'references'
> &
  Partial<
    Pick<
      ProcessorRow,
      'unknownCode' | 'reverses' | 'movesBalance' | 'merchantReference' | 'parentId' | 'payoutId' | 'availableOn'
    >
  > & { readonly id: string; readonly at: string; readonly atField: string };

export function squareRow(facts: SquareRowFacts, context: RowContext): ProcessorRow {
  const { id, at, atField, ...given } = facts;
  const occurredAtMs = readInstantMs(at, atField);
  const row = {
    unknownCode: null,
    reverses: false,
    movesBalance: given.status !== 'void',
    merchantReference: null,
    parentId: null,
    payoutId: null,
    availableOn: null,
    ...given,
    externalId: requiredReference(id, 'id'),
    netMinor: given.feeMinor === null ? null : given.grossMinor - given.feeMinor,
    occurredAtMs,
    homeDate: context.homeDateOf(occurredAtMs),
    testMode: false,
    presentmentMinor: null,
    presentmentCurrency: null,
    fxRate: null,
    contentHash: 0n,
  } satisfies ProcessorRow;
  row.contentHash = processorContentHash(row);
  return row;
}

/** Square counts in ISO 4217's minor units (docs: working with monetary amounts). */
export function squareCurrency(money: SquareMoney, field: string): string {
  return requiredCurrency(money.currency, `${field}.currency`);
}

/** @throws DataError where an amount that belongs to the row is in another currency than the row. */
export function minorIn(currency: string, money: SquareMoney, field: string): bigint {
  if (money.currency === currency) return money.amount;
  throw new DataError(`${field}.currency`, 'is not the currency of the row');
}

/** Fees come minutes after the payment, as INITIAL and any number of ADJUSTMENTs. Until the first one they are unknown. */
export function feeOf(
  currency: string,
  fees: readonly { readonly amountMoney?: SquareMoney | null | undefined }[] | null | undefined,
): bigint | null {
  if (fees === null || fees === undefined || fees.length === 0) return null;
  return fees.reduce((sum, { amountMoney }) => {
    if (!amountMoney) throw new DataError('processing_fee', 'has a fee without an amount');
    return sum + minorIn(currency, amountMoney, 'processing_fee');
  }, 0n);
}

export function key(value: string | null | undefined, field: string): string | null {
  return referenceText(value ?? '', field);
}

export function keys(...given: readonly (readonly [ReferenceType, string | null])[]): readonly Reference[] {
  return given.flatMap(([type, value]) => (value === null ? [] : [{ type, value }]));
}

/**
 * The status that a table gives, or what stands for a code that none knows: such a row is of kind `other`, is believed
 * to move money until somebody says otherwise, and so is neither lost nor ignored.
 */
export function statusOf<T extends { readonly status: Status }>(code: string, table: ReadonlyMap<string, T>) {
  const known = table.get(code);
  if (known !== undefined) return { ...known, unknownCode: null };
  return { status: 'pending' as const, unknownCode: requiredReference(code, 'status') };
}
