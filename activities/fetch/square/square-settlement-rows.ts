// Decides what Square's payouts and their entries mean in canonical words: the settlement view, in which the entries of a
// payout add up to it. Pure. The same money stands in the activity view at its own level; the two are never added.
import { DataError } from '../../../domain/data-error.ts';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { requiredReference } from '../row/contract-fields.ts';
import { readDate } from '../row/instant.ts';
import type { RowContext } from '../row/row-context.ts';
import { squareKind } from './square-kinds.ts';
import type { SquareEntry, SquarePayout } from './square-record.ts';
import { key, keys, minorIn, squareCurrency, squareRow, statusOf } from './square-row.ts';

// A payout that the bank rejects has left the balance all the same: that it comes back is an entry of a later payout
// (RETURNED_PAYOUT), a movement of its own.
const PAYOUT_STATUSES = new Map(['SENT', 'PAID', 'FAILED'].map((status) => [status, { status: 'settled' } as const]));

/** @throws DataError naming the field that cannot be understood. */
export function squarePayoutRow(payout: SquarePayout, context: RowContext): ProcessorRow {
  const currency = squareCurrency(payout.amountMoney, 'amount_money');
  const status = statusOf(payout.status, PAYOUT_STATUSES);
  return squareRow(
    {
      id: payout.id,
      at: payout.createdAt,
      atField: 'created_at',
      level: 'settlement',
      kind: status.unknownCode === null ? 'payout' : 'other',
      ...status,
      // A SIMPLE payout shows up again as an entry of a later BATCH, which is where it moves the balance.
      movesBalance: payout.type !== 'SIMPLE',
      grossMinor: -payout.amountMoney.amount,
      // What the transfer costs is not taken from it: it is an entry of its own (DEPOSIT_FEE).
      feeMinor: 0n,
      currency,
      payoutId: requiredReference(payout.id, 'id'),
      availableOn: payout.arrivalDate ? readDate(payout.arrivalDate, 'arrival_date') : null,
      references: keys(['bank_reference', key(payout.endToEndId, 'end_to_end_id')]),
    },
    context,
  );
}

/** `payout`: as far as it could be read. */
export function squareEntryRow(
  entry: SquareEntry,
  payout: { readonly id: string; readonly availableOn: string | null },
  context: RowContext,
): ProcessorRow {
  if (entry.payoutId !== payout.id) throw new DataError('payout_id', 'is not the payout whose entries were asked for');
  const currency = squareCurrency(entry.netAmountMoney, 'net_amount_money');
  const grossMinor = minorIn(currency, entry.grossAmountMoney, 'gross_amount_money');
  const netMinor = entry.netAmountMoney.amount;
  const feeMinor = entry.feeAmountMoney
    ? minorIn(currency, entry.feeAmountMoney, 'fee_amount_money')
    : grossMinor - netMinor;
  if (netMinor !== grossMinor - feeMinor) throw new DataError('net_amount_money', 'is not gross minus fee');
  const kind = squareKind(entry.type, netMinor);
  const { paymentId, refundId, disputeId, payoutId } = entry.details;
  return squareRow(
    {
      id: entry.id,
      at: entry.effectiveAt,
      atField: 'effective_at',
      level: 'settlement',
      ...kind,
      unknownCode: kind.unknownCode === null ? null : requiredReference(kind.unknownCode, 'type'),
      status: 'settled',
      // A row of kind fee carries its cost in gross, wherever Square writes it.
      ...(kind.kind === 'fee' ? { grossMinor: netMinor, feeMinor: 0n } : { grossMinor, feeMinor }),
      currency,
      // What is held and released, taken and given back names the same payment, or else the same payout.
      parentId: key(paymentId ?? refundId ?? disputeId ?? payoutId, 'details'),
      payoutId: requiredReference(payout.id, 'payout_id'),
      availableOn: payout.availableOn,
      // The row of the activity view that this entry pays out.
      references: keys(['processor_id', key(disputeId ?? refundId ?? paymentId, 'details')]),
    },
    context,
  );
}
