// Decides what Square's payments, refunds and disputes mean in canonical words: the activity view, which is compared with
// our own records. Pure. Payout entries show the same money again, at their own level; the two are never added.
import { DataError } from '../../../domain/data-error.ts';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import type { Status } from '../../../domain/vocabulary.ts';
import type { RowContext } from '../row/row-context.ts';
import type { SquareDispute, SquareMoney, SquarePayment, SquarePaymentKeys, SquareRefund } from './square-record.ts';
import { feeOf, key, keys, squareCurrency, squareRow, statusOf } from './square-row.ts';

interface Meaning {
  readonly status: Status;
  readonly movesBalance: boolean;
}

const SETTLED = { status: 'settled', movesBalance: true } as const;
const VOID = { status: 'void', movesBalance: false } as const;

const PAYMENT_STATUSES = new Map<string, Meaning>([
  ['COMPLETED', SETTLED],
  // An authorisation is no money: it may end by itself at `delayed_until`.
  ['APPROVED', { status: 'pending', movesBalance: false }],
  ['PENDING', { status: 'pending', movesBalance: false }],
  ['CANCELED', VOID],
  ['FAILED', VOID],
]);

const REFUND_STATUSES = new Map<string, Meaning>([
  ['COMPLETED', SETTLED],
  ['PENDING', { status: 'pending', movesBalance: true }],
  ['REJECTED', VOID],
  ['FAILED', VOID],
]);

// Square holds the money back from the moment a dispute is open; an inquiry only asks.
const DISPUTE_STATES = new Map<string, Meaning>([
  ['INQUIRY_EVIDENCE_REQUIRED', { status: 'pending', movesBalance: false }],
  ['INQUIRY_PROCESSING', { status: 'pending', movesBalance: false }],
  ['INQUIRY_CLOSED', VOID],
  ['EVIDENCE_REQUIRED', SETTLED],
  ['PROCESSING', SETTLED],
  ['WON', SETTLED],
  ['LOST', SETTLED],
  ['ACCEPTED', SETTLED],
]);

// The till's money, or another processor's: recorded at Square, never in its balance or payouts.
const OUTSIDE_BALANCE = new Set(['CASH', 'EXTERNAL']);

/** @throws DataError naming the field that cannot be understood. */
export function squarePaymentRow(payment: SquarePayment, context: RowContext): ProcessorRow {
  const currency = squareCurrency(payment.totalMoney, 'total_money');
  const outside = OUTSIDE_BALANCE.has(payment.sourceType ?? '');
  const status = statusOf(payment.status, PAYMENT_STATUSES);
  return squareRow(
    {
      id: payment.id,
      // Always its creation, which never changes: `updated_at` moves with every late fee and refund, and a payment would
      // wander from day to day.
      at: payment.createdAt,
      atField: 'created_at',
      level: 'activity',
      kind: status.unknownCode === null ? 'payment' : 'other',
      ...status,
      ...(outside ? { movesBalance: false } : {}),
      grossMinor: payment.totalMoney.amount,
      feeMinor: feeOf(currency, payment.processingFee),
      currency,
      merchantReference: shopsKey(payment),
      references: keys(['processor_id', key(payment.orderId, 'order_id')]),
    },
    context,
  );
}

/** @param payment what it refunds; null where there is none, or Square does not know it any more. */
export function squareRefundRow(
  refund: SquareRefund,
  payment: SquarePaymentKeys | null,
  context: RowContext,
): ProcessorRow {
  const currency = squareCurrency(refund.amountMoney, 'amount_money');
  const outside = OUTSIDE_BALANCE.has(refund.destinationType ?? '');
  const status = statusOf(refund.status, REFUND_STATUSES);
  return squareRow(
    {
      id: refund.id,
      at: refund.createdAt,
      atField: 'created_at',
      level: 'activity',
      kind: status.unknownCode === null ? 'refund' : 'other',
      ...status,
      ...(outside ? { movesBalance: false } : {}),
      // Square writes refunds as positive amounts, and the fees that it gives back as negative ones.
      grossMinor: -unsigned(refund.amountMoney),
      feeMinor: feeOf(currency, refund.processingFee),
      currency,
      // Never its own `order_id`: Square makes an order of its own for each refund, which no shop knows.
      merchantReference: payment === null ? null : shopsKey(payment),
      parentId: key(refund.paymentId, 'payment_id'),
      references: [],
    },
    context,
  );
}

/** The dispute, and where it was won a second row that undoes it. */
export function squareDisputeRows(dispute: SquareDispute, context: RowContext): ProcessorRow[] {
  const currency = squareCurrency(dispute.amountMoney, 'amount_money');
  const amount = unsigned(dispute.amountMoney);
  const status = statusOf(dispute.state, DISPUTE_STATES);
  const taken = {
    id: dispute.id,
    at: dispute.createdAt,
    atField: 'created_at',
    level: 'activity' as const,
    kind: status.unknownCode === null ? ('dispute' as const) : ('other' as const),
    ...status,
    grossMinor: -amount,
    // What a dispute costs is not in this record.
    feeMinor: null,
    currency,
    parentId: key(dispute.disputedPayment?.paymentId, 'disputed_payment.payment_id'),
    references: [],
  };
  if (dispute.state !== 'WON') return [squareRow(taken, context)];
  const givenBack = {
    ...taken,
    id: `${dispute.id}:won`,
    // Nothing says when it was won but the last update, and to be won is the last thing that happens to a dispute.
    at: dispute.updatedAt,
    atField: 'updated_at',
    reverses: true,
    grossMinor: amount,
    references: keys(['processor_id', key(dispute.id, 'id')]),
  };
  return [squareRow(taken, context), squareRow(givenBack, context)];
}

/** What the shop knows a payment by, and all of its refunds. */
function shopsKey({ referenceId, orderId }: SquarePaymentKeys): string | null {
  return key(referenceId, 'reference_id') ?? key(orderId, 'order_id');
}

/** The sign of these is ours to give: one that came with a sign would turn into its opposite. */
function unsigned({ amount }: SquareMoney): bigint {
  if (amount >= 0n) return amount;
  throw new DataError('amount_money', 'is negative, which it never is in a refund or dispute');
}
