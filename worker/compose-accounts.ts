// Turns the configured accounts into what the activities work with: sources with their keys, rules and times.
import type { AccountSetup, Accounts } from '../activities/accounts.ts';
import { type ComposeOptions, internalSource, processorSource } from './compose-sources.ts';
import type { AccountConfig, ReconConfig } from './config.ts';

export function composeAccounts(config: ReconConfig, options: ComposeOptions = {}): Accounts {
  return new Map(config.accounts.map((account) => [account.account, composeAccount(config, account, options)]));
}

/** Task queues of the processors' APIs: an outage of one must not hold up the others. */
export function fetchTaskQueues(accounts: Accounts, coreTaskQueue: string): string[] {
  const queues = new Set([...accounts.values()].map((setup) => setup.fetchTaskQueue));
  queues.delete(coreTaskQueue);
  return [...queues].sort();
}

function composeAccount(config: ReconConfig, account: AccountConfig, options: ComposeOptions): AccountSetup {
  return {
    account: account.account,
    processor: account.processor,
    zone: account.zone,
    reportingCurrency: account.reportingCurrency,
    startDate: account.startDate,
    fetchTaskQueue: account.source.kind === 'file' ? config.temporal.taskQueue : `fetch-${account.processor}`,
    mayBeEmpty: account.mayBeEmpty,
    payoutsItemised: account.payoutsItemised,
    trailingDays: account.trailingDays,
    sourceDeadlineMs: account.sourceDeadline,
    rules: account.rules,
    rulesApproval: config.rules.approval,
    source: processorSource(config, account, options),
    internal: internalSource(config, account),
  };
}
