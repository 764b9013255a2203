// What the activities know of the configured accounts: their sources, rules and times, built once by the process.
import type { BusinessDate } from '../domain/business-date.ts';
import type { RuleSet } from '../domain/rule-set.ts';
import type { InternalRow, ProcessorRow } from '../domain/transaction.ts';
import type { Side } from '../domain/vocabulary.ts';
import { NotConfigured } from './errors.ts';
import type { Source } from './fetch/source.ts';

export type RulesApproval = 'off' | 'required';

export interface AccountSetup {
  readonly account: string;
  readonly processor: string;
  readonly zone: string;
  readonly reportingCurrency: string;
  /** Nothing before it is ever due. */
  readonly startDate: BusinessDate;
  readonly fetchTaskQueue: string;
  /** A day without any row is believed. */
  readonly mayBeEmpty: boolean;
  /** A payout without entries needs a person. False where the processor does not list what a payout paid out. */
  readonly payoutsItemised: boolean;
  /** Days before the window that are read again, for rows that were listed late. */
  readonly trailingDays: number;
  /** How long after the window's end a run waits for its sources before it goes on inconclusive. */
  readonly sourceDeadlineMs: number;
  readonly rules: RuleSet;
  /** required: a run applies only rules that two people put in force. */
  readonly rulesApproval: RulesApproval;
  readonly source: Source<ProcessorRow>;
  readonly internal: Source<InternalRow>;
}

export type Accounts = ReadonlyMap<string, AccountSetup>;

/** @throws NotConfigured naming the accounts there are. */
export function setupOf(accounts: Accounts, account: string): AccountSetup {
  const setup = accounts.get(account);
  if (setup !== undefined) return setup;
  throw new NotConfigured(
    `no account ${account} in the configuration; there are: ${[...accounts.keys()].join(', ') || 'none'}`,
  );
}

export function sourceOf(setup: AccountSetup, side: Side): Source<ProcessorRow> | Source<InternalRow> {
  return side === 'processor' ? setup.source : setup.internal;
}
