// PayPal's own balances at an instant, as a control beside the search. Nothing where the app may not read them or they
// are not refreshed so far: a control that cannot be read says nothing.
import { z } from 'zod';
import { DataError } from '../../../domain/data-error.ts';
import { SourceUnavailable } from '../../errors.ts';
import type { BalanceReading } from '../source.ts';
import { PermissionMissing } from './paypal-error.ts';
import { paypalInstant, paypalInstantMs } from './paypal-instant.ts';
import { paypalMoney } from './paypal-money.ts';
import { PAYPAL_SOURCE } from './paypal-request.ts';
import type { PayPalSession } from './paypal-session.ts';

const balancesSchema = z.object({
  balances: z.array(z.object({ total_balance: z.object({ currency_code: z.string(), value: z.string() }) })).max(200),
  as_of_time: z.string(),
});

/** Null where the app may not read balances. @throws SourceError. */
export async function paypalBalances(session: PayPalSession, asOfMs: number): Promise<BalanceReading[] | null> {
  const asOfS = Math.ceil(asOfMs / 1_000);
  const answer = await answerOrNull(session, asOfS);
  if (answer === null) return null;
  const result = balancesSchema.safeParse(answer);
  if (!result.success) throw new SourceUnavailable(PAYPAL_SOURCE, 'gave an answer that is not a list of balances');
  try {
    const readMs = paypalInstantMs(result.data.as_of_time, 'as_of_time');
    // "The requested date and time or the last date and time when the balances can be served."
    if (readMs < asOfMs) return [];
    return result.data.balances.map(({ total_balance: total }) => {
      const { currency, minor } = paypalMoney(total, 'total_balance');
      return { asOfMs: readMs, currency, totalMinor: minor };
    });
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new SourceUnavailable(PAYPAL_SOURCE, 'gave balances that cannot be read', { cause });
  }
}

async function answerOrNull(session: PayPalSession, asOfS: number): Promise<unknown> {
  try {
    return await session.get('/v1/reporting/balances', { as_of_time: paypalInstant(asOfS) });
  } catch (error) {
    if (error instanceof PermissionMissing) return null;
    throw error;
  }
}
