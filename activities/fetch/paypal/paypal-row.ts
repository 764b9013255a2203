// Decides what a row of PayPal's Transaction Search means in canonical words (amounts signed from the merchant's
// balance; PayPal's fee is negative where it costs). Pure.
import { processorContentHash } from '../../../domain/content-hash.ts';
import { DataError } from '../../../domain/data-error.ts';
import type { ProcessorRow, Reference } from '../../../domain/transaction.ts';
import type { Status } from '../../../domain/vocabulary.ts';
import { requiredReference } from '../row/contract-fields.ts';
import { isMarked } from '../row/personal-mark.ts';
import { quoted } from '../row/quoted.ts';
import { referenceText } from '../row/reference-text.ts';
import type { RowContext } from '../row/row-context.ts';
import type { PayPalEntry } from './paypal-entry.ts';
import { paypalInstantMs } from './paypal-instant.ts';
import { paypalKind } from './paypal-kinds.ts';
import { paypalMoney } from './paypal-money.ts';

// V: reversed, but the money came; what took it away is a row of its own. F: refunded in part (older reference page).
const STATUSES: Readonly<Record<string, Status>> = {
  S: 'settled',
  P: 'pending',
  V: 'settled',
  D: 'void',
  F: 'settled',
};
// One word of the shapes that shops give to order numbers. Names, addresses, JSON and sentences are none.
const LOOKS_LIKE_A_KEY = /^[A-Za-z0-9_.:#/-]{1,64}$/;

/** @throws DataError naming the field that cannot be understood. */
export function paypalRow(entry: PayPalEntry, context: RowContext): ProcessorRow {
  const transactionId = requiredReference(entry.transaction_id, 'transaction_id');
  const code = requiredReference(entry.transaction_event_code, 'transaction_event_code');
  const gross = paypalMoney(entry.transaction_amount, 'transaction_amount');
  const feeMinor = feeOf(entry, gross.currency);
  const kind = paypalKind(code, gross.minor);
  const status = statusOf(entry.transaction_status);
  const occurredAtMs = paypalInstantMs(entry.transaction_initiation_date, 'transaction_initiation_date');
  const parentId = parentOf(entry);
  const row = {
    // The same transaction id stands on rows of other events and, for conversions, of other currencies.
    externalId: `${transactionId}:${code}:${gross.currency}`,
    level: 'activity' as const,
    kind: kind.kind,
    unknownCode: kind.unknownCode,
    grossMinor: gross.minor,
    feeMinor,
    netMinor: gross.minor - feeMinor,
    currency: gross.currency,
    occurredAtMs,
    homeDate: context.homeDateOf(occurredAtMs),
    availableOn: null,
    status,
    reverses: kind.reverses,
    movesBalance: kind.movesBalance && status !== 'void',
    testMode: false,
    merchantReference: referenceText(entry.invoice_id ?? '', 'invoice_id') ?? customKey(entry.custom_field ?? ''),
    parentId,
    payoutId: kind.kind === 'payout' ? ((kind.reverses ? parentId : null) ?? transactionId) : null,
    presentmentMinor: null,
    presentmentCurrency: null,
    fxRate: null,
    references: references(entry, transactionId),
    contentHash: 0n,
  } satisfies ProcessorRow;
  row.contentHash = processorContentHash(row);
  return row;
}

/** Absent where nothing was charged. */
function feeOf({ fee_amount: fee }: PayPalEntry, currency: string): bigint {
  if (fee === null || fee === undefined) return 0n;
  const { currency: feeCurrency, minor } = paypalMoney(fee, 'fee_amount');
  if (feeCurrency !== currency) throw new DataError('fee_amount', 'is in another currency than the transaction');
  return -minor;
}

function statusOf(status: string): Status {
  const known = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined;
  if (known !== undefined) return known;
  throw new DataError('transaction_status', `${quoted(status)} is not one of ${Object.keys(STATUSES).join(', ')}`);
}

/** Only a transaction is a parent: an order, a subscription or an agreement is shared by payments that do not belong together. */
function parentOf({ paypal_reference_id: id, paypal_reference_id_type: type }: PayPalEntry): string | null {
  const isTransaction = type === 'TXN' || type === null || type === undefined || type === '';
  return isTransaction ? referenceText(id ?? '', 'paypal_reference_id') : null;
}

/**
 * The shop's reference of last resort. It may hold anything, and a row whose money is known is not given up for it: what
 * is personal data, or no key at all, is left out, and the row keeps its other keys.
 */
function customKey(text: string): string | null {
  if (!LOOKS_LIKE_A_KEY.test(text)) return null;
  try {
    const key = referenceText(text, 'custom_field');
    return isMarked(key) ? null : key;
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** Sorted by type. The order id is what shops that use PayPal's checkout often keep in place of the transaction's. */
function references(entry: PayPalEntry, transactionId: string): Reference[] {
  const bank = referenceText(entry.bank_reference_id ?? '', 'bank_reference_id');
  const isOrder = entry.paypal_reference_id_type === 'ODR';
  const order = isOrder ? referenceText(entry.paypal_reference_id ?? '', 'paypal_reference_id') : null;
  const ids = order === null || order === transactionId ? [transactionId] : [transactionId, order].sort();
  return [
    ...(bank === null ? [] : [{ type: 'bank_reference' as const, value: bank }]),
    ...ids.map((value) => ({ type: 'processor_id' as const, value })),
  ];
}
