// What a digest is made of: the accounts of one time zone and how their day went. Holds summaries only, never a row, so
// that it may be mailed. Pure data; who reads it decides nothing here.
import type { RunSummary, TrendDay } from '../run-report.ts';

interface Account {
  readonly account: string;
  readonly processorName: string;
  /** Earlier days of the account without a result. */
  readonly otherDaysDue: bigint;
}

export interface DecidedAccount extends Account {
  readonly status: 'completed';
  readonly summary: RunSummary;
  /** Ascending, its last day the run's. */
  readonly trend: readonly TrendDay[];
  /** Where its report can be opened; null: not published yet, or nowhere that a browser can open. */
  readonly reportAddress: string | null;
}

export interface OpenAccount extends Account {
  readonly status: 'failed' | 'cancelled' | 'running' | 'not_run';
  /** What stopped it, as it was recorded: foreign text. null where nobody knows. */
  readonly reason: string | null;
}

export type DigestAccount = DecidedAccount | OpenAccount;

export interface Digest {
  readonly zone: string;
  readonly date: string;
  readonly accounts: readonly DigestAccount[];
}

/** As many accounts as one daily run may have (design section 9). */
export const DIGEST_ACCOUNTS_MAX = 500;
