// A row of an account's history: what never changes about it, and the versions it went through.
import type { LedgerEntry } from '../world/world.ts';

/** S success, P pending, V reversed, D denied, F refunded in part. */
export type PayPalStatus = 'S' | 'P' | 'V' | 'D' | 'F';

export interface PayPalRow {
  readonly entry: LedgerEntry;
  /** The three together are the row; the transaction id alone is not. */
  readonly transactionId: string;
  readonly eventCode: string;
  readonly currency: string;
  readonly initiatedS: number;
  readonly reference: { readonly id: string; readonly type: 'ODR' | 'TXN' } | null;
  readonly balanceAffecting: boolean;
  /** It comes with numbers that are none. */
  readonly unreadable: boolean;
  /** Its place among the rows of an answer, which are in no order that means anything. */
  readonly rank: number;
  /** What the account held in this currency once the row had settled; null where it moves nothing. */
  readonly balanceAfterMinor: bigint | null;
}

export interface RowVersion {
  readonly row: PayPalRow;
  readonly status: PayPalStatus;
  readonly grossMinor: bigint;
  readonly feeMinor: bigint;
  readonly updatedS: number;
}

/** What an update may change; everything else stays as it was. */
export interface RowChange {
  /** The row is found at this second from then on, and nowhere else. */
  readonly updatedS: number;
  readonly status?: PayPalStatus;
  readonly grossMinor?: bigint;
  readonly feeMinor?: bigint;
}

export function rowId({ transactionId, eventCode, currency }: PayPalRow): string {
  return `${transactionId}:${eventCode}:${currency}`;
}
