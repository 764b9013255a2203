// What a restricted key may be allowed, by Stripe's own names, and which endpoint needs what.
export const STRIPE_PERMISSIONS = [
  'rak_balance_transaction_source_read',
  'rak_payout_read',
  'rak_balance_read',
  'rak_accounts_kyc_basic_read',
] as const;
export type StripePermission = (typeof STRIPE_PERMISSIONS)[number];

export interface StripeKey {
  readonly key: string;
  /** By default all of them. */
  readonly permissions?: readonly StripePermission[];
  /** Refused from then on; by default never. */
  readonly expiresAtS?: number;
}
