// Reads the payouts of a location, each with its entries behind it, so that a killed read goes on in the middle of a
// payout. Never skips a payout: one that cannot be read is quarantined, and its entries come all the same.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected } from '../../errors.ts';
import { readInstantMs } from '../row/instant.ts';
import type { RowContext } from '../row/row-context.ts';
import type { Shard, SourcePage } from '../source.ts';
import { PAYOUTS_START, type SquarePayoutsCursor, squarePayoutsCursor } from './square-cursor.ts';
import { checkedAnswer, type SquareItem } from './square-list.ts';
import { type PayoutReading, readSquarePayout } from './square-payout-entries.ts';
import { SquareRestarts } from './square-restarts.ts';
import { SQUARE_SOURCE, type SquareSession } from './square-session.ts';

const PAGE_ROWS = 100;
const PAGES_PER_SHARD_MAX = 1_000;

export interface SquarePayoutsOptions {
  readonly locationId: string;
  readonly context: RowContext;
  readonly now: () => number;
}

export async function* readSquarePayouts(
  session: SquareSession,
  shard: Shard,
  { locationId, context, now }: SquarePayoutsOptions,
  from: string | null,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const reading: PayoutReading = { session, shard, context, now, restarts: new SquareRestarts(shard.name) };
  let at = squarePayoutsCursor(from);
  for (let pages = 0; pages < PAGES_PER_SHARD_MAX; pages += 1) {
    let page: Awaited<ReturnType<typeof payoutsLeft>>;
    try {
      page = await payoutsLeft(reading, locationId, at);
    } catch (error) {
      reading.restarts.spend(error, at.list);
      at = PAYOUTS_START;
      continue;
    }
    for (const item of page.items) {
      const isHalfRead = at.payout === item.id && !at.finished;
      yield* readSquarePayout(reading, item, isHalfRead ? at : { ...PAYOUTS_START, list: at.list, payout: item.id });
    }
    at = { ...PAYOUTS_START, list: page.next };
    yield { rows: [], quarantined: [], lines: null, cursor: JSON.stringify(at), done: page.next === null };
    if (page.next === null) return;
  }
  throw new SourceRejected(
    SQUARE_SOURCE,
    `${shard.name} has more than ${PAGES_PER_SHARD_MAX} pages: narrow the window`,
  );
}

/** The payouts of the page that are not finished yet. */
async function payoutsLeft({ session, shard }: PayoutReading, locationId: string, at: SquarePayoutsCursor) {
  const answer = await session.request('PAYOUTS_READ', (client) =>
    client.payouts.list({
      // Without a location Square lists those of the main location only.
      locationId,
      beginTime: new Date(shard.fromMs).toISOString(),
      endTime: new Date(shard.toMs).toISOString(),
      // By creation, which never changes: what is new comes last.
      sortOrder: 'ASC',
      limit: PAGE_ROWS,
      ...(at.list === null ? {} : { cursor: at.list }),
    }),
  );
  const { items, next } = checkedAnswer(answer, at.list);
  const index = items.findIndex(({ id }) => id === at.payout);
  // A payout that is not on its page any more: nothing says where we were, and to read twice is harmless.
  const left = index < 0 ? items : items.slice(at.finished ? index + 1 : index);
  return { items: left.filter((item) => mayBelong(item, shard)), next };
}

/** What cannot be read is not left out: it is quarantined where it is read. */
function mayBelong({ createdAt }: SquareItem, { fromMs, toMs }: Shard): boolean {
  try {
    const createdMs = readInstantMs(typeof createdAt === 'string' ? createdAt : '', 'created_at');
    return createdMs >= fromMs && createdMs < toMs;
  } catch {
    return true;
  }
}
