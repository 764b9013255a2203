// What a digest is made of: the accounts of one time zone and how their day went. Holds summaries only, never a row, so
// that it may be mailed. Pure data; who reads it decides nothing here.
import type { RunSummary, TrendDay } from '../run-report.ts';

export interface DecidedAccount {
  readonly status: 'completed';
  readonly account: string;
  readonly summary: RunSummary;
  /** Ascending, its last day the run's. */
  readonly trend: readonly TrendDay[];
  /** Where its report can be opened; null: not published yet. */
  readonly reportAddress: string | null;
}

export interface OpenAccount {
  /** waiting: its sources have not delivered yet. failed: its run stopped. */
  readonly status: 'waiting' | 'failed';
  readonly account: string;
  readonly processorName: string;
  readonly runDate: string;
  /** One sentence for people; null where nobody knows. */
  readonly reason: string | null;
}

export type DigestAccount = DecidedAccount | OpenAccount;

export interface Digest {
  readonly zone: string;
  /** The business date that the digest is about; an account may be decided for an earlier one. */
  readonly date: string;
  readonly accounts: readonly DigestAccount[];
}

/** As many accounts as one daily run may have (design section 9). */
export const DIGEST_ACCOUNTS_MAX = 500;
