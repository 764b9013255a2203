// Tells what a key may read and how far the data reaches, for `doctor`. What the runs need and the key lacks is one error
// with all of it; what they can do without is a remark.
import type Stripe from 'stripe';
import { AuthRejected, SourceRejected } from '../../errors.ts';
import { missingPermission, notPermitted } from './stripe-error.ts';
import { STRIPE_SOURCE, type StripeSession } from './stripe-session.ts';

interface Answer {
  readonly text: string;
  /** What Stripe says is missing; null where it answered. */
  readonly missing: string | null;
}

export async function probeStripe(session: StripeSession): Promise<{ detail: string }> {
  const transactions = await ask(session, async (client) => {
    const { data } = await client.balanceTransactions.list({ limit: 1, expand: ['data.source'] });
    return latest('transaction', data[0]);
  });
  const payouts = await ask(session, async (client) =>
    latest('payout', (await client.payouts.list({ limit: 1 })).data[0]),
  );
  const missing = [transactions, payouts].flatMap((answer) => answer.missing ?? []);
  const { caller } = session;
  if (missing.length > 0 && caller !== null) throw new AuthRejected(STRIPE_SOURCE, notPermitted(caller, missing));
  const balance = await ask(session, async (client) => {
    await client.balance.retrieve();
    return 'the balance as control';
  });
  const control = balance.missing === null ? balance.text : 'no balance as control (grant read access to Balance)';
  // A restricted key can be kept from moving money, a secret key cannot.
  const secret = caller?.key.startsWith('sk_') ? ['a secret key that may move money: use a restricted one'] : [];
  return { detail: [await accountName(session), transactions.text, payouts.text, control, ...secret].join(', ') };
}

async function ask(session: StripeSession, question: (client: Stripe) => Promise<string>): Promise<Answer> {
  try {
    return { text: await session.request(question), missing: null };
  } catch (error) {
    const missing = missingPermission(error);
    if (missing === null) throw error;
    return { text: '', missing };
  }
}

function latest(what: string, row: { readonly created: number } | undefined): string {
  return row === undefined ? `no ${what} yet` : `latest ${what} ${new Date(row.created * 1_000).toISOString()}`;
}

/** A key that may read the ledger need not be allowed to read the account. */
async function accountName(session: StripeSession): Promise<string> {
  try {
    const { id } = await session.request((client) => client.accounts.retrieveCurrent());
    return `answers as ${id}`;
  } catch (error) {
    if (missingPermission(error) === null && !(error instanceof SourceRejected)) throw error;
    return 'answers (its name is not readable with this key)';
  }
}
