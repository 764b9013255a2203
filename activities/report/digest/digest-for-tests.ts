// A hand-made digest of a zone for tests: a bad day, a clean one, one that stopped, one that waits. Never imported by the
// product.
import { cleanReport, sampleReport } from '../reports-for-tests.ts';
import type { RunReport } from '../run-report.ts';
import type { DecidedAccount, Digest, OpenAccount } from './digest.ts';

export function decidedAccount(account: string, report: RunReport): DecidedAccount {
  const [processorName = ''] = account.split('/');
  return {
    status: 'completed',
    account,
    processorName,
    otherDaysDue: 0n,
    summary: { ...report, run: { ...report.run, account, processorName } },
    trend: report.trend,
    reportAddress: `https://recon.example.com/${account}`,
  };
}

export function failedAccount(changes: Partial<OpenAccount> = {}): OpenAccount {
  return {
    status: 'failed',
    account: 'square/us',
    processorName: 'square',
    otherDaysDue: 0n,
    reason: 'square: the token was rejected <401>',
    ...changes,
  };
}

export function waitingAccount(): OpenAccount {
  return failedAccount({ status: 'not_run', account: 'paypal/eu', processorName: 'paypal', reason: null });
}

export function sampleDigest(): Digest {
  return {
    zone: 'America/New_York',
    date: '2026-01-31',
    accounts: [
      decidedAccount('adyen/us', cleanReport()),
      decidedAccount('stripe/us', sampleReport()),
      failedAccount(),
      waitingAccount(),
    ],
  };
}
