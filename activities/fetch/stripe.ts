// Stripe's ledger as a source: balance transactions of a window, in slices that are read in parallel, page by page with
// a cursor of our own. Retries nothing, stores nothing.
import { z } from 'zod';
import type { ProcessorRow } from '../../domain/transaction.ts';
import { AuthRejected, SourceRejected, SourceUnavailable } from '../errors.ts';
import { quarantineReason } from './quarantine-reason.ts';
import { type RowContext, rowContext } from './row-context.ts';
import type { QuarantinedRow, ReadRequest, Shard, Source, SourcePage, SourcePlan } from './source.ts';
import { stripeProjection } from './stripe-entry.ts';
import { stripeRow } from './stripe-row.ts';
import { STRIPE_SOURCE, StripeSession, type StripeSessionOptions } from './stripe-session.ts';
import { timeSlices } from './time-slices.ts';

export interface StripeSourceOptions extends StripeSessionOptions {
  readonly zone: string;
  /** The metadata key of charges and refunds that holds the shop's own reference. */
  readonly metadataReference: string;
  readonly shardHours: number;
  /** True for a live account: a row that is not live is then a test. */
  readonly expectLive?: boolean;
  readonly now?: () => number;
}

// A transaction can become listable minutes after the time it bears (singer-io/tap-stripe#45).
const LISTABLE_AFTER_MS = 5 * 60_000;
const PAGE_ROWS = 100;
// One million rows in a slice; more is a slice that was cut too wide.
const PAGES_PER_SHARD_MAX = 10_000;

const listSchema = z.object({
  data: z.array(z.looseObject({ id: z.string().min(1), created: z.int() })),
  has_more: z.boolean(),
});

export function stripeSource(options: StripeSourceOptions): Source<ProcessorRow> {
  const now = options.now ?? Date.now;
  return {
    name: STRIPE_SOURCE,
    watermarkMs: async () => now() - LISTABLE_AFTER_MS,
    plan: async (request) => planSlices(request, options.shardHours),
    read: (shard, cursor, signal) => readSlice(options, shard, cursor, signal),
    probe: (signal) => probe(options, signal),
  };
}

function planSlices({ fromMs, toMs }: ReadRequest, shardHours: number): SourcePlan {
  try {
    return {
      sourceKey: null,
      sourceName: STRIPE_SOURCE,
      shards: timeSlices(fromMs, toMs, shardHours * 3_600_000),
      fetchedUntilMs: toMs,
      statesCompleteness: false,
    };
  } catch (cause) {
    throw new SourceRejected(STRIPE_SOURCE, 'the window has too many slices: raise shardHours or shorten the window', {
      cause,
    });
  }
}

async function* readSlice(
  options: StripeSourceOptions,
  shard: Shard,
  cursor: string | null,
  signal: AbortSignal,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const session = new StripeSession(options, signal);
  const readPage = pageReader(options, rowContext(options.account, options.zone));
  const created = wholeSeconds(shard);
  let after = cursor === null || cursor === '' ? null : cursor;
  for (let pages = 0; pages < PAGES_PER_SHARD_MAX; pages += 1) {
    const from = after === null ? {} : { starting_after: after };
    const list: unknown = await session.request((client) =>
      client.balanceTransactions.list({ created, limit: PAGE_ROWS, expand: ['data.source'], ...from }),
    );
    const { data, hasMore, lastId } = checkedList(list, created, after);
    after = lastId;
    yield { ...readPage(data), lines: null, cursor: lastId ?? '', done: !hasMore };
    if (!hasMore) return;
  }
  throw new SourceRejected(STRIPE_SOURCE, `${shard.name} has more than ${PAGES_PER_SHARD_MAX} pages: lower shardHours`);
}

/** Stripe counts whole seconds. Rounded up at both ends, neighbouring slices still touch and never share a second. */
function wholeSeconds({ fromMs, toMs }: Shard): { gte: number; lt: number } {
  return { gte: Math.ceil(fromMs / 1_000), lt: Math.ceil(toMs / 1_000) };
}

/** What the cursor rests on is checked on every page: a list that runs in a circle or out of its window is no list. */
function checkedList(list: unknown, created: { gte: number; lt: number }, after: string | null) {
  const result = listSchema.safeParse(list);
  if (!result.success) throw new SourceUnavailable(STRIPE_SOURCE, 'gave an answer that is not a list of transactions');
  const { data, has_more: hasMore } = result.data;
  const lastId = data.at(-1)?.id ?? after;
  if (hasMore && lastId === after) throw new SourceUnavailable(STRIPE_SOURCE, 'gave a page that leads nowhere');
  if (data.some((row) => row.created < created.gte || row.created >= created.lt)) {
    throw new SourceUnavailable(STRIPE_SOURCE, 'gave rows from outside the window that was asked for');
  }
  return { data, hasMore, lastId };
}

function pageReader(options: StripeSourceOptions, context: RowContext) {
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

async function probe(options: StripeSourceOptions, signal: AbortSignal): Promise<{ detail: string }> {
  const session = new StripeSession(options, signal);
  const list = await session.request((client) =>
    client.balanceTransactions.list({ limit: 1, expand: ['data.source'] }),
  );
  const latest = list.data[0];
  const seen =
    latest === undefined
      ? 'no transaction yet'
      : `latest transaction ${new Date(latest.created * 1_000).toISOString()}`;
  return { detail: `${await accountName(session)}, ${seen}` };
}

/** A key that may read the ledger need not be allowed to read the account. */
async function accountName(session: StripeSession): Promise<string> {
  try {
    const { id } = await session.request((client) => client.accounts.retrieveCurrent());
    return `answers as ${id}`;
  } catch (error) {
    if (error instanceof AuthRejected || error instanceof SourceRejected)
      return 'answers (its name is not readable with this key)';
    throw error;
  }
}
