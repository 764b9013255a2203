// Stripe's words for the movements of a world.
import type { Movement } from '../world/world.ts';

export interface StripeCodes {
  readonly type: string;
  readonly reportingCategory: string;
}

const CODES: Readonly<Partial<Record<Movement, StripeCodes>>> = {
  charge: { type: 'charge', reportingCategory: 'charge' },
  refund: { type: 'refund', reportingCategory: 'refund' },
  charge_failure: { type: 'payment_failure_refund', reportingCategory: 'charge_failure' },
  dispute: { type: 'adjustment', reportingCategory: 'dispute' },
  dispute_won: { type: 'adjustment', reportingCategory: 'dispute_reversal' },
  fee: { type: 'stripe_fee', reportingCategory: 'fee' },
  payout: { type: 'payout', reportingCategory: 'payout' },
  unheard_of: { type: 'merchant_rewards_credit', reportingCategory: 'merchant_rewards' },
};

export function stripeCodes(movement: Movement): StripeCodes {
  const codes = CODES[movement];
  if (codes === undefined)
    throw new RangeError(`Stripe's ledger holds no ${movement}: generate a world of a stripe account`);
  return codes;
}
