// Decides which of the configured accounts a command is about. Pure.
import type { AccountConfig, ReconConfig } from '../worker/config.ts';
import { UsageError } from './usage-error.ts';

export interface AccountChoice {
  readonly processors?: readonly string[];
  readonly account?: readonly string[];
}

/** Those named, in the configuration's order; all of them where none is named. @throws UsageError */
export function chooseAccounts(config: Pick<ReconConfig, 'accounts'>, choice: AccountChoice): readonly AccountConfig[] {
  const { processors, account: names } = choice;
  if (processors !== undefined && names !== undefined) {
    throw new UsageError('give --processors or --account, not both');
  }
  if (processors !== undefined) {
    const known = [...new Set(config.accounts.map((account) => account.processor))];
    const unknown = processors.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw unknownName('processor', unknown, known);
    return config.accounts.filter((account) => processors.includes(account.processor));
  }
  if (names === undefined) return config.accounts;
  const known = config.accounts.map((account) => account.account);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw unknownName('account', unknown, known);
  return config.accounts.filter((account) => names.includes(account.account));
}

/** @throws UsageError */
export function accountNamed(config: Pick<ReconConfig, 'accounts'>, name: string): AccountConfig {
  const account = config.accounts.find((candidate) => candidate.account === name);
  if (account === undefined) {
    throw unknownName(
      'account',
      [name],
      config.accounts.map((candidate) => candidate.account),
    );
  }
  return account;
}

function unknownName(what: string, unknown: readonly string[], known: readonly string[]): UsageError {
  return new UsageError(`no ${what} ${unknown.join(', ')} in the configuration; there are: ${known.join(', ')}`);
}
