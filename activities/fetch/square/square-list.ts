// Reads one of Square's lists page by page and rests on nothing that a page does not prove: a list that runs in a circle
// or is no list is no answer. Never skips a row: what cannot be read is quarantined by its id.
import { z } from 'zod';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import { quarantineReason } from '../row/quarantine-reason.ts';
import type { QuarantinedRow, SourcePage } from '../source.ts';
import { squareListCursor } from './square-cursor.ts';
import { SquareRestarts } from './square-restarts.ts';
import { SQUARE_SOURCE, type SquareSession } from './square-session.ts';

/** The SDK's page, as far as it is looked at. */
export interface SquareAnswer {
  readonly data: unknown;
  readonly response: { readonly cursor?: unknown; readonly errors?: unknown };
}

export interface SquareItem {
  readonly id: string;
  readonly createdAt?: unknown;
  readonly updatedAt?: unknown;
}

export interface SquareList {
  readonly shard: string;
  ask(session: SquareSession, cursor: string | null): Promise<SquareAnswer>;
  /** The rows of an item, none where it lies outside of the shard. May ask for more. @throws DataError */
  rows(item: SquareItem, session: SquareSession): readonly ProcessorRow[] | Promise<readonly ProcessorRow[]>;
}

// One million rows in a shard, at Square's hundred per page.
const PAGES_PER_SHARD_MAX = 10_000;

const itemsSchema = z.array(z.custom<SquareItem>(isItem));
const cursorSchema = z.string().nullish();

export async function* readSquareList(
  session: SquareSession,
  list: SquareList,
  from: string | null,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const restarts = new SquareRestarts(list.shard);
  let at = squareListCursor(from).list;
  for (let pages = 0; pages < PAGES_PER_SHARD_MAX; pages += 1) {
    let answer: SquareAnswer;
    try {
      answer = await list.ask(session, at);
    } catch (error) {
      restarts.spend(error, at);
      at = null;
      continue;
    }
    const { items, next } = checkedAnswer(answer, at);
    at = next;
    const page = await readItems(items, (item) => list.rows(item, session));
    yield { ...page, lines: null, cursor: JSON.stringify({ list: next }), done: next === null };
    if (next === null) return;
  }
  throw new SourceRejected(
    SQUARE_SOURCE,
    `${list.shard} has more than ${PAGES_PER_SHARD_MAX} pages: narrow the window`,
  );
}

/** `next` is null on the last page. A page with fewer rows than the limit, or none, is not the last (Square's docs). */
export function checkedAnswer({ data, response }: SquareAnswer, at: string | null) {
  const items = itemsSchema.safeParse(data);
  const cursor = cursorSchema.safeParse(response.cursor);
  if (!items.success || !cursor.success || !isListAnswer(response, items.data.length)) {
    throw new SourceUnavailable(SQUARE_SOURCE, 'gave an answer that is not a list of records');
  }
  // An empty text is the last page too.
  const next = cursor.data || null;
  if (next !== null && next === at) throw new SourceUnavailable(SQUARE_SOURCE, 'gave a page that leads nowhere');
  return { items: items.data, next };
}

/** Square answers `{}` where there is nothing. Anything else without a list is somebody else's JSON, or an error. */
function isListAnswer(response: SquareAnswer['response'], count: number): boolean {
  const { errors, ...rest } = response;
  if (Array.isArray(errors) ? errors.length > 0 : errors !== undefined && errors !== null) return false;
  if (count > 0) return true;
  return Object.entries(rest).every(([name, value]) => name === 'cursor' || value == null || Array.isArray(value));
}

/** In their order; what they have to ask for is asked for side by side, which a page bounds. */
export async function readItems(
  items: readonly SquareItem[],
  rowsOf: (item: SquareItem) => ReturnType<SquareList['rows']>,
) {
  const rows: ProcessorRow[] = [];
  const quarantined: QuarantinedRow[] = [];
  const read = await Promise.allSettled(items.map(async (item) => rowsOf(item)));
  for (const [index, item] of items.entries()) {
    const result = read[index];
    if (result?.status === 'fulfilled') rows.push(...result.value);
    else quarantined.push({ source: SQUARE_SOURCE, position: item.id, reason: quarantineReason(result?.reason) });
  }
  return { rows, quarantined };
}

function isItem(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { id }: { id?: unknown } = value;
  return typeof id === 'string' && id !== '';
}
