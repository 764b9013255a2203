// Reads one slice of Stripe's ledger: balance transactions by the time they were created, newest first, page by page.
// The cursor is the id of the last transaction of its page.
import { z } from 'zod';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected } from '../../errors.ts';
import { quarantineReason } from '../row/quarantine-reason.ts';
import { type RowContext, rowContext } from '../row/row-context.ts';
import type { QuarantinedRow, Shard, SourcePage } from '../source.ts';
import { stripeProjection } from './stripe-entry.ts';
import { LIST_ROWS, stripeListReader, wholeSeconds } from './stripe-list.ts';
import { stripeRow } from './stripe-row.ts';
import { STRIPE_SOURCE, type StripeSession } from './stripe-session.ts';

export interface StripeLedgerOptions {
  readonly account: string;
  readonly zone: string;
  /** The metadata key of charges and refunds that holds the shop's own reference. */
  readonly metadataReference: string;
  /** True for a live account: a row that is not live is then a test. */
  readonly expectLive?: boolean;
}

// One million rows in a slice; more is a slice that was cut too wide.
const PAGES_PER_SHARD_MAX = 10_000;

const transactionPage = stripeListReader('transactions', z.looseObject({ id: z.string().min(1), created: z.int() }));

export async function* readLedger(
  session: StripeSession,
  options: StripeLedgerOptions,
  shard: Shard,
  cursor: string | null,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const readPage = pageReader(options, rowContext(options.account, options.zone));
  const created = wholeSeconds(shard);
  let after = cursor === '' ? null : cursor;
  for (let pages = 0; pages < PAGES_PER_SHARD_MAX; pages += 1) {
    const from = after === null ? {} : { starting_after: after };
    const list: unknown = await session.request((client) =>
      client.balanceTransactions.list({ created, limit: LIST_ROWS, expand: ['data.source'], ...from }),
    );
    const { data, hasMore, lastId } = transactionPage(list, after, created);
    after = lastId;
    yield { ...readPage(data), lines: null, cursor: lastId ?? '', done: !hasMore };
    if (!hasMore) return;
  }
  throw new SourceRejected(STRIPE_SOURCE, `${shard.name} has more than ${PAGES_PER_SHARD_MAX} pages: lower shardHours`);
}

function pageReader(options: StripeLedgerOptions, context: RowContext) {
  const project = stripeProjection(options.metadataReference);
  const rowOptions = { metadataReference: options.metadataReference, expectLive: options.expectLive ?? false };
  return (data: readonly { id: string }[]) => {
    const rows: ProcessorRow[] = [];
    const quarantined: QuarantinedRow[] = [];
    for (const raw of data) {
      try {
        rows.push(stripeRow(project(raw), context, rowOptions));
      } catch (error) {
        quarantined.push({ source: STRIPE_SOURCE, position: raw.id, reason: quarantineReason(error) });
      }
    }
    return { rows, quarantined };
  };
}
