// Reads one shard of PayPal's Transaction Search page by page. Windows with more rows than a search gives are halved; a
// window whose pages do not belong together is begun again. Never believes a page that does not add up.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import type { RowContext } from '../row/row-context.ts';
import type { Shard, SourcePage } from '../source.ts';
import { ResultTooLarge } from './paypal-error.ts';
import { paypalInstant } from './paypal-instant.ts';
import { cursorOf, halved, type PayPalProgress, progressAt, restarted, turned, windowOf } from './paypal-progress.ts';
import { PAYPAL_SOURCE } from './paypal-request.ts';
import { type SearchPage, type SearchWindow, searchPage } from './paypal-search.ts';
import type { PayPalSession } from './paypal-session.ts';
import { PayPalWindowRows } from './paypal-window-rows.ts';

export interface PayPalRead {
  readonly session: PayPalSession;
  readonly context: RowContext;
  readonly pageRows: number;
}

// A million rows at 500 a page are 2,000; more is a slice that was cut too wide.
const REQUESTS_PER_SHARD_MAX = 20_000;
// PayPal refreshes about once an hour and a window is twenty pages: who meets more of them is not getting anywhere.
const WINDOW_RESTARTS_MAX = 3;

export async function* readPayPal(
  { session, context, pageRows }: PayPalRead,
  shard: Shard,
  cursor: string | null,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const windowRows = new PayPalWindowRows(context);
  let progress = progressAt(shard, cursor);
  let restarts = 0;
  for (let requests = 0; requests < REQUESTS_PER_SHARD_MAX; requests += 1) {
    const window = windowOf(progress);
    if (window === null) return yield emptyPage(progress);
    const answer = await pageOrTooLarge(session, window, progress.page, pageRows);
    if (answer === null) {
      progress = split(progress, window);
      windowRows.clear();
      continue;
    }
    const place = `${paypalInstant(window.fromS)} page ${progress.page}`;
    const { rows, quarantined, repeats } = windowRows.take(answer.details, place);
    const page = checkedPage(progress, answer, pageRows);
    const fault = page.fault ?? (repeats ? 'gave rows of an earlier page again' : null);
    if (fault !== null) {
      progress = restarted(progress);
      windowRows.clear();
      // Stored before anything else: behind a page that does not belong there, no reader may go on.
      yield emptyPage(progress);
      restarts += 1;
      if (restarts <= WINDOW_RESTARTS_MAX) continue;
      throw new SourceUnavailable(PAYPAL_SOURCE, `${fault}, ${restarts} times: the window is read again later`);
    }
    progress = turned(progress, page.stated, page.isLast);
    if (page.isLast) {
      windowRows.clear();
      restarts = 0;
    }
    yield { rows, quarantined, lines: null, cursor: cursorOf(progress), done: progress.ends.length === 0 };
    if (progress.ends.length === 0) return;
  }
  throw new SourceRejected(
    PAYPAL_SOURCE,
    `${shard.name} takes more than ${REQUESTS_PER_SHARD_MAX} requests: lower shardHours`,
  );
}

async function pageOrTooLarge(
  session: PayPalSession,
  window: SearchWindow,
  page: number,
  pageRows: number,
): Promise<SearchPage | null> {
  try {
    return await searchPage(session, window, page, pageRows);
  } catch (error) {
    if (error instanceof ResultTooLarge) return null;
    throw error;
  }
}

function split(progress: PayPalProgress, window: SearchWindow): PayPalProgress {
  const halves = halved(progress);
  if (halves !== null) return halves;
  throw new SourceRejected(
    PAYPAL_SOURCE,
    `has more rows in the second ${paypalInstant(window.fromS)} than a search gives: feed that day from a PayPal report file`,
  );
}

/** What the pages state must hold for all of them together: the same refresh, the same count, and as many rows. */
function checkedPage({ page, stated }: PayPalProgress, answer: SearchPage, pageRows: number) {
  const items = stated?.items ?? answer.items;
  const before = stated?.rows ?? 0;
  const rows = before + answer.details.length;
  const pages = Math.ceil(items / pageRows);
  const isLast = page >= pages;
  const faultOf = () => {
    if (stated !== null && answer.refreshedMs !== stated.refreshedMs) return 'refreshed its search while it was read';
    // The specification has later pages count from themselves; what is seen in practice is the whole.
    if (answer.items !== items && answer.items !== items - before) return 'changed its count while it was read';
    if (stated === null && answer.pages !== pages && items > 0) return 'states pages that do not fit its count';
    if (isLast ? rows !== items : answer.details.length === 0) return 'gave another number of rows than it counts';
    return null;
  };
  return { stated: { items, rows, refreshedMs: stated?.refreshedMs ?? answer.refreshedMs }, isLast, fault: faultOf() };
}

function emptyPage(progress: PayPalProgress): SourcePage<ProcessorRow> {
  return { rows: [], quarantined: [], lines: null, cursor: cursorOf(progress), done: progress.ends.length === 0 };
}
