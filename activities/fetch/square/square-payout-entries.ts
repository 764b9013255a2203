// Reads one payout and its entries and compares their sum with it. Never waits for ever for entries that do not add up:
// what Square still says after a while is what it says, and the remainder is the settlement level's to show.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import type { RowContext } from '../row/row-context.ts';
import type { QuarantinedRow, Shard, SourcePage } from '../source.ts';
import { PAYOUTS_START, type SquarePayoutsCursor } from './square-cursor.ts';
import { checkedAnswer, readItems, type SquareItem } from './square-list.ts';
import { projectPayout, projectPayoutEntry } from './square-record.ts';
import type { SquareRestarts } from './square-restarts.ts';
import { SQUARE_SOURCE, type SquareSession } from './square-session.ts';
import { squareEntryRow, squarePayoutRow } from './square-settlement-rows.ts';

export interface PayoutReading {
  readonly session: SquareSession;
  readonly shard: Shard;
  readonly context: RowContext;
  readonly now: () => number;
  readonly restarts: SquareRestarts;
}

/** A payout as far as it could be read, and what is stored of itself. */
interface OwnPage {
  readonly id: string;
  readonly availableOn: string | null;
  readonly hasEntries: boolean;
  /** What its entries must add up to; null where nothing says so. */
  readonly total: { readonly minor: bigint; readonly currency: string; readonly createdMs: number } | null;
  readonly rows: readonly ProcessorRow[];
  readonly quarantined: readonly QuarantinedRow[];
}

const PAGE_ROWS = 100;
// One million entries of one payout.
const PAGES_PER_PAYOUT_MAX = 10_000;
// "Eventually consistent, several seconds": what has not come this long after the payout is not merely late.
const LISTABLE_AFTER_MS = 30 * 60_000;

/**
 * Entries that do not add up are read again once, from their start, because the cursor may have carried the sum over a
 * page that was short by accident. If they still do not, a fresh payout is tried again later; an older one is believed.
 */
export async function* readSquarePayout(
  reading: PayoutReading,
  item: SquareItem,
  from: SquarePayoutsCursor,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const own = await readOwn(item, reading.context);
  const start = { ...PAYOUTS_START, list: from.list, payout: item.id };
  let at = own.hasEntries ? from : { ...start, finished: true };
  if (at.finished) yield pageOf(at, own);
  let isReadAgain = false;
  for (let pages = 0; !at.finished; pages += 1) {
    if (pages === PAGES_PER_PAYOUT_MAX) {
      const message = `a payout of ${reading.shard.name} has more than ${PAGES_PER_PAYOUT_MAX} pages of entries`;
      throw new SourceRejected(SQUARE_SOURCE, message);
    }
    let entries: Awaited<ReturnType<typeof entriesPage>>;
    try {
      entries = await entriesPage(reading, own, at);
    } catch (error) {
      reading.restarts.spend(error, at.entries);
      at = start;
      continue;
    }
    const isShort = entries.next === null && !addsUp(own, entries.sum);
    if (isShort && isReadAgain) assertNotFresh(reading, own);
    const isFirst = at.entries === null;
    if (isShort && !isReadAgain) at = start;
    else if (entries.next === null) at = { ...start, finished: true };
    else at = { ...at, entries: entries.next, sum: entries.sum };
    isReadAgain ||= isShort;
    yield pageOf(at, entries, isFirst ? own : undefined);
  }
}

async function readOwn(item: SquareItem, context: RowContext): Promise<OwnPage> {
  const own: { page: Omit<OwnPage, 'rows' | 'quarantined'> } = {
    page: { id: item.id, availableOn: null, hasEntries: true, total: null },
  };
  const { rows, quarantined } = await readItems([item], () => {
    const payout = projectPayout(item);
    const row = squarePayoutRow(payout, context);
    const { amount: minor, currency } = payout.amountMoney;
    const total = payout.type === 'BATCH' ? { minor, currency, createdMs: row.occurredAtMs } : null;
    // A SIMPLE payout has no entries, it is one: of a BATCH to come.
    own.page = { id: item.id, availableOn: row.availableOn, hasEntries: payout.type !== 'SIMPLE', total };
    return [row];
  });
  return { ...own.page, rows, quarantined };
}

async function entriesPage({ session, context }: PayoutReading, own: OwnPage, at: SquarePayoutsCursor) {
  const answer = await session.request('PAYOUTS_READ', (client) =>
    client.payouts.listEntries({
      payoutId: own.id,
      sortOrder: 'ASC',
      limit: PAGE_ROWS,
      ...(at.entries === null ? {} : { cursor: at.entries }),
    }),
  );
  const { items, next } = checkedAnswer(answer, at.entries);
  const page = await readItems(items, (entry) => [squareEntryRow(projectPayoutEntry(entry), own, context)]);
  const isSummable = page.quarantined.length === 0 && page.rows.every((row) => row.currency === own.total?.currency);
  const sum = page.rows.reduce((total, row) => total + (row.netMinor ?? 0n), BigInt(at.sum ?? 0));
  return { ...page, next, sum: at.sum === null || !isSummable ? null : String(sum) };
}

/** True also where it cannot be said: an entry was unreadable or in another currency, or nothing has to add up. */
function addsUp({ total }: OwnPage, sum: string | null): boolean {
  return total === null || sum === null || BigInt(sum) === total.minor;
}

function assertNotFresh({ now, shard }: PayoutReading, { total }: OwnPage): void {
  if (total === null || now() >= total.createdMs + LISTABLE_AFTER_MS) return;
  throw new SourceUnavailable(SQUARE_SOURCE, `the entries of a payout of ${shard.name} do not add up to it yet`);
}

type Part = Pick<SourcePage<ProcessorRow>, 'rows' | 'quarantined'>;

function pageOf(at: SquarePayoutsCursor, entries: Part, own?: Part): SourcePage<ProcessorRow> {
  return {
    rows: [...(own?.rows ?? []), ...entries.rows],
    quarantined: [...(own?.quarantined ?? []), ...entries.quarantined],
    lines: null,
    cursor: JSON.stringify(at),
    done: false,
  };
}
