// Which keys of Stripe's can do more than read. A secret key can do everything; a restricted one what it was granted, which only
// Stripe's dashboard shows.

/** https://docs.stripe.com/keys: sk_live_ and sk_test_ are secret keys, rk_ restricted ones. */
export function canMoveMoney(key: string): boolean {
  return /^\s*sk_/.test(key);
}

export const STRIPE_KEY_NEEDED =
  'put a restricted key (rk_) in its place, with read access to Balance transaction sources, Charges and Refunds, Disputes, and Payouts';
