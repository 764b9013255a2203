// Decides what a Square payout entry is, by its activity type. Pure. List: connect-api-specification 2025-08-20, the same
// 58 values as in square 46.0.0.
import type { Kind } from '../../../domain/vocabulary.ts';

export interface SquareKind {
  readonly kind: Kind;
  readonly reverses: boolean;
  /** The code that no table knows; the row is then of kind `other`. */
  readonly unknownCode: string | null;
}

type Table = ReadonlyArray<readonly [kind: Kind, forward: string, reversing: string]>;

const BY_TYPE = lookUp([
  ['payment', 'CHARGE', ''],
  ['refund', 'REFUND', ''],
  ['dispute', 'DISPUTE OPEN_DISPUTE', ''],
  [
    'fee',
    `DEPOSIT_FEE FEE GIFT_CARD_LOAD_FEE LOCAL_OFFERS_FEE PAID_SERVICE_FEE PROCESSING_FEE SUBSCRIPTION_FEE TAX_ON_FEE
     THIRD_PARTY_FEE UNDO_GIFT_CARD_LOAD_FEE_REFUND UNDO_PROCESSING_FEE_REFUND`,
    `DEPOSIT_FEE_REVERSED GIFT_CARD_LOAD_FEE_REFUND PAID_SERVICE_FEE_REFUND PROCESSING_FEE_REFUND
     SUBSCRIPTION_FEE_PAID_REFUND SUBSCRIPTION_FEE_REFUND THIRD_PARTY_FEE_REFUND`,
  ],
  ['payout', 'PAYOUT', 'RETURNED_PAYOUT'],
  [
    'transfer',
    `APP_FEE_REVENUE AUTOMATIC_BITCOIN_CONVERSIONS AUTOMATIC_SAVINGS BALANCE_FOLDERS_TRANSFER CREDIT_CARD_REPAYMENT
     GIFT_CARD_POOL_TRANSFER MONEY_TRANSFER SQUARE_PAYROLL_TRANSFER`,
    `APP_FEE_REFUND AUTOMATIC_BITCOIN_CONVERSIONS_REVERSED AUTOMATIC_SAVINGS_REVERSED
     BALANCE_FOLDERS_TRANSFER_REVERSED CREDIT_CARD_REPAYMENT_REVERSED GIFT_CARD_POOL_TRANSFER_REVERSED
     MONEY_TRANSFER_REVERSAL SQUARE_PAYROLL_TRANSFER_REVERSED`,
  ],
  [
    'adjustment',
    `ADJUSTMENT FREE_PROCESSING INITIAL_BALANCE_CHANGE OTHER_ADJUSTMENT PERCENTAGE_PROCESSING_DEACTIVATION
     PERCENTAGE_PROCESSING_ENROLLMENT PERCENTAGE_PROCESSING_REPAYMENT REDEMPTION_CODE SQUARE_CAPITAL_PAYMENT`,
    'PERCENTAGE_PROCESSING_REPAYMENT_REVERSED SQUARE_CAPITAL_REVERSED_PAYMENT',
  ],
  ['reserve', 'HOLD_ADJUSTMENT RESERVE_HOLD', 'RELEASE_ADJUSTMENT RESERVE_RELEASE'],
  ['other', 'ESCHEATMENT LOCAL_OFFERS_CASHBACK OTHER', ''],
]);

export function squareKind(activityType: string, netMinor: bigint): SquareKind {
  const known = BY_TYPE.get(activityType);
  if (known === undefined) return { kind: 'other', reverses: false, unknownCode: activityType };
  // One type holds what a dispute takes and what a dispute that was won gives back: only the sign tells them apart.
  return known.kind === 'dispute' ? { ...known, reverses: netMinor > 0n } : known;
}

function lookUp(table: Table): ReadonlyMap<string, SquareKind> {
  const kinds = new Map<string, SquareKind>();
  for (const [kind, forward, reversing] of table) {
    for (const code of forward.split(/\s+/)) kinds.set(code, { kind, reverses: false, unknownCode: null });
    for (const code of reversing.split(/\s+/)) kinds.set(code, { kind, reverses: true, unknownCode: null });
  }
  // What splitting an empty list leaves.
  kinds.delete('');
  return kinds;
}
