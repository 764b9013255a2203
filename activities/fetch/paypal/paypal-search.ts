// Asks for one page of PayPal's Transaction Search and believes it only where it says itself that it is whole: the
// window that was asked for, refreshed to its end.
import { z } from 'zod';
import { SourceNotReady, SourceUnavailable } from '../../errors.ts';
import { paypalInstant, paypalInstantMs } from './paypal-instant.ts';
import { PAYPAL_SOURCE } from './paypal-request.ts';
import type { PayPalSession } from './paypal-session.ts';

/** Whole seconds of the epoch, [fromS, toS). */
export interface SearchWindow {
  readonly fromS: number;
  readonly toS: number;
}

export interface SearchPage {
  readonly details: readonly unknown[];
  readonly items: number;
  readonly pages: number;
  /** The last instant up to which PayPal had refreshed its search, inclusive. */
  readonly refreshedMs: number;
  /** PayPal's own name of the account; null where it gives none. */
  readonly accountNumber: string | null;
}

export const PAGE_ROWS_MAX = 500;
const NOT_REFRESHED_RETRY_MS = 5 * 60_000;

const pageSchema = z.object({
  transaction_details: z.array(z.unknown()).nullish(),
  account_number: z.string().nullish(),
  start_date: z.string(),
  end_date: z.string(),
  last_refreshed_datetime: z.string(),
  total_items: z.int().nonnegative(),
  total_pages: z.int().nonnegative(),
});

/** @throws SourceError, among them ResultTooLarge where the window has more rows than a search gives. */
export async function searchPage(
  session: PayPalSession,
  window: SearchWindow,
  page: number,
  pageRows: number,
): Promise<SearchPage> {
  const answer = await session.get('/v1/reporting/transactions', {
    // Inclusive at both ends; PayPal's stamps are whole seconds.
    start_date: paypalInstant(window.fromS),
    end_date: paypalInstant(window.toS - 1),
    fields: 'transaction_info',
    // With the others too, authorisations and orders would come beside the money, some of them under the same id and
    // event, and no field says which of the rows is the money.
    balance_affecting_records_only: 'Y',
    page_size: String(pageRows),
    page: String(page),
  });
  const result = pageSchema.safeParse(answer);
  if (!result.success) throw new SourceUnavailable(PAYPAL_SOURCE, 'gave an answer that is not a list of transactions');
  const { data } = result;
  const refreshedMs = instantMs(data.last_refreshed_datetime);
  assertWhole(window, instantMs(data.start_date), instantMs(data.end_date), refreshedMs);
  return {
    details: data.transaction_details ?? [],
    items: data.total_items,
    pages: data.total_pages,
    refreshedMs,
    accountNumber: data.account_number ?? null,
  };
}

/** PayPal cuts a window that it cannot serve to its end yet, and says so only in the dates of the answer. */
function assertWhole(window: SearchWindow, startMs: number, endMs: number, refreshedMs: number): void {
  const lastMs = (window.toS - 1) * 1_000;
  const reachesMs = Math.min(endMs, refreshedMs);
  if (reachesMs < lastMs) {
    const reaches = new Date(reachesMs).toISOString();
    const asked = new Date(lastMs).toISOString();
    throw new SourceNotReady(
      PAYPAL_SOURCE,
      `its search reaches ${reaches}, ${asked} was asked for`,
      NOT_REFRESHED_RETRY_MS,
    );
  }
  if (startMs !== window.fromS * 1_000 || endMs !== lastMs) {
    throw new SourceUnavailable(PAYPAL_SOURCE, 'gave the rows of another window than was asked for');
  }
}

function instantMs(text: string): number {
  try {
    return paypalInstantMs(text, 'date');
  } catch (cause) {
    throw new SourceUnavailable(PAYPAL_SOURCE, 'gave an answer whose dates cannot be read', { cause });
  }
}
