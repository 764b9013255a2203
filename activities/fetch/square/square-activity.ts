// Decides which payments, refunds and disputes belong to a window, asks for them, and keeps exactly those, whatever the
// server makes of the filters. Never skips a record that might belong: a time that is missing counts as new.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { readInstantMs } from '../row/instant.ts';
import type { RowContext } from '../row/row-context.ts';
import type { Shard } from '../source.ts';
import { squareDisputeRows, squarePaymentRow, squareRefundRow } from './square-activity-rows.ts';
import type { SquareItem, SquareList } from './square-list.ts';
import { projectDispute, projectPayment, projectRefund } from './square-record.ts';
import { RefundedPayments } from './square-refunded-payments.ts';

// Two lists per kind of record, disjoint by the time of creation:
// - `created`: created in [from, to);
// - `updated`: created in [from - lookBack, from) and changed since from, with no upper end, because a fee, a capture or
//   a refund of today bumps `updated_at` of a payment of last week, which is then a new version.
// Both are read in the ascending order of `created_at`, which never changes, over sets that only grow while they are read.
// A record that enters a set behind the page that is being read can therefore only push others to a later page, where
// they come twice; none can slip to a page that was read already. And what enters behind that page has changed after the
// window's end: the next window's `updated` list holds it, because it asks for everything changed since its start.
export const ACTIVITY_VIEWS = ['created', 'updated'] as const;
export type ActivityView = (typeof ACTIVITY_VIEWS)[number];

const PAGE_ROWS = 100;
// Each refund costs a request for its payment, and what a refusal or a kill throws away is the page that was being read.
// At 25, also a slow Square ends a page, and with it gives a sign of life, well within a minute.
const REFUND_PAGE_ROWS = 25;
const DAY_MS = 86_400_000;
// Disputes cannot be asked for by time: all of them are read anyway, and those that changed lately are kept. Wider than
// the window, because to keep one twice costs nothing and there is no second list that would find what was overlooked.
const DISPUTE_OVERLAP_MS = 7 * DAY_MS;

interface Window {
  readonly createdFromMs: number;
  readonly createdToMs: number;
  readonly updatedFromMs: number | null;
}

export function squarePayments(
  shard: Shard,
  locationId: string,
  view: ActivityView,
  lookBackDays: number,
  context: RowContext,
): SquareList {
  const window = windowOf(shard, view, lookBackDays);
  return {
    shard: shard.name,
    // Without a location Square lists those of the main location only.
    ask: (session, cursor) =>
      session.request('PAYMENTS_READ', (client) =>
        client.payments.list({ ...query(window, PAGE_ROWS, cursor), locationId }),
      ),
    rows: (item) => (belongs(item, window) ? [squarePaymentRow(projectPayment(item), context)] : []),
  };
}

/**
 * Of all locations, which is what Square lists when none is named. A refund holds nothing that the shop knows it by but the
 * payment that it refunds: that is asked for, once for each payment whose refund belongs to the window. The refunds
 * of p payments cost p requests more than their pages: at ten a second, the default, 1,000 of them take under two minutes.
 */
export function squareRefunds(shard: Shard, view: ActivityView, lookBackDays: number, context: RowContext): SquareList {
  const window = windowOf(shard, view, lookBackDays);
  const payments = new RefundedPayments();
  return {
    shard: shard.name,
    ask: (session, cursor) =>
      session.request('PAYMENTS_READ', (client) => client.refunds.list(query(window, REFUND_PAGE_ROWS, cursor))),
    rows: async (item, session) => {
      if (!belongs(item, window)) return [];
      const refund = projectRefund(item);
      return [squareRefundRow(refund, await payments.of(refund, session), context)];
    },
  };
}

/** Of all locations. */
export function squareDisputes({ name, fromMs, toMs }: Shard, context: RowContext): SquareList {
  const window = { createdFromMs: 0, createdToMs: toMs, updatedFromMs: fromMs - DISPUTE_OVERLAP_MS };
  return {
    shard: name,
    ask: (session, cursor) =>
      session.request('DISPUTES_READ', (client) => client.disputes.list(cursor === null ? {} : { cursor })),
    rows: (item) => (belongs(item, window) ? before(toMs, squareDisputeRows(projectDispute(item), context)) : []),
  };
}

/** A dispute of the window may have been won after it: that row is the next window's. */
function before(toMs: number, rows: readonly ProcessorRow[]): readonly ProcessorRow[] {
  return rows.filter((row) => row.occurredAtMs < toMs);
}

function windowOf({ fromMs, toMs }: Shard, view: ActivityView, lookBackDays: number): Window {
  if (view === 'created') return { createdFromMs: fromMs, createdToMs: toMs, updatedFromMs: null };
  return { createdFromMs: fromMs - lookBackDays * DAY_MS, createdToMs: fromMs, updatedFromMs: fromMs };
}

function query({ createdFromMs, createdToMs, updatedFromMs }: Window, limit: number, cursor: string | null) {
  return {
    beginTime: instant(createdFromMs),
    endTime: instant(createdToMs),
    ...(updatedFromMs === null ? {} : { updatedAtBeginTime: instant(updatedFromMs) }),
    sortField: 'CREATED_AT' as const,
    sortOrder: 'ASC',
    limit,
    ...(cursor === null ? {} : { cursor }),
  };
}

/** @throws DataError where it cannot be said when the record was created. */
function belongs({ createdAt, updatedAt }: SquareItem, { createdFromMs, createdToMs, updatedFromMs }: Window): boolean {
  const createdMs = readInstantMs(typeof createdAt === 'string' ? createdAt : '', 'created_at');
  if (createdMs < createdFromMs || createdMs >= createdToMs) return false;
  if (updatedFromMs === null || typeof updatedAt !== 'string') return true;
  return readInstantMs(updatedAt, 'updated_at') >= updatedFromMs;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
