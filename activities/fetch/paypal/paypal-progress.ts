// Where a reader of one shard stands: the windows it still has to read and the next page of the first of them. Small
// enough for a cursor, whole enough for a killed worker to go on at that page. Pure.
import { z } from 'zod';
import type { Shard } from '../source.ts';
import type { SearchWindow } from './paypal-search.ts';

export interface PayPalProgress {
  readonly fromS: number;
  /** Ends of the windows to do, ascending; each begins where the one before it ends. Empty: nothing is left. */
  readonly ends: readonly number[];
  /** The next page, from 1. */
  readonly page: number;
  /** What page 1 stated and what came so far; null before page 1. */
  readonly stated: Stated | null;
}

interface Stated {
  readonly items: number;
  readonly rows: number;
  readonly refreshedMs: number;
}

// Windows that were halved down from 31 days to one second leave one of each length.
const WINDOWS_MAX = 40;

const cursorSchema = z.strictObject({
  from: z.int(),
  ends: z.array(z.int()).max(WINDOWS_MAX),
  page: z.int().positive(),
  items: z.int().optional(),
  rows: z.int().optional(),
  refreshed: z.int().optional(),
});

/** From the cursor, or from the start of the shard where it is null or none of ours: reading again loses nothing. */
export function progressAt({ fromMs, toMs }: Shard, cursor: string | null): PayPalProgress {
  // Rounded up at both ends, neighbouring shards still touch and never share a second.
  const fromS = Math.ceil(fromMs / 1_000);
  const toS = Math.ceil(toMs / 1_000);
  const start = { fromS, ends: fromS < toS ? [toS] : [], page: 1, stated: null };
  return (cursor === null ? null : progressOf(cursor, fromS, toS)) ?? start;
}

export function cursorOf({ fromS, ends, page, stated }: PayPalProgress): string {
  const reached = stated === null ? {} : { items: stated.items, rows: stated.rows, refreshed: stated.refreshedMs };
  return JSON.stringify({ from: fromS, ends, page, ...reached });
}

/** The window that is being read; null where nothing is left. */
export function windowOf({ fromS, ends }: PayPalProgress): SearchWindow | null {
  const [toS] = ends;
  return toS === undefined ? null : { fromS, toS };
}

/** The window in two; null where it is one second, which cannot be divided. */
export function halved(progress: PayPalProgress): PayPalProgress | null {
  const window = windowOf(progress);
  if (window === null || window.toS - window.fromS < 2) return null;
  const middleS = window.fromS + Math.floor((window.toS - window.fromS) / 2);
  return { ...restarted(progress), ends: [middleS, ...progress.ends] };
}

export function restarted(progress: PayPalProgress): PayPalProgress {
  return { ...progress, page: 1, stated: null };
}

/** Behind a page: before the next one, or at the next window where it was the last. */
export function turned(progress: PayPalProgress, stated: Stated, isLast: boolean): PayPalProgress {
  const [endS, ...ends] = progress.ends;
  if (!isLast || endS === undefined) return { ...progress, page: progress.page + 1, stated };
  return { fromS: endS, ends, page: 1, stated: null };
}

function progressOf(cursor: string, fromS: number, toS: number): PayPalProgress | null {
  const result = cursorSchema.safeParse(jsonOf(cursor));
  if (!result.success) return null;
  const { from, ends, page, items, rows, refreshed } = result.data;
  const ascending = [fromS - 1, from, ...ends].every(
    (value, index, all) => index === 0 || value > (all[index - 1] ?? 0),
  );
  if (!ascending || (ends.at(-1) ?? from) !== toS) return null;
  if (page === 1) return { fromS: from, ends, page, stated: null };
  if (items === undefined || rows === undefined || refreshed === undefined) return null;
  return { fromS: from, ends, page, stated: { items, rows, refreshedMs: refreshed } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
