// Configured accounts as small as the client's decisions need them. Never imported by the product.
import { parseBusinessDate } from '../domain/business-date.ts';
import { defaultRuleSet } from '../domain/rule-set.ts';
import type { AccountConfig } from '../worker/config.ts';

export function accountForTests(account: string, changes: Partial<AccountConfig> = {}): AccountConfig {
  const file = { kind: 'file' as const, location: '.', pattern: '*', mode: 'delta' as const };
  return {
    account,
    processor: account.slice(0, account.indexOf('/')),
    zone: 'UTC',
    startDate: parseBusinessDate('2026-01-01'),
    reportingCurrency: 'USD',
    source: file,
    internal: file,
    rules: defaultRuleSet(),
    mayBeEmpty: false,
    payoutsItemised: true,
    trailingDays: 1,
    sourceDeadline: 10 * 3_600_000,
    ...changes,
  };
}
