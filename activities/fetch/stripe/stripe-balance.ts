// Reads what Stripe says that the account holds now: a control over the ledger, never a reason to fail a run for a
// permission that nothing else needs.
import { z } from 'zod';
import { DataError } from '../../../domain/data-error.ts';
import { SourceUnavailable } from '../../errors.ts';
import type { BalanceReading } from '../source.ts';
import { missingPermission } from './stripe-error.ts';
import { stripeCurrency, stripeMinor } from './stripe-money.ts';
import { STRIPE_SOURCE, type StripeSession } from './stripe-session.ts';

const fundsSchema = z.array(z.object({ amount: z.int(), currency: z.string() }));
// `instant_available` is a part of what is available or pending already.
const balanceSchema = z.object({
  available: fundsSchema,
  pending: fundsSchema,
  connect_reserved: fundsSchema.optional(),
});

/** Stripe only knows the balance of this moment: nothing where that is before `asOfMs` or the key may not see it. */
export async function readBalances(
  session: StripeSession,
  asOfMs: number,
  now: () => number,
): Promise<readonly BalanceReading[]> {
  const askedMs = now();
  if (askedMs < asOfMs) return [];
  let answer: unknown;
  try {
    answer = await session.request((client) => client.balance.retrieve());
  } catch (error) {
    if (missingPermission(error) !== null) return [];
    throw error;
  }
  const result = balanceSchema.safeParse(answer);
  if (!result.success) throw new SourceUnavailable(STRIPE_SOURCE, 'gave an answer that is not a balance');
  const { available, pending, connect_reserved: reserved = [] } = result.data;
  const totals = new Map<string, bigint>();
  for (const { amount, currency } of [...available, ...pending, ...reserved]) {
    totals.set(currency, (totals.get(currency) ?? 0n) + BigInt(amount));
  }
  return [...totals].flatMap(([currency, total]) => reading(currency, total, askedMs));
}

/** Rows of a currency that nobody can count are quarantined, so that there is nothing to control it with. */
function reading(apiCurrency: string, total: bigint, asOfMs: number): BalanceReading[] {
  try {
    const currency = stripeCurrency(apiCurrency, 'currency');
    return [{ asOfMs, currency, totalMinor: stripeMinor(total, currency, 'balance') }];
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}
