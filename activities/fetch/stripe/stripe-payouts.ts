// Reads what Stripe's payouts paid out. Payouts are asked for by `created`, not by arrival: that is when their own row enters
// the ledger and their members are fixed, so that a payout, its row and its members come with the same day. What a bank
// does with it later (paid, failed) is no news here: the ledger then gets a row that undoes the payout's.
import { z } from 'zod';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected } from '../../errors.ts';
import { requiredReference } from '../row/contract-fields.ts';
import { quarantineReason } from '../row/quarantine-reason.ts';
import type { PayoutEntry, QuarantinedRow, Shard, SourcePage } from '../source.ts';
import { LIST_ROWS, stripeListReader, wholeSeconds } from './stripe-list.ts';
import { stripeCurrency, stripeMinor } from './stripe-money.ts';
import { STRIPE_SOURCE, type StripeSession } from './stripe-session.ts';

// Stripe's own schedule makes at most a few payouts a day and currency; who makes thousands by hand stays below this, too.
const PAYOUT_PAGES_PER_SHARD_MAX = 1_000;
// Ten million members of one payout.
const ENTRY_PAGES_PER_PAYOUT_MAX = 100_000;

const payoutPage = stripeListReader(
  'payouts',
  z.object({
    id: z.string().min(1),
    created: z.int(),
    automatic: z.boolean(),
    reconciliation_status: z.string(),
  }),
);
const entryPage = stripeListReader(
  'transactions',
  z.object({
    id: z.string().min(1),
    created: z.int(),
    net: z.int(),
    currency: z.string(),
    source: z.string().nullable(),
  }),
);
type Payout = ReturnType<typeof payoutPage>['data'][number];
type Entry = ReturnType<typeof entryPage>['data'][number];

/** `po_1`: go on behind that payout. `po_1 txn_9`: go on inside it, behind that member. */
export async function* readPayouts(
  session: StripeSession,
  shard: Shard,
  cursor: string | null,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const created = wholeSeconds(shard);
  const [payoutId = '', entryId] = (cursor ?? '').split(' ');
  if (payoutId !== '' && entryId !== undefined) yield* readEntries(session, payoutId, entryId);
  let after = payoutId === '' ? null : payoutId;
  for (let pages = 0; pages < PAYOUT_PAGES_PER_SHARD_MAX; pages += 1) {
    const from = after === null ? {} : { starting_after: after };
    const list: unknown = await session.request((client) =>
      client.payouts.list({ created, limit: LIST_ROWS, ...from }),
    );
    const { data, hasMore, lastId } = payoutPage(list, after, created);
    after = lastId;
    for (const payout of data.filter(isItemised)) yield* readEntries(session, payout.id, null);
    if (hasMore) continue;
    // Whether a payout was the last one that has members is only known now.
    yield { rows: [], lines: null, quarantined: [], payoutEntries: [], cursor: after ?? '', done: true };
    return;
  }
  throw new SourceRejected(STRIPE_SOURCE, `${shard.name} has more than ${PAYOUT_PAGES_PER_SHARD_MAX} pages of payouts`);
}

/**
 * Stripe refuses to list the members of manual and instant payouts, and those of an automatic one are all there only when
 * it says `completed`: until then it stays without members, which settlement shows, and a later day reads it again.
 */
function isItemised(payout: Payout): boolean {
  return payout.automatic && payout.reconciliation_status === 'completed';
}

async function* readEntries(
  session: StripeSession,
  payoutId: string,
  behind: string | null,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  let after = behind;
  for (let pages = 0; pages < ENTRY_PAGES_PER_PAYOUT_MAX; pages += 1) {
    const from = after === null ? {} : { starting_after: after };
    const list: unknown = await session.request((client) =>
      client.balanceTransactions.list({ payout: payoutId, limit: LIST_ROWS, ...from }),
    );
    const { data, hasMore, lastId } = entryPage(list, after);
    after = lastId;
    const cursor = hasMore && after !== null ? `${payoutId} ${after}` : payoutId;
    yield { rows: [], lines: null, ...assignments(payoutId, data), cursor, done: false };
    if (!hasMore) return;
  }
  throw new SourceRejected(STRIPE_SOURCE, `payout ${payoutId} has more than ${ENTRY_PAGES_PER_PAYOUT_MAX} pages`);
}

function assignments(payoutId: string, data: readonly Entry[]) {
  const payoutEntries: PayoutEntry[] = [];
  const quarantined: QuarantinedRow[] = [];
  for (const entry of data) {
    // The list holds the payout's own row as well, which is what was paid, not what it paid out.
    if (entry.source === payoutId) continue;
    try {
      const currency = stripeCurrency(entry.currency, 'currency');
      const netMinor = stripeMinor(entry.net, currency, 'net');
      payoutEntries.push({ payoutId, externalId: requiredReference(entry.id, 'id'), netMinor, currency });
    } catch (error) {
      const position = `${payoutId}/${entry.id}`;
      quarantined.push({ source: STRIPE_SOURCE, position, reason: quarantineReason(error) });
    }
  }
  return { payoutEntries, quarantined };
}
